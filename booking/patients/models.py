"""What patients book by themselves. Who they are and why they come is sealed; the rest names nobody."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from agenda.models import Editor
from agenda.own.models import Occurrence
from sasportal.vault.models import Sealed


class PersonKind(models.TextChoices):
    SELF = "self", "Moi"
    CHILD = "child", "Un enfant"
    ADULT = "adult", "Une personne que j’aide"


class Scope(models.TextChoices):
    """What an adult lets somebody do for him."""

    SEE = "see", "Voir mes rendez-vous"
    BOOK = "book", "Prendre et déplacer mes rendez-vous"
    CANCEL = "cancel", "Annuler mes rendez-vous"


class Person(Sealed):
    """Somebody an account books for. Sealed: names, birth date, phone; the address an adult was invited at."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="patients")
    kind = models.CharField("lien", max_length=5, choices=PersonKind, default=PersonKind.SELF)
    # Finds the same person again whoever books for him (vault.sealing.blind_index)
    index = models.CharField(max_length=64, blank=True, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Of an adult: his own account once he accepted, what he allows and until when
    helped = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="helpers"
    )
    scopes = ArrayField(models.CharField(max_length=6, choices=Scope), default=list, blank=True)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    ends_on = models.DateField("jusqu’au", null=True, blank=True)
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)

    class Meta:
        verbose_name = "patient"
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(kind="self"), name="one_self_per_account"),
            models.CheckConstraint(
                condition=Q(kind="adult", ends_on__isnull=False) | ~Q(kind="adult"), name="help_has_an_end"
            ),
        ]


class Meeting(models.Model):
    """With whom, where and when: columns that name no patient."""

    occurrence = models.ForeignKey(Occurrence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    editor = models.ForeignKey(Editor, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    slot_key = models.CharField(max_length=64)
    practitioner = models.CharField("praticien (identifiant)", max_length=50)
    practitioner_name = models.CharField("praticien", max_length=210)
    specialty = models.CharField("spécialité", max_length=120, blank=True)
    place = models.CharField("lieu", max_length=320)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    time_zone = models.CharField(max_length=40, default="Europe/Paris")
    department = models.CharField(max_length=3, blank=True)
    consultation = ArrayField(models.CharField(max_length=3), default=list)
    start = models.DateTimeField("début")
    end = models.DateTimeField("fin")

    class Meta:
        abstract = True


class BookingState(models.TextChoices):
    PENDING = "pending", "Demandé"
    BOOKED = "booked", "Confirmé"
    REFUSED = "refused", "Refusé"
    CANCELLED = "cancelled", "Annulé"
    FULFILLED = "fulfilled", "Honoré"
    NOSHOW = "noshow", "Absence"


OPEN_STATES = (BookingState.PENDING, BookingState.BOOKED)


class Booking(Sealed, Meeting):
    """One appointment of one person. Sealed: who he was then, how to reach him, why he comes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField("état", max_length=10, choices=BookingState)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="bookings"
    )
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="bookings")
    person_index = models.CharField(max_length=64, blank=True)
    # Of the calendar entry: grows with each change (RFC 5545)
    sequence = models.PositiveIntegerField(default=0)
    booked_at = models.DateTimeField("pris le", default=timezone.now)
    changed_at = models.DateTimeField("changé le", default=timezone.now)
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)
    cancelled_late = models.BooleanField("annulé tardivement", default=False)
    # At an editor that takes patients' appointments: when it was first asked, the last state it acknowledged,
    # its own date of it, until when one process alone writes to it
    asked_at = models.DateTimeField(null=True, blank=True)
    at_editor = models.CharField(max_length=10, choices=BookingState, blank=True)
    editor_updated_at = models.DateTimeField(null=True, blank=True)
    writing_until = models.DateTimeField(null=True, blank=True)
    # Where it was found, to offer something else when the editor refuses
    search = models.UUIDField(null=True, blank=True)
    # Of a move: the old time, kept until this one is booked
    replaces = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    erased_at = models.DateTimeField("effacé le", null=True, blank=True)

    class Meta:
        verbose_name = "rendez-vous pris par un patient"
        verbose_name_plural = "rendez-vous pris par des patients"
        indexes = [
            models.Index(fields=["account", "start"], name="bookings_of_account"),
            models.Index(fields=["practitioner", "start"], name="bookings_at_practitioner"),
            models.Index(
                fields=["person_index", "start"], condition=Q(state__in=["pending", "booked"]), name="bookings_open"
            ),
            models.Index(fields=["end"], condition=Q(key__isnull=False), name="bookings_to_erase"),
            models.Index(
                fields=["editor", "slot_key"], condition=Q(state__in=["pending", "booked"]), name="bookings_at_editor"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="booking_ends_after_start"),
            models.CheckConstraint(
                condition=Q(occurrence__isnull=False) ^ Q(editor__isnull=False), name="booked_here_or_at_an_editor"
            ),
            # One that was refused or given up may be followed by another try
            models.UniqueConstraint(
                fields=["replaces"], condition=~Q(state__in=["refused", "cancelled"]), name="moved_once"
            ),
        ]


class Draft(Sealed, Meeting):
    """A booking being prepared, step by step. Confirmed, the booking has the same id: there is only one of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The browser that began it; the account that went on, once there is one
    visitor = models.CharField(max_length=64)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True)
    search = models.UUIDField(null=True, blank=True)
    moves = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    held_until = models.DateTimeField("gardé jusqu’à")
    began_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "rendez-vous en préparation"
        verbose_name_plural = "rendez-vous en préparation"
        indexes = [
            models.Index(fields=["visitor", "slot_key"], name="drafts_of_visitor"),
            models.Index(fields=["editor", "slot_key"], condition=Q(editor__isnull=False), name="drafts_at_editor"),
        ]


class PracticeRule(models.Model):
    """How long before an appointment its practice wants to be told; without a row, DEFAULT_HOURS."""

    DEFAULT_HOURS, MOST_HOURS = 24, 96

    national_id = models.CharField("identifiant national", max_length=50, primary_key=True)
    cancellation_hours = models.PositiveSmallIntegerField("prévenir au moins (heures avant)", default=DEFAULT_HOURS)

    class Meta:
        verbose_name = "règle d'un cabinet"
        verbose_name_plural = "règles de cabinets"


class EventKind(models.TextChoices):
    BOOKED = "booked", "Rendez-vous pris"
    ASKED = "asked", "Rendez-vous demandé"
    REFUSED = "refused", "Rendez-vous refusé"
    MOVED = "moved", "Rendez-vous déplacé"
    CANCELLED = "cancelled", "Rendez-vous annulé"
    RESTORED = "restored", "Annulation reprise"
    CHANGED = "changed", "Rendez-vous changé par le cabinet"
    FULFILLED = "fulfilled", "Venue notée"
    NOSHOW = "noshow", "Absence notée"
    READ = "read", "Coordonnées lues par le cabinet"
    SEEN = "seen", "Rendez-vous consulté"
    EXPORTED = "exported", "Données exportées"
    ERASED = "erased", "Données effacées"


class BookingEvent(models.Model):
    """Append-only: who did or read what. `by` is a technical id, "editor:<id>" or "system"."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=EventKind)
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=60)

    class Meta:
        ordering = ["id"]
