"""Taking a place in the own agenda: two steps, one winner for each place, undone or cancelled, told to the effector."""

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from agenda.filters import Filters
from agenda.own.models import Occurrence
from booking.models import CancelReason, Orientation, OrientationState
from booking.own_slots import SlotFull, SlotGone, SlotUnknown, look, take
from booking.undoing import NotCancellable, TooLateToUndo, cancel, undo
from directory.models import Absence
from sasportal.accounts.models import User
from sasportal.outbox.models import Delivery
from sasportal.outbox.relay import relay
from tests.accounts.people import signed_in_by_psc
from tests.agenda_pages.pages import text_of
from tests.booking import own_cast as cast
from tests.sandbox_mailbox.mailbox import Post, post_office

pytestmark = pytest.mark.django_db
STEP, PANEL = "/sas/orientations/creneau", "/sas/orientations/panneau"


@pytest.fixture
def camille(valkey) -> User:
    cast.anne(notice_email="anne@cabinet.example")
    return cast.regulator()


@pytest.fixture
def client(camille: User) -> Client:
    return signed_in_by_psc(camille)


def taken_by(user: User, row: Occurrence, token: UUID | None = None) -> Orientation:
    return take(actor=user, search=cast.search_for(user), slot_key=cast.key_of(row), token=token or uuid.uuid4())


def states(orientation: Orientation) -> list[tuple[str, str]]:
    return list(orientation.events.values_list("state", "reason"))


# --- the use case ---


def test_a_place_is_taken_and_the_orientation_says_it_all(camille: User) -> None:
    row = cast.offered(capacity=2)
    one = taken_by(camille, row)
    row.refresh_from_db()
    assert (row.taken, one.state, one.way, one.occurrence_id) == (1, "booked", "own", row.pk)
    assert (one.start, one.end) == (row.start, row.end)
    assert (one.practitioner, one.practitioner_name, one.place, one.phone, one.slot_types) == (
        cast.ANNE, "Dr Anne TENUE", "12 rue des Lilas, 47000 Agen", "01 99 00 12 34", ["SNP"],
    )  # fmt: skip
    assert states(one) == [("booked", "")]


def test_an_emergency_ward_is_counted_as_such(camille: User) -> None:
    row = cast.offered()
    search = cast.search_for(camille, filters=Filters(mode="reorientation"))
    one = take(actor=camille, search=search, slot_key=cast.key_of(row), token=uuid.uuid4())
    assert one.reorientation is True


def test_the_same_token_is_the_same_orientation(camille: User) -> None:
    row, token = cast.offered(capacity=3), uuid.uuid4()
    assert taken_by(camille, row, token) == taken_by(camille, row, token)
    row.refresh_from_db()
    assert (row.taken, Orientation.objects.count()) == (1, 1)


def test_two_patients_may_be_sent_to_one_range(camille: User) -> None:
    row = cast.offered(capacity=2)
    order = {"actor": camille, "search": cast.search_for(camille), "slot_key": cast.key_of(row)}
    assert take(**order, token=uuid.uuid4()) != take(**order, token=uuid.uuid4())
    with pytest.raises(SlotFull):
        take(**order, token=uuid.uuid4())
    assert Orientation.objects.count() == 2


def test_somebody_elses_token_opens_nothing(camille: User) -> None:
    row, token = cast.offered(capacity=3), uuid.uuid4()
    taken_by(camille, row, token)
    with pytest.raises(SlotUnknown):
        taken_by(cast.regulator(7), row, token)


def test_what_the_search_never_showed_is_not_taken(camille: User) -> None:
    search = cast.search_for(camille)
    row = cast.offered()
    with pytest.raises(SlotUnknown):
        take(actor=camille, search=search, slot_key=cast.key_of(row), token=uuid.uuid4())


@pytest.mark.parametrize("change", ["withdrawn", "moved", "absence"])
def test_what_changed_since_it_was_shown_is_gone(camille: User, change: str) -> None:
    row = cast.offered()
    search = cast.search_for(camille)
    match change:
        case "withdrawn":
            Occurrence.objects.update(cancelled=True)
        case "moved":
            Occurrence.objects.update(start=row.start + timedelta(minutes=15))
        case "absence":
            Absence.objects.create(national_id=cast.ANNE, starts_at=row.start, ends_at=row.end)
    assert look(search=search, slot_key=cast.key_of(row)).slot is None
    with pytest.raises(SlotGone):
        take(actor=camille, search=search, slot_key=cast.key_of(row), token=uuid.uuid4())
    assert Orientation.objects.count() == 0


