"""Fields of forms in the State's look, each with its label, its hint and its errors tied to it."""

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def sas_field(field: BoundField) -> SafeString:
    """Render one field by what its widget is."""
    match field.field.widget:
        case CheckboxSelectMultiple():
            return written("_choices", field, kind="checkbox")
        case RadioSelect():
            return written("_choices", field, kind="radio")
        case CheckboxInput():
            return written("_tick", field)
        case FileInput():
            return written("_field", field, css="fr-upload")
        case Select():
            return written("_field", field, css="fr-select")
        case _:
            return written("_field", field, css="fr-input")


def written(name: str, field: BoundField, **more: str) -> SafeString:
    return render_to_string(f"sas/form/{name}.html", {"field": field} | more)
