"""Every rule of "Reading an answer", one slot at a time."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agenda.booking_urls import BookingHosts
from agenda.bundles import open_envelope
from agenda.reading import Asked, Reading, read_answer
from agenda.slots import AppointmentType, Consultation, Cpts, SlotType
from agenda.windows import Window
from tests.agenda.answers import (
    PLACE,
    R66_OLD,
    bundle,
    community,
    people,
    practitioner,
    role,
    rpps,
    schedule,
    slot,
)

ANNE, BRUNO = rpps(1), rpps(2)
NOW = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)
AT_TEN = "2026-06-15T10:00:00.000+02:00"
AT_TEN_TWENTY = "2026-06-15T10:20:00.000+02:00"
LILAS, MESURE = "470000101", "470000202"


def asked(*national_ids: str) -> Asked:
    return Asked(
        editor_id=7,
        national_ids=frozenset(national_ids or {ANNE}),
        window=Window(start=NOW, end=NOW + timedelta(hours=72)),
        hosts=BookingHosts.of(["alpha.example"]),
    )


def read(*resources: dict[str, Any], of: Asked | None = None) -> Reading:
    return read_answer(open_envelope(json.dumps(bundle(resources)).encode()).entries, of or asked())


def read_one(**options: Any) -> Reading:
    options = {"start": AT_TEN, "end": AT_TEN_TWENTY} | options
    return read(slot(ANNE, **options), *people([ANNE]))


def reasons(reading: Reading) -> list[str]:
    return [one.reason for one in (*reading.rejects, *reading.remarks)]


def test_a_slot_is_read_whole() -> None:
    [one] = read_one(specialty=[{"coding": [{"code": "SM54"}]}, {"text": "Médecine  du sport"}]).slots
    assert (one.editor_id, one.national_id) == (7, ANNE)
    assert (one.start, one.end) == (NOW + timedelta(hours=2), NOW + timedelta(hours=2, minutes=20))
    assert one.types == (SlotType.PUBLIC,)
    assert one.consultation == (Consultation.SURGERY,)
    assert one.reasons == ("Visite",)
    assert one.specialties == ("SM54", "Médecine du sport")
    assert one.appointment_type is AppointmentType.ROUTINE
    assert one.booking_url == "https://alpha.example/rdv"
    assert (one.place.line, one.place.postal_code, one.place.city) == ("12 rue des Lilas", "47000", "Agen")
    assert (one.place.structure_id, one.place.phone) == ("1470000001", "01 99 00 12 34")
    assert (one.time_to_check, one.overlaps) == (False, False)


def test_the_key_is_the_same_in_two_answers_and_differs_between_slots() -> None:
    first, again = read_one(id="x").slots[0], read_one(id="y").slots[0]
    later = read_one(start=AT_TEN_TWENTY, end="2026-06-15T10:40:00+02:00").slots[0]
    assert first.key == again.key
    assert first.key != later.key
    assert len(first.key) <= 64


@pytest.mark.parametrize(
    ("options", "reason", "path"),
    [
        ({"status": "busy"}, "status_not_free", ".status"),
        ({"status": None}, "status_not_free", ".status"),
        ({"start": "2026-06-15T10:00:00"}, "bad_instant", ".start"),
        ({"start": "2026-06-15"}, "bad_instant", ".start"),
        ({"end": "2026-06-15 10:20:00+02:00"}, "bad_instant", ".end"),
        ({"end": AT_TEN}, "bad_duration", ".end"),
        ({"end": "2026-06-15T09:00:00+02:00"}, "bad_duration", ".end"),
        ({"end": "2026-06-16T10:00:00+02:00"}, "bad_duration", ".end"),
        ({"start": "2026-06-15T07:59:59+02:00"}, "outside_window", ".start"),
        ({"start": "2026-06-18T08:00:01+02:00", "end": "2026-06-18T08:20:00+02:00"}, "outside_window", ".start"),
        ({"schedule": None}, "broken_chain", ".schedule"),
        ({"schedule": {"reference": "Schedule/none"}}, "broken_chain", ".schedule"),
        ({"schedule": {"reference": f"Practitioner/p-{ANNE}"}}, "broken_chain", ".schedule"),
        ({"schedule": "Schedule/x"}, "malformed", ".schedule"),
        ({"start": 20260615}, "malformed", ".start"),
        ({"meta": []}, "malformed", ".meta"),
        ({"serviceType": [{"coding": [{"code": 5}]}]}, "malformed", ".serviceType[0].coding[0].code"),
        ({"comment": "x" * 5000}, "malformed", ".comment"),
    ],
)
def test_a_fault_refuses_that_slot_only(options: dict[str, Any], reason: str, path: str) -> None:
    good = slot(ANNE, "2026-06-15T15:00:00+02:00", end="2026-06-15T15:20:00+02:00")
    broken = slot(ANNE, AT_TEN, end=AT_TEN_TWENTY) | {"id": "broken"} | options
    broken = {name: value for name, value in broken.items() if value is not None}
    reading = read(broken, good, *people([ANNE]))
    assert [one.start.hour for one in reading.slots] == [13]
    assert [(one.reason, one.path) for one in reading.rejects] == [(reason, f"Bundle.entry[0].resource{path}")]


def test_entries_that_are_nothing_are_counted_and_skipped() -> None:
    written = bundle([slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), *people([ANNE])])
    written["entry"] += [None, 5, {}, {"resource": None}, {"resource": {"id": "x"}}, {"resource": "Slot"}]
    reading = read_answer(open_envelope(json.dumps(written).encode()).entries, asked())
    assert len(reading.slots) == 1
    assert reading.counts() == {"malformed": 6}


def test_foreign_resources_are_ignored_and_counted() -> None:
    patient = {"resourceType": "Patient", "id": "1", "name": [{"family": "SECRET"}]}
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), patient, {"resourceType": "Observation", "id": "2"},
                   *people([ANNE]))  # fmt: skip
    assert (len(reading.slots), reading.rejects) == (1, ())
    assert reading.counts() == {"foreign_resource": 2}
    assert "SECRET" not in repr(reading)


# --- whose slot is it ---


def test_a_stranger_is_dropped() -> None:
    reading = read(slot(BRUNO, AT_TEN, end=AT_TEN_TWENTY), *people([BRUNO]))
    assert reading.slots == ()
    assert reasons(reading) == ["stranger"]
    assert reading.known == ()


@pytest.mark.parametrize("written", [ANNE, ANNE[1:], f" {ANNE}"])
def test_the_id_is_recognised_with_or_without_prefix(written: str) -> None:
    person = practitioner(ANNE)
    person["identifier"][0]["value"] = written
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), schedule(ANNE), role(ANNE), person)
    assert [one.national_id for one in reading.slots] == [ANNE]
    assert reading.known == (ANNE,)


def test_an_id_of_another_system_does_not_count() -> None:
    person = practitioner(ANNE)
    person["identifier"][0]["system"] = "https://alpha.example/ids"
    assert reasons(read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), schedule(ANNE), role(ANNE), person)) == ["stranger"]


def test_the_role_must_be_the_practitioner_s_own() -> None:
    stolen = schedule(ANNE, role_id=f"r-{BRUNO}")
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), stolen, practitioner(ANNE), practitioner(BRUNO), role(BRUNO),
                   of=asked(ANNE, BRUNO))  # fmt: skip
    assert (reading.slots, reasons(reading)) == ((), ["broken_chain"])


@pytest.mark.parametrize("missing", ["Schedule", "Practitioner", "PractitionerRole"])
def test_a_missing_link_breaks_the_chain(missing: str) -> None:
    kept = [one for one in people([ANNE]) if one["resourceType"] != missing]
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), *kept)
    assert (reading.slots, reasons(reading)) == ((), ["broken_chain"])


def test_a_role_without_its_location_breaks_the_chain() -> None:
    lost = role(ANNE) | {"location": [{"reference": "#elsewhere"}]}
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), schedule(ANNE), practitioner(ANNE), lost)
    assert (reading.slots, reasons(reading)) == ((), ["broken_chain"])


def test_a_schedule_of_two_practitioners_is_nobody_s() -> None:
    shared = schedule(ANNE)
    shared["actor"].append({"reference": f"Practitioner/p-{BRUNO}"})
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), shared, practitioner(ANNE), practitioner(BRUNO), role(ANNE),
                   of=asked(ANNE, BRUNO))  # fmt: skip
    assert reasons(reading) == ["broken_chain"]


def test_two_different_resources_under_one_id_are_ambiguous() -> None:
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), *people([ANNE]), practitioner(BRUNO, id=f"p-{ANNE}"))
    assert (reading.slots, reasons(reading)) == ((), ["ambiguous_reference"])


def test_an_include_repeated_on_two_pages_is_no_ambiguity() -> None:
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), *people([ANNE]), *people([ANNE]))
    assert (len(reading.slots), reasons(reading)) == (1, [])


@pytest.mark.parametrize(
    "reference",
    [f"Schedule/s-{ANNE}/_history/3", f"https://alpha.example/fhir/Schedule/s-{ANNE}", "urn:uuid:1234"],
)
def test_references_are_followed_in_every_spelling(reference: str) -> None:
    written = bundle([slot(ANNE, AT_TEN, end=AT_TEN_TWENTY, schedule={"reference": reference}), *people([ANNE])])
    if reference.startswith("urn:"):
        written["entry"][1]["fullUrl"] = reference
        del written["entry"][1]["resource"]["id"]
    reading = read_answer(open_envelope(json.dumps(written).encode()).entries, asked())
    assert (len(reading.slots), reasons(reading)) == (1, [])


def test_a_location_beside_the_role_serves_too() -> None:
    apart = role(ANNE) | {"location": [{"reference": "Location/l"}]}
    del apart["contained"]
    place = {"resourceType": "Location", "id": "l", "address": PLACE}
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), schedule(ANNE), practitioner(ANNE), apart, place)
    assert [one.place.city for one in reading.slots] == ["Agen"]


# --- duplicates, overlaps, times ---


def test_duplicates_are_merged_and_counted() -> None:
    one = slot(ANNE, AT_TEN, end=AT_TEN_TWENTY, types=["PUBLIC"], comment=None)
    same = slot(ANNE, "2026-06-15T08:00:00Z", end="2026-06-15T08:20:00Z", types=["SNP"]) | {"id": "other"}
    reading = read(one, same, *people([ANNE]))
    [merged] = reading.slots
    assert merged.types == (SlotType.PUBLIC, SlotType.SNP)
    assert merged.booking_url == "https://alpha.example/rdv"
    assert reading.counts() == {"duplicate": 1}
    assert reading.rejects == ()


def test_overlaps_are_kept_and_flagged() -> None:
    long = slot(ANNE, AT_TEN, end="2026-06-15T11:00:00+02:00")
    inside = slot(ANNE, AT_TEN_TWENTY, end="2026-06-15T10:40:00+02:00")
    touching = slot(ANNE, "2026-06-15T11:00:00+02:00", end="2026-06-15T11:20:00+02:00")
    reading = read(long, inside, touching, *people([ANNE]))
    assert [one.overlaps for one in reading.slots] == [True, True, False]


def test_two_practitioners_never_overlap() -> None:
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), slot(BRUNO, AT_TEN, end=AT_TEN_TWENTY),
                   *people([ANNE, BRUNO]), of=asked(ANNE, BRUNO))  # fmt: skip
    assert [one.overlaps for one in reading.slots] == [False, False]


def test_the_hour_that_comes_twice_makes_two_slots() -> None:
    night = Window(start=datetime(2026, 10, 24, 22, 0, tzinfo=UTC), end=datetime(2026, 10, 26, tzinfo=UTC))
    of = Asked(editor_id=1, national_ids=frozenset({ANNE}), window=night, hosts=BookingHosts.of([]))
    reading = read(
        slot(ANNE, "2026-10-25T02:30:00+02:00", end="2026-10-25T02:50:00+02:00"),
        slot(ANNE, "2026-10-25T02:30:00+01:00", end="2026-10-25T02:50:00+01:00"),
        *people([ANNE]),
        of=of,
    )
    assert [one.start.isoformat() for one in reading.slots] == [
        "2026-10-25T00:30:00+00:00",
        "2026-10-25T01:30:00+00:00",
    ]
    assert len({one.key for one in reading.slots}) == 2
    assert [one.time_to_check for one in reading.slots] == [False, False]


def test_an_offset_that_is_not_the_place_s_is_kept_as_sent_and_marked() -> None:
    [one] = read_one(start="2026-06-15T10:00:00+04:00", end="2026-06-15T10:20:00+04:00").slots or [None]
    assert one is not None
    assert one.time_to_check
    place = {"line": ["1 rue"], "postalCode": "97400", "city": "Saint-Denis"}
    one = slot(ANNE, "2026-06-15T12:00:00+04:00", end="2026-06-15T12:20:00+04:00")
    overseas = read(one, *people([ANNE], place=place))
    assert [one.time_to_check for one in overseas.slots] == [False]


# --- types, texts, links ---


@pytest.mark.parametrize(
    ("codes", "types"),
    [
        (["PUBLIC"], (SlotType.PUBLIC,)),
        (["CPTS", "PUBLIC"], (SlotType.PUBLIC, SlotType.CPTS)),
        (["PRO", "PRO"], (SlotType.PRO,)),
        (["NOUVEAU"], ()),
        (["NOUVEAU", "SNP"], (SlotType.SNP,)),
        ([], ()),
    ],
)
def test_unknown_slot_types_are_ignored(codes: list[str], types: tuple[SlotType, ...]) -> None:
    assert [one.types for one in read_one(types=codes).slots] == [types]


def test_a_label_of_another_system_is_no_slot_type() -> None:
    label = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "PUBLIC"}]}
    assert [one.types for one in read_one(meta=label).slots] == [()]


def test_texts_are_cleaned_and_cut() -> None:
    place = {"line": ["12\u202e rue\u0000 <b>"], "city": "A" * 900, "postalCode": "4700O"}
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), *people([ANNE], place=place))
    [one] = reading.slots
    assert (one.place.line, len(one.place.city), one.place.postal_code) == ("12 rue <b>", 200, "")


def test_a_premium_phone_is_never_shown() -> None:
    reading = read(slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), schedule(ANNE), practitioner(ANNE),
                   role(ANNE, phone="+33892681234"))  # fmt: skip
    assert [one.place.phone for one in reading.slots] == [""]
    assert reading.counts() == {"phone": 1}


def test_an_unsafe_link_leaves_the_slot_without_link() -> None:
    reading = read_one(comment="https://evil.example\\@alpha.example/")
    assert [one.booking_url for one in reading.slots] == [""]
    assert (reading.rejects, reading.counts()) == ((), {"booking_url": 1})


def test_null_elements_are_absent_ones() -> None:
    reading = read_one(serviceType=None, specialty=None, appointmentType=None, comment=None)
    text = json.dumps(bundle([slot(ANNE, AT_TEN, end=AT_TEN_TWENTY), *people([ANNE])]))
    nulled = json.loads(text)
    for name in ("serviceType", "specialty", "appointmentType", "comment", "meta"):
        nulled["entry"][0]["resource"][name] = None
    again = read_answer(open_envelope(json.dumps(nulled).encode()).entries, asked())
    assert (len(reading.slots), len(again.slots)) == (1, 1)
    assert (again.slots[0].types, again.slots[0].consultation, again.rejects) == ((), (), ())


# --- CPTS ---


def shared(*finess: str, system: str = "", resources: list[dict[str, Any]] | None = None) -> Reading:
    options = {"category_system": system} if system else {}
    one = slot(ANNE, AT_TEN, end=AT_TEN_TWENTY, types=["PUBLIC", "CPTS"], cpts=finess, **options)
    joined = [part for each in finess for part in community(each)] if resources is None else resources
    return read(one, *people([ANNE]), *joined)


@pytest.mark.parametrize("system", ["", R66_OLD])
def test_the_cpts_is_joined_in_both_spellings(system: str) -> None:
    [one] = shared(LILAS, system=system).slots
    assert one.cpts == (Cpts(finess=LILAS, name="CPTS des Lilas", phone="01 99 00 11 22"),)


def test_two_cpts_on_one_slot() -> None:
    [one] = shared(LILAS, MESURE).slots
    assert [cpts.finess for cpts in one.cpts] == [LILAS, MESURE]


def test_a_finess_without_prefix_is_understood() -> None:
    [one] = shared(LILAS, resources=community(LILAS, identifier=LILAS)).slots
    assert [cpts.finess for cpts in one.cpts] == [LILAS]


@pytest.mark.parametrize("missing", ["HealthcareService", "Organization"])
def test_a_cpts_that_cannot_be_joined_is_none(missing: str) -> None:
    reading = shared(LILAS, resources=[one for one in community(LILAS) if one["resourceType"] != missing])
    assert [one.cpts for one in reading.slots] == [()]
    assert (reading.rejects, reading.counts()) == ((), {"cpts_unresolved": 1})


def test_a_cpts_without_finess_is_none() -> None:
    assert [one.cpts for one in shared(LILAS, resources=community(LILAS, identifier="333417374840002")).slots] == [()]


def test_a_cpts_reference_without_the_cpts_type_counts_for_nothing() -> None:
    one = slot(ANNE, AT_TEN, end=AT_TEN_TWENTY, types=["PUBLIC"], cpts=[LILAS])
    assert [slot.cpts for slot in read(one, *people([ANNE]), *community(LILAS)).slots] == [()]
