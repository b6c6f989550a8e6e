"""When: the editors we ask, what they know, and every call made to them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Flow(models.TextChoices):
    R01 = "R01", "INT_R01 – créneaux des praticiens"
    R04 = "R04", "INT_R04 – créneaux partagés avec une CPTS"
    SOS = "SOS", "SOS – créneaux des associations SOS Médecins"
    R02 = "R02", "INT_R02 – comptes des régulateurs"
    APPOINTMENT = "RDV", "Rendez-vous pris par des patients"


class EditorState(models.TextChoices):
    ON = "on", "interrogé"
    OFF = "off", "coupé"


class Editor(models.Model):
    """A booking software and how to reach it. Keys and certificates stay files on the server."""

    name = models.CharField("nom", max_length=60, unique=True)
    base_url = models.URLField("adresse FHIR", max_length=500)
    booking_hosts = ArrayField(
        models.CharField(max_length=253),
        default=list,
        verbose_name="hôtes des pages de réservation",
        help_text="Noms d'hôte exacts ; un port n'est accepté que sur la machine locale.",
    )
    state = models.CharField("état", max_length=3, choices=EditorState, default=EditorState.ON)
    state_reason = models.CharField("motif", max_length=200, blank=True, editable=False)
    state_since = models.DateTimeField("depuis", null=True, editable=False)
    flows = ArrayField(models.CharField(max_length=3, choices=Flow), default=list, verbose_name="flux")
    writes_appointments = models.BooleanField(
        "prend les rendez-vous des patients (POST Appointment)",
        default=False,
        help_text="Sinon, un patient réserve sur le site de l'éditeur.",
    )
    ca_file = models.CharField("autorité de confiance (fichier)", max_length=500, blank=True)
    cert_file = models.CharField("notre certificat (fichier)", max_length=500, blank=True)
    key_file = models.CharField("notre clé (fichier)", max_length=500, blank=True)
    expected_cn = models.CharField("CN attendu de l'éditeur", max_length=253, blank=True)
    expected_ou = models.CharField("OU attendue de l'éditeur", max_length=253, blank=True)
    # INT_R03: systems of the identifiers this editor may write; empty until its first appointment claims one
    appointment_systems = ArrayField(
        models.CharField(max_length=253),
        default=list,
        blank=True,
        verbose_name="systèmes d'identifiants de rendez-vous",
    )
    # SHA-256 of the test secret it may send outside production instead of a certificate
    inbound_secret_sha256 = models.CharField("empreinte du secret de test", max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "éditeur"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EditorCertificate(models.Model):
    """A client certificate under which an editor writes to us (several at once, for renewal)."""

    editor = models.ForeignKey(Editor, on_delete=models.CASCADE, related_name="certificates")
    common_name = models.CharField("CN", max_length=253)
    organizational_unit = models.CharField("OU", max_length=253)
    enabled = models.BooleanField("accepté", default=True)

    class Meta:
        verbose_name = "certificat entrant"
        verbose_name_plural = "certificats entrants"
        constraints = [
            models.UniqueConstraint(
                fields=["common_name", "organizational_unit"],
                condition=Q(enabled=True),
                name="one_editor_per_certificate",
            ),
        ]


class KnownAgenda(models.Model):
    """This editor answered for this practitioner, or SOS association: only such editors are asked next time."""

    editor = models.ForeignKey(Editor, on_delete=models.CASCADE, related_name="known_agendas")
    national_id = models.CharField("identifiant national", max_length=50, db_index=True)
    learned_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField("vu le", default=timezone.now)

    class Meta:
        verbose_name = "agenda connu"
        verbose_name_plural = "agendas connus"
        constraints = [models.UniqueConstraint(fields=["editor", "national_id"], name="one_known_agenda")]


class Outcome(models.TextChoices):
    """How a call ended (robustness.md, "Outcome of an editor call")."""

    OK = "OK", "a répondu"
    EMPTY = "EMPTY", "a répondu : aucun créneau"
    PARTIAL = "PARTIAL", "a répondu en partie"
    INVALID = "INVALID", "réponse inutilisable"
    TIMEOUT = "TIMEOUT", "n'a pas répondu à temps"
    REFUSED = "REFUSED", "certificat ou accès refusé"
    UNREACHABLE = "UNREACHABLE", "injoignable"
    OVERLOAD = "OVERLOAD", "surchargé"
    OPEN = "OPEN", "mis en pause après trop d'échecs"
    DISABLED = "DISABLED", "coupé par un administrateur"


class EditorCall(models.Model):
    """One call to an editor: duration in ms, outcome, counts. No personal data."""

    editor = models.ForeignKey(Editor, on_delete=models.CASCADE, related_name="calls")
    search = models.UUIDField("recherche", null=True, blank=True)
    at = models.DateTimeField("quand", default=timezone.now)
    flow = models.CharField(max_length=3, choices=Flow)
    # Or associations, in the SOS flow
    practitioners = models.PositiveSmallIntegerField("praticiens demandés")
    duration_ms = models.PositiveIntegerField("durée (ms)")
    outcome = models.CharField("issue", max_length=12, choices=Outcome)
    slots = models.PositiveIntegerField("créneaux", default=0)
    rejects = models.JSONField("rejets", default=dict)  # reason → count
    # The first few, [reason, FHIRPath] each
    broken = models.JSONField("exemples de rejets", default=list)
    reused = models.BooleanField("réponse réutilisée", default=False)

    class Meta:
        verbose_name = "appel"
        indexes = [
            models.Index(fields=["editor", "-at"], name="calls_of_editor"),
            # Written in the order of time: a few pages say where the last minutes are
            BrinIndex(fields=["at"], name="calls_by_time", pages_per_range=16, autosummarize=True),
        ]


from agenda.accounts.models import EditorAccount  # noqa: E402, F401 - Django looks for models here
from agenda.own.models import CalendarFeed, Hold, Occurrence, Series  # noqa: E402, F401 - Django looks for models here
from agenda.supervision.models import Anomaly, CallCount, WatchedCertificate  # noqa: E402, F401 - likewise
