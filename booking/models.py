"""What was agreed: orientations of regulators, appointments sent back by editors, their histories."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from agenda.models import Editor
from agenda.own.models import Occurrence


class AppointmentStatus(models.TextChoices):
    BOOKED = "booked", "réservé"
    FULFILLED = "fulfilled", "honoré"
    NOSHOW = "noshow", "absent"
    CANCELLED = "cancelled", "annulé"


class Appointment(models.Model):
    """An appointment as its editor last told it (INT_R03). No patient data, ever."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    editor = models.ForeignKey(Editor, on_delete=models.PROTECT, related_name="appointments")
    system = models.CharField("système d'identifiant", max_length=253)
    value = models.CharField("identifiant", max_length=253)
    status = models.CharField("état", max_length=10, choices=AppointmentStatus)
    start = models.DateTimeField("début")
    end = models.DateTimeField("fin")
    practitioner = models.CharField("praticien", max_length=50, blank=True)
    # SOS Médecins: the association, where no practitioner is named
    structure = models.CharField("structure", max_length=50, blank=True)
    operator_system = models.CharField(max_length=253, blank=True)
    operator_value = models.CharField(max_length=253, blank=True)
    # True when the operator is no regulator we know: kept, flagged, shown to admins
    unattributed = models.BooleanField("sans régulateur connu", default=False)
    # `needs-action`: booked, and the association (or practitioner) has yet to confirm
    awaits_confirmation = models.BooleanField("à confirmer", default=False)
    orientation_category = models.CharField(max_length=3, blank=True)
    last_updated = models.DateTimeField("dit par l'éditeur le", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField("reçu le", default=timezone.now)

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        constraints = [
            models.UniqueConstraint(fields=["editor", "system", "value"], name="one_row_per_editor_and_identifier"),
        ]


class AppointmentEvent(models.Model):
    """Append-only history of what an editor said, late news included."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="events")
    status = models.CharField(max_length=10, choices=AppointmentStatus)
    start = models.DateTimeField()
    end = models.DateTimeField()
    last_updated = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    applied = models.BooleanField(default=True)  # False: older than what we already knew

    class Meta:
        ordering = ["id"]


class OrientationState(models.TextChoices):
    OPENED = "opened", "Réservation ouverte"
    BOOKED = "booked", "Confirmée"
    FULFILLED = "fulfilled", "Honorée"
    NOSHOW = "noshow", "Patient absent"
    CANCELLED = "cancelled", "Annulée"


class Way(models.TextChoices):
    """How an orientation is agreed."""

    EDITOR = "editor", "logiciel du professionnel"
    OWN = "own", "agenda du portail"
    ON_TOP = "on_top", "en sus, convenu par téléphone"


class CancelReason(models.TextChoices):
    """Codes only: a free text would end up holding a patient's name."""

    MISTAKE = "mistake", "Erreur de saisie"
    DECLINED = "declined", "Le patient ne viendra pas"
    ELSEWHERE = "elsewhere", "Le patient est orienté ailleurs"
    UNAVAILABLE = "unavailable", "Le professionnel n’est plus disponible"
    UNDONE = "undone", "Annulée dans les 30 secondes"


class Orientation(models.Model):
    """A regulator chose a slot, or agreed on one by phone, for a patient nobody names here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    regulator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orientations")
    state = models.CharField("état", max_length=10, choices=OrientationState, default=OrientationState.OPENED)
    way = models.CharField("voie", max_length=8, choices=Way, default=Way.EDITOR)
    editor = models.ForeignKey(Editor, on_delete=models.PROTECT, null=True, blank=True)
    editor_name = models.CharField(max_length=60, blank=True)
    # Of the own agenda: the occurrence a place of which was taken
    occurrence = models.ForeignKey(
        Occurrence, on_delete=models.PROTECT, null=True, blank=True, related_name="orientations"
    )
    # Empty when a structure (a CPTS, an SOS association) sends whichever of its members receives
    practitioner = models.CharField("praticien (identifiant)", max_length=50, blank=True)
    practitioner_name = models.CharField("praticien", max_length=210)
    structure = models.CharField("structure", max_length=14, blank=True)
    place = models.CharField("lieu", max_length=320)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    # False: the editor did not answer in time when the slot was chosen
    verified = models.BooleanField("vérifié auprès de l'éditeur", default=True)
    department = models.CharField(max_length=3, blank=True)
    time_zone = models.CharField(max_length=40, default="Europe/Paris")
    start = models.DateTimeField("début")
    end = models.DateTimeField("fin")
    slot_key = models.CharField(max_length=64)
    slot_types = ArrayField(models.CharField(max_length=10), default=list)
    consultation = ArrayField(models.CharField(max_length=3), default=list)
    booking_url = models.CharField(max_length=2100, blank=True)
    # An emergency ward sent to town somebody who had come to it
    reorientation = models.BooleanField("réorientation des urgences", default=False)
    contextual_origin = models.CharField("logiciel de régulation", max_length=60, blank=True)
    cancel_reason = models.CharField("motif d'annulation", max_length=12, choices=CancelReason, blank=True)
    opened_at = models.DateTimeField("ouverte le", default=timezone.now)
    changed_at = models.DateTimeField("changée le", default=timezone.now)
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="orientation"
    )

    class Meta:
        verbose_name = "orientation"
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["regulator", "-opened_at"], name="orientations_of_regulator"),
            models.Index(fields=["practitioner", "start"], name="orientations_of_practitioner"),
        ]
        constraints = [
            # A double click or a reload opens the same orientation again, not a second one.
            models.UniqueConstraint(
                fields=["regulator", "slot_key"],
                condition=models.Q(state="opened"),
                name="one_open_per_slot",
            ),
            models.CheckConstraint(
                condition=models.Q(way="own", occurrence__isnull=False)
                | ~models.Q(way="own") & models.Q(occurrence=None),
                name="occurrence_of_the_own_agenda",
            ),
            models.CheckConstraint(
                condition=models.Q(practitioner__gt="") | models.Q(structure__gt=""), name="somebody_receives"
            ),
        ]


class OrientationEvent(models.Model):
    """Append-only history of an orientation."""

    orientation = models.ForeignKey(Orientation, on_delete=models.CASCADE, related_name="events")
    state = models.CharField(max_length=10, choices=OrientationState)
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=60)  # technical id of a user, or "editor:<id>"
    reason = models.CharField(max_length=12, choices=CancelReason, blank=True)

    class Meta:
        ordering = ["id"]


from booking.patients.models import (  # noqa: E402, F401 - Django looks for models here
    Booking,
    BookingEvent,
    Draft,
    Person,
    PracticeRule,
)