def test_looking_says_how_full_it_is_now_and_what_comes_next(camille: User) -> None:
    row = cast.offered(capacity=2)
    later = cast.offered(start=cast.in_two_hours() + timedelta(hours=3))
    search = cast.search_for(camille)
    Occurrence.objects.filter(pk=row.pk).update(taken=1)
    offer = look(search=search, slot_key=cast.key_of(row))
    assert offer.slot is not None
    assert (offer.slot.taken, offer.slot.capacity) == (1, 2)
    assert [slot.key for slot in offer.alternatives] == [cast.key_of(later)]


def test_a_range_that_began_meanwhile_is_taken_from_the_next_quarter(camille: User) -> None:
    row = cast.offered(capacity=2)
    search = cast.search_for(camille)
    with time_machine.travel(row.start + timedelta(minutes=7), tick=False):
        one = take(actor=camille, search=search, slot_key=cast.key_of(row), token=uuid.uuid4())
    assert one.start == row.start + timedelta(minutes=15)


# --- undone, cancelled ---


def test_undoing_gives_the_place_back_and_nobody_is_told(camille: User) -> None:
    row = cast.offered()
    one = undo(actor=camille, orientation=taken_by(camille, row))
    row.refresh_from_db()
    assert (row.taken, one.state, states(one)) == (0, "cancelled", [("booked", ""), ("cancelled", "undone")])
    assert set(Delivery.objects.values_list("state", flat=True)) == {"cancelled"}
    with pytest.raises(TooLateToUndo):
        undo(actor=camille, orientation=one)
    row.refresh_from_db()
    assert row.taken == 0


def test_after_thirty_seconds_a_reason_is_needed(camille: User) -> None:
    one = taken_by(camille, cast.offered())
    with time_machine.travel(timezone.now() + timedelta(seconds=31), tick=False):
        with pytest.raises(TooLateToUndo):
            undo(actor=camille, orientation=one)
        cancel(actor=camille, orientation=one, reason=CancelReason.DECLINED)
    assert (one.state, one.cancel_reason, states(one)[-1]) == ("cancelled", "declined", ("cancelled", "declined"))


def test_cancelling_twice_gives_one_place_back(camille: User) -> None:
    row = cast.offered(capacity=2)
    taken_by(camille, row)
    one = taken_by(camille, row)
    stale = Orientation.objects.get(pk=one.pk)
    cancel(actor=camille, orientation=one, reason=CancelReason.MISTAKE)
    with pytest.raises(NotCancellable):
        cancel(actor=camille, orientation=stale, reason=CancelReason.MISTAKE)
    row.refresh_from_db()
    assert row.taken == 1


def test_what_is_over_is_not_cancelled(camille: User) -> None:
    row = cast.offered()
    one = taken_by(camille, row)
    with time_machine.travel(row.end + timedelta(minutes=1), tick=False), pytest.raises(NotCancellable):
        cancel(actor=camille, orientation=one, reason=CancelReason.MISTAKE)


# --- the effector is told ---


@pytest.fixture
def post(tmp_path: Path, settings) -> Iterator[Post]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with post_office(tmp_path / "mails") as post:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", post.smtp_port
        yield post


def test_the_effector_is_told_once_it_can_no_longer_be_undone(camille: User, post: Post) -> None:
    row = cast.offered()
    taken_by(camille, row)
    assert (relay(), post.mails) == (0, [])
    with time_machine.travel(timezone.now() + timedelta(seconds=31), tick=False):
        assert relay() == 1
    (mail,) = post.mails
    assert mail.to == "anne@cabinet.example"
    assert mail.subject.startswith("Un patient vous est adressé : ")
    for part in (mail.part("plain"), mail.part("html")):
        assert "12 rue des Lilas, 47000 Agen" in part
        assert f"/effecteur/{cast.ANNE}/patients/" in part
        assert "RÉGULIER" not in part.upper()


def test_a_cancellation_after_the_notice_is_told_too(camille: User, post: Post) -> None:
    one = taken_by(camille, cast.offered())
    with time_machine.travel(timezone.now() + timedelta(seconds=31), tick=False) as clock:
        relay()
        clock.shift(1)
        cancel(actor=camille, orientation=one, reason=CancelReason.ELSEWHERE)
        relay()
    assert [mail.subject.split(" :")[0] for mail in post.mails] == [
        "Un patient vous est adressé", "Orientation annulée",
    ]  # fmt: skip
    assert "Le patient est orienté ailleurs" in post.mails[1].part("plain")


def test_without_an_address_nothing_is_sent_and_nothing_fails(camille: User, post: Post) -> None:
    from directory.models import EffectorSettings

    EffectorSettings.objects.update(notice_email="")
    taken_by(camille, cast.offered())
    with time_machine.travel(timezone.now() + timedelta(seconds=31), tick=False):
        relay()
    assert (post.mails, Delivery.objects.get().state) == ([], "delivered")


