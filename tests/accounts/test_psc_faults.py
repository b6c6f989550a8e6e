"""Every fault of a provider's answer: a page that explains, never a 500, never a session."""

import base64
import hashlib
import time
from collections.abc import Iterator

import jwt
import pytest
from django.test import Client

from sasportal.accounts import psc_tokens
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from tests.accounts import rogue as rogue_module
from tests.accounts.conftest import point_portal_at
from tests.accounts.rogue import CLIENT_ID, FIRST_KEY, SECOND_KEY, Rogue, as_json, sign_in, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def rogue(settings) -> Iterator[Rogue]:
    with rogue_module.running() as started:
        point_portal_at(settings, issuer=started.issuer, authorization="http://127.0.0.1:9/auth")
        settings.OIDC_TIMEOUT = 1
        yield started


def refused(rogue: Rogue, *, status: int, reason: str) -> None:
    client = Client()
    answer = sign_in(client, rogue)
    page = answer.content.decode()
    assert (answer.status_code, "<h1>" in page, 'href="/connexion/psc/"' in page) == (status, True, True)
    assert client.get("/session/").status_code == 302
    assert User.objects.count() == 0
    assert Entry.objects.get().detail == {"method": "psc", "reason": reason}


def test_an_honest_answer_signs_in(rogue):
    client = Client()
    assert sign_in(client, rogue).status_code == 302
    assert client.get("/session/").status_code == 200


def test_the_code_is_exchanged_with_the_verifier_of_its_challenge(rogue):
    client = Client()
    start = client.get("/connexion/psc/")["Location"]
    query = dict(part.split("=", 1) for part in start.split("?")[1].split("&"))
    rogue.nonce = query["nonce"]
    client.get("/connexion/psc/retour/", {"code": "abc", "state": query["state"]})
    form = rogue.forms[0]
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == query["code_challenge"]
    assert (form["grant_type"], form["client_id"], form["code"]) == ("authorization_code", CLIENT_ID, "abc")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example"}, "InvalidIssuerError"),
        ({"aud": "somebody-else"}, "InvalidAudienceError"),
        ({"aud": [CLIENT_ID, "other"], "azp": "other"}, "azp"),
        ({"azp": "other"}, "azp"),
        ({"exp": int(time.time()) - 3600}, "ExpiredSignatureError"),
        ({"exp": "demain"}, "DecodeError"),
        ({"iat": int(time.time()) + 3600}, "ImmatureSignatureError"),
        ({"nbf": int(time.time()) + 3600}, "ImmatureSignatureError"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": ["list"]}, "nonce"),
        ({"acr": "eidas0"}, "acr"),
        ({"acr": ["eidas1"]}, "acr"),
        ({"sub": ""}, "sub"),
    ],
)
def test_a_claim_that_is_wrong(rogue, claims, reason):
    rogue.claims = claims
    refused(rogue, status=403, reason=f"refused: {reason}")


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "sub"])
def test_a_claim_that_is_missing(rogue, name):
    rogue.without = (name,)
    refused(rogue, status=403, reason="refused: MissingRequiredClaimError")


@pytest.mark.parametrize("name", ["nonce", "acr"])
def test_a_claim_of_the_request_that_is_missing(rogue, name):
    rogue.without = (name,)
    refused(rogue, status=403, reason=f"refused: {name}")


def test_azp_is_needed_when_there_are_several_audiences(rogue):
    rogue.claims, rogue.without = {"aud": [CLIENT_ID, "other"]}, ("azp",)
    refused(rogue, status=403, reason="refused: azp")


@pytest.mark.parametrize("acr", ["eidas1", "eidas2", "eidas3"])
def test_every_level_from_eidas1_is_accepted(rogue, acr):
    rogue.claims = {"acr": acr}
    assert sign_in(Client(), rogue).status_code == 302


@pytest.mark.parametrize(("late", "status"), [(55, 302), (65, 403)])
def test_clocks_may_differ_by_a_minute(rogue, late, status):
    now = int(time.time())
    rogue.claims = {"iat": now - 300, "exp": now - late}
    assert sign_in(Client(), rogue).status_code == status


def test_a_token_without_signature(rogue):
    rogue.sign = lambda claims: jwt.encode(claims, None, algorithm="none", headers={"kid": "first"})
    refused(rogue, status=403, reason="refused: alg")


def test_a_token_signed_with_the_client_secret(rogue):
    rogue.sign = lambda claims: jwt.encode(
        claims, "a-long-secret-of-the-portal-0123456789", algorithm="HS256", headers={"kid": "first"}
    )
    refused(rogue, status=403, reason="refused: alg")


def test_a_token_signed_by_somebody_else(rogue):
    rogue.sign = lambda claims: signed(claims, SECOND_KEY, kid="first")
    refused(rogue, status=403, reason="refused: InvalidSignatureError")


@pytest.mark.parametrize("token", [None, 5, "", "not.a.token", "a.b", ["list"]])
def test_something_that_is_no_token(rogue, token):
    rogue.token_answer = lambda: as_json({"access_token": "x", "id_token": token})
    client = Client()
    assert sign_in(client, rogue).status_code == 403
    assert User.objects.count() == 0


