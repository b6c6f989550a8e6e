"""The search over REST, and the administration of editors."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, Client
from django.urls import reverse

from agenda import jobs
from agenda.models import Editor, EditorCall, EditorState, KnownAgenda
from sasportal.accounts.models import Role, User
from sasportal.audit.models import Entry
from tests.accounts.people import professional, signed_in_by_psc
from tests.agenda.answers import rpps
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor
from tests.agenda.test_commands import doctor

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = {"what": "médecin généraliste", "where": "Agen"}


@pytest.fixture
def owner() -> User:
    return professional("899700000013", Role.REGULATOR)


@pytest.fixture
def agen(db) -> None:
    doctor(rpps(1), "TENUE")


def open_one(client: Client, **more: Any) -> Any:
    return client.post(reverse("api:searches"), json.dumps(ASKED | more), content_type="application/json")


def test_a_search_is_opened_read_and_completed(valkey, agen, editor: TestEditor, owner: User) -> None:
    editor.knows(rpps(1))
    register(editor.url)
    client = signed_in_by_psc(owner)
    opened = open_one(client)
    body = opened.json()
    assert opened.status_code == 201
    assert opened["Location"].endswith(f"/api/v1/searches/{body['id']}/")
    assert (body["complete"], [card["state"] for card in body["cards"]]) == (False, ["waiting"])
    jobs.run(UUID(body["id"]))
    read = client.get(reverse("api:search", args=[body["id"]])).json()
    assert (read["complete"], [card["state"] for card in read["cards"]]) == (True, ["slots"])
    assert [len(card["slots"]) for card in read["cards"]] == [3]
    assert sorted(read) == ["associations", "cards", "complete", "editors", "id", "near", "structures", "what"]


def test_events_resume_after_the_last_one_received(valkey, agen, editor: TestEditor, owner: User) -> None:
    editor.knows(rpps(1))
    register(editor.url)
    with TestEditor() as other:
        register(other.url, "Beta")
        search_id = open_one(signed_in_by_psc(owner)).json()["id"]
        jobs.run(UUID(search_id))
    everything = events(owner, search_id)
    assert [name for _, name, _ in everything] == ["report", "report", "done"]
    first_id, _, first = everything[0]
    assert (first["complete"], [card["national_id"] for card in first["cards"]]) == (False, [rpps(1)])
    assert [name for _, name, _ in events(owner, search_id, after=first_id)] == ["report", "done"]


def events(who: User, search_id: str, after: str = "") -> list[tuple[str, str, dict[str, Any]]]:
    async def read() -> str:
        client = AsyncClient()
        await client.aforce_login(who, backend="sasportal.accounts.psc.ProSanteConnectBackend")
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        response = await client.get(reverse("api:events", args=[search_id]), headers=headers)
        assert (response.status_code, response["Content-Type"]) == (200, "text/event-stream")
        assert (response["Cache-Control"], response["X-Accel-Buffering"]) == ("no-cache", "no")
        text = b"".join([part async for part in response.streaming_content]).decode()
        await sync_to_async(connections.close_all)()  # those of the thread that served it
        return text

    found = []
    for block in asyncio.run(read()).strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        if "event" in fields:
            found.append((fields["id"], fields["event"], json.loads(fields["data"])))
    return found


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"what": ""}, "what"),
        ({"what": "x" * 101}, "what"),
        ({"what": "blablabla xyz"}, "what"),
        ({"where": "Nullepart-sur-Rien"}, "where"),
        ({"radius_km": 0}, "radius_km"),
        ({"consultation": ["XX"]}, "consultation"),
        ({"within_hours": 200}, "within_hours"),
        ({"cpts": "12"}, "cpts"),
    ],
)
def test_bad_input_is_refused_by_field(valkey, agen, owner: User, body: dict[str, Any], field: str) -> None:
    refused = open_one(signed_in_by_psc(owner), **body)
    assert (refused.status_code, list(refused.json())) == (400, [field])


def test_only_regulators_and_each_his_own(valkey, agen, owner: User) -> None:
    search_id = open_one(signed_in_by_psc(owner)).json()["id"]
    people = {
        "nobody": Client(),
        "effector": signed_in_by_psc(professional("899700000021", Role.EFFECTOR)),
        "admin": signed_in_by_psc(professional("899700000039", Role.ADMIN)),
        "colleague": signed_in_by_psc(professional("899700000047", Role.REGULATOR)),
        "owner": signed_in_by_psc(owner),
    }
    for name in ("api:search", "api:events"):
        statuses = {who: client.get(reverse(name, args=[search_id])).status_code for who, client in people.items()}
        expected = {"nobody": 403, "effector": 403, "admin": 403, "colleague": 403, "owner": 200}
        assert statuses == expected | {"nobody": statuses["nobody"]}
        assert statuses["nobody"] in {302, 401, 403}
    assert {who: open_one(client).status_code for who, client in people.items() if who != "nobody"} == {
        "effector": 403, "admin": 403, "colleague": 201, "owner": 201,
    }  # fmt: skip


def test_an_unknown_search_is_404(valkey, owner: User) -> None:
    assert signed_in_by_psc(owner).get(reverse("api:search", args=[uuid4()])).status_code == 404


def test_the_contract_is_published(owner: User) -> None:
    schema = (
        signed_in_by_psc(owner).get(reverse("schema"), headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    )
    assert sorted(path for path in schema["paths"] if path.startswith("/api/v1/searches")) == [
        "/api/v1/searches/",
        "/api/v1/searches/{search_id}/",
        "/api/v1/searches/{search_id}/events/",
    ]


# --- administration ---


@pytest.fixture
def admin_client() -> Client:
    return signed_in_by_psc(professional("899700000054", Role.ADMIN))


def form_of(editor: Editor, **changes: Any) -> dict[str, Any]:
    return {
        "name": editor.name, "base_url": editor.base_url, "booking_hosts": ",".join(editor.booking_hosts),
        "state": editor.state, "flows": editor.flows, "ca_file": "", "cert_file": "", "key_file": "",
        "expected_cn": "", "expected_ou": "", "appointment_systems": "",
        "certificates-TOTAL_FORMS": "0", "certificates-INITIAL_FORMS": "0",
    } | changes  # fmt: skip


def test_the_switch_is_audited(admin_client: Client) -> None:
    editor = register("https://fhir.alpha.example/sas")
    page = reverse("admin:agenda_editor_change", args=[editor.pk])
    assert admin_client.post(page, form_of(editor, state="off")).status_code == 302
    editor.refresh_from_db()
    assert editor.state == EditorState.OFF
    actions = {"action": "switch_on", "_selected_action": [editor.pk]}
    admin_client.post(reverse("admin:agenda_editor_changelist"), actions)
    editor.refresh_from_db()
    assert editor.state == EditorState.ON
    traces = Entry.objects.filter(target=f"editor:{editor.pk}").order_by("id")
    assert [(one.action, one.actor == "system") for one in traces] == [("editor.off", False), ("editor.on", False)]


def test_a_wrong_address_is_refused_by_the_form(admin_client: Client) -> None:
    editor = register("https://fhir.alpha.example/sas")
    page = reverse("admin:agenda_editor_change", args=[editor.pk])
    answer = admin_client.post(page, form_of(editor, base_url="http://fhir.alpha.example/sas"))
    assert (answer.status_code, "http n&#x27;est accepté" in answer.content.decode()) == (200, True)
    editor.refresh_from_db()
    assert editor.base_url == "https://fhir.alpha.example/sas"


def test_calls_and_known_agendas_are_read_only(admin_client: Client) -> None:
    editor = register("https://fhir.alpha.example/sas")
    call = EditorCall.objects.create(editor=editor, flow="R01", practitioners=1, duration_ms=12, outcome="PARTIAL",
                                     rejects={"stranger": 2})  # fmt: skip
    known = KnownAgenda.objects.create(editor=editor, national_id=rpps(1))
    for name, row in (("editorcall", call), ("knownagenda", known)):
        assert admin_client.get(reverse(f"admin:agenda_{name}_changelist")).status_code == 200
        assert admin_client.get(reverse(f"admin:agenda_{name}_add")).status_code == 403
        assert admin_client.post(reverse(f"admin:agenda_{name}_change", args=[row.pk]), {}).status_code == 403
        assert admin_client.post(reverse(f"admin:agenda_{name}_delete", args=[row.pk])).status_code == 403
    assert admin_client.post(reverse("admin:agenda_editor_delete", args=[editor.pk])).status_code == 403
