"""E-mails to the administrators: a blocking anomaly, a certificate about to expire. A channel of the outbox."""

from django.urls import reverse
from django.utils import timezone

from agenda.supervision.models import Anomaly, WatchedCertificate
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import in_force
from sasportal.outbox.deliveries import deliver
from sasportal.outbox.mails import send_mail
from sasportal.wording import dated, day_of


def tell_administrators(subject: str, about: int, occasion: str = "") -> None:
    """Have each administrator with an address told once of this; `subject` is "anomaly" or "certificate"."""
    held = in_force(timezone.now()).filter(role=Role.ADMIN).values("user_id")
    for user_id in User.objects.filter(pk__in=held, is_active=True).exclude(email="").values_list("pk", flat=True):
        key = f"supervision:{subject}:{about}:{occasion}:{user_id}"
        deliver("supervision-notice", key=key, subject=subject, about=about, user_id=user_id)


def send_notice(subject: str, about: int, user_id: int) -> None:
    """Send what is still true: nothing for an anomaly closed meanwhile, a certificate or an account gone."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    said = said_of_anomaly(about) if subject == "anomaly" else said_of_certificate(about)
    if user is None or not user.email or said is None:
        return
    editor_id, title, paragraphs = said
    send_mail(
        "message",
        to=user.email,
        subject=title,
        paragraphs=paragraphs,
        link=reverse("booking:supervision:editor", args=[editor_id]),
        link_label="Ouvrir la supervision",
    )


def said_of_anomaly(about: int) -> tuple[int, str, list[str]] | None:
    ticket = Anomaly.objects.select_related("editor").filter(pk=about, closed_at=None).first()
    if ticket is None:
        return None
    return ticket.editor_id, f"{ticket.editor.name} : anomalie bloquante", [
        f"{ticket.editor.name}. {ticket.sentence}",
        f"À corriger au plus tard le {dated(ticket.due_on)} (2 jours ouvrés).",
    ]  # fmt: skip


def said_of_certificate(about: int) -> tuple[int, str, list[str]] | None:
    row = WatchedCertificate.objects.select_related("editor").filter(pk=about).first()
    if row is None:
        return None
    return row.editor_id, f"{row.editor.name} : un certificat expire le {day_of(row.expires_at)}", [
        f"{row.editor.name}. Certificat : {row.get_use_display()} ({row.subject}).",
        f"Il expire le {day_of(row.expires_at)}. Sans renouvellement, plus aucun échange après cette date.",
    ]  # fmt: skip
