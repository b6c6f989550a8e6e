"""The guide's own example answers, read completely; and agreement with a full FHIR library."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agenda.booking_urls import BookingHosts
from agenda.bundles import AnswerUnusable, open_envelope
from agenda.reading import Asked, Reading, read_answer
from agenda.slots import AppointmentType, Consultation, SlotType
from agenda.windows import Window
from tests.agenda.answers import bundle, community, people, rpps, slot
from tests.agenda.mutations import mutated

EXAMPLES = Path(__file__).resolve().parents[3] / "shared/spec/ig-sas-1.1.0/example"
LILAS = "470000101"


def example(name: str, *national_ids: str) -> Reading:
    if not EXAMPLES.exists():
        pytest.skip("the guide's package (../shared/spec/ig-sas-1.1.0) is not here")
    asked = Asked(
        editor_id=1,
        national_ids=frozenset(national_ids),
        window=Window(start=datetime(2021, 1, 1, tzinfo=UTC), end=datetime(2025, 1, 1, tzinfo=UTC)),
        hosts=BookingHosts.of(["exemple.com"]),
    )
    return read_answer(open_envelope((EXAMPLES / name).read_bytes()).entries, asked)


def test_the_individual_practitioners_are_read_completely() -> None:
    reading = example("Bundle-ExampleBundlePSIndiv.json", "810002673899", "810100050075")
    assert (reading.rejects, reading.remarks) == ((), ())
    assert sorted(reading.known) == ["810002673899", "810100050075"]
    assert [
        (one.national_id, one.start.isoformat()[:16], one.types, one.consultation, one.place.line)
        for one in reading.slots
    ] == [
        ("810002673899", "2021-11-04T14:20", (SlotType.PUBLIC, SlotType.PRO), (Consultation.TELE,), "1 rue Mme DELMAS"),
        ("810002673899", "2021-11-04T14:40", (SlotType.PUBLIC, SlotType.PRO), (Consultation.HOME,), "1 rue Mme DELMAS"),
        ("810100050075", "2021-11-05T09:00", (SlotType.PUBLIC,), (Consultation.SURGERY, Consultation.TELE),
         "1 rue Mme DELMAS"),
        ("810100050075", "2021-11-05T11:00", (SlotType.PRO,), (Consultation.SURGERY,), "30 rue Mme DELMAS"),
    ]  # fmt: skip
    walk_in = reading.slots[3]
    assert (walk_in.appointment_type, walk_in.booking_url) == (AppointmentType.WALKIN, "")
    assert [one.booking_url for one in reading.slots[:3]] == ["https://exemple.com/rdv/com/"] * 3
    assert [one.place.structure_id for one in reading.slots] == ["1810004421"] * 3 + ["1810004956"]
    assert [one.place.phone for one in reading.slots] == ["06 58 91 38 59"] * 2 + [""] * 2


def test_the_cpts_answer_is_read_completely() -> None:
    reading = example("Bundle-ExampleBundleCPTS.json", "810002909371")
    assert (reading.rejects, reading.remarks) == ((), ())
    [one] = reading.slots
    assert one.types == (SlotType.PUBLIC, SlotType.CPTS)
    assert [(cpts.finess, cpts.name, cpts.phone) for cpts in one.cpts] == [
        ("950047225", "CPTS AXE MAJEUR", "01 02 03 04 05")
    ]
    assert (one.start, one.reasons, one.time_to_check) == (
        datetime(2024, 6, 12, 14, 40, tzinfo=UTC), ("Visite de contrôle",), False,
    )  # fmt: skip


# --- the fast reader and the full library tell the same of what the library accepts ---

NOW = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)
IDS = [rpps(n) for n in range(1, 4)]
ASKED = Asked(
    editor_id=1,
    national_ids=frozenset(IDS),
    window=Window(start=NOW, end=datetime(2026, 6, 18, 6, 0, tzinfo=UTC)),
    hosts=BookingHosts.of(["alpha.example"]),
)


def told_by_library(body: bytes) -> list[tuple[Any, ...]]:
    """The plain facts of each free slot of a known practitioner, as fhir.resources sees them."""
    parsed = Bundle.model_validate_json(body)
    by_name = {f"{e.resource.get_resource_type()}/{e.resource.id}": e.resource for e in parsed.entry or []}
    facts = []
    for entry in parsed.entry or []:
        one = entry.resource
        if one.get_resource_type() == "Slot":
            person, role = (by_name[actor.reference] for actor in by_name[one.schedule.reference].actor)
            codes = {label.code for label in (one.meta.security if one.meta else None) or []}
            services = one.serviceType or []
            facts.append((
                person.identifier[0].value, one.start.astimezone(UTC), one.end.astimezone(UTC),
                tuple(kind for kind in SlotType if kind.value in codes),
                tuple(c.code for s in services for c in s.coding or [] if c.code in {"AMB", "VR", "HH"}),
                role.contained[0].address.city, one.comment or "",
            ))  # fmt: skip
    return sorted(facts)


def told_by_us(body: bytes) -> list[tuple[Any, ...]]:
    reading = read_answer(open_envelope(body).entries, ASKED)
    assert reading.rejects == ()
    return sorted(
        (one.national_id, one.start, one.end, one.types, tuple(kind.value for kind in one.consultation),
         one.place.city, one.booking_url)
        for one in reading.slots
    )  # fmt: skip


free_slots = st.builds(
    lambda who, minute, length, types, cpts, zone, link: slot(
        who,
        f"2026-06-16T{minute // 60:02d}:{minute % 60:02d}:00{zone}",
        end=f"2026-06-16T{(minute + length) // 60:02d}:{(minute + length) % 60:02d}:00{zone}",
        types=types,
        cpts=[LILAS] if cpts else [],
        comment=link,
    ),
    st.sampled_from(IDS),
    st.integers(0, 22 * 60),
    st.integers(5, 60),
    st.lists(st.sampled_from([kind.value for kind in SlotType]), unique=True, max_size=3),
    st.booleans(),
    st.sampled_from(["+02:00", "Z", ".000+01:00", "-04:00"]),
    st.sampled_from(["https://alpha.example/rdv", "https://alpha.example/rdv?a=1&b=2", None]),
)


def distinct(slots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One slot for each practitioner and start: duplicates are merged, which the plain library cannot know."""
    return list({(one["schedule"]["reference"], one["start"][:16], one["start"][19:]): one for one in slots}.values())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(free_slots, max_size=8).map(distinct))
