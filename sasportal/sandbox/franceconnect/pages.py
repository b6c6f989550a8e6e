"""HTML of the pretend service. Everything put in is escaped (`format_html`)."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sasportal.sandbox.franceconnect.persons import Person


def pick(persons: Iterable[Person], request_id: str) -> SafeString:
    """Links, not buttons: choosing leads back to the service, on another site."""
    lines = format_html_join(
        "",
        '<li><a class="person" href="/choisir?demande={}&amp;personne={}">'
        "<strong>{} {}</strong><span>{}</span></a></li>",
        ((request_id, one.name, one.given_name, one.family_name, one.presentation) for one in persons),
    )
    cancel = format_html('<p><a href="/annuler?demande={}">Annuler</a></p>', request_id)
    return _page("Choisissez une personne", format_html("<ul>{}</ul>{}", lines, cancel))


def home(persons: Iterable[Person]) -> SafeString:
    lines = format_html_join(
        "", "<li>{} {} : {}</li>", ((one.given_name, one.family_name, one.presentation) for one in persons)
    )
    return _page("Personnes fictives", format_html("<ul>{}</ul>", lines))


def fault(text: str) -> SafeString:
    return _page("Demande refusée", format_html("<p>{}</p>", text))


def _page(title: str, body: SafeString) -> SafeString:
    return format_html(
        '<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<title>{title} – FranceConnect, bac à sable</title><link rel="stylesheet" href="/style.css"></head><body>'
        "<header><p>FranceConnect – bac à sable, personnes fictives</p></header><main><h1>{title}</h1>{body}</main>"
        "<footer><p>Service imité pour la démonstration. Aucune de ces personnes n’existe.</p></footer></body></html>",
        title=title,
        body=body,
    )
