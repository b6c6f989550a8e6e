"""What a structure says of itself; survives imports."""

from django.db import models


class StructureProfile(models.Model):
    finess = models.CharField("FINESS", max_length=9, primary_key=True)
    description = models.TextField("présentation", max_length=2000, blank=True)
    phone = models.CharField("téléphone du secrétariat", max_length=20, blank=True)
    # {"mon": [["09:00", "12:00"], …], …}, local times of the place
    opening_hours = models.JSONField("horaires", default=dict, blank=True)
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    reminded_at = models.DateTimeField("rappelé le", null=True, blank=True)

    class Meta:
        verbose_name = "fiche de structure"
        verbose_name_plural = "fiches de structures"


class CptsCommune(models.Model):
    """One commune of a CPTS's territory (not in FINESS: managed here)."""

    finess = models.CharField("FINESS de la CPTS", max_length=9)
    insee = models.CharField("code INSEE", max_length=5, db_index=True)

    class Meta:
        verbose_name = "commune de CPTS"
        verbose_name_plural = "communes de CPTS"
        constraints = [models.UniqueConstraint(fields=["finess", "insee"], name="one_row_per_cpts_and_commune")]
