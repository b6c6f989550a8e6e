// Entry of the search and CPTS pages. Everything here only adds to a page that works without it.
import { startKeyboard } from "./keyboard.js";
import { startMap } from "./map.js";
import { startPanel } from "./panel.js";
import { startSearch } from "./search.js";
import { startSuggestions } from "./suggestions.js";

for (const input of document.querySelectorAll("[data-sas-suggestions]")) startSuggestions(input);

const results = document.querySelector("[data-sas-results]");
if (results) {
  startSearch(results);
  startPanel(document.querySelector("[data-sas-panel]"), results.dataset.search);
  startMap(document.querySelector("[data-sas-map]"));
  showZones(results);
} else {
  document.querySelector("[aria-invalid]")?.focus();
  if (!document.querySelector("[aria-invalid]")) document.getElementById("id_quoi")?.focus();
}
startKeyboard();

// The zone of a place is worth saying only where its clock differs from the viewer's.
function showZones(root) {
  const now = new Date();
  const clocks = new Map();
  const clock = (timeZone) => {
    if (!clocks.has(timeZone)) {
      clocks.set(timeZone, now.toLocaleString("fr", { timeZone, dateStyle: "short", timeStyle: "short" }));
    }
    return clocks.get(timeZone);
  };
  const show = () => {
    for (const line of root.querySelectorAll("[data-sas-zone]")) {
      line.hidden = clock(line.dataset.sasZone) === clock(undefined);
    }
  };
  show();
  root.addEventListener("sas:more", show);
  root.addEventListener("sas:update", show);
}
