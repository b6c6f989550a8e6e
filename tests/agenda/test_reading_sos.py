"""The SOS flow: slots of an association's consultation places, every rule one slot at a time."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agenda.booking_urls import BookingHosts
from agenda.bundles import AnswerUnusable, open_envelope
from agenda.reading import Asked, Reading, read_answer
from agenda.slots import Consultation, Slot, SlotType
from agenda.sos_chains import opening_hours
from agenda.windows import Window
from tests.agenda.answers import bundle, community
from tests.agenda.mutations import mutated
from tests.agenda.sos_answers import association, everything, location, schedule, siret, sos_slot
from tests.agenda.test_reading_examples import EXAMPLES

AGEN, NERAC = siret(1), siret(2)
NOW = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)
AT_TEN = "2026-06-15T10:00:00.000+02:00"
AT_TEN_TWENTY = "2026-06-15T10:20:00.000+02:00"
ASKED = Asked(
    editor_id=7,
    national_ids=frozenset({AGEN}),
    window=Window(start=NOW, end=NOW + timedelta(hours=72)),
    hosts=BookingHosts.of(["alpha.example"]),
    associations=True,
)


def read(*resources: dict[str, Any], of: Asked = ASKED) -> Reading:
    return read_answer(open_envelope(json.dumps(bundle(resources)).encode()).entries, of)


def free(structure_id: str = AGEN, **options: Any) -> dict[str, Any]:
    return sos_slot(structure_id, **({"start": AT_TEN, "end": AT_TEN_TWENTY} | options))


def with_place(**more: Any) -> Slot:
    [one] = read(free(), schedule(AGEN), location(AGEN, **more), association(AGEN)).slots
    return one


def reasons(reading: Reading) -> list[str]:
    return [one.reason for one in reading.rejects]


def test_a_slot_is_read_whole() -> None:
    reading = read(free(types=["PUBLIC", "SNP"]), *everything([AGEN]))
    [one] = reading.slots
    assert (reading.rejects, reading.remarks, reading.known) == ((), (), (AGEN,))
    assert (one.editor_id, one.national_id, one.start) == (7, AGEN, NOW + timedelta(hours=2))
    assert (one.types, one.consultation) == ((SlotType.PUBLIC, SlotType.SNP), (Consultation.SURGERY,))
    assert one.booking_url == "https://alpha.example/rdv"
    place = one.place
    assert (place.name, place.line, place.postal_code, place.city, place.phone) == (
        "Point de consultation Centre", "3 boulevard de la Liberté", "47000", "Agen", "01 99 00 12 31",
    )  # fmt: skip
    assert place.hours == (("mon", "18:00", "23:30"), ("tue", "18:00", "23:30"))
    assert (one.time_to_check, one.overlaps) == (False, False)


def test_only_public_and_snp_are_types_of_this_flow() -> None:
    written = [["PUBLIC", "PRO"], ["CPTS"], [], ["SNP"]]
    slots = [
        free(types=types, start=f"2026-06-15T1{n}:00:00+02:00", end=f"2026-06-15T1{n}:20:00+02:00")
        for n, types in enumerate(written)
    ]
    reading = read(*slots, *everything([AGEN]), *community("470000101"))
    assert [one.types for one in reading.slots] == [(SlotType.PUBLIC,), (), (), (SlotType.SNP,)]
    assert reading.rejects == ()


@pytest.mark.parametrize("written", [AGEN, AGEN[1:], f" {AGEN[1:]} "])
def test_a_siret_with_or_without_its_prefix(written: str) -> None:
    reading = read(free(), schedule(AGEN), location(AGEN), association(AGEN, written=written))
    assert ([one.national_id for one in reading.slots], reading.known) == ([AGEN], (AGEN,))


def test_the_siret_of_a_stranger_is_dropped_and_counted() -> None:
    reading = read(free(), free(NERAC), *everything([AGEN, NERAC]))
    assert [one.national_id for one in reading.slots] == [AGEN]
    assert [(one.reason, one.path) for one in reading.rejects] == [
        ("stranger", "Bundle.entry[1].resource.schedule.actor.managingOrganization")
    ]
    assert reading.known == (AGEN,)


@pytest.mark.parametrize(
    ("without", "path"),
    [
        ("Schedule", ".schedule"),
        ("Location", ".schedule.actor"),
        ("Organization", ".schedule.actor.managingOrganization"),
    ],
)
def test_a_broken_chain_refuses_the_slots_behind_it_only(without: str, path: str) -> None:
    whole = everything([AGEN], places=["centre", "nord"])
    left = [one for one in whole if one["resourceType"] != without or one["id"].endswith("nord")]
    reading = read(free(), free(place="nord"), *left)
    kept = [] if without == "Organization" else ["Point de consultation Nord"]
    assert [one.place.name for one in reading.slots] == kept
    assert {(one.reason, one.path.split("resource")[1]) for one in reading.rejects} == {("broken_chain", path)}
    assert len(reading.rejects) == 2 - len(kept)


def test_a_schedule_is_of_one_place() -> None:
    two = schedule(AGEN) | {"actor": [*schedule(AGEN)["actor"], *schedule(AGEN, "nord")["actor"]]}
    reading = read(free(), two, location(AGEN), location(AGEN, "nord"), association(AGEN))
    assert (reading.slots, reasons(reading)) == ((), ["broken_chain"])


def test_what_the_agenda_holds_beside_the_question_is_no_anomaly() -> None:
    """`_revinclude` brings every slot of an agenda that has one free: the others are left out, and that is all."""
    late = {"start": "2026-06-25T10:00:00+02:00", "end": "2026-06-25T10:20:00+02:00"}
    reading = read(free(), free(status="busy", id="b"), free(**late), *everything([AGEN]))
    assert (len(reading.slots), reading.rejects) == (1, ())
    assert sorted(one.reason for one in reading.remarks) == ["outside_window", "status_not_free"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"start": "2026-06-15 10:00:00+02:00"}, "bad_instant"),
        ({"end": "2026-06-15T09:00:00+02:00"}, "bad_duration"),
        ({"schedule": {"reference": 7}}, "malformed"),
    ],
)
def test_faults_refuse_that_slot_only(options: dict[str, Any], reason: str) -> None:
    fine = free(start="2026-06-15T12:00:00+02:00", end="2026-06-15T12:20:00+02:00")
    reading = read(free(**options), fine, *everything([AGEN]))
    assert (len(reading.slots), reasons(reading)) == (1, [reason])


def test_a_place_may_lack_everything_but_its_association() -> None:
    bare = with_place(name=None, address=None, telecom=None, hoursOfOperation=None, identifier=None)
    place = bare.place
    assert (place.name, place.line, place.postal_code, place.hours) == ("SOS Médecins Agen", "", "", ())
    assert place.phone == "01 99 00 12 30"
    odd = with_place(name={"value": 3}, hoursOfOperation=[{"daysOfWeek": "mon"}])
    assert (odd.place.name, odd.place.hours) == ("SOS Médecins Agen", ())


def test_several_patients_at_one_hour_are_no_anomaly_and_two_places_are_two_slots() -> None:
    reading = read(free(), free(place="nord"), *everything([AGEN], places=["centre", "nord"]))
    assert [(one.place.name, one.overlaps) for one in reading.slots] == [
        ("Point de consultation Centre", False), ("Point de consultation Nord", False),
    ]  # fmt: skip
    assert len({one.key for one in reading.slots}) == 2


def test_a_premium_number_is_never_shown() -> None:
    written = with_place(telecom=[{"system": "phone", "value": "+33899001122"}])
    assert written.place.phone == "01 99 00 12 30"


def test_a_place_overseas_has_its_own_hours() -> None:
    address = {"line": ["1 rue de Paris"], "city": "Saint-Denis", "postalCode": "97400"}
    resources = (schedule(AGEN), location(AGEN, address=address), association(AGEN))
    [wrong] = read(free(), *resources).slots
    [right] = read(free(start="2026-06-15T12:00:00+04:00", end="2026-06-15T12:20:00+04:00"), *resources).slots
    assert (wrong.time_to_check, right.time_to_check) == (True, False)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ([{"daysOfWeek": ["mon"], "openingTime": "08:00:00", "closingTime": "12:00:00"}], [("mon", "08:00", "12:00")]),
        ([{"daysOfWeek": ["sun"], "openingTime": "20:00", "closingTime": "02:00"}],
         [("mon", "00:00", "02:00"), ("sun", "20:00", "24:00")]),
        ([{"daysOfWeek": ["sat"], "openingTime": "20:00:00", "closingTime": "00:00:00"}], [("sat", "20:00", "24:00")]),
        ([{"daysOfWeek": ["tue"], "allDay": True}], [("tue", "00:00", "24:00")]),
        ([{"daysOfWeek": ["lundi"], "allDay": True}, {"daysOfWeek": ["mon"], "openingTime": "25:00"}], []),
        (["08:00"], []),
    ],
)  # fmt: skip
def test_opening_hours(written: list[Any], expected: list[tuple[str, str, str]]) -> None:
    assert opening_hours(msgspec.Raw(json.dumps(written).encode())) == tuple(expected)


# --- the guide's example, and agreement with a full FHIR library ---


def test_the_guide_s_example_is_read_completely() -> None:
    if not EXAMPLES.exists():
        pytest.skip("the guide's package (../shared/spec/ig-sas-1.1.0) is not here")
    body = (EXAMPLES / "Bundle-ExampleBundleAgregateurSOS.json").read_bytes()
    window = Window(start=datetime(2023, 8, 18, tzinfo=UTC), end=datetime(2023, 8, 21, tzinfo=UTC))
    rennes, lorient = "334173748400020", "392080466300010"
    of = replace(
        ASKED, national_ids=frozenset({rennes, lorient}), window=window, hosts=BookingHosts.of(["www.editeur.com"])
    )
    reading = read_answer(open_envelope(body).entries, of)
    assert (reading.rejects, sorted(reading.known)) == ((), [rennes, lorient])
    assert [
        (one.national_id, one.start.isoformat()[:16], one.types, one.place.name, one.place.phone)
        for one in reading.slots
    ] == [
        (rennes, "2023-08-18T07:00", (SlotType.PUBLIC, SlotType.SNP), "Centre de consultation Rennes Nord",
         "01 93 24 67 89"),
        (rennes, "2023-08-19T09:00", (SlotType.PUBLIC,), "Centre de consultation Rennes Cleunay", "01 45 24 99 12"),
        (lorient, "2023-08-18T12:20", (SlotType.PUBLIC,), "Centre de consultation Lorient", "01 39 55 59 92"),
        (lorient, "2023-08-18T12:40", (SlotType.PUBLIC,), "Centre de consultation Lorient", "01 39 55 59 92"),
    ]  # fmt: skip
    # Its booking addresses are plain http: shown without a link
    assert [one.booking_url for one in reading.slots] == [""] * 4
    assert [one.reason for one in reading.remarks] == ["booking_url"] * 4
    assert reading.slots[2].place.hours == (
        ("tue", "11:00", "18:00"), ("thu", "11:00", "18:00"), ("sat", "11:00", "18:00"),
    )  # fmt: skip


def told_by_library(body: bytes) -> list[tuple[Any, ...]]:
    parsed = Bundle.model_validate_json(body)
    by_name = {f"{e.resource.get_resource_type()}/{e.resource.id}": e.resource for e in parsed.entry or []}
    facts = []
    for one in (entry.resource for entry in parsed.entry or []):
        if one.get_resource_type() == "Slot":
            place = by_name[by_name[one.schedule.reference].actor[0].reference]
            codes = {label.code for label in (one.meta.security if one.meta else None) or []}
            facts.append((
                by_name[place.managingOrganization.reference].identifier[0].value,
                one.start.astimezone(UTC), one.end.astimezone(UTC),
                tuple(kind for kind in (SlotType.PUBLIC, SlotType.SNP) if kind.value in codes),
                place.name, place.address.city, one.comment or "",
            ))  # fmt: skip
    return sorted(facts)


def told_by_us(body: bytes) -> list[tuple[Any, ...]]:
    reading = read_answer(open_envelope(body).entries, replace(ASKED, national_ids=frozenset({AGEN, NERAC})))
    assert reading.rejects == ()
    return sorted(
        (one.national_id, one.start, one.end, one.types, one.place.name, one.place.city, one.booking_url)
        for one in reading.slots
    )


free_slots = st.builds(
    lambda who, place, minute, types, zone, link: sos_slot(
        who,
        f"2026-06-16T{minute // 60:02d}:{minute % 60:02d}:00{zone}",
        end=f"2026-06-16T{(minute + 20) // 60:02d}:{(minute + 20) % 60:02d}:00{zone}",
        place=place,
        types=types,
        comment=link,
    ),
    st.sampled_from([AGEN, NERAC]),
    st.sampled_from(["centre", "nord"]),
    st.integers(0, 22 * 60),
    st.lists(st.sampled_from([kind.value for kind in SlotType]), unique=True, max_size=3),
    st.sampled_from(["+02:00", "Z", ".000+01:00"]),
    st.sampled_from(["https://alpha.example/rdv?a=1&b=2", None]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(free_slots, max_size=6))
def test_what_the_library_accepts_we_read_the_same(slots: list[dict[str, Any]]) -> None:
    for number, one in enumerate(slots):
        one["id"] = f"slot-{number}"
    body = json.dumps(bundle([*slots, *everything([AGEN, NERAC], places=["centre", "nord"])])).encode()
    theirs = told_by_library(body)
    # Two entries for one slot are merged, which the plain library cannot know
    if len({(fact[0], fact[1], fact[4]) for fact in theirs}) == len(theirs):
        assert told_by_us(body) == theirs


RICH = bundle([free(), free(place="nord"), *everything([AGEN], places=["centre", "nord"])])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated(RICH))
def test_a_mutated_answer_never_breaks_the_reader(written: dict[str, Any]) -> None:
    try:
        reading = read_answer(open_envelope(json.dumps(written).encode()).entries, ASKED)
    except AnswerUnusable:
        return
    assert all(one.national_id == AGEN and ASKED.window.holds(one.start) for one in reading.slots)
