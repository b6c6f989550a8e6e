"""The commands `register_editor` and `search`."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agenda.models import Editor, EditorCall, EditorState
from directory.models import Activity, Participation, Practitioner
from sasportal.audit.models import Entry
from tests.agenda.answers import community, instant, people, rpps, slot
from tests.agenda.cast import LILAS, register
from tests.agenda.editors import TestEditor, as_fhir, asked_ids

pytestmark = pytest.mark.django_db(transaction=True)

ALPHA = ["Alpha", "--base-url", "https://fhir.alpha.example/sas", "--booking-host", "rdv.alpha.example"]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert refused.value.returncode in {1, 2}
    return str(refused.value)


def test_an_editor_is_created_then_updated_by_name() -> None:
    assert run("register_editor", *ALPHA) == "Éditeur Alpha enregistré : R01, interrogé.\n"
    run("register_editor", *ALPHA, "--flow", "R01", "--flow", "R04", "--state", "off", "--expected-cn", "alpha")
    editor = Editor.objects.get()
    assert (editor.flows, editor.state, editor.expected_cn) == (["R01", "R04"], EditorState.OFF, "alpha")
    run("register_editor", "Alpha", "--base-url", "https://x.example/", "--booking-host", "a.example", "b.example",
        "--booking-host", "c.example")  # fmt: skip
    editor.refresh_from_db()
    assert editor.booking_hosts == ["a.example", "b.example", "c.example"]
    assert (editor.flows, editor.state, editor.expected_cn) == (["R01", "R04"], EditorState.OFF, "alpha")
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == ["editor.on", "editor.off"]


def test_plain_http_is_for_the_local_machine() -> None:
    local = ["--base-url", "http://127.0.0.1:8101/fhir", "--booking-host", "127.0.0.1:8101"]
    run("register_editor", "Local", *local)
    refused = ["--base-url", "http://fhir.alpha.example/", "--booking-host", "rdv.alpha.example"]
    assert "https" in refusal("register_editor", "Alpha", *refused)
    assert list(Editor.objects.values_list("name", flat=True)) == ["Local"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--base-url", "fhir.alpha.example", "--booking-host", "a.example"],
        ["--base-url", "https://u:p@alpha.example/", "--booking-host", "a.example"],
        ["--base-url", "https://alpha.example/?a=1", "--booking-host", "a.example"],
        ["--base-url", "https://alpha.example:port/", "--booking-host", "a.example"],
        ["--base-url", "https://alpha.example/", "--booking-host", "https://a.example/"],
        ["--base-url", "https://alpha.example/", "--booking-host", "*.example"],
        ["--base-url", "https://alpha.example/", "--booking-host", "10.0.0.1"],
        ["--base-url", "https://alpha.example/", "--booking-host", "a.example:8443"],
        ["--base-url", "https://alpha.example/", "--booking-host", "127.0.0.1"],
        ["--base-url", "https://alpha.example/", "--booking-host", "a.example", "--ca", "/nowhere.pem"],
        ["--base-url", "https://alpha.example/", "--booking-host", "a.example", "--ca", __file__],
        ["--base-url", "https://alpha.example/", "--booking-host", "a.example", "--key", __file__],
    ],
)
def test_a_wrong_setting_is_refused_in_french_and_nothing_is_written(arguments: list[str]) -> None:
    assert refusal("register_editor", "Alpha", *arguments)
    assert Editor.objects.count() == 0


# --- search ---


def doctor(national_id: str, name: str, *, lat: float = 44.203, lon: float = 0.616, phone: str = "") -> None:
    family, given = name.upper(), "Anne"
    Practitioner.objects.create(
        national_id=national_id, civility="DR", family_name=family, given_name=given, profession="10",
        search_name=f"{name} anne".lower(), search_name_given_first=f"anne {name}".lower(),
    )  # fmt: skip
    Activity.objects.create(
        practitioner_id=national_id, key=f"{national_id}-SM54", place_key=national_id, profession="10",
        specialty="SM54", specialty_label="Médecine générale", mode="L", sector="SA07", line="12 rue des Lilas",
        postal_code="47000", city="Agen", insee="47001", department="47", phone=phone or "0199001234",
        lat=lat, lon=lon, precision="commune", structure_id="1470000001",
    )  # fmt: skip


@pytest.fixture
def agen(db) -> None:
    doctor(rpps(1), "TENUE")
    doctor(rpps(2), "MESURE")
    Participation.objects.create(national_id=rpps(1), via="cpts", structure=LILAS, declared_by="test")


def found(*arguments: str) -> dict[str, Any]:
    return json.loads(run("search", "médecin généraliste", "--near", "Agen", "--json", *arguments))


def cpts_editor(editor: TestEditor) -> None:
    """Two slots: one shared with the CPTS only, one public with a link of another host."""
    first = editor.agenda[rpps(1)][0]

    async def answer(request):
        assert sorted(asked_ids(request)) == [rpps(1), rpps(2)]
        shared = slot(rpps(1), first, types=["CPTS"], cpts=[LILAS], comment="https://alpha.example/rdv?a=1#x")
        public = slot(rpps(1), editor.agenda[rpps(1)][1], comment="https://evil.example/")
        stranger = slot(rpps(1), "demain", end=instant(first))
        bundle_of = [shared, public, stranger, *people([rpps(1)]), *community(LILAS)]
        entries = [{"resource": one} for one in bundle_of]
        return as_fhir({"resourceType": "Bundle", "type": "searchset", "entry": entries})

    editor.answer = answer


def test_the_search_tells_everything_as_json(valkey, agen, editor: TestEditor) -> None:
    editor.knows(rpps(1))
    cpts_editor(editor)
    register(editor.url, flows=["R04"])
    result = found()
    assert sorted(result) == ["associations", "cards", "editors", "near", "structures", "what"]
    assert (result["what"], sorted(result["near"])) == ("médecin généraliste", ["label", "lat", "lon", "radius_km"])
    [one] = result["editors"]
    assert (one["editor"], one["outcome"], one["slots"]) == ("Alpha", "PARTIAL", 2)
    assert one["rejects"] == {"bad_instant": 1, "booking_url": 1}
    assert sorted(one) == ["duration_ms", "editor", "outcome", "rejects", "slots"]
    anne, bruno = result["cards"]
    assert (anne["national_id"], anne["state"], anne["participation"]) == (
        rpps(1), "slots", {"via": "cpts", "finess": LILAS},
    )  # fmt: skip
    assert (bruno["national_id"], bruno["state"], bruno["slots"]) == (rpps(2), "unknown", [])
    assert anne["place"] == {"line": "12 rue des Lilas", "postal_code": "47000", "city": "Agen"}
    first, second = anne["slots"]
    assert (first["types"], first["cpts"], first["bookable"]) == (["CPTS"], [LILAS], True)
    assert first["booking_url"] == "https://alpha.example/rdv?a=1&origin=sas#x"
    assert (second["types"], second["bookable"], second["booking_url"]) == (["PUBLIC"], False, "")
    assert sorted(first) == sorted(
        ["start", "end", "types", "consultation", "reasons", "cpts", "bookable", "booking_url"]
    )
    assert EditorCall.objects.count() == 1


def test_a_patient_sees_public_slots_only(valkey, agen, editor: TestEditor) -> None:
    editor.knows(rpps(1))
    cpts_editor(editor)
    register(editor.url, flows=["R04"])
    [anne, _] = found("--as", "patient")["cards"]
    assert [one["types"] for one in anne["slots"]] == [["PUBLIC"]]
    assert [one["reason"] for one in anne["hidden"]] == ["not_for_patients"]


def test_the_search_reads_as_text_too(valkey, agen, editor: TestEditor) -> None:
    editor.knows(rpps(1))
    register(editor.url)
    text = run("search", "médecin généraliste", "--near", "Agen", "--radius", "5")
    assert "2 professionnels, 1 avec des créneaux, 1 éditeurs sur 1 ont répondu." in text
    assert "Alpha a répondu." in text


def test_it_works_without_any_editor(valkey, agen) -> None:
    assert [card["state"] for card in found()["cards"]] == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["blablabla xyz", "--near", "Agen"], "n'est pas reconnu"),
        (["médecin généraliste", "--near", "Nullepart-sur-Rien"], "introuvable"),
        (["médecin généraliste", "--near", "Agen", "--radius", "0"], "rayon"),
        (["médecin généraliste", "--near", "Agen", "--radius", "5000"], "rayon"),
        (["médecin généraliste"], "--near"),
    ],
)
def test_bad_input_is_said_in_french(valkey, agen, arguments: list[str], words: str) -> None:
    assert words in refusal("search", *arguments)


def test_taking_patients_appointments_is_declared_kept_and_withdrawn() -> None:
    run("register_editor", *ALPHA)
    declared = []
    for more in ([], ["--writes-appointments"], [], ["--no-writes-appointments"]):
        run("register_editor", *ALPHA, *more)
        declared.append(Editor.objects.get().writes_appointments)
    assert declared == [False, True, True, False]