def test_an_unknown_key_is_asked_for_once_then_refused(rogue):
    rogue.sign = lambda claims: signed(claims, SECOND_KEY)
    refused(rogue, status=403, reason="refused: kid")
    assert rogue.seen == ["token", "certs", "certs"]


def test_a_key_that_was_changed_is_found(rogue):
    assert sign_in(Client(), rogue).status_code == 302
    rogue.published, rogue.nonce = [SECOND_KEY], ""
    rogue.sign = lambda claims: signed(claims, SECOND_KEY)
    assert sign_in(Client(), rogue).status_code == 302
    assert rogue.seen == ["token", "certs", "userinfo", "token", "certs", "userinfo"]


def test_keys_are_asked_for_once_for_many_sign_ins(rogue):
    for _ in range(3):
        rogue.nonce = ""
        sign_in(Client(), rogue)
    assert rogue.seen.count("certs") == 1


def test_strangers_keys_do_not_make_us_ask_in_a_loop(rogue):
    for number in range(5):
        with pytest.raises(psc_tokens.TokenRefused):
            psc_tokens.read_signed(signed({}, FIRST_KEY, kid=f"made-up-{number}"), required=[])
    assert rogue.seen == ["certs", "certs"]


def test_userinfo_about_somebody_else(rogue):
    rogue.userinfo = {"sub": "f:550dc1c8:899700000021"}
    refused(rogue, status=403, reason="refused: userinfo sub")


def test_userinfo_signed_for_us_is_read(rogue):
    claims = {"iss": rogue.issuer, "aud": CLIENT_ID, "sub": rogue_module.SUBJECT, "given_name": "Signée"}
    rogue.userinfo_answer = lambda: (200, "application/jwt", signed(claims).encode())
    assert sign_in(Client(), rogue).status_code == 302
    assert User.objects.get().first_name == "Signée"


def test_userinfo_signed_for_another_client(rogue):
    claims = {"iss": rogue.issuer, "aud": "other", "sub": rogue_module.SUBJECT}
    rogue.userinfo_answer = lambda: (200, "application/jwt", signed(claims).encode())
    refused(rogue, status=403, reason="refused: InvalidAudienceError")


@pytest.mark.parametrize(
    ("userinfo", "reason"),
    [
        ({"SubjectNameID": "899700000021"}, "two national ids"),
        ({"SubjectNameID": "8" * 51}, "two national ids"),
    ],
)
def test_a_national_id_that_does_not_agree(rogue, userinfo, reason):
    rogue.userinfo = userinfo
    refused(rogue, status=403, reason=f"refused: {reason}")


def test_no_national_id_at_all(rogue):
    rogue.without, rogue.userinfo = ("preferred_username",), {"SubjectNameID": None}
    refused(rogue, status=403, reason="refused: no national id")


def test_a_national_id_that_is_too_long(rogue):
    rogue.claims, rogue.userinfo = {"preferred_username": "8" * 51}, {"SubjectNameID": "8" * 51}
    refused(rogue, status=403, reason="refused: national id too long")


def test_claims_of_unexpected_shapes_are_survived(rogue):
    rogue.userinfo = {"given_name": ["x"], "family_name": "Nul\0le\u202e", "SubjectRole": 5, "unknown": {"a": 1}}
    assert sign_in(Client(), rogue).status_code == 302
    user = User.objects.get()
    assert (user.first_name, user.last_name) == ("", "Nulle")


@pytest.mark.parametrize("step", ["token_answer", "userinfo_answer", "keys_answer"])
@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (lambda: as_json({"error": "oops"}, status=500), 503, "unavailable: 500"),
        (lambda: as_json({"error": "invalid_grant"}, status=400), 403, "refused: 400"),
        (lambda: (302, "text/html", b"https://evil.example/"), 503, "unavailable: 302"),
        (lambda: (200, "text/html", b"<html>maintenance</html>"), 503, "unavailable: not JSON"),
        (lambda: (200, "application/json", b"[1, 2]"), 503, "unavailable: not JSON"),
        (lambda: (200, "application/json", b'{"a":"' + b"x" * 300_000 + b'"}'), 503, "unavailable: too long"),
    ],
)
def test_an_address_of_the_provider_that_fails(rogue, step, answer, status, reason):
    setattr(rogue, step, answer)
    refused(rogue, status=status, reason=reason)


def test_a_slow_provider_is_not_waited_for(rogue):
    def slow():
        time.sleep(3)
        return as_json({})

    rogue.token_answer = slow
    began = time.monotonic()
    refused(rogue, status=503, reason="unavailable: ReadTimeout")
    assert time.monotonic() - began < 2.5


def test_a_provider_that_is_down(rogue, settings):
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/token"
    refused(rogue, status=503, reason="unavailable: ConnectionError")


def test_keys_that_are_no_keys(rogue):
    rogue.keys_answer = lambda: as_json({"keys": ["x", {"kid": "first"}, {"kid": "first", "kty": "RSA"}]})
    refused(rogue, status=403, reason="refused: key")
