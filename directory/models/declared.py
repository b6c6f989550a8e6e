"""How practitioners take part in the SAS: dated rows, ended but never overwritten; and invitations to."""

import uuid
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import BigIntegerField, Case, F, Func, Q, Value, When
from django.utils import timezone

from directory.constraints import Digest, NumberRange, Period, check, only


class ParticipationVia(models.TextChoices):
    NONE = "none", "Ne participe pas"
    INDIVIDUAL = "individual", "À titre individuel"
    CPTS = "cpts", "Via une CPTS"
    MSP = "msp", "Via une MSP"
    SOS = "sos", "Via SOS Médecins"


# Each way stands at a number of its own; "none" stands at all of them, so that it goes with no other.
NUMBERS = {ParticipationVia.INDIVIDUAL: 1, ParticipationVia.CPTS: 2, ParticipationVia.MSP: 3, ParticipationVia.SOS: 4}


def number(value: int | None) -> Value:
    return Value(value, output_field=BigIntegerField())


def ways() -> Func:
    low = Case(*(When(via=via, then=number(at)) for via, at in NUMBERS.items()), default=number(1))
    high = Case(When(via="none", then=number(max(NUMBERS.values()) + 1)), default=low + number(1))
    return NumberRange(low, high)


def places() -> Any:
    """One place, or the whole range of them for "everywhere"."""
    return Case(When(place_key="", then=NumberRange(number(None), number(None))), default=only(Digest(F("place_key"))))


class Participation(models.Model):
    """A dated declaration: one way of taking part, at one place or everywhere. Never overwritten, only ended."""

    act = models.UUIDField("acte", default=uuid.uuid4, editable=False)  # the rows one declaration wrote
    national_id = models.CharField("identifiant national", max_length=50)
    via = models.CharField("participation", max_length=12, choices=ParticipationVia)
    # FINESS of the CPTS or MSP, SIRET of the SOS association; empty for individual
    structure = models.CharField("structure déclarée", max_length=14, blank=True)
    # directory.Activity.place_key; empty: every place, those to come included
    place_key = models.CharField("lieu concerné", max_length=64, blank=True)
    starts_at = models.DateTimeField("depuis", default=timezone.now)
    ends_at = models.DateTimeField("jusqu'à", null=True, blank=True)
    # What stood before, going on elsewhere or coming back: written by the act, not what it says
    carried_over = models.BooleanField("reprise", default=False)
    declared_at = models.DateTimeField("déclaré le", default=timezone.now)
    declared_by = models.CharField("déclaré par", max_length=60)
    ended_by = models.CharField("clos par", max_length=60, blank=True)
    # The act that ended it before its time, and when that was said
    end_act = models.UUIDField("acte de fin", null=True, blank=True, editable=False)
    end_declared_at = models.DateTimeField("fin déclarée le", null=True, blank=True)

    class Meta:
        verbose_name = "déclaration de participation"
        verbose_name_plural = "déclarations de participation"
        constraints = [
            ExclusionConstraint(
                name="one_declaration_per_place_and_way",
                expressions=[
                    (only(Digest(F("national_id"))), RangeOperators.OVERLAPS),
                    (places(), RangeOperators.OVERLAPS),
                    (ways(), RangeOperators.OVERLAPS),
                    (Period(F("starts_at"), F("ends_at")), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Une autre déclaration couvre déjà ce lieu et cette période.",
            ),
            check(
                "declaration_ends_after_start",
                Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                "La fin doit suivre le début.",
            ),
            check(
                "structure_when_through_one",
                Q(via__in=["cpts", "msp", "sos"], structure__gt="") | Q(via__in=["none", "individual"], structure=""),
                "Indiquez la structure (FINESS) par laquelle le professionnel participe.",
            ),
        ]
        indexes = [
            models.Index(fields=["national_id", "starts_at"], name="declarations_of_person"),
            # Who takes part now, read without touching the rows (ranking.py)
            models.Index(
                fields=["national_id"], include=["starts_at", "ends_at"], condition=~Q(via="none"), name="taking_part"
            ),
            models.Index(fields=["structure"], condition=Q(structure__gt=""), name="declarations_of_structure"),
        ]

    def in_force(self, at: Any) -> bool:
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


class InvitationState(models.TextChoices):
    SENT = "sent", "en attente"
    ACCEPTED = "accepted", "acceptée"
    DECLINED = "declined", "refusée"
    WITHDRAWN = "withdrawn", "retirée"
    EXPIRED = "expired", "expirée"  # written when another takes its place; by its date before that


class Invitation(models.Model):
    """A structure asks a practitioner to take part through it; only he, or his delegate, can accept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.CharField("structure", max_length=14)
    via = models.CharField("participation", max_length=12, choices=ParticipationVia)
    national_id = models.CharField("identifiant national", max_length=50)
    state = models.CharField("état", max_length=10, choices=InvitationState, default=InvitationState.SENT)
    invited_by = models.CharField("invité par", max_length=60)
    invited_at = models.DateTimeField("invité le", default=timezone.now)
    expires_at = models.DateTimeField("expire le")
    answered_by = models.CharField("répondu par", max_length=60, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)

    class Meta:
        verbose_name = "invitation"
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "national_id"],
                condition=Q(state="sent"),
                name="one_open_invitation",
                violation_error_message="Ce professionnel est déjà invité.",
            ),
        ]
        indexes = [
            models.Index(fields=["national_id"], condition=Q(state="sent"), name="open_invitations"),
            models.Index(fields=["structure", "-invited_at"], name="invitations_of_structure"),
        ]

    def open_at(self, now: Any) -> bool:
        return self.state == InvitationState.SENT and now < self.expires_at
