// Shows only the fields that matter: everything works, and is sent, without this script.
const form = document.querySelector("[data-sas-declaration]");

function field(name) {
  return form.querySelector(`[data-sas-field="${name}"]`);
}

function refresh() {
  const said = new FormData(form);
  const structure = field("structure");
  if (structure) structure.hidden = !["cpts", "msp", "sos"].includes(said.get("via"));
  field("lieux").hidden = said.get("ou") !== "choix";
  field("avec").hidden = said.get("via") === "none";
}

form.addEventListener("change", refresh);
refresh();
form.querySelector("[aria-invalid=true], .fr-fieldset--error input")?.focus();
