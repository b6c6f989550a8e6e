"""The land: departments with their radius and clock, communes, and needs as people name them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F


class Department(models.Model):
    """A département: default search radius (km) and time zone of its places."""

    code = models.CharField("code", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=60)
    search_name = models.CharField(max_length=60, editable=False)
    radius_km = models.PositiveSmallIntegerField("rayon de recherche (km)")
    time_zone = models.CharField("fuseau horaire", max_length=40, default="Europe/Paris")

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Commune(models.Model):
    insee = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=100)
    search_name = models.CharField(max_length=100)
    postal_codes = ArrayField(models.CharField(max_length=5), verbose_name="codes postaux")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, verbose_name="département")
    lat = models.FloatField("latitude")
    lon = models.FloatField("longitude")
    population = models.PositiveIntegerField("population", default=0)

    class Meta:
        verbose_name = "commune"
        indexes = [
            models.Index(OpClass(F("search_name"), name="text_pattern_ops"), name="commune_name_prefix"),
            GinIndex(fields=["postal_codes"], name="commune_postal_codes"),
        ]

    def __str__(self) -> str:
        return self.name


class Specialty(models.Model):
    """A need as people name it, mapped to a profession and to several official codes."""

    slug = models.SlugField(primary_key=True)
    label = models.CharField("libellé", max_length=100)
    search_name = models.CharField(max_length=100)
    synonyms = ArrayField(models.CharField(max_length=60), default=list, verbose_name="synonymes (sans accents)")
    profession = models.CharField("code profession", max_length=2)
    codes = ArrayField(
        models.CharField(max_length=10),
        default=list,
        blank=True,
        verbose_name="codes savoir-faire",
        help_text="Vide : toute la profession.",
    )

    class Meta:
        verbose_name = "spécialité"
        verbose_name_plural = "spécialités"

    def __str__(self) -> str:
        return self.label


class SpecialtyRadius(models.Model):
    """An admin's own radius for one specialty in one department (km)."""

    department = models.ForeignKey(Department, on_delete=models.CASCADE, verbose_name="département")
    specialty = models.ForeignKey(Specialty, on_delete=models.CASCADE, verbose_name="spécialité")
    radius_km = models.PositiveSmallIntegerField("rayon (km)")

    class Meta:
        verbose_name = "rayon par spécialité"
        verbose_name_plural = "rayons par spécialité"
        constraints = [models.UniqueConstraint(fields=["department", "specialty"], name="one_radius_per_pair")]
