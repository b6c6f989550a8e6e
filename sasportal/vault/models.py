"""Personal data at rest: each record sealed under a key of its own, itself wrapped by a master key."""

import uuid

from django.db import models
from django.utils import timezone


class DataKey(models.Model):
    """The key of one record. Its row deleted, the record is unreadable for good: backups leave this table out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    master = models.CharField("clé maîtresse", max_length=20, db_index=True)
    wrapped = models.BinaryField("clé enveloppée", editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "clé"


class Sealed(models.Model):
    """Columns of a record that holds personal data; read and written by `sealing.py` alone."""

    key = models.OneToOneField(
        DataKey, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    sealed = models.BinaryField(default=b"", blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def readable(self) -> bool:
        return self.key_id is not None
