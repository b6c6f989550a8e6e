"""INT_R03 over HTTP: what is taken, in which order, and what becomes of it."""

import json
from datetime import timedelta

import pytest

from booking.models import Appointment, AppointmentEvent
from sasportal.accounts.models import RoleGrant
from sasportal.audit.models import Entry
from tests.booking.cast import (
    ANNE,
    CAMILLE,
    START,
    SYSTEM,
    EditorClient,
    appointment,
    editor,
    identifier,
    issues,
    operator,
    person,
    regulator,
    updated,
)

pytestmark = pytest.mark.django_db
UNATTRIBUTED = ("warning", "not-found", "Appointment.extension(FrAppointmentOperator)")
TAKEN = ("information", "informational", "")


@pytest.fixture
def alpha():
    regulator()
    return editor()


def test_a_new_appointment_is_kept(alpha) -> None:
    response = EditorClient().post(appointment())
    kept = Appointment.objects.get()
    assert response.status_code == 201
    assert issues(response) == [TAKEN]
    assert response["Location"] == f"http://testserver/fhir/Appointment/{kept.pk}"
    assert response["ETag"] == 'W/"1"'
    assert (kept.editor, kept.system, kept.value, kept.status) == (alpha, SYSTEM, "rdv-1", "booked")
    assert (kept.start, kept.end - kept.start) == (START, timedelta(minutes=20))
    assert (kept.practitioner, kept.operator_value, kept.unattributed) == (ANNE, CAMILLE, False)
    assert list(AppointmentEvent.objects.values_list("status", "applied")) == [("booked", True)]


def test_the_same_post_twice_is_one_row_and_the_same_answer(alpha) -> None:
    first, second = (EditorClient().post(appointment()) for _ in range(2))
    assert (second.status_code, second["Location"], second.content) == (201, first["Location"], first.content)
    assert (Appointment.objects.count(), AppointmentEvent.objects.count()) == (1, 1)


def test_an_update_changes_the_row_and_adds_to_the_history(alpha) -> None:
    EditorClient().post(appointment())
    response = EditorClient().put(appointment(status="cancelled", meta=updated(5)))
    assert (response.status_code, response["ETag"]) == (200, 'W/"2"')
    assert Appointment.objects.get().status == "cancelled"
    assert list(AppointmentEvent.objects.values_list("status", "applied")) == [("booked", True), ("cancelled", True)]


def test_an_update_of_what_is_unknown_creates_it(alpha) -> None:
    response = EditorClient().put(appointment())
    assert (response.status_code, Appointment.objects.count()) == (201, 1)
    assert response["Location"].endswith(f"/fhir/Appointment/{Appointment.objects.get().pk}")


@pytest.mark.parametrize("meta", [None, "dated"])
def test_a_creation_that_comes_after_its_update_does_not_undo_it(alpha, meta) -> None:
    new, old = (None, None) if meta is None else (updated(5), updated(0))
    EditorClient().put(appointment(status="cancelled", meta=new))
    response = EditorClient().post(appointment(meta=old))
    assert (response.status_code, issues(response)) == (201, [("warning", "conflict", "")])
    assert Appointment.objects.get().status == "cancelled"
    assert list(AppointmentEvent.objects.values_list("status", "applied")) == [("cancelled", True), ("booked", False)]


def test_an_older_update_is_kept_in_the_history_alone(alpha) -> None:
    EditorClient().post(appointment())
    EditorClient().put(appointment(status="fulfilled", meta=updated(60)))
    for _ in range(2):
        response = EditorClient().put(appointment(status="noshow", meta=updated(30)))
        assert (response.status_code, issues(response)) == (200, [("warning", "conflict", "")])
    kept = Appointment.objects.get()
    assert (kept.status, kept.version) == ("fulfilled", 2)
    assert list(AppointmentEvent.objects.values_list("status", "applied")) == [
        ("booked", True), ("fulfilled", True), ("noshow", False),
    ]  # fmt: skip


def test_an_update_without_date_is_taken_as_it_comes(alpha) -> None:
    EditorClient().post(appointment(meta=None))
    EditorClient().put(appointment(status="noshow", meta=None))
    assert Appointment.objects.get().status == "noshow"


