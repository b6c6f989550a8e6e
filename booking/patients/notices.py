"""What patients and practices are told by e-mail. Rows of the outbox hold ids: names are read when it is sent."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from booking.patients.calendar import calendar_of
from booking.patients.lines import meeting_line
from booking.patients.models import Booking, BookingState, Person
from booking.patients.people import INVITED_FOR, invitation_token
from booking.patients.replacing import kept
from directory.addresses import address_of_practitioner
from sasportal.outbox import texts
from sasportal.outbox.deliveries import deliver
from sasportal.outbox.mails import send_mail
from sasportal.outbox.models import Delivery, DeliveryState
from sasportal.vault.sealing import Unreadable, opened

PATIENT, TEXT, PRACTICE = "patient-notice", "patient-text", "patient-practice-notice"
# How `french_phone` writes numbers that receive text messages; overseas mobiles included
MOBILE = ("06", "07")
REMIND_BEFORE = timedelta(hours=48)
SUBJECTS = {
    BookingState.PENDING: "Rendez-vous demandé",
    BookingState.BOOKED: "Rendez-vous confirmé",
    BookingState.REFUSED: "Rendez-vous refusé",
    BookingState.CANCELLED: "Rendez-vous annulé",
}


def tell_taken(booking: Booking) -> None:
    """Have patient and practice told that it is booked, in its transaction; of a moved one, once for both times."""
    if booking.replaces_id:
        _tell(PATIENT, booking, "moved")
        if booking.occurrence_id is not None:
            _tell(PRACTICE, booking, "moved")
    else:
        tell_changed(booking)


def tell_changed(booking: Booking) -> None:
    _tell(PATIENT, booking, "state")
    if booking.occurrence_id is not None:
        _tell(PRACTICE, booking, "state")


def tell_new_time(booking: Booking) -> None:
    """Have the patient told of the time its editor gave the appointment."""
    _tell(PATIENT, booking, "time")


def remind(*, now: datetime) -> int:
    """Write the reminders that are due: read from the bookings, so that none is lost or sent twice."""
    due = Booking.objects.filter(
        state=BookingState.BOOKED, start__gt=now, start__lte=now + REMIND_BEFORE,
        # Booked for within two days, it was just confirmed
        booked_at__lt=F("start") - REMIND_BEFORE,
    )  # fmt: skip
    return sum(_remind(booking) for booking in due.iterator())


@transaction.atomic
def _remind(booking: Booking) -> bool:
    told = _tell(PATIENT, booking, "reminder")
    if told and texts.offered():
        _tell(TEXT, booking, "reminder")
    return told


def _tell(channel: str, booking: Booking, what: str) -> bool:
    """`sequence` makes each change a notice of its own; the same one twice leaves once."""
    key = f"{channel}:{booking.pk}:{what}:{booking.sequence}"
    return deliver(channel, key=key, booking=str(booking.pk), what=what) is not None


def send_patient_notice(*, booking: str, what: str) -> None:
    """The channel: tell the account that booked, and the adult it was booked for, how it stands now."""
    found = Booking.objects.select_related("account", "replaces", "person__helped").filter(pk=UUID(booking)).first()
    if found is None or found.account is None:
        return
    if what == "reminder" and (found.state != BookingState.BOOKED or found.start <= timezone.now()):
        return
    for to in _addresses(found):
        _write_to(to, found, what)


def send_patient_text(*, booking: str, what: str) -> None:
    """The channel: remind by text message whoever left a mobile number; when and a link, for phones are read by others.

    `what` is "reminder", as in the letter that leaves beside it.
    """
    found = Booking.objects.select_related("key").filter(pk=UUID(booking), state=BookingState.BOOKED).first()
    if found is None or found.start <= timezone.now() or not found.readable:
        return
    to = opened(found).get("phone", "")
    if not to.startswith(MOBILE):
        return
    path = reverse("booking:patient:detail", args=[found.pk])
    texts.send_text(to=to, text=f"Rappel de rendez-vous : {meeting_line(found).when}. {settings.PORTAL_URL}{path}")


def _addresses(booking: Booking) -> list[str]:
    helped = booking.person.helped if booking.person else None
    return [one.email for one in (booking.account, helped) if one is not None and one.email]


def _write_to(to: str, found: Booking, what: str) -> None:
    said = meeting_line(found)
    send_mail(
        "patient_booking", to=to, subject=f"{subject(found, what)} : {said.when}", line=said,
        what=what, state=found.state, path=reverse("booking:patient:detail", args=[found.pk]),
        kept=meeting_line(old) if (old := kept(found)) else None,
        before=meeting_line(found.replaces) if what == "moved" and found.replaces else None,
        calendars=[("rendez-vous.ics", calendar_of(one)) for one in _calendars(found, what)],
    )  # fmt: skip


def subject(booking: Booking, what: str) -> str:
    if what == "reminder":
        return "Rappel de rendez-vous"
    if what == "time":
        return "Nouvel horaire de votre rendez-vous"
    return "Rendez-vous déplacé" if what == "moved" else SUBJECTS.get(BookingState(booking.state), "Rendez-vous")


def _calendars(booking: Booking, what: str) -> Iterable[Booking]:
    """A moved one takes the old entry out of the calendar, and puts the new one in."""
    if what == "reminder":
        return []
    return [one for one in (booking.replaces if what == "moved" else None, booking) if one]


def send_practice_notice(*, booking: str, what: str) -> None:
    """The channel: tell the practitioner that a place was taken or freed; who by, he reads on his page."""
    found = Booking.objects.filter(pk=UUID(booking)).first()
    to = address_of_practitioner(found.practitioner) if found else ""
    if found is None or not to:
        return
    said = meeting_line(found)
    cancelled = found.state == BookingState.CANCELLED
    words = {True: "Un patient a annulé", False: "Un patient a pris rendez-vous"}[cancelled]
    before = f" (à la place du {meeting_line(found.replaces).when})" if what == "moved" and found.replaces else ""
    send_mail(
        "message", to=to, subject=f"{words} : {said.when}",
        paragraphs=[f"{words} lui-même dans votre agenda du portail : {said.when}{before}, {said.place}."],
        link=reverse("booking:effector_bookings", args=[found.practitioner]), link_label="Voir vos patients",
    )  # fmt: skip


def send_help_invitation(*, person: str) -> None:
    """The channel: ask an adult whether he wants to be helped."""
    found = Person.objects.filter(pk=UUID(person), accepted_at=None, ended_at=None).select_related("account").first()
    if found is None or found.created_at + INVITED_FOR < timezone.now():
        return
    try:
        to = opened(found)["email"]
    except Unreadable:
        return
    send_mail(
        "message", to=to, subject="Quelqu’un propose de vous aider à prendre rendez-vous",
        paragraphs=[
            f"Une personne ({found.account.email}) demande à prendre vos rendez-vous médicaux pour vous.",
            "Rien ne se passe tant que vous n’avez pas accepté, et vous pouvez arrêter à tout moment.",
        ],
        link=reverse("booking:patient:help", args=[invitation_token(found)]), link_label="Lire et répondre",
    )  # fmt: skip


def failed(bookings: Iterable[Booking]) -> set[str]:
    """Ids of those whose patient could not be told so far, for his page to say it."""
    ids = [str(one.pk) for one in bookings]
    rows = Delivery.objects.filter(channel__in=[PATIENT, TEXT], payload__booking__in=ids)
    troubled = rows.filter(state=DeliveryState.DEAD) | rows.filter(state=DeliveryState.PENDING, attempts__gt=1)
    return set(troubled.values_list("payload__booking", flat=True))
