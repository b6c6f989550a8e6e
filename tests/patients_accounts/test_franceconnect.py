"""Signing in with FranceConnect: the real exchange, over HTTP, with the sandbox's; and a rogue one."""

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client

from sasportal.accounts.models import User, UserKind
from sasportal.audit.models import Entry
from tests.accounts import rogue as rogue_module
from tests.accounts.people import local_professional, patient, professional, signed_in_by_psc, with_totp
from tests.accounts.rogue import CLIENT_ID, SECOND_KEY, SUBJECT, Rogue, as_json, signed
from tests.patients_accounts.cast import is_in, mailed
from tests.patients_accounts.conftest import point_portal_at

pytestmark = pytest.mark.django_db

LOU = "lou.fictive@exemple.example"


def leave(client: Client, next_page: str = "") -> dict[str, str]:
    """Start at the portal; return what it asks FranceConnect."""
    answer = client.get("/patient/franceconnect/", {"next": next_page} if next_page else {})
    query = parse_qs(urlsplit(answer["Location"]).query)
    return {name: values[0] for name, values in query.items()} | {"address": answer["Location"]}


def pressed(address: str, name: str) -> str:
    """Open the page of FranceConnect and follow one of its links; return where it leads back to."""
    page = requests.get(address, timeout=5)
    link = next(one for one in re.findall(r'href="(/[^"]*)"', page.text) if name in one).replace("&amp;", "&")
    origin = f"http://{urlsplit(address).netloc}"
    back = requests.get(f"{origin}{link}", allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


def sign_in(client: Client, who: str = "personne=lou", next_page: str = ""):
    return client.get(pressed(leave(client, next_page)["address"], who))


def test_what_is_asked_follows_version_2(franceconnect):
    asked = leave(Client())
    assert (asked["response_type"], asked["acr_values"], asked["client_id"]) == ("code", "eidas1", "sas-patients")
    assert set(asked["scope"].split()) == {"openid", "email"}
    assert (len(asked["nonce"]), len(asked["state"]), asked["redirect_uri"]) == (
        32, 32, "http://testserver/patient/franceconnect/retour",
    )  # fmt: skip


def test_the_address_cannot_change_what_is_asked(franceconnect):
    crafted = "/patient/franceconnect/?auth_params=acr_values%3Dnone%26nonce%3Dx&scope=birthdate&process=connect"
    query = parse_qs(urlsplit(Client().get(crafted)["Location"]).query)
    assert (query["acr_values"], set(query["scope"][0].split())) == (["eidas1"], {"openid", "email"})


def test_a_person_signs_in_and_comes_back_to_the_page(franceconnect):
    client = Client()
    answer = sign_in(client, next_page="/patient/rendez-vous/nouveau?creneau=a")
    assert answer["Location"] == "/patient/rendez-vous/nouveau?creneau=a"
    user = User.objects.get()
    assert (user.kind, user.email, user.first_name, user.last_name) == (UserKind.PATIENT, LOU, "", "")
    assert (user.has_usable_password(), is_in(client)) == (False, True)
    entry = Entry.objects.get(action="sign_in")
    assert (entry.actor, entry.detail) == (str(user.technical_id), {"method": "franceconnect"})


def test_of_the_person_only_the_pivot_is_kept(franceconnect):
    sign_in(Client())
    account = SocialAccount.objects.get()
    assert (re.fullmatch("[0-9a-f]{64}v1", account.uid) is not None, account.extra_data) == (True, {})
    assert SocialToken.objects.exists() is False


def test_the_pivot_leads_to_the_same_account_whatever_the_address(franceconnect):
    sign_in(Client())
    User.objects.update(email="autre@exemple.example")
    EmailAddress.objects.all().delete()
    sign_in(Client())
    sign_in(Client(), "personne=sami")
    assert (User.objects.count(), SocialAccount.objects.count()) == (2, 2)
    assert User.objects.filter(email="autre@exemple.example").count() == 1


@pytest.mark.parametrize("owner", [patient, local_professional])
def test_an_address_that_an_account_has_opens_nothing_of_it(franceconnect, owner):
    mine = owner(LOU)
    client = Client()
    assert sign_in(client)["Location"] == "/patient/compte/"
    other = User.objects.exclude(pk=mine.pk).get()
    assert (other.email, int(client.session["_auth_user_id"]) == other.pk) == ("", True)
    assert mailed() == []


def test_the_address_given_is_confirmed_by_its_owner(franceconnect):
    client = Client()
    sign_in(client)
    assert EmailAddress.objects.get().verified is False
    [(to, _, link)] = mailed()
    client.post(link)
    assert (to, EmailAddress.objects.get().verified) == (LOU, True)
    sign_in(Client())
    assert mailed() == []


def test_without_address_the_account_opens_all_the_same(franceconnect):
    client = Client()
    sign_in(client, "personne=noa")
    assert (User.objects.get().email, is_in(client)) == ("", True)


def test_nobody_chooses_a_password_for_an_account_of_franceconnect(franceconnect):
    sign_in(Client())
    EmailAddress.objects.update(verified=True)
    mailed()
    Client().post("/patient/compte/mot-de-passe/oublie/", {"email": LOU})
    assert mailed() == []


def test_cancelling_says_so_and_offers_to_try_again(franceconnect):
    client = Client()
    answer = sign_in(client, "annuler", next_page="/patient/compte/appareils/")
    page = answer.content.decode()
    assert (answer.status_code, "Connexion annulée" in page, is_in(client)) == (403, True, False)
    assert 'href="/patient/franceconnect/?next=%2Fpatient%2Fcompte%2Fappareils%2F"' in page


def test_a_request_serves_once(franceconnect):
    client = Client()
    back = pressed(leave(client)["address"], "personne=lou")
    assert client.get(back).status_code == 302
    client.post("/patient/deconnexion")
    assert client.get(back).status_code == 400


def test_a_request_of_another_browser_serves_nobody(franceconnect):
    back = pressed(leave(Client())["address"], "personne=lou")
    stranger = Client()
    assert (stranger.get(back).status_code, is_in(stranger)) == (400, False)


@pytest.mark.parametrize("address", ["/patient/deconnexion", "/deconnexion/"])
def test_signing_out_leaves_franceconnect_too(franceconnect, address):
    client = Client()
    sign_in(client)
    answer = client.post(address)
    address = re.fullmatch(r"0;url=(.*)", answer["Refresh"]).group(1)
    assert is_in(client) is False
    back = requests.get(address, allow_redirects=False, timeout=5).headers["Location"]
    assert back.startswith("http://testserver/patient/au-revoir?state=")
    assert "Votre session FranceConnect est fermée également." in client.get(back).content.decode()


def test_a_professional_signs_out_first(franceconnect):
    client = signed_in_by_psc(professional())
    assert (client.get("/patient/franceconnect/").status_code, client.get("/compte/").status_code) == (403, 200)


def test_an_account_that_is_closed_stays_closed(franceconnect):
    sign_in(Client())
    User.objects.update(is_active=False)
    client = Client()
    assert (sign_in(client).status_code, is_in(client)) == (403, False)


def test_the_second_factor_of_the_account_is_asked_too(franceconnect):
    sign_in(Client())
    with_totp(User.objects.get())
    client = Client()
    assert sign_in(client)["Location"] == "/patient/compte/2fa/authenticate/"
    assert is_in(client) is False


def test_off_unless_configured(settings):
    settings.FRANCECONNECT_ISSUER = ""
    assert "FranceConnect" not in Client().get("/patient/connexion").content.decode()
    assert Client().get("/patient/franceconnect/").status_code == 404
    assert Client().get("/patient/franceconnect/retour?state=x").status_code == 404


@pytest.fixture
def rogue(settings) -> Iterator[Rogue]:
    with rogue_module.running() as started:
        point_portal_at(settings, started.issuer, client_id=CLIENT_ID, algorithm="RS256")
        settings.FRANCECONNECT_JWKS_ENDPOINT = f"{started.issuer}/certs"
        settings.OIDC_TIMEOUT = 1
        started.userinfo_answer = lambda: said(about(started))
        yield started


def about(rogue: Rogue, **changed) -> dict:
    return {"iss": rogue.issuer, "aud": CLIENT_ID, "sub": SUBJECT} | changed


def said(claims: dict, **signing):
    return 200, "application/jwt", signed(claims, **signing).encode()


def come_back(rogue: Rogue):
    client = Client()
    asked = leave(client)
    rogue.nonce = rogue.nonce or asked["nonce"]
    return client, client.get("/patient/franceconnect/retour", {"code": "abc", "state": asked["state"]})


def refused(rogue: Rogue, *, status: int, reason: str) -> None:
    client, answer = come_back(rogue)
    assert (answer.status_code, is_in(client), User.objects.count()) == (status, False, 0)
    assert Entry.objects.get().detail == {"method": "franceconnect", "reason": reason}


def test_an_honest_answer_signs_in_with_our_secret_in_the_form(rogue):
    client, _ = come_back(rogue)
    assert is_in(client) is True
    assert (rogue.forms[0]["client_id"], "client_secret" in rogue.forms[0]) == (CLIENT_ID, True)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example"}, "InvalidIssuerError"),
        ({"aud": "somebody-else"}, "InvalidAudienceError"),
        ({"azp": "other"}, "azp"),
        ({"exp": int(time.time()) - 3600}, "ExpiredSignatureError"),
        ({"nonce": "another-nonce-that-is-long-enough"}, "nonce"),
        ({"acr": "eidas0"}, "acr"),
        ({"sub": ""}, "sub"),
    ],
)
def test_a_claim_that_is_wrong(rogue, claims, reason):
    rogue.claims = claims
    refused(rogue, status=403, reason=f"refused: {reason}")


