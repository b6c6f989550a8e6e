"""Send one e-mail, in text and HTML, from the templates `mails/<name>.txt` and `.html`."""

import smtplib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from sasportal.outbox.relay import DeliveryFailed, DeliveryRefused, delivering


def send_mail(
    name: str, /, *, to: str, subject: str, calendars: Sequence[tuple[str, bytes]] = (), **context: Any
) -> None:
    """Send at once; raise DeliveryFailed or DeliveryRefused. `context` joins `portal_url` in the templates.

    `calendars` are attached: a file name and an iCalendar text each.
    """
    context |= {"subject": subject, "portal_url": settings.PORTAL_URL, "DEMO": settings.DEMO}
    message = EmailMultiAlternatives(
        subject=subject, body=render_to_string(f"mails/{name}.txt", context), to=[to], headers=_identified()
    )
    message.attach_alternative(render_to_string(f"mails/{name}.html", context), "text/html")
    for file_name, content in calendars:
        message.attach(file_name, content.decode(), "text/calendar")
    try:
        message.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        raise DeliveryRefused("Le serveur de messagerie refuse cette adresse ou ce message.") from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryFailed(f"Le serveur de messagerie n’a pas répondu ({type(error).__name__}).") from error


def _identified() -> dict[str, str]:
    """One Message-ID for each delivery: mail servers drop the second copy of a message sent twice."""
    number = delivering.get()
    return {"Message-ID": f"<{number}@{urlsplit(settings.PORTAL_URL).hostname}>"} if number else {}
