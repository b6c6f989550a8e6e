// Entry of the patient's home and results. Everything here only adds to pages that work without it.
import { startSearch } from "../sas/search.js";
import { startSuggestions } from "../sas/suggestions.js";

for (const input of document.querySelectorAll("[data-sas-suggestions]")) startSuggestions(input);

const results = document.querySelector("[data-sas-results]");
if (results) {
  const ladder = results.querySelector("[data-pat-ladder]");
  results.addEventListener("sas:update", () => offerMore(ladder));
  startSearch(results);
} else {
  document.querySelector("[aria-invalid]")?.focus();
}

// Once everybody has answered, too few rendez-vous bring up what else may be done; it stays once shown.
function offerMore(ladder) {
  if (!ladder.hidden || !results.hasAttribute("data-done")) return;
  const found = results.querySelector("[data-sas-with-slots-count]")?.textContent ?? "0";
  ladder.hidden = Number(found) >= Number(ladder.dataset.patLadder);
}
