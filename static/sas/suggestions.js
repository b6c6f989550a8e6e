// A text field with a list of suggestions (ARIA combobox pattern); typing and submitting never depend on it.
const LEAST_CHARACTERS = 3;
const PAUSE_MS = 150;
let lists = 0;

export function startSuggestions(input) {
  const list = document.createElement("ul");
  list.id = `suggestions-${(lists += 1)}`;
  list.className = "sas-suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", `Suggestions : ${input.name === "ou" ? "où" : "quoi"}`);
  input.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);

  const field = { input, list, at: -1, asked: 0, pause: null };
  input.addEventListener("input", () => later(field));
  input.addEventListener("keydown", (event) => key(event, field));
  input.addEventListener("blur", () => close(field));
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) pick(field, option);
  });
}

function later(field) {
  clearTimeout(field.pause);
  if (field.input.value.trim().length < LEAST_CHARACTERS) return close(field);
  field.pause = setTimeout(() => ask(field), PAUSE_MS);
}

async function ask(field) {
  const asked = (field.asked += 1);
  try {
    const address = `${field.input.dataset.sasSuggestions}?q=${encodeURIComponent(field.input.value.trim())}`;
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok || asked !== field.asked || document.activeElement !== field.input) return;
    show(field, (await answer.json()).suggestions);
  } catch {
    close(field);
  }
}

function show(field, suggestions) {
  field.list.replaceChildren();
  field.at = -1;
  let group = null;
  suggestions.forEach((suggestion, at) => {
    if (suggestion.group && suggestion.group !== group) {
      group = suggestion.group;
      field.list.append(item("sas-suggestions__group", group, { role: "presentation" }));
    }
    const option = item("sas-suggestions__option", suggestion.label, {
      role: "option", id: `${field.list.id}-${at}`, "aria-selected": "false",
    });
    option.dataset.value = suggestion.value;
    field.list.append(option);
  });
  open(field, suggestions.length > 0);
}

function item(className, text, attributes) {
  const element = document.createElement("li");
  element.className = className;
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function open(field, shown) {
  field.list.hidden = !shown;
  field.input.setAttribute("aria-expanded", String(shown));
  if (!shown) field.input.removeAttribute("aria-activedescendant");
}

function close(field) {
  clearTimeout(field.pause);
  field.asked += 1;
  field.at = -1;
  open(field, false);
}

function key(event, field) {
  const options = [...field.list.querySelectorAll("[role=option]")];
  if (field.list.hidden || !options.length) return;
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move) {
    event.preventDefault();
    select(field, options, (field.at + move + options.length + (field.at < 0 && move < 0 ? 1 : 0)) % options.length);
  } else if (event.key === "Enter" && field.at >= 0) {
    event.preventDefault();
    pick(field, options[field.at]);
  } else if (event.key === "Escape") {
    event.preventDefault();
    close(field);
  }
}

function select(field, options, at) {
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
  field.at = at;
  field.input.setAttribute("aria-activedescendant", options[at].id);
  options[at].scrollIntoView({ block: "nearest" });
}

function pick(field, option) {
  field.input.value = option.dataset.value;
  close(field);
}