def test_a_stale_version_is_refused(alpha) -> None:
    EditorClient().post(appointment())
    for if_match, status in (('W/"2"', 412), ('W/"1"', 200), ('W/"1"', 412), ('"2"', 200), ("zut", 400)):
        minutes = Appointment.objects.get().version * 10
        response = EditorClient().put(appointment(meta=updated(minutes)), **{"If-Match": if_match})
        assert response.status_code == status
    response = EditorClient().put(appointment("inconnu"), **{"If-Match": 'W/"1"'})
    assert (response.status_code, Appointment.objects.count()) == (412, 1)


def test_an_editor_never_writes_under_the_identifiers_of_another(alpha) -> None:
    editor("Beta")
    assert EditorClient().post(appointment()).status_code == 201
    for response in (EditorClient("Beta").post(appointment()), EditorClient("Beta").put(appointment("rdv-2"))):
        assert response.status_code == 403
        assert issues(response) == [("error", "forbidden", "Appointment.identifier[0].system")]
    assert Appointment.objects.get().editor == alpha
    assert Entry.objects.filter(action="editor.system_claimed").count() == 1


def test_an_editor_claims_ten_systems_at_most(alpha) -> None:
    statuses = []
    for number in range(11):
        own = [{"system": f"urn:systeme:{number}", "value": "1"}]
        statuses.append(EditorClient().post(appointment(identifier=own)).status_code)
    assert statuses == [201] * 10 + [403]


def test_two_editors_use_the_same_value_in_their_own_systems(alpha) -> None:
    editor("Beta")
    EditorClient().post(appointment())
    own = [{"system": "https://beta.example/rdv", "value": "rdv-1"}]
    assert EditorClient("Beta").post(appointment(identifier=own)).status_code == 201
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("who", ["unknown", "suspended", "without right", "patient's number", "not a uuid"])
def test_without_a_known_regulator_it_is_kept_and_flagged(alpha, who) -> None:
    value, system = "899700009999", "urn:oid:1.2.250.1.71.4.2.1"
    match who:
        case "suspended":
            regulator("899700000021", is_active=False)
            value = "899700000021"
        case "without right":
            person("899700000022")
            value = "899700000022"
        case "patient's number":
            value, system = "199019900100123", "urn:oid:1.2.250.1.213.1.4.8"
        case "not a uuid":
            value, system = "camille", "urn:oid:1.2.250.1.213.3.6"
    response = EditorClient().post(appointment(extension=operator(value, system)))
    assert response.status_code == 201
    assert UNATTRIBUTED in issues(response)
    kept = Appointment.objects.get()
    assert kept.unattributed is True
    assert kept.operator_value == ("" if who == "patient's number" else value)


def test_a_right_that_ended_attributes_nothing(alpha) -> None:
    RoleGrant.objects.update(ends_at="2025-01-01T00:00:00Z", starts_at="2024-01-01T00:00:00Z")
    EditorClient().post(appointment())
    assert Appointment.objects.get().unattributed is True


def test_a_regulator_without_national_id_is_known_by_the_technical_one(alpha) -> None:
    user = regulator(None)
    response = EditorClient().post(appointment(extension=operator(str(user.technical_id), "urn:oid:1.2.250.1.213.3.6")))
    assert issues(response) == [TAKEN]
    assert Appointment.objects.get().unattributed is False


def test_identifiers_without_prefix_are_prefixed(alpha) -> None:
    bare = [{"actor": {"identifier": identifier(ANNE[1:])}, "status": "accepted"}]
    EditorClient().post(appointment(participant=bare, extension=operator(CAMILLE[1:])))
    kept = Appointment.objects.get()
    assert (kept.practitioner, kept.operator_value, kept.unattributed) == (ANNE, CAMILLE, False)


def test_an_association_may_stand_for_the_practitioner(alpha) -> None:
    sos = identifier("334173748400020", "urn:oid:1.2.250.1.71.4.2.2", "IDNST")
    response = EditorClient().post(appointment(participant=[{"actor": {"identifier": sos}, "status": "needs-action"}]))
    kept = Appointment.objects.get()
    assert (response.status_code, kept.practitioner, kept.structure) == (201, "", "334173748400020")


@pytest.mark.parametrize("form", ["valueCode", "valueCoding", "valueCodeableConcept", "valueString"])
def test_the_category_of_the_trial_guide_is_read(alpha, form) -> None:
    value = {"valueCoding": {"code": "604"}, "valueCodeableConcept": {"coding": [{"code": "604"}]}}.get(form, "604")
    url = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/sas-categorie-orientation"
    EditorClient().post(appointment(extension=[*operator(CAMILLE), {"url": url, form: value}]))
    assert Appointment.objects.get().orientation_category == "604"


