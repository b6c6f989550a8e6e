// "Mes orientations" refreshed in place, text copied for the patient, actions of the panel beside the list.
const EVERY_MS = 5000;

const table = document.querySelector("[data-sas-orientations]");
if (table) setTimeout(refresh, EVERY_MS);
document.addEventListener("click", copy);
document.addEventListener("click", post);

// Untouched while it says the same, and while somebody is about to press one of its buttons.
async function refresh() {
  if (!document.hidden && !table.contains(document.activeElement)) {
    const fragment = await read(table.dataset.url);
    if (fragment !== null && fragment !== table.lastFragment) {
      const changed = table.lastFragment !== undefined;
      table.lastFragment = fragment;
      table.innerHTML = fragment;
      if (changed) announce();
    }
  }
  setTimeout(refresh, EVERY_MS);
}

async function read(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html", "X-SAS-Background": "1" } });
    return answer.ok && !answer.redirected ? await answer.text() : null;
  } catch {
    return null;
  }
}

function announce() {
  const live = document.querySelector("[data-sas-orientations-live]");
  if (live) live.textContent = "Vos orientations ont changé.";
}

async function copy(event) {
  const button = event.target.closest("[data-sas-copy]");
  if (!button) return;
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.sasCopy);
    button.textContent = "Copié";
  } catch {
    button.textContent = "Copie impossible";
  }
  setTimeout(() => {
    button.textContent = before;
  }, 2000);
}

// A link to the page where it can be done, done at once where there is a form token at hand.
async function post(event) {
  const link = event.target.closest("[data-sas-post]");
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (!link || !token || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  try {
    const answer = await fetch(link.dataset.sasPost, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token },
    });
    if (answer.status !== 204) location.assign(link.href);
  } catch {
    location.assign(link.href);
  }
}
