"""What an effector chose for himself; keyed by national identifiers, never touched by an import."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class EffectorSettings(models.Model):
    national_id = models.CharField("identifiant national", max_length=50, primary_key=True)
    accepts_editor_slots = models.BooleanField("montrer les créneaux de son logiciel", default=True)
    accepts_on_top = models.BooleanField("accepte des patients en sus", default=True)
    additional_information = models.TextField("information aux régulateurs", max_length=1000, blank=True)
    convention_sector = models.CharField("secteur conventionnel", max_length=1, blank=True)
    software = models.CharField("logiciel d'agenda", max_length=60, blank=True)
    # No editor is asked for somebody who has none: his own agenda says all
    without_software = models.BooleanField("n'a pas de logiciel d'agenda", default=False)
    declares_two_hours = models.BooleanField("déclare offrir deux heures par semaine", default=False)
    notice_email = models.EmailField("adresse pour les avis", blank=True)

    class Meta:
        verbose_name = "réglage d'effecteur"
        verbose_name_plural = "réglages d'effecteurs"


class PlaceSettings(models.Model):
    """What an effector chose for one of his places: a better phone, types of editor slots he does not show."""

    national_id = models.CharField("identifiant national", max_length=50)
    place_key = models.CharField("lieu d'exercice", max_length=64)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    refused_types = ArrayField(
        models.CharField(max_length=6), default=list, blank=True, verbose_name="types de créneaux refusés"
    )

    class Meta:
        verbose_name = "réglage d'un lieu"
        verbose_name_plural = "réglages de lieux"
        constraints = [models.UniqueConstraint(fields=["national_id", "place_key"], name="one_setting_per_place")]


class Absence(models.Model):
    national_id = models.CharField("identifiant national", max_length=50, db_index=True)
    starts_at = models.DateTimeField("du")
    ends_at = models.DateTimeField("au")

    class Meta:
        verbose_name = "absence"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="absence_ends_after_start",
                violation_error_message="La fin doit suivre le début.",
            ),
        ]
