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
    if (slot.hasAttribute("data-sas-own")) {
      event.preventDefault();
      step(panel, slot.formAction, new FormData(form, slot), { search, shown });
    } else {
      wait(panel, "Vérification du créneau…");
      follow(panel, addressOf(panel, search, slot.value), shown);
    }
  });
  panel.addEventListener("submit", (event) => {
    const asked = event.target.closest("[data-sas-panel-form]");
    if (!asked) return;
    event.preventDefault();
    step(panel, asked.action, new FormData(asked, event.submitter), { search, shown });
  });
}

function addressOf(panel, search, slot) {
  return `${panel.dataset.url}?${new URLSearchParams({ search, slot })}`;
}

function wait(panel, words) {
  const line = document.createElement("p");
  line.className = "sas-panel__wait";
  line.textContent = words;
  panel.setAttribute("aria-live", "polite");
  panel.replaceChildren(line);
  panel.hidden = false;
}

function follow(panel, address, shown) {
  clearTimeout(shown.timer);
  const number = (shown.number += 1);
  const refresh = async () => {
    const fragment = await read(address);
    if (number !== shown.number) return;
    if (fragment !== null) show(panel, fragment);
    if (!panel.querySelector("[data-final]")) shown.timer = setTimeout(refresh, EVERY_MS);
  };
  shown.timer = setTimeout(refresh, FIRST_MS);
}

// What is agreed here: each step is a form, its answer the next step or the state to follow.
async function step(panel, address, data, { search, shown }) {
  clearTimeout(shown.timer);
  const number = (shown.number += 1);
  const button = panel.querySelector("[data-sas-panel-form] [type=submit]");
  if (button) button.disabled = true;
  else wait(panel, "Vérification du créneau…");
  const fragment = await send(address, data);
  if (number !== shown.number) return;
  if (fragment === null) return failed(panel, button);
  panel.lastFragment = fragment;
  panel.innerHTML = fragment;
  panel.querySelector("[data-sas-focus]")?.focus();
  const state = panel.querySelector("[data-slot]:not([data-final])");
  if (state) follow(panel, addressOf(panel, search, state.dataset.slot), shown);
}

async function send(address, data) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      body: data,
      headers: { Accept: "text/html", "X-SAS-Fragment": "1" },
    });
    if (answer.status === 401) location.reload();
    const written = answer.headers.get("Content-Type")?.startsWith("text/html");
    return written && answer.status < 500 && answer.status !== 403 ? await answer.text() : null;
  } catch {
    return null;
  }
}

// Nothing is lost: the same order sent again is the same orientation.
function failed(panel, button) {
  const line = document.createElement("p");
  line.className = "fr-message fr-message--error";
  line.setAttribute("role", "alert");
  line.textContent = "La demande n’a pas abouti. Vérifiez votre connexion, puis réessayez : rien ne sera pris deux fois.";
  panel.querySelector(".fr-message--error")?.remove();
  panel.querySelector(".sas-panel__wait")?.remove();
  panel.prepend(line);
  if (button) button.disabled = false;
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
