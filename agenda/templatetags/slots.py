"""The markup of one slot. A page may hold a thousand of them: written here, it costs a fraction of a template."""

from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from agenda.cards_view import SlotView

register = template.Library()


@register.simple_tag
def slot_button(slot: SlotView, can_choose: bool) -> SafeString:
    """A button of the form "choose"; plain text where nothing can be booked from here."""
    words, seen = escape(slot.words), looks(slot)
    if slot.bookable and can_choose:
        # What the portal itself confirms stays on this page; an editor's page opens beside it
        here = f' formaction="{reverse("booking:own")}" formtarget="_self" data-sas-own' if slot.own else ""
        written = (
            f'<button class="sas-slot" type="submit" form="choose" name="slot" value="{escape(slot.key)}"{here}'
            f' aria-label="{words}" data-sas-slot><span class="sas-slot__key" aria-hidden="true"></span>{seen}</button>'
        )
    else:
        written = (
            f'<span class="sas-slot sas-slot--still"><span class="fr-sr-only">{words}</span>'
            f'<span class="sas-slot__still" aria-hidden="true">{seen}</span></span>'
        )
    return mark_safe(written)  # noqa: S308 - what editors wrote is escaped above, the rest is ours


def looks(slot: SlotView) -> str:
    """The hour and its marks, for those who see them; `words` says the same aloud. Nothing of an editor's here."""
    marks = [f'<span class="sas-letter">{letter}</span>' for letter in slot.letters]
    if slot.counter:
        marks.append(f'<span class="sas-mark sas-mark--counter">{slot.counter}</span>')
    if slot.cpts:
        marks.append('<span class="sas-mark sas-mark--cpts">CPTS</span>')
    plain = [*slot.marks, *(["?"] if slot.to_check else []), *([] if slot.bookable else ["par tél."])]
    marks += [f'<span class="sas-mark">{mark}</span>' for mark in plain]
    if slot.ref:
        marks.append(f'<span class="sas-slot__ref">{slot.ref}</span>')
    hour = f'<span class="sas-slot__hour">{slot.hour}</span>'
    return f'{hour}<span class="sas-slot__marks" aria-hidden="true">{"".join(marks)}</span>'