@pytest.mark.parametrize(("name", "reason"), [("nonce", "nonce"), ("exp", "MissingRequiredClaimError"), ("acr", "acr")])
def test_a_claim_that_is_missing(rogue, name, reason):
    rogue.without = (name,)
    refused(rogue, status=403, reason=f"refused: {reason}")


@pytest.mark.parametrize(
    ("sign", "reason"),
    [
        (lambda claims: jwt.encode(claims, None, algorithm="none", headers={"kid": "first"}), "alg"),
        (lambda claims: jwt.encode(claims, "s" * 40, algorithm="HS256", headers={"kid": "first"}), "alg"),
        (lambda claims: signed(claims, SECOND_KEY, kid="first"), "InvalidSignatureError"),
        (lambda claims: signed(claims, SECOND_KEY), "kid"),
    ],
)
def test_a_signature_that_is_not_franceconnects(rogue, sign, reason):
    rogue.sign = sign
    refused(rogue, status=403, reason=f"refused: {reason}")


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (lambda rogue: as_json({"sub": SUBJECT}), 403, "refused: userinfo not signed"),
        (lambda rogue: said(about(rogue, sub="another")), 403, "refused: userinfo sub"),
        (lambda rogue: said(about(rogue, aud="another")), 403, "refused: InvalidAudienceError"),
        (lambda rogue: said(about(rogue), key=SECOND_KEY, kid="first"), 403, "refused: InvalidSignatureError"),
        (lambda rogue: as_json({}, status=500), 503, "unavailable: 500"),
    ],
)
def test_userinfo_that_proves_nothing(rogue, answer, status, reason):
    rogue.userinfo_answer = lambda: answer(rogue)
    refused(rogue, status=status, reason=reason)


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (lambda: as_json({"error": "invalid_grant"}, status=400), 403, "refused: 400"),
        (lambda: (200, "text/html", b"<html>maintenance</html>"), 503, "unavailable: not JSON"),
        (lambda: as_json({"access_token": 5}), 403, "refused: access_token"),
        (lambda: as_json({"access_token": "x"}), 403, "refused: missing"),
    ],
)
def test_a_token_address_that_fails(rogue, answer, status, reason):
    rogue.token_answer = answer
    refused(rogue, status=status, reason=reason)
