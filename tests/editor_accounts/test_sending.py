"""Accounts reach real editors: created, changed, renamed, disabled; refused, failed, lost, and what then happens."""

import socket
from typing import Any

import pytest

from agenda.accounts.asking import all_again, catch_up
from agenda.accounts.models import EditorAccount
from agenda.accounts.sending import MOST_FAILURES
from agenda.accounts.states import Standing
from agenda.models import Editor, EditorCall, EditorState
from sasportal.accounts import grants, regulators
from sasportal.accounts.models import User
from sasportal.outbox.models import Delivery
from sasportal.sandbox.editors.account_faults import AccountFault
from sasportal.sandbox.editors.editor import Editor as FakeEditor
from tests.accounts import cast
from tests.editor_accounts.cast import (
    CAMILLE,
    EMAIL,
    deliveries,
    held,
    known,
    later,
    regulator,
    sent,
    signs_in,
    standing,
    state,
    taker,
)
from tests.editor_accounts.rude import Answer, RudeEditor, body, hang_up, says, status

pytestmark = pytest.mark.django_db


def account() -> EditorAccount:
    return EditorAccount.objects.get()


def renamed(user: User, family: str) -> None:
    User.objects.filter(pk=user.pk).update(last_name=family)


def test_an_account_is_created_changed_disabled_and_opened_again(at_alpha: Editor, alpha: FakeEditor) -> None:
    user = regulator()
    signs_in(user)
    sent()
    assert held(alpha) == [(CAMILLE, True, "Régulier", EMAIL, 1)]
    assert (account().known, account().uncertain, account().asked_at) == (state().as_json(), [], None)
    renamed(user, "Durand")
    signs_in(user)
    sent()
    assert held(alpha) == [(CAMILLE, True, "Durand", EMAIL, 2)]
    grants.suspend(actor="system", user=user)
    sent()
    assert held(alpha) == [(CAMILLE, False, "Durand", EMAIL, 3)]
    assert standing(user, at_alpha) == Standing.IN_STEP
    grants.reopen(actor="system", user=user)
    sent()
    assert held(alpha)[0][1] is False  # opened again when he signs in
    signs_in(user)
    sent()
    assert held(alpha) == [(CAMILLE, True, "Durand", EMAIL, 4)]


def test_every_exchange_is_counted_for_supervision(at_rude: Editor, rude: RudeEditor) -> None:
    rude.answers = [status(500)]
    signs_in(regulator())
    sent()
    later()
    sent()
    calls = EditorCall.objects.order_by("id").values_list("editor", "flow", "outcome")
    assert list(calls) == [(at_rude.pk, "R02", "UNREACHABLE"), (at_rude.pk, "R02", "OK")]


def test_what_is_in_step_is_not_sent_again(at_rude: Editor, rude: RudeEditor) -> None:
    user = regulator()
    for _ in range(3):
        signs_in(user)
        signs_in(user)
        sent()
        catch_up()
        sent()
    assert rude.methods == ["POST"]
    assert deliveries() == [("delivered", 1)]


def test_the_same_states_one_after_the_other_are_each_sent(at_alpha: Editor, alpha: FakeEditor) -> None:
    """From A to B and back to A: the second A is not taken for the first."""
    user = regulator()
    for name in ("Aa", "Bb", "Aa", "Bb"):
        renamed(user, name)
        signs_in(user)
        sent()
        assert held(alpha)[0][2] == name
    assert held(alpha)[0][4] == 4


def test_a_technical_identifier_becomes_national(at_alpha: Editor, alpha: FakeEditor) -> None:
    user = regulator("garde@samu47.example")
    signs_in(user)
    sent()
    assert [one[0] for one in held(alpha)] == [str(user.technical_id)]
    regulators.attach_national_id(actor=cast.admin(), user=user, national_id=CAMILLE)
    assert standing(user, at_alpha) == Standing.PENDING
    signs_in(user)
    sent()
    assert [(one[0], one[1], one[4]) for one in held(alpha)] == [(CAMILLE, True, 2)]


