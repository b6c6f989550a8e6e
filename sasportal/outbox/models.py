"""What has to leave the platform, kept until it has left."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone


class DeliveryState(models.TextChoices):
    PENDING = "pending", "à envoyer"
    DELIVERED = "delivered", "envoyé"
    DEAD = "dead", "abandonné"
    CANCELLED = "cancelled", "annulé"


class Delivery(models.Model):
    """One thing to send through one channel. `payload` holds ids and codes: the channel reads the rest itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField("voie", max_length=40)
    payload = models.JSONField("contenu", default=dict)
    # The same key is delivered once; empty keys are all different
    key = models.CharField("clé", max_length=120, null=True, blank=True, unique=True)
    state = models.CharField("état", max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    # Not sent before; while a relay holds the delivery, when another may take it over
    not_before = models.DateTimeField("pas avant", default=timezone.now)
    created_at = models.DateTimeField("créé le", default=timezone.now)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)
    last_error = models.CharField("dernière erreur", max_length=200, blank=True)

    class Meta:
        verbose_name = "envoi"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state="pending"), name="deliveries_due"),
            models.Index(fields=["state", "-created_at"], name="deliveries_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.id}"
