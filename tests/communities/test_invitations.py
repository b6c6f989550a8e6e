"""Inviting, withdrawing, answering: one open invitation for each pair, and a declaration in the same breath."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.effectors.rights import EffectorOfSomebodyElse
from directory.models import Activity, EffectorSettings, Invitation, InvitationState, Participation, Practitioner
from directory.participation import Declaration, declare
from directory.participation.invitations import (
    InvitationClosed,
    InvitationUnknown,
    ThroughAnother,
    accept,
    decline,
    invite,
    load_invitation,
    open_for,
    withdraw,
)
from directory.participation.refusals import PlaceNotHis, PractitionerUnknown
from directory.participation.standing import AlreadyInvited, AlreadyMember, DeclinedLately
from sasportal.accounts.models import DelegateScope, Role, User
from sasportal.audit.models import Entry
from sasportal.outbox.models import Delivery
from tests.accounts.people import signed_in_by_psc
from tests.communities import cast

ANNE = cast.rpps(1)
THROUGH = Declaration(via="cpts", structure=cast.AGENAIS)


@pytest.fixture
def anne(sacha: User) -> User:
    cast.practitioner(1, family="TENUE", given="Anne")
    return cast.person(ANNE, Role.EFFECTOR, name=("Anne", "Tenue"))


def sent(actor: User, **more: Any) -> Invitation:
    return invite(actor=actor, structure=cast.AGENAIS, national_id=ANNE, **more)


def url(name: str = "invitations", *more: object) -> str:
    return reverse(f"directory:communities:{name}", args=[cast.AGENAIS, *more])


def test_an_invitation_waits_sixty_days_and_leaves_a_trace(sacha: User, anne: User, monday: Any) -> None:
    invitation = sent(sacha)
    assert (invitation.via, invitation.national_id, invitation.state) == ("cpts", ANNE, "sent")
    assert list(open_for(ANNE)) == [invitation]
    entry = Entry.objects.latest("id")
    assert (entry.action, entry.actor, entry.target, entry.detail) == (
        "invitation.sent", str(sacha.technical_id), ANNE,
        {"structure": cast.AGENAIS, "invitation": str(invitation.pk)},
    )  # fmt: skip
    monday.shift(timedelta(days=60))
    assert list(open_for(ANNE)) == []
    with pytest.raises(InvitationClosed):
        accept(actor=anne, invitation=invitation, declaration=THROUGH)
    with pytest.raises(InvitationClosed):
        decline(actor=anne, invitation=invitation)
    with pytest.raises(InvitationClosed):
        withdraw(actor=sacha, invitation=invitation)
    again = sent(sacha)
    invitation.refresh_from_db()
    assert (invitation.state, again.state) == (InvitationState.EXPIRED, "sent")


def test_accepting_declares_what_was_chosen(sacha: User, anne: User) -> None:
    Activity.objects.create(practitioner_id=ANNE, key="B", place_key="B", profession="10")
    declare(actor=anne, national_id=ANNE, declaration=Declaration(via="individual"))
    invitation = sent(sacha)
    at_b = Declaration(via="cpts", structure=cast.AGENAIS, places=("B",), ends_at=timezone.now() + timedelta(days=30))
    [row] = accept(actor=anne, invitation=invitation, declaration=at_b)
    invitation.refresh_from_db()
    assert (invitation.state, invitation.answered_by) == ("accepted", str(anne.technical_id))
    assert (row.via, row.structure, row.place_key, row.declared_by) == (
        "cpts", cast.AGENAIS, "B", str(anne.technical_id),
    )  # fmt: skip
    assert [entry.action for entry in Entry.objects.order_by("-id")[:2]] == [
        "invitation.accepted", "participation.declared",
    ]  # fmt: skip


def test_a_declaration_that_cannot_be_leaves_the_invitation_open(sacha: User, anne: User) -> None:
    invitation = sent(sacha)
    with pytest.raises(PlaceNotHis):
        accept(
            actor=anne, invitation=invitation,
            declaration=Declaration(via="cpts", structure=cast.AGENAIS, places=("ailleurs",)),
        )  # fmt: skip
    assert (list(open_for(ANNE)), Participation.objects.count()) == ([invitation], 0)


@pytest.mark.parametrize(
    "declaration", [Declaration(via="individual"), Declaration(via="cpts", structure=cast.BORDEAUX)]
)
def test_only_what_the_invitation_asks_for_is_declared(sacha: User, anne: User, declaration: Declaration) -> None:
    invitation = sent(sacha)
    with pytest.raises(ThroughAnother):
        accept(actor=anne, invitation=invitation, declaration=declaration)
    assert list(open_for(ANNE)) == [invitation]


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_only_he_or_his_delegate_for_declarations_answers(sacha: User, anne: User, answer: str) -> None:
    invitation = sent(sacha)

    def answered_by(who: User) -> None:
        more = {"declaration": THROUGH} if answer == "accept" else {}
        {"accept": accept, "decline": decline}[answer](actor=who, invitation=invitation, **more)

    strangers = [
        sacha,
        cast.person(cast.rpps(2), Role.EFFECTOR),
        cast.person("899700000054", Role.DELEGATE, national_id=ANNE, scopes=[DelegateScope.AGENDA]),
    ]
    for stranger in strangers:
        with pytest.raises(EffectorOfSomebodyElse):
            answered_by(stranger)
        with pytest.raises(EffectorOfSomebodyElse):
            load_invitation(actor=stranger, invitation_id=invitation.pk)
    own = cast.person("899700000070", Role.DELEGATE, national_id=ANNE, scopes=[DelegateScope.DECLARATION])
    assert load_invitation(actor=own, invitation_id=invitation.pk) == invitation
    answered_by(own)
    invitation.refresh_from_db()
    assert invitation.state == {"accept": "accepted", "decline": "declined"}[answer]
    with pytest.raises(InvitationUnknown):
        load_invitation(actor=own, invitation_id=cast.admin().technical_id)


def test_who_takes_part_already_is_not_invited(sacha: User, anne: User) -> None:
    cast.member(1)
    with pytest.raises(AlreadyMember) as refused:
        sent(sacha)
    assert str(refused.value) == "Participe déjà par cette structure (depuis le 16/11/2026)."


def test_who_was_invited_already_is_not_invited_twice(sacha: User, anne: User) -> None:
    sent(sacha)
    with pytest.raises(AlreadyInvited) as refused:
        sent(sacha)
    assert str(refused.value) == "Déjà invité le 16/11/2026 ; sa réponse est attendue."
    # But another structure may
    other = cast.person("899700000096", Role.STRUCTURE_MANAGER, finess=cast.REMPARTS)
    assert invite(actor=other, structure=cast.REMPARTS, national_id=ANNE).via == "msp"


def test_after_a_refusal_a_month_of_peace(sacha: User, anne: User, monday: Any) -> None:
    decline(actor=anne, invitation=sent(sacha))
    monday.shift(timedelta(days=29))
    with pytest.raises(DeclinedLately) as refused:
        sent(sacha)
    assert str(refused.value) == "A refusé une invitation ; une autre sera possible à partir du 16/12/2026."
    monday.shift(timedelta(days=1))
    assert sent(sacha).state == "sent"


def test_what_was_withdrawn_may_be_sent_again_at_once(sacha: User, anne: User) -> None:
    withdraw(actor=sacha, invitation=sent(sacha))
    assert sent(sacha).state == "sent"
    assert [one.state for one in Invitation.objects.order_by("pk")].count("withdrawn") == 1


@pytest.mark.parametrize("national_id", ["899700000404", "", "n’importe quoi"])
def test_who_is_not_in_the_directory_is_not_invited(sacha: User, national_id: str) -> None:
    with pytest.raises(PractitionerUnknown):
        invite(actor=sacha, structure=cast.AGENAIS, national_id=national_id)


def test_who_left_the_directory_is_not_invited(sacha: User, anne: User) -> None:
    Practitioner.objects.update(closed_at=timezone.now())
    with pytest.raises(PractitionerUnknown):
        sent(sacha)


def test_mails_are_kept_where_an_address_is_known(sacha: User, anne: User) -> None:
    first = sent(sacha)
    decline(actor=anne, invitation=first)
    assert Delivery.objects.count() == 0
    Invitation.objects.all().delete()
    EffectorSettings.objects.create(national_id=ANNE, notice_email="anne@cabinet.example")
    cast.with_email(sacha, "sacha@cpts.example")
    second = sent(sacha)
    accept(actor=anne, invitation=second, declaration=THROUGH)
    assert [(one.channel, one.payload) for one in Delivery.objects.order_by("created_at", "channel")] == [
        ("invitation-answered", {"invitation": str(second.pk)}), ("invitation-sent", {"invitation": str(second.pk)}),
    ]  # fmt: skip


class TestPages:
    @pytest.fixture
    def browser(self, sacha: User, anne: User) -> Client:
        return signed_in_by_psc(sacha)

    @pytest.mark.parametrize("text", ["tenue", "Anne Ten", "ténué", cast.bare(1), "99700 000 001", ANNE])
    def test_somebody_is_found_and_invited(self, browser: Client, text: str) -> None:
        [found] = browser.get(url(), {"qui": text}).context["found"]
        assert (found.who.national_id, found.who.name, found.because) == (ANNE, "Dr Anne TENUE", "")
        page = browser.post(url("invite"), {"national_id": found.who.national_id}, follow=True)
        assert "L’invitation est envoyée" in page.content.decode()
        [shown] = page.context["sent"]
        assert (shown.name, shown.by, shown.waiting) == ("Dr Anne TENUE", "Sacha Cépété", True)

    def test_who_cannot_be_invited_is_found_with_the_reason(self, browser: Client, sacha: User) -> None:
        sent(sacha)
        [found] = browser.get(url(), {"qui": "tenue"}).context["found"]
        assert found.because == "Déjà invité le 16/11/2026 ; sa réponse est attendue."
        page = browser.post(url("invite"), {"national_id": ANNE}, follow=True)
        assert "Déjà invité le 16/11/2026" in page.content.decode()
        assert Invitation.objects.count() == 1

    @pytest.mark.parametrize("text", ["te", "1234", "\0", "%", "Œuvre<script>", "x" * 5000])
    def test_nobody_is_found_by_too_little_or_nonsense(self, browser: Client, text: str) -> None:
        page = browser.get(url(), {"qui": text})
        assert (page.status_code, page.context["found"]) == (200, [])

    def test_withdrawing_and_what_became_of_each(self, browser: Client, sacha: User, anne: User, monday: Any) -> None:
        invitation = sent(sacha)
        page = browser.post(url("withdraw", invitation.pk), follow=True)
        assert "L’invitation est retirée." in page.content.decode()
        again = browser.post(url("withdraw", invitation.pk), follow=True)
        assert "n’attendait déjà plus de réponse" in again.content.decode()
        monday.shift(timedelta(seconds=1))
        sent(sacha)
        monday.shift(timedelta(days=61))
        assert [one.state for one in signed_in_by_psc(sacha).get(url()).context["sent"]] == ["expired", "withdrawn"]

    def test_an_invitation_of_another_structure_is_not_found_here(self, browser: Client, sacha: User) -> None:
        other = cast.person("899700000096", Role.STRUCTURE_MANAGER, finess=cast.BORDEAUX)
        invitation = invite(actor=other, structure=cast.BORDEAUX, national_id=ANNE)
        assert browser.post(url("withdraw", invitation.pk)).status_code == 404
        assert open_for(ANNE).count() == 1

    @pytest.mark.parametrize("how_many", [1, 30])
    def test_as_many_queries_for_one_as_for_thirty(
        self, browser: Client, sacha: User, how_many: int, django_assert_num_queries: Any
    ) -> None:
        for number in range(101, 101 + how_many):
            cast.practitioner(number, family=f"NOMBREUX{number}")
            if number % 2:
                invite(actor=sacha, structure=cast.AGENAIS, national_id=cast.rpps(number))
        browser.get(url())
        with django_assert_num_queries(12):
            browser.get(url(), {"qui": "nombreux"})


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """On committed rows, each on a connection of its own."""

    def together(self, *acts: Callable[[], object]) -> list[str]:
        barrier, said = threading.Barrier(len(acts)), []

        def one(act: Callable[[], object]) -> None:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            try:
                act()
                said.append("done")
            except (AlreadyInvited, AlreadyMember, InvitationClosed) as refused:
                said.append(type(refused).__name__)
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(said)

    @pytest.fixture
    def people(self, transactional_db: None) -> tuple[User, User]:
        cast.structures()
        cast.practitioner(1)
        return cast.manager(), cast.person(ANNE, Role.EFFECTOR)

    def test_one_invitation_however_many_ask_at_once(self, people: tuple[User, User]) -> None:
        assert self.together(*[lambda: sent(people[0])] * 8) == ["AlreadyInvited"] * 7 + ["done"]
        assert Invitation.objects.count() == 1

    def test_without_the_lock_the_constraint_still_holds(self, people: tuple[User, User]) -> None:
        sent(people[0])
        with pytest.raises(IntegrityError, match="one_open_invitation"), transaction.atomic():
            Invitation.objects.create(structure=cast.AGENAIS, via="cpts", national_id=ANNE, expires_at=timezone.now())

    def test_accepted_withdrawn_and_declined_at_once_one_wins(self, people: tuple[User, User]) -> None:
        sacha, anne = people
        invitation = sent(sacha)
        said = self.together(
            lambda: accept(actor=anne, invitation=Invitation.objects.get(), declaration=THROUGH),
            lambda: withdraw(actor=sacha, invitation=Invitation.objects.get()),
            lambda: decline(actor=anne, invitation=Invitation.objects.get()),
            lambda: accept(actor=anne, invitation=Invitation.objects.get(), declaration=THROUGH),
        )
        assert said == ["InvitationClosed"] * 3 + ["done"]
        invitation.refresh_from_db()
        assert Participation.objects.count() == (1 if invitation.state == "accepted" else 0)

    def test_inviting_accepting_and_declaring_never_lock_each_other(self, people: tuple[User, User]) -> None:
        sacha, anne = people
        sent(sacha)

        def accepted() -> None:
            accept(actor=anne, invitation=Invitation.objects.filter(state="sent").get(), declaration=THROUGH)

        said = self.together(
            accepted, lambda: sent(sacha), accepted, lambda: sent(sacha),
            lambda: declare(actor=anne, national_id=ANNE, declaration=Declaration(via="individual")),
        )  # fmt: skip
        assert len(said) == 5