def test_an_account_the_editor_had_before_is_taken_over(at_alpha: Editor, alpha: FakeEditor) -> None:
    user = regulator()
    signs_in(user)
    sent()
    EditorAccount.objects.all().delete()  # as when the portal is new and the editor is not
    renamed(user, "Durand")
    signs_in(user)
    sent()
    assert held(alpha) == [(CAMILLE, True, "Durand", EMAIL, 2)]
    assert standing(user, at_alpha) == Standing.IN_STEP


def test_a_refusal_is_shown_and_waits_for_somebody(at_alpha: Editor, alpha: FakeEditor) -> None:
    user = regulator()
    alpha.switches.accounts = AccountFault.REFUSES
    signs_in(user)
    sent()
    catch_up()
    sent()
    assert (standing(user, at_alpha), deliveries()) == (Standing.FAILED, [("dead", 1)])
    assert account().message == "Ce logiciel n’accepte plus de nouveaux comptes SAS."
    assert "logiciel" not in Delivery.objects.get(channel="editor-account").last_error
    alpha.switches.accounts = AccountFault.NORMAL
    signs_in(user)
    sent()
    assert (standing(user, at_alpha), account().message) == (Standing.IN_STEP, "")
    assert deliveries() == [("cancelled", 1), ("delivered", 1)]


def test_an_error_is_tried_again_and_never_posted_twice(at_rude: Editor, rude: RudeEditor) -> None:
    rude.answers = [status(500), hang_up, status(503), status(429)]
    user = regulator()
    signs_in(user)
    messages = []
    for _ in range(5):
        sent()
        messages.append(account().message)
        later()
    assert rude.methods == ["POST", "PUT", "PUT", "PUT", "PUT"]
    assert {address for method, address, _ in rude.seen if method == "PUT"} == {f"urn:oid:1.2.250.1.71.4.2.1|{CAMILLE}"}
    assert messages == [
        "L’éditeur répond par une erreur (HTTP 500).", "L’éditeur est injoignable.", "L’éditeur se dit surchargé.",
        "L’éditeur se dit surchargé.", "",
    ]  # fmt: skip
    assert (standing(user, at_rude), deliveries(), account().failures) == (
        Standing.IN_STEP, [("delivered", 5)], 0,
    )  # fmt: skip


def test_an_editor_that_loses_its_answer_has_the_account_once(at_alpha: Editor, alpha: FakeEditor) -> None:
    user = regulator()
    alpha.switches.accounts = AccountFault.LOST
    signs_in(user)
    sent()
    assert (standing(user, at_alpha), account().uncertain) == (Standing.PENDING, [state().as_json()])
    alpha.switches.accounts = AccountFault.NORMAL
    later()
    sent()
    assert held(alpha) == [(CAMILLE, True, "Régulier", EMAIL, 2)]
    assert standing(user, at_alpha) == Standing.IN_STEP


def test_an_account_whose_creation_was_lost_is_disabled_all_the_same(at_alpha: Editor, alpha: FakeEditor) -> None:
    user = regulator()
    alpha.switches.accounts = AccountFault.LOST
    signs_in(user)
    sent()
    alpha.switches.accounts = AccountFault.NORMAL
    grants.suspend(actor="system", user=user)
    later()
    sent()
    assert held(alpha) == [(CAMILLE, False, "Régulier", EMAIL, 2)]


def test_a_lost_change_of_identifier_leaves_one_open_account(at_alpha: Editor, alpha: FakeEditor) -> None:
    user = regulator("garde@samu47.example")
    signs_in(user)
    sent()
    regulators.attach_national_id(actor=cast.admin(), user=user, national_id=CAMILLE)
    alpha.switches.accounts = AccountFault.LOST
    signs_in(user)
    sent()
    alpha.switches.accounts = AccountFault.NORMAL
    later()
    sent()
    assert [(value, active) for value, active, *_ in held(alpha) if active] == [(CAMILLE, True)]
    assert standing(user, at_alpha) == Standing.IN_STEP