def test_what_the_library_accepts_we_read_the_same(slots: list[dict[str, Any]]) -> None:
    for number, one in enumerate(slots):
        one["id"] = f"slot-{number}"
    body = json.dumps(bundle([*slots, *people(IDS), *community(LILAS)])).encode()
    theirs = told_by_library(body)
    if len({fact[:3] for fact in theirs}) == len(theirs):
        assert told_by_us(body) == theirs


# --- whatever an editor writes, reading never raises anything but AnswerUnusable ---

RICH = bundle(
    [
        slot(
            IDS[0], "2026-06-15T10:00:00.000+02:00", end="2026-06-15T10:20:00.000+02:00", types=["CPTS"], cpts=[LILAS]
        ),
        slot(IDS[1], "2026-06-15T11:00:00Z", end="2026-06-15T11:20:00Z"),
        *people(IDS[:2]),
        *community(LILAS),
    ]
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated(RICH))
def test_a_mutated_answer_never_breaks_the_reader(written: dict[str, Any]) -> None:
    try:
        reading = read_answer(open_envelope(json.dumps(written).encode()).entries, ASKED)
    except AnswerUnusable:
        return
    assert all(one.national_id in ASKED.national_ids for one in reading.slots)
    assert all(ASKED.window.holds(one.start) and one.start < one.end for one in reading.slots)
    assert all(one.booking_url == "" or one.booking_url.startswith("https://alpha.example/") for one in reading.slots)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode), st.integers(0, 400))
def test_a_spliced_answer_never_breaks_the_reader(garbage: bytes, where: int) -> None:
    body = json.dumps(RICH).encode()
    try:
        reading = read_answer(open_envelope(body[:where] + garbage + body[where:]).entries, ASKED)
    except AnswerUnusable:
        return
    assert all(one.national_id in ASKED.national_ids for one in reading.slots)
