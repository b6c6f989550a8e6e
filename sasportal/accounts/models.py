"""Who signs in, and what each person was given the right to do, where."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone

from sasportal.spelling import Spelled


class UserKind(models.TextChoices):
    PROFESSIONAL = "professional", "Professionnel"
    PATIENT = "patient", "Patient"


class Role(models.TextChoices):
    REGULATOR = "regulator", "Régulateur"
    ACCOUNT_MANAGER = "account_manager", "Gestionnaire de comptes"
    EFFECTOR = "effector", "Effecteur"
    DELEGATE = "delegate", "Délégataire"
    STRUCTURE_MANAGER = "structure_manager", "Gestionnaire de structure"
    EDITOR = "editor", "Personnel d’un éditeur de logiciel"
    ADMIN = "admin", "Administrateur"


class RegulatorKind(models.TextChoices):
    OSNP = "osnp", "Opérateur de soins non programmés"
    PHYSICIAN = "physician", "Médecin régulateur"
    IOA = "ioa", "Infirmier organisateur de l’accueil"


class SuspensionReason(models.TextChoices):
    DECISION = "decision", "par décision"
    INACTIVITY = "inactivity", "faute d’activité"


class DelegateScope(models.TextChoices):
    """What somebody may do for a practitioner who made him his delegate."""

    AGENDA = "agenda", "Proposer et retirer des créneaux"
    DECLARATION = "declaration", "Déclarer la participation au SAS"
    SETTINGS = "settings", "Tenir à jour absences, téléphones et réglages"
    FOLLOW = "follow", "Voir les patients orientés et noter leur venue"


class User(AbstractUser):
    """A person. Signing in gives an identity; every right comes from a `RoleGrant`."""

    kind = models.CharField(max_length=20, choices=UserKind, default=UserKind.PROFESSIONAL)
    national_id = models.CharField(
        "identifiant national",
        max_length=50,
        unique=True,
        null=True,
        blank=True,
        help_text="Préfixé, tel que Pro Santé Connect l'envoie (8 + RPPS, 0 + ADELI, 3…).",
    )
    technical_id = models.UUIDField("identifiant technique", default=uuid.uuid4, unique=True, editable=False)
    # Where a card holder can be written to, and what editors ask of an account: never a way in, unlike `email`
    contact_email = models.EmailField("adresse électronique de contact", blank=True)
    # Pro Santé Connect's own `sub` and last session, for back-channel logout.
    psc_subject = models.CharField(max_length=255, blank=True, db_index=True)
    # A long silence closes the accounts of those who regulate or manage accounts (inactivity.py)
    warned_at = models.DateTimeField("prévenu de son inactivité le", null=True, blank=True)
    suspended_at = models.DateTimeField("suspendu le", null=True, blank=True)
    suspended_for = models.CharField("suspendu", max_length=10, choices=SuspensionReason, blank=True)
    reopened_at = models.DateTimeField("rouvert le", null=True, blank=True)
    # Last name on both sides: found whichever name is typed first. Kept by the database itself
    search_name = models.GeneratedField(
        expression=Spelled(Concat("last_name", Value(" "), "first_name", Value(" "), "last_name")),
        output_field=models.TextField(),
        db_persist=True,
    )

    _roles_now: frozenset[str]  # read once for each object, see roles.py
    _kinds_now: frozenset[str]

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints = [
            models.UniqueConstraint(
                "email",
                "kind",
                name="one_account_per_email_and_kind",
                condition=~Q(email=""),
                violation_error_message="Un compte existe déjà avec cette adresse.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def reachable_at(self) -> str:
        """The address this person can be written to, if any."""
        return self.email or self.contact_email


class FormerIdentifier(models.Model):
    """What named an account before its national identifier did, and in what system; never reused."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_identifiers", verbose_name="compte")
    system = models.CharField("système", max_length=100)
    value = models.CharField("identifiant", max_length=50)
    until = models.DateTimeField("jusqu’au", default=timezone.now)

    class Meta:
        verbose_name = "ancien identifiant"
        verbose_name_plural = "anciens identifiants"
        constraints = [models.UniqueConstraint(fields=["system", "value"], name="one_holder_of_a_former_identifier")]

    def __str__(self) -> str:
        return self.value


class TermsAcceptance(models.Model):
    """Somebody accepted this version of the terms of use; kept for good."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="terms_accepted", verbose_name="compte")
    version = models.CharField("version", max_length=20)
    accepted_at = models.DateTimeField("acceptée le", default=timezone.now)

    class Meta:
        verbose_name = "acceptation des conditions"
        verbose_name_plural = "acceptations des conditions"
        constraints = [models.UniqueConstraint(fields=["user", "version"], name="one_acceptance_per_version")]

    def __str__(self) -> str:
        return self.version


class Territory(models.Model):
    """A set of departments: limits who manages whom, never where a regulator may search."""

    name = models.CharField("nom", max_length=100, unique=True)
    departments = ArrayField(models.CharField(max_length=3), verbose_name="départements")

    class Meta:
        verbose_name = "territoire"
        verbose_name_plural = "territoires"

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """One role, given to one person, within one scope (national when no scope field is set)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants", verbose_name="compte")
    role = models.CharField("rôle", max_length=20, choices=Role)
    regulator_kind = models.CharField("type de régulateur", max_length=20, choices=RegulatorKind, blank=True)
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, null=True, blank=True, verbose_name="territoire")
    finess = models.CharField("structure (FINESS)", max_length=9, blank=True)
    national_id = models.CharField("pour le professionnel", max_length=50, blank=True)
    # Of an editor's staff: the key of the editor, which is known further right
    editor_id = models.PositiveIntegerField("pour l’éditeur (numéro)", null=True, blank=True)
    # Of a delegate; none: everything
    scopes = ArrayField(
        models.CharField(max_length=12, choices=DelegateScope), default=list, blank=True, verbose_name="pour quoi"
    )
    granted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="grants_given", verbose_name="donné par"
    )
    starts_at = models.DateTimeField("à partir de", default=timezone.now)
    ends_at = models.DateTimeField("jusqu'à", null=True, blank=True)

    class Meta:
        verbose_name = "droit"
        verbose_name_plural = "droits"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="grant_ends_after_start",
                violation_error_message="La fin doit suivre le début.",
            ),
        ]
        indexes = [models.Index(fields=["user", "role"])]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}"


class PscSession(models.Model):
    """The Pro Santé Connect session (`sid`) behind one local session, for back-channel logout."""

    sid = models.CharField(max_length=255, db_index=True)
    subject = models.CharField(max_length=255, db_index=True)
    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="psc_sessions")
    created_at = models.DateTimeField(default=timezone.now)


class LogoutTokenSeen(models.Model):
    """`jti` of each back-channel logout token already honoured (one use each)."""

    jti = models.CharField(max_length=255, primary_key=True)
    seen_at = models.DateTimeField(default=timezone.now)