def test_nothing_left_where_nobody_listens_the_next_attempt_is_the_first(rude: RudeEditor) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        editor = taker(f"http://127.0.0.1:{probe.getsockname()[1]}/fhir")
    user = regulator()
    signs_in(user)
    sent()
    assert (account().uncertain, account().message) == ([], "L’éditeur est injoignable.")
    Editor.objects.filter(pk=editor.pk).update(base_url=rude.url)
    later()
    sent()
    assert rude.methods == ["POST"]


@pytest.mark.parametrize("code", [401, 403])
def test_a_refused_certificate_is_nothing_about_the_account(at_rude: Editor, rude: RudeEditor, code: int) -> None:
    rude.answers = [status(code)]
    user = regulator()
    signs_in(user)
    sent()
    assert (standing(user, at_rude), account().message) == (
        Standing.PENDING, "L’éditeur refuse notre certificat ou notre accès.",
    )  # fmt: skip
    later()
    sent()
    assert rude.methods == ["POST", "POST"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (status(400), "Refus sans explication (HTTP 400)."),
        (status(404), "Refus sans explication (HTTP 404)."),
        (says(422, "<b>Nom</b> inconnu"), "Nom inconnu"),
        (body(422, b"<html>Erreur</html>", **{"Content-Type": "text/html"}), "Refus sans explication (HTTP 422)."),
        (body(422, b"x" * 200_000), "Refus sans explication (HTTP 422)."),
        (body(422, b"\x1f\x8b broken", **{"Content-Encoding": "gzip"}), "Refus sans explication (HTTP 422)."),
        # An error in the words of a success is none
        (says(200, "Compte refusé"), "Compte refusé"),
    ],
)
def test_refusals_in_every_manner(at_rude: Editor, rude: RudeEditor, answer: Answer, message: str) -> None:
    rude.answers = [answer]
    user = regulator()
    signs_in(user)
    sent()
    assert (standing(user, at_rude), account().message, account().known) == (Standing.FAILED, message, None)


@pytest.mark.parametrize(
    "answer",
    [status(200), status(201), says(201, "Compte créé", severity="information"), body(200, b"x" * 200_000),
     body(201, b"<html>", **{"Content-Type": "text/html"})],
)  # fmt: skip
def test_a_success_is_one_whatever_it_says(at_rude: Editor, rude: RudeEditor, answer: Answer) -> None:
    rude.answers = [answer]
    user = regulator()
    signs_in(user)
    sent()
    assert standing(user, at_rude) == Standing.IN_STEP


def test_no_redirect_is_followed(at_rude: Editor, rude: RudeEditor) -> None:
    rude.answers = [status(307, Location=f"{rude.url}/Practitioner")]
    signs_in(regulator())
    sent()
    assert (len(rude.seen), account().message) == (1, "La réponse de l’éditeur est inutilisable.")


@pytest.mark.parametrize("code", [404, 410])
def test_an_account_the_editor_does_not_have_is_closed(at_rude: Editor, rude: RudeEditor, code: int) -> None:
    user = regulator()
    known(user, at_rude, known=state().as_json())
    rude.answers = [status(code)]
    grants.suspend(actor="system", user=user)
    sent()
    assert (rude.methods, standing(user, at_rude)) == (["PUT"], Standing.IN_STEP)


def test_a_refused_disabling_is_seen(at_rude: Editor, rude: RudeEditor) -> None:
    user = regulator()
    known(user, at_rude, known=state().as_json())
    rude.answers = [says(422, "Jamais.")]
    grants.suspend(actor="system", user=user)
    sent()
    catch_up()
    sent()
    assert (rude.methods, standing(user, at_rude), account().message) == (["PUT"], Standing.FAILED, "Jamais.")
    assert all_again(actor=cast.admin(), editor=at_rude) == 1
    sent()
    assert (rude.methods, standing(user, at_rude)) == (["PUT", "PUT"], Standing.IN_STEP)


