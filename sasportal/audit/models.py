"""The append-only trail of who did what (hash-chained; see `trail.py`)."""

from django.db import models


class Entry(models.Model):
    """One fact. Rows are never updated or deleted: a trigger refuses it in the database."""

    id = models.BigIntegerField(primary_key=True)  # dense: the chain has no gap
    at = models.DateTimeField("quand")
    actor = models.CharField("qui", max_length=60)  # technical id of a user, "editor:<id>" or "system"
    action = models.CharField("quoi", max_length=60)
    target = models.CharField("sur quoi", max_length=120, blank=True)
    origin = models.CharField("d'où", max_length=60, blank=True)
    detail = models.JSONField("détail", default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = "trace"
        verbose_name_plural = "journal"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.id} {self.action}"
