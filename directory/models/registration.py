"""Requests to register regulators who have no national identifier, and what became of each."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from directory.constraints import check
from sasportal.accounts.models import RegulatorKind, Territory, User


class RegistrationState(models.TextChoices):
    DRAFT = "draft", "Brouillon"
    SUBMITTED = "submitted", "Envoyée"
    IN_REVIEW = "in_review", "En examen"
    NEEDS_INFORMATION = "needs_information", "À compléter"
    APPROVED = "approved", "Validée"
    REJECTED = "rejected", "Rejetée"
    ABANDONED = "abandoned", "Abandonnée"


# Asked for and not yet decided: one for each person and each address
OPEN = (RegistrationState.SUBMITTED, RegistrationState.IN_REVIEW, RegistrationState.NEEDS_INFORMATION)
ENDED = (RegistrationState.APPROVED, RegistrationState.REJECTED, RegistrationState.ABANDONED)
# What its author may still write
EDITABLE = (RegistrationState.DRAFT, RegistrationState.NEEDS_INFORMATION)


class Civility(models.TextChoices):
    MRS = "MME", "Madame"
    MR = "M", "Monsieur"


class RegistrationRequest(models.Model):
    """One person to register. `answers` is what is being written, as typed; the other columns what was submitted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # P + day + rank in the day, given when first submitted and kept
    number = models.CharField("numéro", max_length=20, null=True, blank=True, unique=True)
    state = models.CharField("état", max_length=20, choices=RegistrationState, default=RegistrationState.DRAFT)
    answers = models.JSONField("réponses", default=dict, blank=True)
    search_name = models.CharField(max_length=310, blank=True)
    civility = models.CharField("civilité", max_length=3, choices=Civility, blank=True)
    family_name = models.CharField("nom", max_length=150, blank=True)
    given_name = models.CharField("prénom", max_length=150, blank=True)
    # Erased a month after the end
    birth_date = models.DateField("date de naissance", null=True, blank=True)
    birth_place = models.CharField("lieu de naissance", max_length=100, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    structure = models.CharField("structure (FINESS ou SIRET)", max_length=14, blank=True)
    structure_label = models.CharField("structure", max_length=300, blank=True)
    kind = models.CharField("type de régulateur", max_length=20, choices=RegulatorKind, blank=True)
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="territoire"
    )
    certified_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="identité vérifiée par"
    )
    certified_at = models.DateTimeField("identité vérifiée le", null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="créée par")
    created_at = models.DateTimeField("créée le", default=timezone.now)
    updated_at = models.DateTimeField("modifiée le", default=timezone.now)
    ended_at = models.DateTimeField("close le", null=True, blank=True)
    account = models.OneToOneField(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="registration", verbose_name="compte créé"
    )

    class Meta:
        verbose_name = "demande d’inscription"
        verbose_name_plural = "demandes d’inscription"
        constraints = [
            models.UniqueConstraint(
                fields=["search_name", "birth_date"], condition=Q(state__in=OPEN), name="one_open_request_per_person"
            ),
            models.UniqueConstraint(fields=["email"], condition=Q(state__in=OPEN), name="one_open_request_per_address"),
            check(
                "registration_submitted_whole",
                Q(number=None, state__in=["draft", "abandoned"])
                | Q(
                    number__isnull=False, family_name__gt="", given_name__gt="", email__gt="", kind__gt="",
                    structure__gt="", territory__isnull=False, certified_at__isnull=False, certified_by__isnull=False,
                ),
                "Une demande envoyée est complète.",
            ),
            check(
                "registration_born_while_open",
                ~Q(state__in=OPEN) | Q(birth_date__isnull=False, birth_place__gt=""),
                "La naissance est connue tant que la demande est ouverte.",
            ),
            check(
                "registration_ended",
                Q(state__in=ENDED, ended_at__isnull=False) | (~Q(state__in=ENDED) & Q(ended_at=None)),
                "Une demande close l’est à une date.",
            ),
            check(
                "registration_account_when_approved",
                Q(state="approved", account__isnull=False) | (~Q(state="approved") & Q(account=None)),
                "Le compte naît de la validation.",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "-updated_at"], name="registrations_by_state"),
            models.Index(fields=["territory"], name="registrations_of_territory"),
        ]

    def __str__(self) -> str:
        return self.number or "brouillon"

    @property
    def name(self) -> str:
        """How the list calls the person: as submitted, else as being written."""
        said = self.answers if self.number is None else {}
        names = [said.get("given_name") or self.given_name, said.get("family_name") or self.family_name]
        return " ".join(filter(None, names)) or "Sans nom"


class RegistrationEvent(models.Model):
    """One step of a request's life; never changed nor removed. `by` is empty when the portal did it by itself."""

    request = models.ForeignKey(RegistrationRequest, on_delete=models.PROTECT, related_name="events")
    state = models.CharField("état", max_length=20, choices=RegistrationState)
    at = models.DateTimeField("quand", default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par")
    comment = models.TextField("message", max_length=1000, blank=True)

    class Meta:
        verbose_name = "étape d’une demande"
        verbose_name_plural = "étapes d’une demande"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["request", "at"], name="registration_history")]
