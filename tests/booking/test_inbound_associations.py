"""INT_R03 in the profile of SOS Médecins: the same rules, an association in the practitioner's place."""

import pytest
from django.test import Client

from booking.models import Appointment, AppointmentEvent, Orientation
from tests.accounts.people import signed_in_by_psc
from tests.agenda_pages.pages import text_of
from tests.booking.cast import (
    AGEN,
    ANNE,
    CAMILLE,
    IDNST,
    START,
    EditorClient,
    appointment,
    editor,
    identifier,
    issues,
    operator,
    orientation,
    regulator,
    sos_appointment,
    updated,
)

pytestmark = pytest.mark.django_db
TAKEN = ("information", "informational", "")
NERAC = "399700000200011"


@pytest.fixture
def camille():
    return regulator()


@pytest.fixture
def alpha(camille):
    return editor()


def chosen(camille, alpha, siret: str = AGEN[1:], **more) -> Orientation:
    details = {
        "practitioner": "", "structure": siret, "practitioner_name": "SOS Médecins Agen",
        "place": "Point de consultation Centre, 3 boulevard de la Liberté, 47000 Agen",
    }  # fmt: skip
    return orientation(camille, alpha, **(details | more))


def who(value: str, status: str = "accepted") -> list[dict]:
    return [{"actor": {"identifier": identifier(value, IDNST, "IDNST")}, "status": status}]


# --- what is taken ---


@pytest.mark.parametrize("confirmed", [True, False])
def test_an_appointment_of_an_association_is_kept(alpha, confirmed: bool) -> None:
    response = EditorClient().post(sos_appointment(confirmed=confirmed))
    kept = Appointment.objects.get()
    assert (response.status_code, issues(response)) == (201, [TAKEN])
    assert (kept.practitioner, kept.structure, kept.orientation_category) == ("", AGEN, "003")
    assert (kept.awaits_confirmation, kept.operator_value, kept.start) == (not confirmed, CAMILLE, START)


def test_only_an_association_may_confirm_later(alpha) -> None:
    waiting = [{"actor": {"identifier": identifier(ANNE)}, "status": "needs-action"}]
    assert issues(EditorClient().post(appointment(participant=waiting)))[1:] == [
        ("warning", "value", "Appointment.participant[0].status")
    ]
    assert issues(EditorClient().post(sos_appointment("rdv-2", participant=who(AGEN, "declined"))))[1:] == [
        ("warning", "value", "Appointment.participant[0].status")
    ]


def test_a_siret_without_its_prefix_is_prefixed(alpha) -> None:
    EditorClient().post(sos_appointment(participant=who(AGEN[1:])))
    assert Appointment.objects.get().structure == AGEN


def test_the_same_post_twice_is_one_row_and_the_same_answer(alpha) -> None:
    first, second = (EditorClient().post(sos_appointment()) for _ in range(2))
    assert (second.status_code, second["Location"], second.content) == (201, first["Location"], first.content)
    assert (Appointment.objects.count(), AppointmentEvent.objects.count()) == (1, 1)


def test_an_update_before_its_creation_is_one_row_and_is_not_undone(alpha) -> None:
    assert EditorClient().put(sos_appointment(status="cancelled", meta=updated(5))).status_code == 201
    response = EditorClient().post(sos_appointment(meta=updated(0)))
    assert (response.status_code, issues(response)) == (201, [("warning", "conflict", "")])
    assert Appointment.objects.get().status == "cancelled"
    assert list(AppointmentEvent.objects.values_list("status", "applied")) == [("cancelled", True), ("booked", False)]


def test_a_stale_version_and_a_stranger_s_system_are_refused(alpha) -> None:
    editor("Beta")
    EditorClient().post(sos_appointment())
    stale = EditorClient().put(sos_appointment(status="cancelled"), **{"If-Match": 'W/"7"'})
    assert (stale.status_code, EditorClient("Beta").post(sos_appointment("rdv-2")).status_code) == (412, 403)
    assert Appointment.objects.get().status == "booked"


def test_an_unknown_regulator_is_kept_and_flagged(alpha) -> None:
    response = EditorClient().post(sos_appointment(extension=operator("899700009999")))
    assert (response.status_code, Appointment.objects.get().unattributed) == (201, True)


