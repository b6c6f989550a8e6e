"""What an editor pastes to have it checked. Nothing of it is kept."""

import re
from typing import Any

from django import forms

from agenda.acceptance.rules import CheckedFlow
from agenda.identifiers import professional_id, structure_id

LARGEST = 2 * 1024 * 1024
MOST_IDENTIFIERS = 25
FLOWS = (CheckedFlow.R01, CheckedFlow.R04, CheckedFlow.SOS)
_IDENTIFIER = re.compile(r"[0-9A-Z/]{10,50}")


class AnswerForm(forms.Form):
    """`body` after `is_valid`: the bytes of the answer."""

    flux = forms.ChoiceField(label="Flux", choices=[(flow.value, flow.label) for flow in FLOWS])
    bundle = forms.CharField(
        label="Bundle",
        required=False,
        strip=False,
        help_text="La réponse en JSON, telle que votre serveur l’envoie. Au-delà de 1 Mio, joignez un fichier.",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
    )
    fichier = forms.FileField(
        label="Ou un fichier",
        required=False,
        help_text="JSON, 2 Mio au plus.",
        widget=forms.FileInput(attrs={"accept": ".json,application/json,application/fhir+json"}),
        error_messages={"empty": "Ce fichier est vide."},
    )
    demandes = forms.CharField(
        label="Identifiants demandés (facultatif)",
        required=False,
        max_length=2000,
        help_text="RPPS des praticiens, ou SIRET des associations, séparés par des virgules : "
        "la réponse ne doit parler de personne d’autre.",
    )

    def clean_demandes(self) -> frozenset[str] | None:
        written = [one for one in re.split(r"[\s,;]+", self.cleaned_data["demandes"]) if one]
        prefixed = structure_id if self.data.get("flux") == CheckedFlow.SOS else professional_id
        found = frozenset(prefixed(one) for one in written)
        if len(found) > MOST_IDENTIFIERS:
            raise forms.ValidationError(f"{MOST_IDENTIFIERS} identifiants au plus.")
        if wrong := next((one for one in sorted(found) if not _IDENTIFIER.fullmatch(one)), ""):
            raise forms.ValidationError(f"« {wrong[:50]} » n’est pas un identifiant.")
        return found or None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        sent, written = cleaned.get("fichier"), cleaned.get("bundle", "")
        if "fichier" in self.errors:
            return cleaned
        if bool(sent) == bool(written.strip()):
            self.add_error("bundle", "Collez un Bundle, ou choisissez un fichier de 2 Mio au plus.")
        elif sent and sent.size > LARGEST:
            self.add_error("fichier", "Ce fichier dépasse 2 Mio.")
        else:
            # What a browser could not encode cannot have come from a server
            self.body: bytes = sent.read() if sent else written.encode("utf-8", "surrogatepass")
        return cleaned
