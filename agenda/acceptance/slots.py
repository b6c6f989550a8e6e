"""The rules of one Slot, whoever's it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from agenda import fhir
from agenda.acceptance.answers import Answer, Entry
from agenda.acceptance.elements import codings, items, obj, reference, text
from agenda.acceptance.ledger import Ledger
from agenda.acceptance.rules import CheckedFlow
from agenda.booking_urls import BookingHosts, is_loopback
from agenda.codes import APPOINTMENT_TYPES, CONSULTATIONS, SLOT_TYPES
from agenda.instants import Instant, is_wall_clock, read_instant
from agenda.reading import LONGEST_SLOT_MS
from agenda.slots import SlotType

OF_ASSOCIATIONS = {SlotType.PUBLIC.value, SlotType.SNP.value}


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """A Schedule as far as it could be followed: whose it is (identifier), and the zone of its place."""

    owner: str = ""
    zone: str = ""


def check_slots(ledger: Ledger, answer: Answer, agendas: Mapping[str, Agenda]) -> dict[str, set[tuple[int, int]]]:
    """Check every slot; return the bounds of those of each owner. `agendas` are by the path of their Schedule."""
    bounds: dict[str, set[tuple[int, int]]] = {}
    seen: set[tuple[str, int, int]] = set()
    for entry in answer.of("Slot"):
        slot, path = entry.resource, entry.path
        ledger.expect("SLOT-FREE", slot.get("status") == "free", seen=slot.get("status"), where=f"{path}.status")
        schedule = _schedule(ledger, answer, entry)
        agenda = agendas.get(schedule, Agenda())
        times = _times(ledger, answer, entry, agenda.zone)
        if times:
            key = (schedule, times[0].ms, times[1].ms)
            ledger.expect("SLOT-DUPLICATE", key not in seen, seen=slot.get("start"), where=f"{path}.start")
            seen.add(key)
            bounds.setdefault(agenda.owner, set()).add(key[1:])
        _check_types(ledger, entry)
        _check_consultation(ledger, entry)
        _check_booking(ledger, answer, entry)
    return bounds


def _schedule(ledger: Ledger, answer: Answer, entry: Entry) -> str:
    name, where = reference(entry.resource.get("schedule")), f"{entry.path}.schedule"
    found = answer.found(ledger, name, "Schedule", where)
    ledger.expect("SLOT-SCHEDULE", found, seen=name, where=where)
    return found.path if found else ""


def _times(ledger: Ledger, answer: Answer, entry: Entry, zone: str) -> tuple[Instant, Instant] | None:
    written = {name: text(entry.resource.get(name)) for name in ("start", "end")}
    read = {name: read_instant(value) for name, value in written.items()}
    for name, instant in read.items():
        ledger.expect("SLOT-INSTANT", instant, seen=entry.resource.get(name), where=f"{entry.path}.{name}")
    start, end = read["start"], read["end"]
    if start is None or end is None:
        return None
    if zone:
        right = all(is_wall_clock(value, zone) for value in written.values())
        ledger.expect("SLOT-OFFSET", right, seen=f"{written['start']}, lieu en {zone}", where=f"{entry.path}.start")
    ledger.expect("SLOT-DURATION", 0 < end.ms - start.ms < LONGEST_SLOT_MS,
                  seen=f"{written['start']} – {written['end']}", where=f"{entry.path}.end")  # fmt: skip
    if window := answer.question.window:
        told = f"{written['start']}, demandé de {window.start:%d/%m %H:%M} à {window.end:%d/%m %H:%M} UTC"
        ledger.expect("SLOT-WINDOW", window.holds(start.utc), seen=told, where=f"{entry.path}.start")
    return start, end


def _check_types(ledger: Ledger, entry: Entry) -> None:
    allowed = OF_ASSOCIATIONS if ledger.flow is CheckedFlow.SOS else set(SLOT_TYPES)
    path = f"{entry.path}.meta.security"
    labels = list(codings({"coding": obj(entry.resource.get("meta")).get("security")}))
    ledger.expect("SLOT-TYPE-PRESENT", labels, seen=None, where=path)
    for system, code in labels:
        right = system == fhir.SLOT_TYPE and code in allowed
        if ledger.expect("SLOT-TYPE", right, seen=f"{system}|{code}", where=path):
            ledger.meets(f"créneau {code}")


def _check_consultation(ledger: Ledger, entry: Entry) -> None:
    path = f"{entry.path}.serviceType"
    found = [
        one for one in codings(entry.resource.get("serviceType")) if not one[0].startswith(fhir.STRUCTURE_CATEGORY)
    ]
    ledger.expect("SLOT-CONSULTATION-PRESENT", found, seen=None, where=path)
    for system, code in found:
        right = system == fhir.CONSULTATION and code in CONSULTATIONS
        if ledger.expect("SLOT-CONSULTATION", right, seen=f"{system}|{code}", where=path):
            ledger.meets(f"consultation {code}")
    if ledger.flow is CheckedFlow.SOS:
        return
    for index, concept in enumerate(items(entry.resource.get("specialty"))):
        coded = list(codings(concept))
        right = all(system and code for system, code in coded) if coded else bool(text(concept.get("text")))
        ledger.expect("SPECIALTY-FORM", right, seen=coded or None, where=f"{entry.path}.specialty[{index}]")


def _check_booking(ledger: Ledger, answer: Answer, entry: Entry) -> None:
    manner, url = list(codings(entry.resource.get("appointmentType"))), text(entry.resource.get("comment"))
    for system, code in manner:
        right = system == fhir.APPOINTMENT_TYPE and code in APPOINTMENT_TYPES
        if ledger.expect(
            "SLOT-APPOINTMENT-TYPE", right, seen=f"{system}|{code}", where=f"{entry.path}.appointmentType"
        ):
            ledger.meets(f"créneau {code}")
    path = f"{entry.path}.comment"
    if any(code == "ROUTINE" for _, code in manner):
        ledger.expect("SLOT-BOOKING-URL", url, seen=None, where=path)
    if url:
        secure, form = _booking_url(url, loopback=answer.question.loopback)
        ledger.expect("SLOT-BOOKING-URL-FORM", form, seen=url, where=path)
        ledger.expect("SLOT-BOOKING-URL-HTTPS", secure, seen=url, where=path)


def _booking_url(url: str, *, loopback: bool) -> tuple[bool, bool]:
    """Is it https (or on this very machine, like the editor), and is its form safe?"""
    try:
        parts = urlsplit(url)
        host, netloc = parts.hostname or "", parts.netloc
    except ValueError:
        return True, False
    if loopback and is_loopback(host):
        return True, bool(BookingHosts.of([netloc], loopback=True).safe(url))
    secure = parts.scheme != "http"
    written = url if secure else f"https{url.removeprefix(parts.scheme)}"
    return secure, bool(BookingHosts.of([host]).safe(written))
