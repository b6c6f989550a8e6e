"""Who and where, as the national files say: rewritten by imports, never edited here."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class LocationPrecision(models.TextChoices):
    ADDRESS = "address", "adresse"
    STRUCTURE = "structure", "structure"
    COMMUNE = "commune", "commune"
    NONE = "none", "inconnue"


class StructureCategory(models.TextChoices):
    CPTS = "604", "CPTS"
    MSP = "603", "Maison de santé pluriprofessionnelle"
    CDS = "124", "Centre de santé"
    HOSPITAL = "101", "Hôpital"
    HOSPITAL_355 = "355", "Centre hospitalier"
    PHARMACY = "620", "Pharmacie"
    SOS = "SOS", "SOS Médecins"
    OTHER = "", "Autre"


class Address(models.Model):
    """Columns shared by everything that has a place. Degrees are WGS84."""

    line = models.CharField("adresse", max_length=200, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("commune", max_length=100, blank=True)
    insee = models.CharField("code INSEE", max_length=5, blank=True)
    department = models.CharField("département", max_length=3, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    lat = models.FloatField("latitude", null=True, blank=True)
    lon = models.FloatField("longitude", null=True, blank=True)
    precision = models.CharField("précision", max_length=10, choices=LocationPrecision, default=LocationPrecision.NONE)

    class Meta:
        abstract = True


class Structure(Address):
    """A health structure (FINESS row), or an SOS Médecins association kept by SIRET."""

    finess = models.CharField("FINESS", max_length=9, unique=True, null=True, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True, db_index=True)
    category = models.CharField("catégorie", max_length=4, choices=StructureCategory, blank=True)
    name = models.CharField("nom", max_length=200)
    search_name = models.CharField(max_length=200)
    row_hash = models.CharField(max_length=32, blank=True)
    closed_at = models.DateTimeField("fermée le", null=True, blank=True)

    class Meta:
        verbose_name = "structure"
        constraints = [
            models.UniqueConstraint(fields=["siret"], condition=Q(finess=None), name="one_association_per_siret")
        ]
        indexes = [
            models.Index(OpClass(F("search_name"), name="text_pattern_ops"), name="structure_name_prefix"),
            models.Index(fields=["category", "lat", "lon"], condition=Q(closed_at=None), name="structure_near"),
        ]

    def __str__(self) -> str:
        return self.name


class SosPlace(Address):
    """A fixed consultation place of an SOS Médecins association."""

    association = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="sos_places")
    name = models.CharField("nom", max_length=200)

    class Meta:
        verbose_name = "lieu de consultation SOS"
        verbose_name_plural = "lieux de consultation SOS"
        constraints = [models.UniqueConstraint(fields=["association", "name"], name="one_sos_place_per_name")]


class Practitioner(models.Model):
    """A professional of the RPPS. `national_id` is prefixed (8 + RPPS, 0 + ADELI)."""

    national_id = models.CharField("identifiant national", max_length=50, primary_key=True)
    civility = models.CharField("civilité", max_length=10, blank=True)
    family_name = models.CharField("nom d'exercice", max_length=100)
    given_name = models.CharField("prénom d'exercice", max_length=100, blank=True)
    profession = models.CharField("code profession", max_length=2)
    # "tenue anne" and "anne tenue", unaccented: prefix search serves both orders
    search_name = models.CharField(max_length=210, db_collation="C")
    search_name_given_first = models.CharField(max_length=210, db_collation="C")
    row_hash = models.CharField(max_length=32, blank=True)
    closed_at = models.DateTimeField("sorti du répertoire le", null=True, blank=True)

    class Meta:
        verbose_name = "professionnel"
        verbose_name_plural = "professionnels"
        indexes = [
            models.Index(fields=["search_name"], condition=Q(closed_at=None), name="practitioner_name"),
            models.Index(
                fields=["search_name_given_first"], condition=Q(closed_at=None), name="practitioner_given_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Activity(Address):
    """One practitioner, at one place, with one know-how: the row a search near a point reads."""

    # No constraint and no index of its own: the loader writes both sides in one transaction, by millions.
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.CASCADE, related_name="activities", db_constraint=False, db_index=False
    )
    key = models.CharField(max_length=80)  # place key + know-how: stable between imports
    place_key = models.CharField(max_length=64)  # "Identifiant technique de la structure", else a hash of the address
    profession = models.CharField("code profession", max_length=2)
    specialty = models.CharField("code savoir-faire", max_length=10, blank=True)
    specialty_label = models.CharField("savoir-faire", max_length=120, blank=True)
    mode = models.CharField("mode d'exercice", max_length=1, blank=True)
    sector = models.CharField("secteur d'activité", max_length=5, blank=True)
    structure_name = models.CharField("raison sociale", max_length=200, blank=True)
    finess = models.CharField("FINESS", max_length=9, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    structure_id = models.CharField("identifiant de structure préfixé", max_length=50, blank=True)
    row_hash = models.CharField(max_length=32, blank=True)
    closed_at = models.DateTimeField("fermée le", null=True, blank=True)

    class Meta:
        verbose_name = "activité"
        verbose_name_plural = "activités"
        constraints = [models.UniqueConstraint(fields=["practitioner", "key"], name="one_activity_per_key")]
        indexes = [
            models.Index(
                # `include` lets a search near a point read the index alone.
                fields=["profession", "specialty", "lat", "lon"],
                include=["practitioner"],
                condition=Q(closed_at=None),
                name="activity_near",
            ),
            models.Index(
                fields=["profession", "lat", "lon"],
                include=["practitioner"],
                condition=Q(closed_at=None),
                name="activity_profession_near",
            ),
            models.Index(
                fields=["department", "profession", "specialty"],
                include=["practitioner", "lat", "lon"],
                condition=Q(closed_at=None),
                name="activity_department",
            ),
            models.Index(fields=["finess"], condition=~Q(finess=""), name="activity_finess"),
        ]


class Geocode(models.Model):
    """The point of one address, kept: found by a geocoder, or given by an operator."""

    # spelling.plain(line) + postcode + INSEE code, see loading/location.py
    address_key = models.CharField("adresse normalisée", max_length=260, primary_key=True)
    lat = models.FloatField("latitude")
    lon = models.FloatField("longitude")
    found_at = models.DateTimeField("trouvé le", default=timezone.now)

    class Meta:
        verbose_name = "adresse géocodée"
        verbose_name_plural = "adresses géocodées"

    def __str__(self) -> str:
        return self.address_key


class ImportRun(models.Model):
    """One load of one source, for the gates of the next and for supervision."""

    source = models.CharField(max_length=20)  # rpps, rpps_know_how, finess, communes
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    inserted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    located_share = models.FloatField(null=True, blank=True)
    refused_because = models.TextField(blank=True)

    class Meta:
        verbose_name = "import"
        ordering = ["-started_at"]