PATIENT = "DUPONT-SECRET"


def test_patient_data_are_taken_out_before_anything_is_kept(alpha, caplog) -> None:
    resource = appointment(
        text={"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{PATIENT}</div>'},
        contained=[{"resourceType": "Patient", "id": "p", "name": [{"family": PATIENT}]}],
        description=PATIENT,
        comment=PATIENT,
        patientInstruction=PATIENT,
        reasonCode=[{"text": PATIENT}],
        patient={"display": PATIENT},
    )
    resource["participant"] += [
        {"actor": {"reference": "Patient/1", "display": PATIENT}, "status": "accepted"},
        {"actor": {"identifier": {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "1990"}}, "status": "accepted"},
    ]
    response = EditorClient().post(resource)
    assert response.status_code == 201
    removed = ["text", "contained", "description", "comment", "patientInstruction", "reasonCode", "patient"]
    assert [issue for issue in issues(response) if issue[1] == "suppressed"] == [
        *(("warning", "suppressed", f"Appointment.{name}") for name in sorted(removed, key=ORDER.index)),
        ("warning", "suppressed", "Appointment.participant[1]"),
        ("warning", "suppressed", "Appointment.participant[2]"),
    ]
    kept = repr(list(Appointment.objects.values())) + repr(list(AppointmentEvent.objects.values()))
    assert [PATIENT in where for where in (kept, response.content.decode(), caplog.text)] == [False] * 3


ORDER = ["text", "contained", "description", "comment", "patientInstruction", "reasonCode", "patient"]


def test_values_refused_are_not_repeated_in_the_answer(alpha) -> None:
    response = EditorClient().post(appointment(status=PATIENT, created=PATIENT))
    assert (response.status_code, PATIENT in response.content.decode()) == (400, False)


@pytest.mark.parametrize(
    ("changed", "status", "issue"),
    [
        ({"resourceType": "Patient"}, 400, ("structure", "Appointment.resourceType")),
        ({"status": None}, 400, ("required", "Appointment.status")),
        ({"status": "libre"}, 400, ("code-invalid", "Appointment.status")),
        ({"status": "arrived"}, 422, ("business-rule", "Appointment.status")),
        ({"statuts": "booked"}, 400, ("structure", "Appointment.statuts")),
        ({"start": "demain"}, 400, ("value", "Appointment.start")),
        ({"start": "2026-11-23T09:00:00"}, 400, ("value", "Appointment.start")),
        ({"start": "2026-11-23 09:00:00+00:00"}, 400, ("value", "Appointment.start")),
        ({"start": 1795000000}, 400, ("value", "Appointment.start")),
        ({"start": None}, 422, ("required", "Appointment.start")),
        ({"end": START.isoformat()}, 422, ("business-rule", "Appointment.end")),
        ({"end": "2026-11-25T09:00:00Z"}, 422, ("business-rule", "Appointment.end")),
        ({"identifier": None}, 422, ("required", "Appointment.identifier")),
        ({"identifier": [{"system": "a", "value": "1"}] * 2}, 422, ("required", "Appointment.identifier")),
        ({"identifier": [{"value": "1"}]}, 422, ("required", "Appointment.identifier[0].system")),
        ({"identifier": [{"system": SYSTEM}]}, 422, ("required", "Appointment.identifier[0].value")),
        ({"identifier": "rdv-1"}, 400, ("value", "Appointment.identifier")),
        ({"participant": []}, 422, ("required", "Appointment.participant")),
        ({"participant": [{"actor": {"identifier": {"value": "x"}}}]}, 422, ("required", "Appointment.participant")),
        ({"extension": None}, 422, ("required", "Appointment.extension(FrAppointmentOperator)")),
        ({"meta": {"lastUpdated": "hier"}}, 400, ("value", "Appointment.meta.lastUpdated")),
    ],
)
def test_a_fault_is_named_with_its_place(alpha, changed, status, issue) -> None:
    response = EditorClient().post(appointment(**changed))
    assert response.status_code == status
    assert issues(response) == [("error", *issue)]
    assert Appointment.objects.count() == 0


def test_a_date_to_come_is_ignored(alpha) -> None:
    response = EditorClient().post(appointment(meta={"lastUpdated": "2999-01-01T00:00:00Z"}))
    assert (response.status_code, Appointment.objects.get().last_updated) == (201, None)
    assert ("warning", "value", "Appointment.meta.lastUpdated") in issues(response)


@pytest.mark.parametrize(
    "body",
    [b" ", b"{", b"[]", b"null", b"\xff\xfe{\x00}\x00", b'{"a": NaN}', b'{"a": "\\ud800"}', b"[" * 5000 + b"]" * 5000,
     b"resourceType=Appointment"],
)  # fmt: skip
def test_what_is_not_json_is_refused(alpha, body) -> None:
    response = EditorClient().post(body)
    assert (response.status_code, [issue[0] for issue in issues(response)]) == (400, ["error"])


def test_a_byte_order_mark_is_tolerated(alpha) -> None:
    assert EditorClient().post(b"\xef\xbb\xbf" + json.dumps(appointment()).encode()).status_code == 201


def test_one_mebibyte_is_the_limit_and_nothing_is_parsed_beyond(alpha) -> None:
    body = json.dumps(appointment()).encode()
    assert EditorClient().post(body + b" " * (1024 * 1024 - len(body))).status_code == 201
    response = EditorClient().post(b"{" * (1024 * 1024 + 1))
    assert (response.status_code, issues(response)) == (413, [("error", "too-long", "")])


@pytest.mark.parametrize("media_type", ["application/fhir+json", "application/json+fhir", "application/json"])
def test_three_media_types_are_read(alpha, media_type) -> None:
    assert EditorClient().post(appointment(), content_type=f"{media_type}; charset=UTF-8").status_code == 201


@pytest.mark.parametrize("media_type", ["text/html", "application/fhir+xml", "application/json; charset=utf-16"])
def test_others_are_not(alpha, media_type) -> None:
    assert EditorClient().post(appointment(), content_type=media_type).status_code == 415


@pytest.mark.parametrize("search", ["", "rdv-1", "|rdv-1", f"{SYSTEM}|"])
def test_an_update_without_its_identifier_is_refused(alpha, search) -> None:
    response = EditorClient().put(appointment(), search=search)
    assert (response.status_code, issues(response)[0][1]) == (400, "required")


def test_an_update_under_another_identifier_is_refused(alpha) -> None:
    response = EditorClient().put(appointment("rdv-1"), search=f"{SYSTEM}|rdv-2")
    assert (response.status_code, issues(response)) == (422, [("error", "business-rule", "Appointment.identifier[0]")])


def test_nobody_reads_or_deletes(alpha) -> None:
    created = EditorClient().post(appointment())
    client = EditorClient().client
    for method in ("get", "delete", "patch", "put", "post", "head"):
        path = created["Location"].removeprefix("http://testserver")
        assert getattr(client, method)(path).status_code == 405
    for method in ("get", "delete", "patch"):
        response = getattr(client, method)("/fhir/Appointment?identifier=a|b")
        assert (response.status_code, response["Allow"]) == (405, "POST, PUT")
        assert issues(response)[0][1] == "not-supported"
    assert client.get("/fhir/Patient").status_code == 404


def test_the_examples_of_the_guide_are_taken(alpha, guide_examples) -> None:
    for name in ("Appointment-1.json", "Appointment-2.json"):
        response = EditorClient().post(json.loads((guide_examples / name).read_text()))
        assert response.status_code == 201
    kept = Appointment.objects.get()
    assert (kept.status, kept.practitioner, kept.operator_value) == ("booked", "810100050075", "3456780581/11242343")


def test_flooding_is_slowed_down(alpha, settings) -> None:
    settings.FHIR_WRITES_PER_MINUTE = 2
    responses = [EditorClient().post(appointment()) for _ in range(3)]
    assert [r.status_code for r in responses] == [201, 201, 429]
    assert 1 <= int(responses[2]["Retry-After"]) <= 60


def test_metadata_say_what_is_possible() -> None:
    response = EditorClient().client.get("/fhir/metadata")
    statement = json.loads(response.content)
    assert (response.status_code, statement["resourceType"], statement["fhirVersion"]) == (
        200, "CapabilityStatement", "4.0.1",
    )  # fmt: skip
    (resource,) = statement["rest"][0]["resource"]
    assert [one["code"] for one in resource["interaction"]] == ["create", "update"]
    assert statement["implementation"]["url"] == "http://testserver/fhir"
