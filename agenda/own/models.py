"""The platform's own agenda: what a practitioner without software offers, rule by rule and range by range."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from agenda.own.constraints import OnTheQuarter, check, one_place_at_a_time
from agenda.slots import Consultation, SlotType

STEP_MINUTES = 15
LONGEST_MINUTES = 12 * 60
MOST_PATIENTS = 60

TYPE_CHOICES = [
    (SlotType.PUBLIC.value, "Tout public"),
    (SlotType.PRO.value, "Professionnels de santé"),
    (SlotType.SNP.value, "Régulation (soins non programmés)"),
    (SlotType.CPTS.value, "Ma CPTS"),
]
CONSULTATION_CHOICES = [
    (Consultation.SURGERY.value, "Au cabinet"),
    (Consultation.TELE.value, "En téléconsultation"),
    (Consultation.HOME.value, "Au domicile du patient"),
]


class OfferKind(models.TextChoices):
    SLOT = "slot", "Un créneau, pour un patient"
    RANGE = "range", "Une plage, pour plusieurs patients"


class Offer(models.Model):
    """What is offered, where and to whom: columns shared by a series and by each of its occurrences."""

    national_id = models.CharField("identifiant national", max_length=50)
    place_key = models.CharField("lieu d'exercice", max_length=64)  # directory.Activity.place_key
    time_zone = models.CharField("fuseau horaire du lieu", max_length=40)
    kind = models.CharField("nature", max_length=5, choices=OfferKind)
    capacity = models.PositiveSmallIntegerField("patients", default=1)
    types = ArrayField(models.CharField(max_length=6, choices=TYPE_CHOICES), verbose_name="ouvert à")
    consultation = ArrayField(
        models.CharField(max_length=3, choices=CONSULTATION_CHOICES), verbose_name="modes de consultation"
    )

    class Meta:
        abstract = True


def offer_constraints(table: str) -> list[models.BaseConstraint]:
    return [
        check(
            f"{table}_capacity",
            Q(kind="slot", capacity=1) | Q(kind="range", capacity__range=(1, MOST_PATIENTS)),
            f"Un créneau reçoit un patient, une plage de 1 à {MOST_PATIENTS}.",
        ),
        check(f"{table}_open_to_somebody", Q(types__len__gte=1), "Choisissez à qui c'est ouvert."),
        check(f"{table}_held_somehow", Q(consultation__len__gte=1), "Choisissez au moins un mode de consultation."),
    ]


class Series(Offer):
    """A rule in the local time of the place: one date when `rule` is empty, else an RFC 5545 rule of dates."""

    first_day = models.DateField("premier jour")
    start_time = models.TimeField("début")
    duration_minutes = models.PositiveSmallIntegerField("durée (minutes)")
    rule = models.CharField("règle", max_length=200, blank=True)
    last_day = models.DateField("jusqu'au", null=True, blank=True)
    exceptions = ArrayField(models.DateField(), default=list, blank=True, verbose_name="sauf")
    closed_at = models.DateTimeField("supprimée le", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "série de l'agenda propre"
        verbose_name_plural = "séries de l'agenda propre"
        constraints = [
            *offer_constraints("own_series"),
            check(
                "own_series_ends_after_start",
                Q(last_day=None) | Q(last_day__gte=F("first_day")),
                "La fin de la répétition doit suivre son début.",
            ),
            check(
                "own_series_duration_in_quarters",
                Q(duration_minutes__in=list(range(STEP_MINUTES, LONGEST_MINUTES + 1, STEP_MINUTES))),
                "La durée se compte en quarts d'heure, 12 heures au plus.",
            ),
        ]
        indexes = [models.Index(fields=["national_id"], condition=Q(closed_at=None), name="own_series_open")]


class Occurrence(Offer):
    """One date of a series. Never deleted: what was offered once may be spoken of by an orientation."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="occurrences", verbose_name="série")
    # The date the rule gave, even when this occurrence was moved by hand (RFC 5545's RECURRENCE-ID)
    day = models.DateField("date dans la série")
    start = models.DateTimeField("début")
    end = models.DateTimeField("fin")
    taken = models.PositiveSmallIntegerField("patients orientés", default=0)
    cancelled = models.BooleanField("annulée", default=False)
    sequence = models.PositiveIntegerField("version", default=0)
    changed_at = models.DateTimeField("modifiée le", default=timezone.now)

    class Meta:
        verbose_name = "plage de l'agenda propre"
        verbose_name_plural = "plages de l'agenda propre"
        constraints = [
            *offer_constraints("own_occurrence"),
            check("own_occurrence_taken_within_capacity", Q(taken__lte=F("capacity")), "Cette plage est complète."),
            check("own_occurrence_ends_after_start", Q(end__gt=F("start")), "La fin doit suivre le début."),
            check(
                "own_occurrence_on_the_quarter",
                OnTheQuarter(F("start")) & OnTheQuarter(F("end")),
                "Les horaires vont de quart d'heure en quart d'heure.",
            ),
            models.UniqueConstraint(
                fields=["series", "day"], condition=Q(cancelled=False), name="own_occurrence_once_a_day"
            ),
            one_place_at_a_time("own_occurrence_no_overlap"),
        ]
        indexes = [models.Index(fields=["national_id", "start"], name="own_occurrence_of_person")]

    @property
    def locked(self) -> bool:
        return self.taken > 0

    @property
    def free_places(self) -> int:
        return self.capacity - self.taken

    def over(self, now: datetime) -> bool:
        return self.start <= now


class Hold(models.Model):
    """A place kept some minutes for somebody who is booking (`booking` knows who). Over, it counts for nothing."""

    id = models.UUIDField(primary_key=True, editable=False)
    occurrence = models.ForeignKey(Occurrence, on_delete=models.CASCADE, related_name="holds")
    expires_at = models.DateTimeField("jusqu’à")

    class Meta:
        verbose_name = "place gardée"
        verbose_name_plural = "places gardées"


class CalendarFeed(models.Model):
    """The secret address of one agenda; only the digest of its secret is kept."""

    national_id = models.CharField("identifiant national", max_length=50)
    token_sha256 = models.CharField("empreinte du secret", max_length=64, unique=True)
    created_at = models.DateTimeField("créée le", default=timezone.now)
    revoked_at = models.DateTimeField("révoquée le", null=True, blank=True)

    class Meta:
        verbose_name = "adresse de calendrier"
        verbose_name_plural = "adresses de calendrier"
        constraints = [
            models.UniqueConstraint(
                fields=["national_id"], condition=Q(revoked_at=None), name="own_feed_one_address_at_a_time"
            )
        ]