def test_after_so_many_failures_it_is_given_up_and_said(at_rude: Editor, rude: RudeEditor) -> None:
    user = regulator()
    signs_in(user)
    EditorAccount.objects.update(failures=MOST_FAILURES - 1)
    rude.answers = [status(500)]
    sent()
    assert (standing(user, at_rude), deliveries()) == (Standing.FAILED, [("dead", 1)])
    assert account().message == "Abandonné après 25 essais. L’éditeur répond par une erreur (HTTP 500)."


def test_a_newer_wish_overtakes_one_that_waits(at_rude: Editor, rude: RudeEditor) -> None:
    user = regulator()
    known(user, at_rude, known=state().as_json())
    rude.answers = [status(500)]
    renamed(user, "Premier")
    signs_in(user)
    sent()
    renamed(user, "Second")
    signs_in(user)
    sent()
    later()
    sent()
    assert [resource["name"][0]["family"] for _, _, resource in rude.seen] == ["Premier", "Second"]
    assert deliveries() == [("delivered", 2), ("delivered", 1)]


def test_a_creation_that_waits_is_dropped_when_the_right_ends(at_rude: Editor, rude: RudeEditor) -> None:
    user = regulator()
    signs_in(user)
    grants.suspend(actor="system", user=user)
    sent()
    assert (rude.seen, standing(user, at_rude)) == ([], Standing.NOTHING)


def test_an_editor_switched_off_is_left_alone_and_caught_up(at_rude: Editor, rude: RudeEditor) -> None:
    gone, here = regulator(), regulator("899700000104", email="autre@samu47.example")
    known(gone, at_rude, known=state().as_json())
    signs_in(here)
    Editor.objects.update(state=EditorState.OFF)
    grants.suspend(actor="system", user=gone)
    sent()
    catch_up()
    sent()
    assert rude.seen == []
    assert {standing(one, at_rude) for one in (gone, here)} == {Standing.PENDING}
    Editor.objects.update(state=EditorState.ON)
    catch_up()
    sent()
    assert sorted(rude.methods) == ["POST", "PUT"]
    assert {standing(one, at_rude) for one in (gone, here)} == {Standing.IN_STEP}


def test_without_an_address_nothing_is_sent_until_there_is_one(at_rude: Editor, rude: RudeEditor) -> None:
    user = regulator(email="")
    signs_in(user)
    sent()
    assert (standing(user, at_rude), rude.seen) == (Standing.INCOMPLETE, [])
    User.objects.filter(pk=user.pk).update(email=EMAIL)
    catch_up()
    sent()
    assert (standing(user, at_rude), rude.methods) == (Standing.IN_STEP, ["POST"])


def test_each_editor_has_its_own_state(at_alpha: Editor, alpha: FakeEditor, at_beta: Editor, beta: FakeEditor) -> None:
    alpha.switches.accounts = AccountFault.ERROR
    taker("http://127.0.0.1:9/fhir", "Sans comptes", flows=["R01"])
    user = regulator()
    signs_in(user)
    sent()
    assert (standing(user, at_alpha), standing(user, at_beta)) == (Standing.PENDING, Standing.IN_STEP)
    assert (held(alpha), len(held(beta)), EditorAccount.objects.count()) == ([], 1, 2)


def test_what_is_sent_says_so(at_rude: Editor, rude: RudeEditor) -> None:
    signs_in(regulator())
    sent()
    headers: dict[str, Any] = rude.headers[0]
    assert (headers["Content-Type"], headers["Accept"]) == (
        "application/fhir+json; charset=utf-8", "application/fhir+json",
    )  # fmt: skip
    assert "Cookie" not in headers


def test_nothing_personal_is_kept_in_what_is_to_be_sent(at_rude: Editor) -> None:
    user = regulator()
    signs_in(user)
    grants.suspend(actor="system", user=user)
    kept = "".join(f"{row.key}{row.payload}" for row in Delivery.objects.all())
    assert [word for word in (CAMILLE, EMAIL, "Régulier") if word in kept] == []
