// Shows only the fields that matter: everything works, and is sent, without this script.
const form = document.querySelector("[data-own-form]");

function field(name) {
  return form.querySelector(`[data-sas-field="${name}"]`);
}

function chosen(name) {
  return new FormData(form).get(name);
}

function refresh() {
  field("patients").hidden = chosen("nature") !== "range";
  for (const name of ["jours", "jusquau", "sauf"]) {
    field(name).hidden = !chosen("repetition");
  }
  // Of a series, the weekdays say when; of one date alone, its day does.
  field("jour").hidden = Boolean(chosen("portee")) && chosen("portee") !== "one" && Boolean(chosen("repetition"));
  const repeat = form.querySelector(".own-repeat");
  repeat.hidden = chosen("portee") === "one";
}

form.addEventListener("change", refresh);
refresh();

const preview = form.querySelector(".own-preview");
const error = form.querySelector("[aria-invalid=true], .fr-fieldset--error input");
(error ?? preview)?.focus();
