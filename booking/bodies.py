"""The body of a request as strict JSON: nothing is parsed before its size and media type are known."""

from typing import Any, Protocol

import msgspec

from agenda.bundles import AnswerUnusable, guard
from booking.outcomes import malformed

LARGEST_BODY = 1024 * 1024
MEDIA_TYPES = frozenset({"application/fhir+json", "application/json+fhir", "application/json"})
_BOM = b"\xef\xbb\xbf"


class BodyTooLarge(Exception):
    """More bytes than we read."""


class MediaTypeUnknown(Exception):
    """Not one of MEDIA_TYPES, in UTF-8."""


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_body(stream: Readable, *, content_length: str, content_type: str) -> bytes:
    """Read at most LARGEST_BODY bytes; raise BodyTooLarge or MediaTypeUnknown before reading more."""
    if content_length.isdecimal() and int(content_length) > LARGEST_BODY:
        raise BodyTooLarge
    media_type, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if media_type.strip().lower() not in MEDIA_TYPES or (charset.startswith("charset") and charset != "charset=utf-8"):
        raise MediaTypeUnknown
    body = stream.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise BodyTooLarge
    return body


def read_json_object(body: bytes) -> dict[str, Any]:
    """Decode one JSON object; raise ResourceRefused for anything a strict reader refuses."""
    text = body.removeprefix(_BOM)
    try:
        guard(text)
        found = msgspec.json.decode(text)
    except (AnswerUnusable, msgspec.MsgspecError, RecursionError) as error:
        raise malformed("le corps n’est pas du JSON strict en UTF-8.") from error
    if not isinstance(found, dict):
        raise malformed("un objet JSON est attendu.")
    return found
