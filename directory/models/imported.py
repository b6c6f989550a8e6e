"""A list of members given as a file: kept line by line, checked, then applied once somebody has confirmed."""

import uuid

from django.db import models
from django.utils import timezone

from directory.models.declared import ParticipationVia
from sasportal.accounts.models import User


class ImportEffect(models.TextChoices):
    INVITE = "invite", "inviter"
    DECLARE = "declare", "déclarer"


class ImportState(models.TextChoices):
    CHECKING = "checking", "vérification en cours"
    CHECKED = "checked", "à confirmer"
    APPLYING = "applying", "enregistrement en cours"
    APPLIED = "applied", "terminé"
    ABANDONED = "abandoned", "abandonné"
    STOPPED = "stopped", "interrompu"


class LineOutcome(models.TextChoices):
    PENDING = "pending", "à vérifier"
    ACCEPTED = "accepted", "acceptée"
    REFUSED = "refused", "refusée"
    UNCHANGED = "unchanged", "sans changement"
    DONE = "done", "enregistrée"
    LATE = "late", "devenue impossible"


class MemberImport(models.Model):
    """One file. Its progress is that of its lines; each state is left once (compare and swap)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.CharField("structure", max_length=14)
    via = models.CharField("participation", max_length=12, choices=ParticipationVia)
    effect = models.CharField("effet", max_length=10, choices=ImportEffect)
    state = models.CharField("état", max_length=10, choices=ImportState, default=ImportState.CHECKING)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="déposé par")
    created_at = models.DateTimeField("déposé le", default=timezone.now)
    checked_at = models.DateTimeField("vérifié le", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name="confirmé par"
    )
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)
    # When a job last worked on it: a job lost with its worker is seen by its silence
    worked_at = models.DateTimeField("dernier travail", default=timezone.now)

    class Meta:
        verbose_name = "import de membres"
        verbose_name_plural = "imports de membres"
        indexes = [models.Index(fields=["structure", "-created_at"], name="imports_of_structure")]


class MemberImportLine(models.Model):
    """One line of the file: what was read of it (the other columns are not kept), and what becomes of it."""

    member_import = models.ForeignKey(MemberImport, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField("ligne")
    text = models.CharField("identifiant lu", max_length=60, blank=True)
    since_text = models.CharField("début lu", max_length=30, blank=True)
    until_text = models.CharField("fin lue", max_length=30, blank=True)
    national_id = models.CharField("identifiant national", max_length=60, blank=True)
    outcome = models.CharField("résultat", max_length=10, choices=LineOutcome, default=LineOutcome.PENDING)
    reason = models.CharField("explication", max_length=300, blank=True)

    class Meta:
        verbose_name = "ligne d'un import"
        verbose_name_plural = "lignes d'un import"
        constraints = [models.UniqueConstraint(fields=["member_import", "number"], name="one_row_per_line")]
        indexes = [
            models.Index(fields=["member_import", "outcome", "number"], name="import_lines_by_outcome"),
            models.Index(fields=["member_import", "national_id"], name="import_lines_of_person"),
        ]
