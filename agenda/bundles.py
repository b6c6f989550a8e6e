"""The searchset bundle around the resources: guarded before it is decoded, opened entry by entry, written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from agenda import fhir

DEEPEST = 64
MOST_BYTES = 8 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_EVERYTHING_BUT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_EVERYTHING_BUT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_ONE_KIND_OF_BRACKET = bytes.maketrans(b"{}", b"[]")


@dataclass
class AnswerUnusable(Exception):
    """The envelope itself is at fault: nothing in this answer can be trusted. `why` is for admins."""

    why: str


class Link(msgspec.Struct, frozen=True, gc=False):
    relation: str | None = None
    url: str | None = None


class Search(fhir.Wire, frozen=True):
    mode: fhir.Text | None = None


class Entry(fhir.Wire, frozen=True):
    """An entry to write."""

    fullUrl: fhir.Text | None = None
    resource: fhir.Slot | fhir.ReferredTo | None = None
    search: Search | None = None


class EntryAsRead(msgspec.Struct, frozen=True, gc=False):
    fullUrl: fhir.Text | None = None
    resource: fhir.SlotAsRead | fhir.ReferredTo | None = None


class _Head(msgspec.Struct, frozen=True, gc=False):
    resourceType: str | None = None
    type: str | None = None
    link: list[Link] | None = None


class _Whole(_Head, frozen=True, gc=False):
    """A bundle whose every entry has the right form: one pass reads it all."""

    entry: list[EntryAsRead] | None = None


class _Raw(_Head, frozen=True, gc=False):
    """Any other bundle: entries are opened one by one."""

    entry: list[msgspec.Raw] | None = None


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A searchset opened. An entry is decoded already, or raw when one of them has a wrong form."""

    entries: Sequence[EntryAsRead | msgspec.Raw]
    next_url: str


class _AnyHead(msgspec.Struct, frozen=True, gc=False):
    resourceType: str | None = None


class _EntryHead(msgspec.Struct, frozen=True, gc=False):
    resource: _AnyHead | None = None


class Searchset(fhir.Wire, frozen=True, tag_field="resourceType", tag="Bundle"):
    """What an editor sends; written by tests, sandboxes and benchmarks."""

    id: fhir.Text | None = None
    meta: fhir.Meta | None = None
    type: str = msgspec.field(default_factory=lambda: "searchset")
    total: int | None = None
    link: list[Link] | None = None
    entry: list[Entry] | None = None


_decode_whole = msgspec.json.Decoder(_Whole).decode
_decode_raw = msgspec.json.Decoder(_Raw).decode
_decode_entry = msgspec.json.Decoder(EntryAsRead).decode
_head_decoder = msgspec.json.Decoder(_EntryHead)
_encoder = msgspec.json.Encoder()


def open_envelope(body: bytes) -> Envelope:
    """Check the whole body, then its envelope; raise AnswerUnusable."""
    text = body.removeprefix(_BOM)
    guard(text)
    bundle = _decoded(text)
    if bundle.resourceType == "OperationOutcome":
        raise AnswerUnusable("OperationOutcome à la place du bundle")
    if bundle.resourceType != "Bundle" or bundle.type != "searchset":
        raise AnswerUnusable("autre chose qu'un Bundle de type searchset")
    next_url = next((link.url for link in bundle.link or [] if link.relation == "next" and link.url), "")
    return Envelope(entries=bundle.entry or [], next_url=next_url)


def _decoded(text: bytes) -> _Whole | _Raw:
    try:
        return _decode_whole(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return _decode_raw(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise AnswerUnusable("JSON invalide ou bundle malformé") from error


def guard(text: bytes) -> None:
    """Refuse what a strict reader must refuse before decoding: size, UTF-8, lone surrogates, depth."""
    if len(text) > MOST_BYTES:
        raise AnswerUnusable("réponse trop longue")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AnswerUnusable("texte qui n'est pas de l'UTF-8") from error
    escaped = b"\\" in text
    if escaped and _has_lone_surrogate(text):
        raise AnswerUnusable("caractère de substitution isolé")
    if deeper_than(_ESCAPE.sub(b"", text) if escaped else text, DEEPEST):
        raise AnswerUnusable("imbrication trop profonde")


def _has_lone_surrogate(text: bytes) -> bool:
    if b"\\ud" not in text and b"\\uD" not in text:
        return False
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return True
    except RecursionError:
        return False  # the depth guard speaks next
    return False


def deeper_than(text: bytes, depth: int) -> bool:
    """Is this JSON, without escapes, nested deeper than this?

    A first look takes brackets inside strings for structure: text that balances within the depth
    passes. A hostile string could hide levels from it, never more than the decoder's own recursion
    guard lets through. Anything else is looked at exactly.
    """
    if _levels_left(text.translate(_ONE_KIND_OF_BRACKET, _EVERYTHING_BUT_BRACKETS), depth) == b"":
        return False
    structure = text.translate(_ONE_KIND_OF_BRACKET, _EVERYTHING_BUT_STRUCTURE).replace(b'""', b"")
    # Only strings that hold brackets are left: every other piece is between two quotes
    return _levels_left(b"".join(structure.split(b'"')[::2]), depth) != b""


def _levels_left(brackets: bytes, depth: int) -> bytes:
    for _ in range(depth):
        if not brackets:
            break
        brackets = brackets.replace(b"[]", b"")  # one level less
    return brackets


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """An entry that could not be decoded: where (FHIRPath), and whose type has no business here."""

    path: str
    resource_type: str = ""


def open_entry(written: EntryAsRead | msgspec.Raw, index: int) -> EntryAsRead | Unreadable:
    """Decode one entry if need be; what cannot be read says where it is broken."""
    if isinstance(written, EntryAsRead):
        return written
    try:
        return _decode_entry(written)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Unreadable(path=f"Bundle.entry[{index}]{path_in(error)}", resource_type=_foreign_type(written))


def path_in(error: Exception) -> str:
    """Where in the decoded value, as the end of a FHIRPath: `.resource.start`; empty when it is all broken."""
    found = re.search(r" - at `\$(.*)`$", str(error))
    return found.group(1) if found else ""


def _foreign_type(raw: msgspec.Raw) -> str:
    try:
        head = _head_decoder.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return ""
    name = (head.resource.resourceType if head.resource else None) or ""
    return "" if name in KNOWN_TYPES else name


KNOWN_TYPES = frozenset(
    {"Slot", "Schedule", "Practitioner", "PractitionerRole", "Location", "HealthcareService", "Organization"}
)


def write_searchset(entries: Sequence[Entry], *, total: int, links: Iterable[Link] = ()) -> bytes:
    """Write a searchset bundle as UTF-8 JSON."""
    return _encoder.encode(Searchset(total=total, link=list(links) or None, entry=list(entries) or None))


def same_origin(url: str, other: str) -> bool:
    """Are both addresses on the same scheme, host and port?"""
    try:
        one, two = urlsplit(url), urlsplit(other)
        ports = {"http": 80, "https": 443}
        return (one.scheme, one.hostname, one.port or ports.get(one.scheme)) == (
            two.scheme, two.hostname, two.port or ports.get(two.scheme)
        )  # fmt: skip
    except ValueError:
        return False