def test_patient_data_are_taken_out(alpha) -> None:
    patient = {"actor": {"reference": "Patient/1", "display": "DUPONT-SECRET"}, "status": "accepted"}
    response = EditorClient().post(sos_appointment(comment="DUPONT-SECRET", participant=[*who(AGEN), patient]))
    assert [one[2] for one in issues(response) if one[1] == "suppressed"] == [
        "Appointment.comment", "Appointment.participant[1]",
    ]  # fmt: skip
    assert "DUPONT-SECRET" not in repr(list(Appointment.objects.values())) + response.content.decode()


@pytest.mark.parametrize(
    ("changed", "status", "issue"),
    [
        ({"participant": who("")}, 400, ("value", "Appointment.participant[0].actor.identifier.value")),
        ({"participant": [*who(AGEN), *who(NERAC)]}, 422, ("business-rule", "Appointment.participant")),
        ({"extension": None}, 422, ("required", "Appointment.extension(FrAppointmentOperator)")),
        ({"end": START.isoformat()}, 422, ("business-rule", "Appointment.end")),
    ],
)
def test_a_fault_is_named_with_its_place(alpha, changed, status, issue) -> None:
    response = EditorClient().post(sos_appointment(**changed))
    assert (response.status_code, issues(response)) == (status, [("error", *issue)])
    assert Appointment.objects.count() == 0


# --- what becomes of the orientation ---


@pytest.mark.parametrize("status", ["fulfilled", "noshow", "cancelled"])
def test_the_orientation_follows(camille, alpha, status: str) -> None:
    one = chosen(camille, alpha)
    EditorClient().post(sos_appointment())
    one.refresh_from_db()
    assert (one.state, one.appointment.value) == ("booked", "rdv-1")
    EditorClient().put(sos_appointment(status=status, meta=updated(5)))
    one.refresh_from_db()
    assert list(one.events.values_list("state", flat=True)) == ["booked", status]


def test_another_association_s_orientation_is_left_alone(camille, alpha) -> None:
    others = [chosen(camille, alpha, NERAC[1:]), orientation(camille, alpha)]
    EditorClient().post(sos_appointment())
    for one in others:
        one.refresh_from_db()
    assert [one.state for one in others] == ["opened", "opened"]


def test_a_member_who_is_named_too_closes_it_as_well(camille, alpha) -> None:
    one = chosen(camille, alpha)
    doctor = {"actor": {"identifier": identifier(ANNE)}, "status": "accepted"}
    EditorClient().post(sos_appointment(participant=[*who(AGEN), doctor]))
    one.refresh_from_db()
    assert one.state == "booked"


def test_what_is_yet_to_be_confirmed_says_so_until_it_is(camille, alpha) -> None:
    one = chosen(camille, alpha, slot_key="key")
    client: Client = signed_in_by_psc(camille)
    EditorClient().post(sos_appointment(confirmed=False))
    panel = client.get("/sas/orientations/panneau", {"slot": "key"})
    assert "Rendez-vous demandé" in text_of(panel)
    assert "SOS Médecins Agen doit encore le confirmer." in text_of(panel)
    assert "data-final" not in panel.content.decode()
    assert "À confirmer par la structure" in text_of(client.get("/sas/orientations/"))
    EditorClient().put(sos_appointment(meta=updated(5)))
    panel = client.get("/sas/orientations/panneau", {"slot": "key"})
    assert "Rendez-vous confirmé" in text_of(panel)
    assert "data-final" in panel.content.decode()
    one.refresh_from_db()
    assert list(one.events.values_list("state", flat=True)) == ["booked"]


def test_lists_and_exports_name_the_association(camille, alpha) -> None:
    chosen(camille, alpha)
    client: Client = signed_in_by_psc(camille)
    words = text_of(client.get("/sas/orientations/"))
    assert "SOS Médecins Agen" in words
    assert "Point de consultation Centre, 3 boulevard de la Liberté, 47000 Agen" in words
    written = b"".join(client.get("/sas/orientations/export.csv").streaming_content).decode()
    assert f"SOS Médecins Agen;{AGEN[1:]};" in written.replace('"', "")
