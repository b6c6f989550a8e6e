"""HTML of the mailbox. Everything put in is escaped (`format_html`)."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sasportal.sandbox.mailbox.messages import Mail

HERE = ZoneInfo("Europe/Paris")


def home(mails: Iterable[Mail]) -> SafeString:
    lines = format_html_join(
        "",
        '<tr><td class="nombre">{}</td><td>{}</td><th scope="row"><a href="/messages/{}">{}</a></th></tr>',
        ((_when(mail), mail.to, mail.id, mail.subject) for mail in mails),
    )
    return _page(
        "Messages envoyés",
        format_html(
            '<p>Aucun message ne part : tous arrivent ici.</p><div class="tableau" tabindex="0" role="region" '
            'aria-label="Messages"><table><thead><tr><th scope="col">Arrivé</th><th scope="col">À</th>'
            '<th scope="col">Objet</th></tr></thead><tbody>{}</tbody></table></div>',
            lines or format_html('<tr><td colspan="3">{}</td></tr>', "Aucun message pour l’instant."),
        ),
    )


def message(mail: Mail) -> SafeString:
    pieces = format_html_join(
        "",
        '<li><a href="/messages/{}/pieces/{}">{}</a></li>',
        ((mail.id, number, name) for number, (name, _) in enumerate(mail.attachments)),
    )
    return _page(
        mail.subject,
        format_html(
            '<p>À <strong>{}</strong>, le {}</p><pre>{}</pre><p><a href="/messages/{}/html">Le même en HTML</a></p>'
            '{}<p><a href="/">Tous les messages</a></p>',
            mail.to,
            _when(mail),
            mail.part("plain"),
            mail.id,
            format_html("<ul>{}</ul>", pieces) if pieces else "",
        ),
    )


def _when(mail: Mail) -> str:
    return f"{mail.arrived.astimezone(HERE):%d/%m %H:%M:%S}"


def _page(title: str, body: SafeString) -> SafeString:
    return format_html(
        '<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<title>{title}</title><link rel="stylesheet" href="/style.css"></head><body><header><p>Boîte aux lettres '
        "fictive</p></header><main><h1>{title}</h1>{body}</main></body></html>",
        title=title,
        body=body,
    )
