// Follows an import: the bar moves, the figures are said now and then, the page comes back when the work is over.
const EVERY_MS = 1000;
const SAID_EVERY_MS = 5000;

const bar = document.querySelector("[data-com-progress]");
const live = document.querySelector("[data-com-live]");
const began = bar.querySelector("[data-com-state]").dataset.comState;
let saidAt = 0;

setTimeout(follow, EVERY_MS);

async function follow() {
  const fragment = await read();
  if (fragment !== null) {
    bar.innerHTML = fragment;
    const now = bar.querySelector("[data-com-state]").dataset;
    if (now.comState !== began) {
      location.reload();
      return;
    }
    say(now.comWords);
  }
  setTimeout(follow, EVERY_MS);
}

async function read() {
  try {
    const answer = await fetch(bar.dataset.comProgress, {
      headers: { Accept: "text/html", "X-SAS-Background": "1" },
    });
    return answer.ok && !answer.redirected ? await answer.text() : null;
  } catch {
    return null;
  }
}

function say(words) {
  if (Date.now() - saidAt < SAID_EVERY_MS) return;
  saidAt = Date.now();
  live.textContent = words;
}
