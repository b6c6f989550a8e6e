"""When accounts are sent: through the doors of the portal, at once when a right ends, and when nobody said so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as portal
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from agenda.accounts.asking import again, all_again, at_sign_in
from agenda.accounts.models import EditorAccount
from agenda.accounts.states import Standing
from agenda.accounts.tasks import catch_up
from agenda.models import Editor
from sasportal.accounts import grants, regulators
from sasportal.accounts.inactivity import suspend_the_inactive
from sasportal.accounts.models import Role, RoleGrant, User
from sasportal.audit.models import Entry
from sasportal.celery import app
from sasportal.outbox.models import Delivery
from tests.accounts import cast
from tests.accounts import rogue as rogue_module
from tests.accounts.conftest import point_portal_at
from tests.accounts.people import PASSWORD, code_now, sign_in_locally, signed_in_by_psc, with_totp
from tests.accounts.rogue import NATIONAL_ID, Rogue, sign_in
from tests.editor_accounts.cast import EMAIL, known, later, regulator, sent, signs_in, standing, state, taker
from tests.editor_accounts.rude import RudeEditor, says, status
from tests.store import empty_store

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


@pytest.fixture
def provider(settings) -> Iterator[Rogue]:
    with rogue_module.running() as started:
        point_portal_at(settings, issuer=started.issuer, authorization="http://127.0.0.1:9/auth")
        yield started


def disabled(rude: RudeEditor) -> list[bool]:
    """What each request said of `active`."""
    return [resource["active"] for _, _, resource in rude.seen]


def test_signing_in_with_pro_sante_connect(provider: Rogue, at_rude: Editor, rude: RudeEditor) -> None:
    regulator(NATIONAL_ID, family="Avant")
    provider.userinfo = {"family_name": "AUJOURD’HUI"}
    sign_in(Client(), provider)
    sent()
    assert [(method, resource["name"][0]["family"]) for method, _, resource in rude.seen] == [("POST", "AUJOURD’HUI")]


def test_signing_in_by_password_and_code(at_rude: Editor, rude: RudeEditor) -> None:
    user = with_totp(regulator(EMAIL))
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    sign_in_locally(client, EMAIL)
    sent()
    assert rude.seen == []  # a password alone opens nothing
    empty_store()
    client.post("/comptes/2fa/authenticate/", {"code": code_now()})
    sent()
    assert [resource["identifier"][0]["value"] for _, _, resource in rude.seen] == [str(user.technical_id)]


def test_who_does_not_regulate_has_no_account(at_rude: Editor, rude: RudeEditor) -> None:
    manager = cast.manager(cast.LOT)
    User.objects.filter(pk=manager.pk).update(email=EMAIL)
    signs_in(manager)
    sent()
    assert (rude.seen, EditorAccount.objects.count()) == ([], 0)


def test_signing_in_asks_the_database_the_same_whatever_there_is(at_rude: Editor) -> None:
    user = regulator()
    for number in range(9):
        taker(name=f"Éditeur {number}")
    signs_in(user)
    EditorAccount.objects.update(known=state().as_json(), asked_at=None)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        at_sign_in(user)
    assert len([one for one in seen if "SAVEPOINT" not in one["sql"]]) <= 4


@pytest.fixture
def camille(at_rude: Editor) -> User:
    user = regulator()
    known(user, at_rude, known=state().as_json())
    return user


def test_suspension_disables_at_once(camille: User, rude: RudeEditor) -> None:
    manager = signed_in_by_psc(cast.manager(cast.LOT))
    manager.post(f"/regulateurs/{camille.technical_id}/suspendre/")
    sent()
    assert disabled(rude) == [False]


def test_a_right_withdrawn_disables_at_once(camille: User, rude: RudeEditor) -> None:
    regulators.withdraw(actor=cast.manager(cast.LOT), given=camille.grants.get())
    sent()
    assert disabled(rude) == [False]


def test_a_right_withdrawn_of_two_disables_nothing(camille: User, rude: RudeEditor) -> None:
    cast.regulator(territory_of=cast.GIRONDE)
    grants.revoke(actor="system", given=camille.grants.first())
    sent()
    catch_up()
    sent()
    assert rude.seen == []


def test_silence_of_nine_months_disables(camille: User, rude: RudeEditor) -> None:
    suspend_the_inactive(now=datetime.now(UTC) + timedelta(days=280))
    sent()
    assert disabled(rude) == [False]


def test_a_change_that_is_rolled_back_disables_nothing(camille: User) -> None:
    with transaction.atomic():
        grants.suspend(actor="system", user=camille)
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 0


def test_the_end_of_other_roles_is_nothing_to_the_editors(camille: User) -> None:
    given = grants.grant(actor="system", user=camille, role=Role.EFFECTOR)
    grants.revoke(actor="system", given=given)
    grants.suspend(actor="system", user=cast.manager(cast.LOT))
    assert Delivery.objects.count() == 0


def test_a_right_that_ends_by_its_date_is_caught_up(at_rude: Editor, rude: RudeEditor) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        user = regulator()
        known(user, at_rude, known=state().as_json())
        RoleGrant.objects.update(ends_at=NOW + timedelta(days=1))
        catch_up()
        sent()
        assert rude.seen == []
        clock.shift(timedelta(days=1))
        for _ in range(3):
            catch_up()
            sent()
    assert (disabled(rude), standing(user, at_rude)) == ([False], Standing.IN_STEP)


def test_an_account_closed_behind_our_back_is_caught_up(camille: User, rude: RudeEditor) -> None:
    User.objects.filter(pk=camille.pk).update(is_active=False)
    catch_up()
    sent()
    assert disabled(rude) == [False]


def test_a_delivery_that_vanished_is_written_again(camille: User, rude: RudeEditor) -> None:
    grants.suspend(actor="system", user=camille)
    Delivery.objects.all().delete()
    catch_up()
    sent()
    assert disabled(rude) == [False]


def test_nobody_is_created_without_having_signed_in(at_rude: Editor, rude: RudeEditor) -> None:
    regulator()
    catch_up()
    sent()
    assert rude.seen == []


def test_what_waits_is_not_doubled_by_catching_up(camille: User, rude: RudeEditor) -> None:
    rude.answers = [status(500)]
    grants.suspend(actor="system", user=camille)
    sent()
    for _ in range(3):
        catch_up()
        sent()
    assert Delivery.objects.filter(channel="editor-account").count() == 1
    later()
    sent()
    assert disabled(rude) == [False, False]


def test_sent_again_by_an_administrator_at_once(camille: User, at_rude: Editor, rude: RudeEditor) -> None:
    rude.answers = [status(500)]
    grants.suspend(actor="system", user=camille)
    sent()
    assert again(actor=cast.admin(), user=camille, editor=at_rude) == 1
    sent()
    assert (disabled(rude), standing(camille, at_rude)) == ([False, False], Standing.IN_STEP)
    assert again(actor=cast.admin(), user=camille, editor=at_rude) == 0
    entry = Entry.objects.get(action="editor_account_sent_again")
    assert (entry.target, entry.detail) == (str(camille.technical_id), {"editor": at_rude.pk})


def test_all_of_an_editor_again(at_rude: Editor, rude: RudeEditor) -> None:
    people = [regulator(f"8997000001{n:02}", email=f"r{n}@samu47.example") for n in range(4)]
    rude.answers = [says(422, "Non.")] * 3
    for user in people[:3]:
        signs_in(user)
    sent()
    assert [standing(user, at_rude) for user in people] == [Standing.FAILED] * 3 + [None]
    assert all_again(actor=cast.admin(), editor=at_rude) == 3  # who never signed in waits until he does
    sent()
    assert [standing(user, at_rude) for user in people] == [Standing.IN_STEP] * 3 + [None]


def test_settings_name_what_exists() -> None:
    hooks = [hook for way in portal.SIGN_IN_HOOKS.values() for hook in way]
    assert all(callable(import_string(path)) for path in (*hooks, *portal.OUTBOX_CHANNELS.values()))
    assert portal.CELERY_BEAT_SCHEDULE["catch-up-editor-accounts"]["task"] in app.tasks