# --- the pages ---


def token_of(response) -> str:
    return re.findall(r'name="token" value="([^"]+)"', response.content.decode())[0]


def step(client: Client, search, row: Occurrence, token: str = "", **headers: str):
    data = {"search": str(search.id), "slot": cast.key_of(row)} | ({"token": token} if token else {})
    return client.post(STEP, data, headers=headers)


def test_two_steps_without_scripts(client: Client, camille: User) -> None:
    row, search = cast.offered(capacity=2), None
    search = cast.search_for(camille)
    asked = step(client, search, row)
    assert asked.status_code == 200
    assert "Orienter vers Dr Anne TENUE" in text_of(asked)
    assert "0 sur 2 patients déjà orientés" in text_of(asked)
    assert Orientation.objects.count() == 0
    done = step(client, search, row, token_of(asked))
    one = Orientation.objects.get()
    assert done["Location"] == f"/sas/orientations/{one.pk}/"
    assert "Annuler sans motif" in text_of(client.get(done["Location"]))


def test_two_steps_beside_the_list(client: Client, camille: User) -> None:
    row = cast.offered()
    search = cast.search_for(camille)
    asked = step(client, search, row, **{"X-SAS-Fragment": "1"})
    assert "<html" not in asked.content.decode()
    done = step(client, search, row, token_of(asked), **{"X-SAS-Fragment": "1"})
    assert (done.status_code, "Orientation confirmée" in text_of(done)) == (201, True)
    assert "data-final" not in done.content.decode()
    panel = client.get(PANEL, {"search": search.id, "slot": cast.key_of(row)})
    assert panel.content == client.get(PANEL, {"search": search.id, "slot": cast.key_of(row)}).content
    with time_machine.travel(timezone.now() + timedelta(seconds=31), tick=False):
        assert "data-final" in client.get(PANEL, {"search": search.id, "slot": cast.key_of(row)}).content.decode()


def test_a_full_range_says_so_and_proposes_the_next(client: Client, camille: User) -> None:
    row = cast.offered()
    later = cast.offered(start=cast.in_two_hours() + timedelta(hours=3))
    search = cast.search_for(camille)
    token = token_of(step(client, search, row))
    Occurrence.objects.filter(pk=row.pk).update(taken=1)
    refused = step(client, search, row, token)
    assert refused.status_code == 409
    assert "Cette plage vient d’être complétée. Rien n’a été pris." in text_of(refused)
    assert f'value="{cast.key_of(later)}"' in refused.content.decode()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 400), ({"search": "x", "slot": "own:1"}, 400), ({"search": str(uuid.UUID(int=1)), "slot": "own:1"}, 410),
        ({"search": str(uuid.UUID(int=1)), "slot": "own:1", "token": "x"}, 400),
        ({"search": str(uuid.UUID(int=1)), "slot": "x" * 99}, 400),
    ],
)  # fmt: skip
def test_hostile_orders_take_nothing(client: Client, data: dict, status: int) -> None:
    assert client.post(STEP, data).status_code == status
    assert client.post(STEP, data, headers={"X-SAS-Fragment": "1"}).status_code == status


def test_undo_and_cancel_from_the_pages(client: Client, camille: User) -> None:
    row = cast.offered(capacity=2)
    one, two = taken_by(camille, row), taken_by(camille, row)
    undone = client.post(f"/sas/orientations/{one.pk}/retirer", headers={"Accept": "application/json"})
    assert undone.status_code == 204
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        late = client.post(f"/sas/orientations/{two.pk}/retirer", headers={"Accept": "application/json"})
        assert late.status_code == 409
        without = client.post(f"/sas/orientations/{two.pk}/annuler", {})
        assert (without.status_code, "Ce champ est obligatoire" in text_of(without)) == (422, True)
        done = client.post(f"/sas/orientations/{two.pk}/annuler", {"motif": "declined"}, follow=True)
        assert "Le patient ne viendra pas" in text_of(done)
    row.refresh_from_db()
    assert (row.taken, Orientation.objects.filter(state=OrientationState.CANCELLED).count()) == (0, 2)


def test_another_regulator_sees_none_of_it(camille: User) -> None:
    one = taken_by(camille, cast.offered())
    other = signed_in_by_psc(cast.regulator(7))
    addresses = [f"/sas/orientations/{one.pk}/", f"/sas/orientations/{one.pk}/retirer"]
    assert other.get(addresses[0]).status_code == 404
    assert other.post(addresses[1]).status_code == 404
    one.refresh_from_db()
    assert one.state == "booked"
