"""Seal, open, erase (AES-256-GCM). What is sealed is bound to its key and kind of record: moved, it does not open."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection, transaction
from django.views.decorators.debug import sensitive_variables

from sasportal.spelling import plain
from sasportal.vault.keys import KEY_BYTES
from sasportal.vault.models import DataKey, Sealed

NONCE_BYTES = 12
# Sealed lengths say little: contents are filled up to a multiple of this
BLOCK = 256


class Unreadable(Exception):
    """Erased, altered, or wrapped by a master key that is not here."""


@sensitive_variables()
def seal(record: Sealed, content: Mapping[str, str]) -> None:
    """Put `content` into the record, under a new key; call it in a transaction, the caller saves the record."""
    old, secret = record.key_id, secrets.token_bytes(KEY_BYTES)
    key = DataKey()
    key.master, key.wrapped = next(iter(settings.PATIENT_KEYS)), b""
    key.wrapped = encrypt(settings.PATIENT_KEYS[key.master], secret, bound_to=str(key.pk))
    key.save(force_insert=True)
    text = json.dumps(dict(content), ensure_ascii=False).encode()
    text += b" " * (-len(text) % BLOCK)
    record.sealed = encrypt(secret, text, bound_to=_bound(record, key))
    record.key = key
    if old:
        forget_keys([old])


@sensitive_variables()
def opened(record: Sealed) -> dict[str, str]:
    """Return what was sealed; raise Unreadable."""
    if record.key is None:
        raise Unreadable
    text = decrypt(_unwrapped(record.key), bytes(record.sealed), bound_to=_bound(record, record.key))
    said: dict[str, str] = json.loads(text)
    return said


@transaction.atomic
def erase(record: Sealed) -> None:
    """Delete the key, then the text: neither this database nor a backup without keys says it again."""
    if record.key_id:
        forget_keys([record.key_id])
    record.key, record.sealed = None, b""
    record.save(update_fields=["key", "sealed"])


def forget_keys(ids: Sequence[UUID]) -> None:
    """Delete keys, in the transaction in which their records go or are sealed anew.

    In one statement: Django would look in every table for records that still name them.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM vault_datakey WHERE id = ANY(%s)", [list(ids)])


def rewrap(key: DataKey) -> None:
    """Wrap the same key with today's master key; raise Unreadable."""
    secret, master = _unwrapped(key), next(iter(settings.PATIENT_KEYS))
    wrapped = encrypt(settings.PATIENT_KEYS[master], secret, bound_to=str(key.pk))
    DataKey.objects.filter(pk=key.pk, master=key.master).update(master=master, wrapped=wrapped)


def blind_index(purpose: str, *parts: str) -> str:
    """Return what finds the same parts again, spelling apart, and says nothing of them without the index key."""
    # What is not written in Latin letters is kept as it is
    text = "\x1f".join([purpose, *(plain(part) or part.casefold() for part in parts)])
    return hmac.new(settings.PATIENT_INDEX_KEY, text.encode(), hashlib.sha256).hexdigest()


def encrypt(key: bytes, text: bytes, *, bound_to: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, bound_to.encode())


def decrypt(key: bytes, sealed: bytes, *, bound_to: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())
    except (InvalidTag, ValueError):
        raise Unreadable from None


def _unwrapped(key: DataKey) -> bytes:
    master = settings.PATIENT_KEYS.get(key.master)
    if master is None:
        raise Unreadable
    return decrypt(master, bytes(key.wrapped), bound_to=str(key.pk))


def _bound(record: Sealed, key: DataKey) -> str:
    return f"{record._meta.label_lower}:{key.pk}"
