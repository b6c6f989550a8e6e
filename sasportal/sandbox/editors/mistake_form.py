"""The list from which a wrong answer is chosen by what is wrong in it."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from sasportal.sandbox.editors.faults import Switches
from sasportal.sandbox.editors.mistakes import Mistake


def mistake_form(switches: Switches) -> SafeString:
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((one, mark_safe(" selected") if one is switches.mistake else "", one.label) for one in Mistake),
    )
    return format_html(
        '<form class="interrupteurs" method="post"><h2>Erreur dans les réponses</h2><p>'
        '<label for="erreur">Erreur</label> <select id="erreur" name="erreur"><option value="">Aucune</option>{}'
        '</select> <button type="submit">Appliquer</button></p></form>',
        options,
    )
