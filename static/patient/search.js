// Entry of the patient's home and results. Everything here only adds to pages that work without it.
import { startSearch } from "../sas/search.js";
import { startSuggestions } from "../sas/suggestions.js";

for (const input of document.querySelectorAll("[data-sas-suggestions]")) startSuggestions(input);

const results = document.querySelector("[data-sas-results]");
if (results) {
  startSearch(results);
} else {
  document.querySelector("[aria-invalid]")?.focus();
}
