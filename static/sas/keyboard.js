// Shortcuts of the search page. They can be switched off (help dialog); the choice stays in this browser.
const STORED = "sas-raccourcis";
const MOST_DIGITS = 9;

export function startKeyboard() {
  const dialog = document.querySelector("[data-sas-keys]");
  const toggle = document.querySelector("[data-sas-keys-switch]");
  const setOn = (on) => {
    localStorage.setItem(STORED, on ? "oui" : "non");
    show(on);
  };
  show(isOn());
  if (toggle) {
    toggle.checked = isOn();
    toggle.addEventListener("change", () => setOn(toggle.checked));
  }
  document.querySelector("[data-sas-keys-open]")?.addEventListener("click", () => dialog?.showModal());
  document.addEventListener("keydown", (event) => press(event, dialog));
  number();
  document.addEventListener("sas:update", number);
  document.addEventListener("sas:more", number);
}

function isOn() {
  return localStorage.getItem(STORED) !== "non";
}

function show(on) {
  document.documentElement.classList.toggle("sas-keyed", on);
}

// Slots of a card are numbered in the order they are read, hidden ones left out.
function number() {
  for (const card of document.querySelectorAll("[data-sas-card]")) {
    slotsOf(card).forEach((slot, at) => {
      slot.querySelector(".sas-slot__key").textContent = at < MOST_DIGITS ? String(at + 1) : "";
    });
  }
}

function slotsOf(card) {
  return [...card.querySelectorAll("[data-sas-slot]")].filter((slot) => !slot.closest("details:not([open])"));
}

function press(event, dialog) {
  if (!isOn() || event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
  if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")) return;
  const act = action(event, dialog);
  if (!act) return;
  event.preventDefault();
  act();
}

function action(event, dialog) {
  const card = event.target.closest?.("[data-sas-card]");
  switch (event.key) {
    case "/":
      return focusSearch;
    case "?":
      return dialog && (() => dialog.showModal());
    case "m":
      return press_(document.querySelector('[data-sas-view][aria-pressed="false"]'));
    case "e":
      return switchMode;
    case "ArrowDown":
      return step(event, card, 1);
    case "ArrowUp":
      return step(event, card, -1);
    case "Enter":
      return card && event.target === card && press_(slotsOf(card)[0]);
    default:
      return card && /^[1-9]$/.test(event.key) && press_(slotsOf(card)[Number(event.key) - 1]);
  }
}

function press_(button) {
  return button && (() => button.click());
}

function focusSearch() {
  const input = document.getElementById("id_quoi");
  input?.focus();
  input?.select();
}

function switchMode() {
  const other = document.querySelector('[data-sas-search] input[name="mode"]:not(:checked)');
  if (!other) return;
  other.checked = true;
  if (document.querySelector("[data-sas-results]")) other.form.requestSubmit();
}

// From nowhere in particular, down enters the list; radios keep their own arrows.
function step(event, card, by) {
  if (event.target.matches?.("input, summary, a, button") && !card) return null;
  const cards = [...document.querySelectorAll("[data-sas-card]")];
  const next = cards[card ? cards.indexOf(card) + by : by > 0 ? 0 : -1];
  return next && (() => next.focus());
}
