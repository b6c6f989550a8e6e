// Beside the list: what became of the slot just chosen, refreshed until nothing more can happen.
const EVERY_MS = 2000;
const FIRST_MS = 400;

export function startPanel(panel, search) {
  const form = document.getElementById("choose");
  if (!panel || !form) return;
  const shown = { timer: null, number: 0 };
  form.addEventListener("submit", (event) => {
    const slot = event.submitter;
    if (!slot) return;
    for (const other of document.querySelectorAll("[data-chosen]")) other.removeAttribute("data-chosen");
    slot.setAttribute("data-chosen", "");
    follow(panel, `${panel.dataset.url}?${new URLSearchParams({ search, slot: slot.value })}`, shown);
  });
}

function follow(panel, address, shown) {
  clearTimeout(shown.timer);
  const number = (shown.number += 1);
  const wait = document.createElement("p");
  wait.className = "sas-panel__wait";
  wait.textContent = "Vérification du créneau…";
  panel.setAttribute("aria-live", "polite");
  panel.replaceChildren(wait);
  panel.hidden = false;
  const refresh = async () => {
    const fragment = await read(address);
    if (number !== shown.number) return;
    if (fragment !== null) show(panel, fragment);
    if (!panel.querySelector("[data-final]")) shown.timer = setTimeout(refresh, EVERY_MS);
  };
  shown.timer = setTimeout(refresh, FIRST_MS);
}

async function read(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html", "X-SAS-Background": "1" } });
    return answer.ok && !answer.redirected ? await answer.text() : null;
  } catch {
    return null;
  }
}

// Untouched while it says the same: a screen reader stays silent and a focused button stays focused.
function show(panel, fragment) {
  if (panel.lastFragment === fragment) return;
  const focused = panel.contains(document.activeElement) ? document.activeElement.textContent : null;
  panel.lastFragment = fragment;
  panel.innerHTML = fragment;
  if (focused === null) return;
  const same = [...panel.querySelectorAll("a, button")].find((element) => element.textContent === focused);
  (same ?? panel).focus({ preventScroll: true });
}
