"""What a patient may ask: two words, and the filters of the list."""

from django import forms

from agenda.forms import LONGEST_WHAT, LONGEST_WHERE, RADII, SECTORS, WhatWhereForm

CONSULTATIONS = [("AMB", "Au cabinet"), ("VR", "En téléconsultation"), ("HH", "À domicile")]
DAYS = [("", "Les trois jours"), ("0", "Aujourd’hui"), ("1", "Demain"), ("2", "Après-demain")]


class PatientSearchForm(WhatWhereForm):
    quoi = forms.CharField(
        label="Quoi",
        max_length=LONGEST_WHAT,
        error_messages={"required": "Indiquez ce que vous cherchez : « médecin généraliste » par exemple, ou un nom."},
    )
    ou = forms.CharField(
        label="Où",
        max_length=LONGEST_WHERE,
        error_messages={"required": "Indiquez un lieu : une commune, un code postal ou une adresse."},
    )
    consultation = forms.MultipleChoiceField(
        label="Consultation", choices=CONSULTATIONS, required=False, widget=forms.CheckboxSelectMultiple
    )
    jour = forms.ChoiceField(label="Jour", choices=DAYS, required=False)
    rayon = forms.ChoiceField(label="Distance", choices=RADII, required=False)
    secteur = forms.ChoiceField(label="Secteur", choices=SECTORS, required=False)

    @property
    def narrowed(self) -> bool:
        return any(self[name].value() for name in ("consultation", "jour", "rayon", "secteur"))
