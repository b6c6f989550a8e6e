"""Asking somebody to act for a practitioner or a structure; the right itself is a RoleGrant, given on acceptance."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from directory.constraints import check
from sasportal.accounts.models import DelegateScope, RoleGrant


class DelegationState(models.TextChoices):
    ASKED = "asked", "en attente"
    ACCEPTED = "accepted", "acceptée"
    DECLINED = "declined", "refusée"
    WITHDRAWN = "withdrawn", "retirée"
    REVOKED = "revoked", "terminée"


class DelegationRequest(models.Model):
    """From a practitioner (national_id) or a structure (finess), to a person named by national id or e-mail."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    national_id = models.CharField("pour le professionnel", max_length=50, blank=True)
    finess = models.CharField("pour la structure", max_length=9, blank=True)
    delegate_id = models.CharField("identifiant national du délégué", max_length=50, blank=True)
    delegate_email = models.EmailField("adresse électronique du délégué", blank=True)
    # Of a practitioner's delegate; a structure's has none: everything but naming delegates
    scopes = ArrayField(
        models.CharField(max_length=12, choices=DelegateScope), default=list, blank=True, verbose_name="pour quoi"
    )
    ends_on = models.DateField("dernier jour")
    state = models.CharField("état", max_length=10, choices=DelegationState, default=DelegationState.ASKED)
    asked_by = models.CharField("demandé par", max_length=60)
    asked_at = models.DateTimeField("demandé le", default=timezone.now)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    revoked_by = models.CharField("terminé par", max_length=60, blank=True)
    revoked_at = models.DateTimeField("terminé le", null=True, blank=True)
    grant = models.OneToOneField(
        RoleGrant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="droit donné"
    )

    class Meta:
        verbose_name = "demande de délégation"
        verbose_name_plural = "demandes de délégation"
        constraints = [
            models.UniqueConstraint(
                fields=["national_id", "finess", "delegate_id", "delegate_email"],
                condition=Q(state="asked"),
                name="one_open_delegation_request",
                violation_error_message="Une demande est déjà en attente pour cette personne.",
            ),
            check(
                "delegation_from_one_principal",
                Q(national_id="", finess__gt="") | Q(national_id__gt="", finess=""),
                "Une délégation vient d'un professionnel ou d'une structure.",
            ),
            check(
                "delegation_to_one_person",
                Q(delegate_id="", delegate_email__gt="") | Q(delegate_id__gt="", delegate_email=""),
                "Indiquez un identifiant national ou une adresse électronique.",
            ),
            check(
                "delegation_to_somebody_else", Q(delegate_id="") | ~Q(delegate_id=models.F("national_id")),
                "Une délégation se donne à une autre personne.",
            ),
            check(
                "delegation_accepted_is_a_right", Q(grant=None) | Q(state__in=["accepted", "revoked"]),
                "Seule une délégation acceptée donne un droit.",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["national_id", "-asked_at"], name="delegations_of_practitioner"),
            models.Index(fields=["finess", "-asked_at"], name="delegations_of_structure"),
            models.Index(fields=["delegate_id"], condition=Q(delegate_id__gt=""), name="delegations_to_id"),
            models.Index(fields=["delegate_email"], condition=Q(delegate_email__gt=""), name="delegations_to_email"),
        ]
