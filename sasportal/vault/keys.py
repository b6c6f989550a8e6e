"""Master keys, from the environment: the first one wraps, the others still unwrap what they wrapped."""

import base64
import binascii
from collections.abc import Sequence

KEY_BYTES = 32


class KeysUnreadable(Exception):
    """What the environment holds is no list of keys; its words never repeat a key."""


def read_keys(written: Sequence[str]) -> dict[str, bytes]:
    """Read `name:base64` pairs, in order; raise KeysUnreadable."""
    keys: dict[str, bytes] = {}
    for one in written:
        name, _, encoded = one.strip().partition(":")
        if not name or len(name) > 20 or name in keys:
            raise KeysUnreadable("each key needs a name of its own, of 20 characters at most")
        keys[name] = read_key(encoded)
    if not keys:
        raise KeysUnreadable("there is no key")
    return keys


def read_key(encoded: str) -> bytes:
    """Read one base64 key of 32 bytes; raise KeysUnreadable."""
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise KeysUnreadable("a key is not base64") from None
    if len(key) != KEY_BYTES:
        raise KeysUnreadable(f"a key has {KEY_BYTES} bytes")
    return key
