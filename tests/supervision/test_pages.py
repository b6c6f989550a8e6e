"""The board and an editor's page: what they say, to whom, and the switch."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from agenda.breaker import key_of
from agenda.models import Editor, EditorState, Outcome
from agenda.streams import store
from agenda.supervision.anomalies import Fault, observe
from agenda.supervision.models import Anomaly, Severity
from booking.models import Appointment, Orientation
from booking.supervision import returns
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from sasportal.celery import app
from sasportal.outbox.models import Delivery
from tests.accounts.people import professional, signed_in_by_psc
from tests.booking.cast import regulator
from tests.supervision.cast import calls, editor

pytestmark = pytest.mark.django_db
BOARD = "/supervision/"


def page(client: Client, url: str = BOARD) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return re.sub("[ \n]+", " ", answer.content.decode())


def opened(whose: Editor, count: int, *, hours: float = 2, returned: int = 0) -> None:
    """Booking pages opened, some with their appointment come back."""
    who, now = User.objects.filter(national_id="899700000013").first() or regulator(), timezone.now()
    for number in range(count):
        appointment = None
        if number < returned:
            appointment = Appointment.objects.create(
                editor=whose, system="urn:s", value=f"{whose.pk}-{number}", status="booked", start=now,
                end=now + timedelta(minutes=20), practitioner="899700001001",
            )  # fmt: skip
        Orientation.objects.create(
            regulator=who, editor=whose, editor_name=whose.name, practitioner="899700001001", practitioner_name="Anne",
            place="Agen", start=now, end=now + timedelta(minutes=20), slot_key=f"{whose.pk}-{number}-{hours}",
            booking_url="https://alpha.example/rdv", opened_at=now - timedelta(hours=hours), appointment=appointment,
        )  # fmt: skip


def test_the_board_says_how_each_editor_does_now(client_of_admin: Client, alpha: Editor) -> None:
    beta, gamma, delta = editor("Beta"), editor("Gamma", state=EditorState.OFF), editor("Delta")
    editor("Epsilon")
    now = timezone.now()
    calls(alpha, 40, at=now, rejects={"bad_instant": 1}, slots=3)
    calls(beta, 30, at=now, outcome=Outcome.TIMEOUT, ms=6500)
    calls(delta, 1, at=now)
    store().hset(key_of(delta.pk), "until", int((now + timedelta(minutes=1)).timestamp() * 1000))
    text = page(client_of_admin)
    words = ["En service", "En panne", "Coupé", "En pause après trop d’échecs", "Pas interrogé"]
    assert [word for word in words if f">{word}</span>" in text] == words
    assert "100\u00a0%" in text
    assert "40</span> × Instant absent" in text
    assert gamma.name in text


def test_appointments_returned_per_opened_page(client_of_admin: Client, alpha: Editor) -> None:
    opened(alpha, 4, returned=3)
    opened(alpha, 2, hours=0.1)  # too recent: an answer is not due yet
    assert "3 sur 4" in page(client_of_admin, f"{BOARD}?periode=24h")


def test_an_editor_that_returns_nothing_is_an_anomaly(alpha: Editor) -> None:
    beta = editor("Beta")
    opened(alpha, 10)
    opened(beta, 10, returned=1)
    found = list(returns.faults(now=timezone.now()))
    assert [(key, fault.rule, fault.severity) for key, fault in found] == [(alpha.pk, "no_return", "major")]


def test_figures_are_true_even_where_no_worker_counts(client_of_admin: Client, alpha: Editor) -> None:
    for expected in (1, 2):
        calls(alpha, 1, at=timezone.now())
        text = page(client_of_admin, f"{BOARD}lignes")
        assert f"{expected}\u00a0appel" in text


def test_queries_do_not_grow_with_editors(client_of_admin: Client, django_assert_max_num_queries) -> None:
    for number in range(12):
        calls(editor(f"Éditeur {number}"), 2, at=timezone.now())
    with django_assert_max_num_queries(24):  # counting included
        page(client_of_admin)


def test_the_switch_acts_at_once_and_is_written_down(client_of_admin: Client, alpha: Editor) -> None:
    here = f"{BOARD}editeurs/{alpha.pk}/"
    refused = client_of_admin.post(f"{here}couper", {"reason": ""})
    assert refused.status_code == 422
    assert "Dites pourquoi" in refused.content.decode()
    client_of_admin.post(f"{here}couper", {"reason": "Adresses de réservation suspectes"})
    alpha.refresh_from_db()
    assert (alpha.state, alpha.state_reason) == ("off", "Adresses de réservation suspectes")
    assert "Adresses de réservation suspectes" in page(client_of_admin, here)
    client_of_admin.post(f"{here}couper", {"reason": "Encore"})  # already off: nothing changes
    client_of_admin.post(f"{here}retablir", {"reason": "Corrigé"})
    acts = Entry.objects.filter(target=f"editor:{alpha.pk}").order_by("id").values_list("action", flat=True)
    assert list(acts) == ["editor.off", "editor.on"]


def test_an_anomaly_is_closed_with_a_note(client_of_admin: Client, alpha: Editor) -> None:
    fault = Fault(rule="slow", severity=Severity.MINOR, sentence="Réponses lentes.", example="Bundle.entry[0]")
    observe(alpha.pk, [fault], now=timezone.now())
    assert "Réponses lentes." in page(client_of_admin)
    close = f"{BOARD}anomalies/{Anomaly.objects.get().pk}/clore"
    assert client_of_admin.post(close, {}).status_code == 422
    client_of_admin.post(close, {"note": "Serveur remplacé."})
    assert "Serveur remplacé." in page(client_of_admin, f"{BOARD}editeurs/{alpha.pk}/")
    assert "déjà close" in client_of_admin.post(close, {"note": "Encore."}, follow=True).content.decode()


def test_staff_of_an_editor_read_their_own_and_act_on_nothing(staff: User, alpha: Editor, valkey) -> None:
    beta, client = editor("Beta"), signed_in_by_psc(staff)
    calls(alpha, 3, at=timezone.now())
    answer = client.get("/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{BOARD}editeurs/{alpha.pk}/"
    text = answer.content.decode()
    assert "Couper" not in text
    assert "Personnel" not in text
    assert [client.get(f"{BOARD}editeurs/{key}/").status_code for key in (beta.pk, 99999)] == [403, 403]
    assert "Beta" not in client.get(f"{BOARD}export.csv").getvalue().decode()
    assert "Beta" not in page(client, f"{BOARD}lignes")


def test_access_is_given_and_taken_back(client_of_admin: Client, alpha: Editor) -> None:
    here = f"{BOARD}editeurs/{alpha.pk}/"
    assert client_of_admin.post(f"{here}acces", {"identifier": "pas une adresse@"}).status_code == 422
    client_of_admin.post(f"{here}acces", {"identifier": "support@alpha.example"})
    reader = User.objects.get(email="support@alpha.example")
    given = reader.grants.get()
    assert (given.role, given.editor_id) == ("editor", alpha.pk)
    assert "support@alpha.example" in page(client_of_admin, here)
    client_of_admin.post(f"{here}acces/{given.pk}/retirer")
    assert "Retirer l’accès" not in page(client_of_admin, here)
    assert client_of_admin.post(f"{here}acces/{given.pk}/retirer").status_code == 404


def test_the_export_is_a_line_for_each_editor_and_step(client_of_admin: Client, alpha: Editor) -> None:
    calls(alpha, 19, at=timezone.now(), slots=2)
    calls(alpha, 1, at=timezone.now(), outcome=Outcome.TIMEOUT, ms=6500)
    content = client_of_admin.get(f"{BOARD}export.csv?periode=24h").getvalue().decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(content), delimiter=";")
    assert (line["Éditeur"], line["Appels"], line["Disponibilité"], line["Créneaux"], line["Issue TIMEOUT"]) == (
        "Alpha", "20", "0,9500", "38", "1",
    )  # fmt: skip


@pytest.mark.parametrize("period", ["1h", "24h", "7j", "30j", "13m", "", "n'importe quoi"])
def test_every_period_shows(client_of_admin: Client, alpha: Editor, period: str) -> None:
    calls(alpha, 2, at=timezone.now())
    assert "2\u00a0appels" in page(client_of_admin, f"{BOARD}?periode={period}")


def test_metrics_are_the_shared_truth_and_ask_for_their_token(client: Client, alpha: Editor, valkey) -> None:
    calls(alpha, 3, at=timezone.now(), rejects={"phone": 2})
    calls(alpha, 1, at=timezone.now(), outcome=Outcome.TIMEOUT, ms=7100)
    observe(alpha.pk, [Fault(rule="slow", severity=Severity.MINOR, sentence="Lent.")], now=timezone.now())
    text = client.get("/metrics").content.decode()
    said = dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    assert said['sas_editor_calls_total{editor="Alpha",outcome="OK"}'] == "3.0"
    assert said['sas_editor_rejects_total{editor="Alpha",reason="phone"}'] == "6.0"
    assert said['sas_editor_call_seconds_bucket{editor="Alpha",le="0.15"}'] == "3.0"
    assert said['sas_editor_call_seconds_bucket{editor="Alpha",le="+Inf"}'] == "4.0"
    assert said['sas_anomalies_open{editor="Alpha",severity="minor"}'] == "1.0"
    assert said['sas_editor_on{editor="Alpha"}'] == "1.0"
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403


def test_with_a_token_only_its_holder_reads_the_metrics(client: Client, valkey, settings) -> None:
    settings.METRICS_TOKEN = "un-jeton"
    answers = [client.get("/metrics", headers=headers).status_code for headers in (
        {}, {"Authorization": "Bearer faux"}, {"Authorization": "Bearer un-jeton"})]  # fmt: skip
    assert answers == [403, 403, 200]


def test_every_job_of_the_schedule_exists() -> None:
    app.loader.import_default_modules()
    assert {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()} - set(app.tasks) == set()


def test_the_notice_is_ids_only(admin: User, alpha: Editor) -> None:
    User.objects.filter(pk=admin.pk).update(email="ange@sas.example")
    observe(alpha.pk, [Fault(rule="silent", severity=Severity.BLOCKING, sentence="Muet.")], now=timezone.now())
    assert "ange" not in json.dumps(Delivery.objects.get().payload)
    assert professional("899700000021").email == ""
