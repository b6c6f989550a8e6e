"""Reading a 500-slot answer (595 entries) into slots, and writing it, beside fhir.resources and json."""

import json
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.slot import Slot as FhirSlot

from agenda import fhir
from agenda.booking_urls import BookingHosts
from agenda.bundles import Entry, open_envelope, write_searchset
from agenda.reading import Asked, Reading, read_answer
from agenda.windows import Window
from tests.agenda.answers import PLACE, bundle, community, practitioner, role, rpps, schedule, slot
from tests.agenda.sos_answers import everything, siret, sos_slot
from tests.benchmarks.figures import Figure

PRACTITIONERS, SCHEDULES, COMMUNITIES, SLOTS = 25, 30, 5, 500
NOW = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)
PARIS = timedelta(hours=2)
IDS = [rpps(number) for number in range(PRACTITIONERS)]
FINESS = [f"4700001{number:02d}" for number in range(COMMUNITIES)]


def answer() -> dict[str, Any]:
    """25 practitioners, five of them with a second place, 500 slots, a third of them shared with CPTS."""
    resources: list[dict[str, Any]] = []
    schedules = [(IDS[n % PRACTITIONERS], n // PRACTITIONERS) for n in range(SCHEDULES)]
    for number in range(SLOTS):
        national_id, place = schedules[number % SCHEDULES]
        start = NOW + timedelta(minutes=15 * (number // SCHEDULES) * 4 + 15 * place)
        written = (start + PARIS).isoformat(timespec="milliseconds").replace("+00:00", "+02:00")
        end = (start + PARIS + timedelta(minutes=15)).isoformat(timespec="milliseconds").replace("+00:00", "+02:00")
        shared = number % 3 == 0
        resources.append(
            slot(
                national_id, written, end=end, schedule_id=f"s-{national_id}-{place}",
                types=["PUBLIC", "CPTS"] if shared else ["PUBLIC", "PRO"],
                cpts=[FINESS[number % COMMUNITIES]] if shared else [],
                comment=f"https://alpha.example/rdv/{number}?creneau={number}",
                specialty=[{"coding": [{"system": fhir.SPECIALTY, "code": "SM54"}]}],
            )
            | {"id": f"slot-{number}", "meta": {"profile": [PROFILE], "security": security(shared)}}
        )  # fmt: skip
    for national_id, place in schedules:
        resources.append(schedule(national_id, id=f"s-{national_id}-{place}", role_id=f"r-{national_id}-{place}"))
        line = {"line": [f"{place + 1} rue des Lilas"]}
        resources.append(role(national_id, id=f"r-{national_id}-{place}", place=PLACE | line))
    resources += [practitioner(national_id) for national_id in IDS]
    for finess in FINESS:
        resources += community(finess)
    return bundle(resources)


PROFILE = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/sas-cpts-slot-aggregator"


def security(shared: bool) -> list[dict[str, str]]:
    return [{"system": fhir.SLOT_TYPE, "code": code} for code in (["PUBLIC", "CPTS"] if shared else ["PUBLIC", "PRO"])]


ASKED = Asked(
    editor_id=1,
    national_ids=frozenset(IDS),
    window=Window(start=NOW, end=NOW + timedelta(hours=72)),
    hosts=BookingHosts.of(["alpha.example"]),
)


def ours(body: bytes) -> Reading:
    return read_answer(open_envelope(body).entries, ASKED)


def with_fhir_resources(body: bytes) -> list[tuple[Any, Any]]:
    """Validate, then the plainest possible join from slot to practitioner."""
    parsed = Bundle.model_validate_json(body)
    by_name = {f"{e.resource.get_resource_type()}/{e.resource.id}": e.resource for e in parsed.entry}
    slots = [e.resource for e in parsed.entry if isinstance(e.resource, FhirSlot)]
    return [(one, by_name[by_name[one.schedule.reference].actor[0].reference]) for one in slots]


def with_json(body: bytes) -> list[tuple[Any, Any]]:
    """json and dictionaries, dates parsed, joined the same plain way."""
    parsed = json.loads(body)
    by_name = {f"{e['resource']['resourceType']}/{e['resource']['id']}": e["resource"] for e in parsed["entry"]}
    joined = []
    for entry in parsed["entry"]:
        one = entry["resource"]
        if one["resourceType"] == "Slot":
            one["start"], one["end"] = datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"])
            joined.append((one, by_name[by_name[one["schedule"]["reference"]]["actor"][0]["reference"]]))
    return joined


def milliseconds(*works: Callable[[], Any], rounds: int = 9, each: int = 5) -> list[float]:
    """Median of single runs of each work, taken in turn so that a noisy moment touches all of them."""
    measured: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, measured, strict=True):
            work()
            for _ in range(each):
                began = time.perf_counter()
                work()
                times.append((time.perf_counter() - began) * 1000)
    return [statistics.median(times) for times in measured]


def peak_kib(work: Callable[[], Any]) -> float:
    work()
    tracemalloc.start()
    kept = work()
    peak = tracemalloc.get_traced_memory()[1] / 1024
    tracemalloc.stop()
    del kept
    return peak


def broken(written: dict[str, Any]) -> bytes:
    """Break five slots, each in its own way."""
    entries = json.loads(json.dumps(written))["entry"]
    entries[10]["resource"]["start"] = "demain"
    entries[110]["resource"]["status"] = 7
    entries[210]["resource"]["end"] = entries[210]["resource"]["start"]
    entries[310]["resource"]["schedule"] = {"reference": "Schedule/nowhere"}
    entries[410]["resource"]["serviceType"] = {"text": "not an array"}
    return json.dumps(written | {"entry": entries}).encode()


BROKEN_PATHS = {
    "Bundle.entry[10].resource.start",
    "Bundle.entry[110].resource.status",
    "Bundle.entry[210].resource.end",
    "Bundle.entry[310].resource.schedule",
    "Bundle.entry[410].resource.serviceType",
}


def main() -> list[Figure]:
    written = answer()
    body = json.dumps(written).encode()
    assert len(written["entry"]) == 595
    reading = ours(body)
    assert (len(reading.slots), reading.rejects, reading.remarks) == (SLOTS, (), ())
    assert len(with_fhir_resources(body)) == len(with_json(body)) == SLOTS
    return [*speed(body), associations(), *tolerance(written), *encoding(body), memory(body)]


def speed(body: bytes) -> list[Figure]:
    mine, theirs, plain = milliseconds(lambda: ours(body), lambda: with_fhir_resources(body), lambda: with_json(body))
    return [
        Figure(
            what=f"read and join 500 slots ({len(body) // 1000} kB, 595 entries), times faster",
            value=theirs / mine, unit="x", goal=">= 30", reached=theirs / mine >= 30,
            alternative=f"ours {mine:.1f} ms, fhir.resources {theirs:.0f} ms, json + dict unchecked {plain:.1f} ms",
        )
    ]  # fmt: skip


def associations() -> Figure:
    """The SOS flow: ten associations of three consultation places, 500 slots."""
    sirets, places = [siret(number) for number in range(10)], ["centre", "nord", "sud"]
    agendas = [(one, place) for one in sirets for place in places]
    slots = []
    for number in range(SLOTS):
        who, place = agendas[number % len(agendas)]
        start = NOW + timedelta(minutes=30 * (number // len(agendas)))
        slots.append(sos_slot(who, start, place=place, types=["PUBLIC", "SNP"]) | {"id": f"slot-{number}"})
    body = json.dumps(bundle([*slots, *everything(sirets, places=places)])).encode()
    asked = replace(ASKED, national_ids=frozenset(sirets), associations=True)

    def read() -> Reading:
        return read_answer(open_envelope(body).entries, asked)

    reading = read()
    assert (len(reading.slots), reading.rejects) == (SLOTS, ())
    mine, theirs = milliseconds(read, lambda: with_fhir_resources(body))
    return Figure(
        what=f"the same for SOS associations ({len(body) // 1000} kB), times faster",
        value=theirs / mine, unit="x", goal=">= 30", reached=theirs / mine >= 30,
        alternative=f"ours {mine:.1f} ms, fhir.resources {theirs:.0f} ms",
    )  # fmt: skip


def tolerance(written: dict[str, Any]) -> list[Figure]:
    body = broken(written)
    reading = ours(body)
    paths = {reject.path for reject in reading.rejects}
    try:
        theirs = len(with_fhir_resources(body))
    except ValueError:
        theirs = 0
    return [
        Figure(
            what="5 broken slots in 500: slots kept", value=len(reading.slots), unit="slots", goal="495 kept, 5 paths",
            reached=len(reading.slots) == 495 and paths == BROKEN_PATHS,
            alternative=f"{len(paths)} reported with their path; fhir.resources keeps {theirs}",
        )
    ]  # fmt: skip


def encoding(body: bytes) -> list[Figure]:
    decoder = msgspec.json.Decoder(Entry)
    entries = [decoder.decode(json.dumps(one)) for one in json.loads(body)["entry"]]
    total = sum(1 for entry in entries if isinstance(entry.resource, fhir.Slot))
    mine_text = write_searchset(entries, total=total)
    model = Bundle.model_validate_json(mine_text)
    assert total == SLOTS
    assert len(json.loads(model.model_dump_json())["entry"]) == len(json.loads(mine_text)["entry"]) == 595
    mine, theirs = milliseconds(lambda: write_searchset(entries, total=total), lambda: model.model_dump_json())
    return [
        Figure(
            what="encode the same bundle, times faster", value=theirs / mine, unit="x", goal=">= 100",
            reached=theirs / mine >= 100, alternative=f"ours {mine:.2f} ms, fhir.resources {theirs:.0f} ms",
        )
    ]  # fmt: skip


def memory(body: bytes) -> Figure:
    mine, plain = peak_kib(lambda: ours(body)), peak_kib(lambda: with_json(body))
    return Figure(
        what="peak memory while reading, share of json + dict", value=mine / plain * 100, unit="%", goal="<= 50 %",
        reached=mine / plain <= 0.5, alternative=f"ours {mine:.0f} KiB, json + dict {plain:.0f} KiB",
    )  # fmt: skip
