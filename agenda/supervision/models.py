"""What supervision keeps: counts of calls, anomalies as tickets, certificates and when they expire."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Unit(models.TextChoices):
    """How long a count reaches: each is summed from the one before it, the first from the calls themselves."""

    FIVE_MINUTES = "five", "5 minutes"
    HOUR = "hour", "heure"
    DAY = "day", "jour"


class Kind(models.TextChoices):
    OUTCOME = "outcome", "issue"
    # Code: upper edge in ms of the bucket (figures.py)
    DURATION = "duration", "durée"
    REJECT = "reject", "rejet"
    SLOTS = "slots", "créneaux reçus"


class CallCount(models.Model):
    """How many, of one kind and code, at one editor, in one stretch of time that begins at `start`."""

    editor = models.ForeignKey("agenda.Editor", on_delete=models.CASCADE, related_name="+")
    unit = models.CharField(max_length=4, choices=Unit)
    start = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind)
    code = models.CharField(max_length=40, blank=True)
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "start", "editor", "kind", "code"], name="one_count"),
        ]


class Severity(models.TextChoices):
    """Working days of the convention before it has to be mended: 30, 14, 2."""

    MINOR = "minor", "mineure"
    MAJOR = "major", "majeure"
    BLOCKING = "blocking", "bloquante"


class Anomaly(models.Model):
    """A ticket: one fault of one editor, however often it is seen."""

    editor = models.ForeignKey("agenda.Editor", on_delete=models.CASCADE, related_name="anomalies")
    # What kind of fault, and which one: together its fingerprint
    rule = models.CharField("règle", max_length=30)
    detail = models.CharField("détail", max_length=80, blank=True)
    severity = models.CharField("gravité", max_length=8, choices=Severity)
    sentence = models.CharField("constat", max_length=300)
    example = models.CharField("exemple", max_length=200, blank=True)
    opened_at = models.DateTimeField("ouverte le", default=timezone.now)
    seen_at = models.DateTimeField("vue le", default=timezone.now)
    due_on = models.DateField("à corriger avant le")
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    # Who said that it is mended; empty when it was no longer seen
    closed_by = models.CharField(max_length=60, blank=True)
    note = models.CharField("note", max_length=300, blank=True)

    class Meta:
        verbose_name = "anomalie"
        ordering = ["due_on", "opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["editor", "rule", "detail"], condition=Q(closed_at=None), name="one_open_ticket_per_fault"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")), name="closed_after_opened"
            ),
        ]

    def __str__(self) -> str:
        return self.sentence


class CertificateUse(models.TextChoices):
    OURS = "ours", "le nôtre, présenté à l’éditeur"
    THEIRS = "theirs", "celui de l’éditeur, quand nous l’interrogeons"
    INCOMING = "incoming", "celui sous lequel l’éditeur nous écrit"


class WatchedCertificate(models.Model):
    """Until when a certificate is good, as last seen."""

    editor = models.ForeignKey("agenda.Editor", on_delete=models.CASCADE, related_name="watched_certificates")
    use = models.CharField("usage", max_length=8, choices=CertificateUse)
    subject = models.CharField("sujet", max_length=300)
    expires_at = models.DateTimeField("expire le")
    seen_at = models.DateTimeField("vu le", default=timezone.now)
    # Smallest of 60, 30, 7, 1 days that administrators were already told about
    told_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = "certificat surveillé"
        verbose_name_plural = "certificats surveillés"
        constraints = [models.UniqueConstraint(fields=["editor", "use", "subject"], name="one_watch_per_certificate")]
