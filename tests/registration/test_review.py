"""Examining: who may, what each decision does, and the e-mail that opens the account."""

import re

import pytest
from django.test import Client

from directory.models import RegistrationRequest
from directory.registration import drafts, mails, review
from directory.registration.requests import NotInThisState
from directory.registration.review import OwnRequest
from sasportal.accounts import grants
from sasportal.accounts.charge import OutsideCharge
from sasportal.accounts.grants import AddressTaken
from sasportal.accounts.models import Role, RoleGrant, User
from sasportal.audit.models import Entry
from sasportal.outbox.models import Delivery
from sasportal.outbox.relay import relay
from tests.accounts.people import PASSWORD, code_now, patient
from tests.registration import cast
from tests.sandbox_mailbox.mailbox import post_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def maxence() -> User:
    return cast.manager(cast.BOTH)


@pytest.fixture
def alix() -> User:
    return cast.admin()


def test_approving_creates_the_account_its_right_and_its_mail(maxence, alix):
    before = Entry.objects.count()
    approved = cast.in_state("approved", maxence, alix)
    user = approved.account
    assert (user.email, str(user), user.national_id) == ("zoe.lagarde@samu47.example", "Zoé Lagarde", None)
    assert user.has_usable_password() is False
    given = RoleGrant.objects.get(user=user)
    assert (given.role, given.regulator_kind, given.territory.name) == ("regulator", "osnp", "Lot-et-Garonne")
    assert given.granted_by == alix
    assert list(Delivery.objects.values_list("channel", "payload")) == [
        ("registration-approved", {"request_id": str(approved.pk)})
    ]
    assert list(Entry.objects.filter(id__gt=before).order_by("id").values_list("action", flat=True)) == [
        "registration_submitted", "registration_taken", "account_created", "role_granted", "registration_approved",
    ]  # fmt: skip


def test_a_question_goes_back_and_the_answer_comes_again(maxence, alix):
    asked = cast.in_state("needs_information", maxence, alix)
    assert asked.events.last().comment == "Quel est son service ?"
    sent = cast.send(maxence, asked)
    review.take(actor=alix, request=sent)
    review.approve(actor=alix, request=sent)
    assert cast.again(sent).state == "approved"


@pytest.mark.parametrize("state", ["draft", "submitted", "needs_information", "approved", "rejected", "abandoned"])
def test_only_what_is_being_examined_is_decided(maxence, alix, state):
    request = cast.in_state(state, maxence, alix)
    for act in (
        lambda: review.approve(actor=alix, request=request),
        lambda: review.reject(actor=alix, request=request, reason="Non."),
        lambda: review.ask(actor=alix, request=request, question="Quoi ?"),
    ):
        with pytest.raises(NotInThisState):
            act()
    assert cast.again(request).state == state


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_only_an_administrator_examines(maxence, alix, role):
    request = cast.in_state("in_review", maxence, alix)
    user = cast.person("899700000088")
    grants.grant(actor="system", user=user, role=role, finess=cast.SAMU, national_id="899700000013", editor_id=1)
    with pytest.raises(OutsideCharge):
        review.approve(actor=user, request=request)


def test_nobody_examines_his_own_request_nor_what_he_certified(maxence, alix):
    grants.grant(actor="system", user=maxence, role=Role.ADMIN)
    maxence = User.objects.get(pk=maxence.pk)
    with pytest.raises(OwnRequest):
        review.take(actor=maxence, request=cast.submitted(maxence))


def test_an_address_taken_meanwhile_is_refused_and_nothing_is_half_done(maxence, alix):
    request = cast.in_state("in_review", maxence, alix)
    known = cast.person("ZOE.lagarde@samu47.example")
    with pytest.raises(AddressTaken):
        review.approve(actor=alix, request=request)
    assert (cast.again(request).state, RoleGrant.objects.filter(user=known).count()) == ("in_review", 0)
    assert Delivery.objects.count() == 0


def test_the_address_of_a_patient_is_not_given_to_a_professional(maxence, alix):
    request = cast.in_state("in_review", maxence, alix)
    patient("zoe.lagarde@samu47.example")
    with pytest.raises(AddressTaken):
        review.approve(actor=alix, request=request)


@pytest.mark.parametrize("state", ["in_review", "approved", "rejected", "abandoned"])
def test_what_is_examined_or_over_is_not_abandoned_nor_changed(maxence, alix, state):
    request = cast.in_state(state, maxence, alix)
    with pytest.raises(NotInThisState):
        drafts.abandon(actor=maxence, request=request)
    with pytest.raises(NotInThisState):
        drafts.save_answers(request=request, answers={"phone": "05 53 00 99 99"})


def test_from_the_mail_to_the_first_search(maxence, alix, valkey, settings, tmp_path):
    """The link opens once; the second factor is asked; then the terms; then the work."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    cast.in_state("approved", maxence, alix)
    with post_office(tmp_path) as post:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", post.smtp_port, False
        relay()
        mail = post.mails[0]
    assert (mail.to, mail.subject) == (
        "zoe.lagarde@samu47.example", "Votre compte du portail SAS",
    )  # fmt: skip
    assert "Un second facteur vous sera demandé" in mail.part("plain")
    assert "1985" not in mail.part("plain") + mail.part("html")
    link = re.search(r"http://127.0.0.1:8000(/comptes/mot-de-passe/nouveau/\S+)", mail.part("plain")).group(1)
    client = Client()
    form = client.get(link)["Location"]
    assert client.post(form, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert "Ce lien n’est plus valable" in Client().get(link, follow=True).content.decode()
    client.post("/connexion/", {"login": "zoe.lagarde@samu47.example", "password": PASSWORD})
    assert client.get("/")["Location"] == "/comptes/2fa/"
    secret = re.search(
        r"<code>([A-Z2-7]{32})</code>", client.get("/comptes/2fa/totp/activate/").content.decode()
    ).group(1)
    client.post("/comptes/2fa/totp/activate/", {"code": code_now(secret)})
    assert client.get("/")["Location"] == "/conditions/"
    client.post("/conditions/", {"accepted": "on"})
    assert client.get("/")["Location"] == "/sas/recherche"


def test_a_mail_that_is_no_longer_useful_is_not_sent(maxence, alix, mailoutbox):
    approved = cast.in_state("approved", maxence, alix)
    grants.suspend(actor=alix, user=approved.account)
    mails.registration_approved(request_id=str(approved.pk))
    grants.reopen(actor=alix, user=approved.account)
    User.objects.filter(pk=approved.account.pk).update(password="argon2$…")
    mails.registration_approved(request_id=str(approved.pk))
    assert mailoutbox == []


def test_what_waits_is_counted(maxence, alix):
    for n, state in enumerate(["draft", "submitted", "in_review", "needs_information", "approved", "rejected"]):
        cast.in_state(state, maxence, alix, **cast.somebody(n))
    assert (review.to_examine(), RegistrationRequest.objects.count()) == (2, 6)
