"""The pretend Pro Santé Connect speaks the real one's dialect, over HTTP."""

import base64
import hashlib
import re
import secrets
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests

from tests.sandbox_psc.provider import CAMILLE, EDITOR, EDITOR_RETURN, PORTAL, Browser, Provider

PORTAL_RETURN = "http://testserver/connexion/psc/retour/"


class Exchange:
    """One client's exchange in one browser."""

    def __init__(self, provider: Provider, browser: Browser, client: dict = PORTAL, back: str = PORTAL_RETURN) -> None:
        self.provider, self.browser, self.client, self.back = provider, browser, client, back
        self.verifier = secrets.token_urlsafe(48)
        self.nonce, self.state = secrets.token_hex(16), secrets.token_hex(16)

    def start(self, **changes: str) -> requests.Response:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.client["client_id"],
            "redirect_uri": self.back,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | changes
        return self.browser.open(f"{self.provider.origin}/auth?{urlencode(query)}")

    def code(self, national_id: str = CAMILLE) -> str:
        answer = self.start()
        if answer.status_code == 200:
            answer = self.browser.choose(answer, national_id)
        query = parse_qs(urlsplit(answer.next.url).query)
        assert query["state"] == [self.state]
        return query["code"][0]

    def tokens(self, code: str, **changes: str) -> requests.Response:
        form = self.client | {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": self.verifier,
        }
        return requests.post(f"{self.provider.protocol}/token", data=form | changes, timeout=10)

    def id_claims(self, token: str) -> dict:
        keys = requests.get(f"{self.provider.protocol}/certs", timeout=10).json()["keys"]
        key = jwt.PyJWK(keys[0], algorithm="RS256")
        client_id = self.client["client_id"]
        return jwt.decode(token, key, algorithms=["RS256"], audience=client_id, issuer=self.provider.issuer)


@pytest.fixture
def exchange(provider: Provider) -> Exchange:
    return Exchange(provider, Browser())


def test_discovery_is_where_pro_sante_connect_has_it(provider):
    found = requests.get(f"{provider.issuer}/.well-known/wallet-openid-configuration", timeout=10).json()
    assert found["issuer"] == f"{provider.origin}/auth/realms/esante-wallet"
    assert found["authorization_endpoint"] == f"{provider.origin}/auth"
    assert found["end_session_endpoint"] == f"{provider.protocol}/logout"


def test_the_id_token_says_what_pro_sante_connect_says(exchange):
    tokens = exchange.tokens(exchange.code()).json()
    claims = exchange.id_claims(tokens["id_token"])
    told = {name: claims[name] for name in ("aud", "azp", "nonce", "acr", "SubjectNameID", "preferred_username")}
    assert told == {
        "aud": PORTAL["client_id"],
        "azp": PORTAL["client_id"],
        "nonce": exchange.nonce,
        "acr": "eidas1",
        "SubjectNameID": CAMILLE,
        "preferred_username": CAMILLE,
    }
    assert re.fullmatch(rf"f:[0-9a-f-]{{36}}:{CAMILLE}", claims["sub"])
    assert (claims["exp"] - claims["iat"], len(claims["sid"]), tokens["expires_in"]) == (120, 36, 120)


def test_userinfo_is_about_the_same_person(exchange):
    tokens = exchange.tokens(exchange.code()).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = requests.get(f"{exchange.provider.protocol}/userinfo", headers=bearer, timeout=10).json()
    assert told["sub"] == exchange.id_claims(tokens["id_token"])["sub"]
    assert (told["given_name"], told["family_name"], told["SubjectRole"]) == (
        "Camille",
        "Régulier",
        ["10^1.2.250.1.213.1.1.5.5"],
    )
    assert sorted(told["SubjectRefPro"]["exercices"][0]["activities"][0]) == [
        "codeModeExercice",
        "codeRole",
        "codeSecteurDactivite",
        "numeroFinessSite",
        "numeroSiretSite",
        "raisonSocialeSite",
    ]
    assert ("email" in told, told["Acces_Regulation_Medicale"]) == (False, "FAUX")


def test_a_second_client_is_signed_in_silently_in_the_same_session(exchange):
    first = exchange.id_claims(exchange.tokens(exchange.code()).json()["id_token"])
    editor = Exchange(exchange.provider, exchange.browser, EDITOR, EDITOR_RETURN)
    answer = editor.start()
    assert answer.next.url.startswith(f"{EDITOR_RETURN}?code=")
    second = editor.id_claims(editor.tokens(editor.code()).json()["id_token"])
    assert (second["sub"], second["sid"]) == (first["sub"], first["sid"])


def test_another_browser_is_another_session(exchange):
    other = Exchange(exchange.provider, Browser())
    sids = {one.id_claims(one.tokens(one.code()).json()["id_token"])["sid"] for one in (exchange, other)}
    assert len(sids) == 2


def test_a_code_serves_once_and_needs_its_verifier_and_secret(exchange):
    code = exchange.code()
    assert exchange.tokens(code, client_secret="wrong").status_code == 401
    assert exchange.tokens(exchange.code(), code_verifier="x" * 50).status_code == 400
    assert exchange.tokens(code).status_code == 200
    assert exchange.tokens(code).status_code == 400


def test_an_unknown_return_address_is_not_followed(exchange):
    page = exchange.browser.choose(exchange.start(redirect_uri="https://evil.example/"), CAMILLE)
    assert (page.status_code, "Demande refusée" in page.text) == (200, True)


def test_a_page_elsewhere_is_not_returned_to(provider):
    browser = Browser()
    page = browser.get(f"{provider.origin}/identite/?next=https://evil.example/", timeout=10)
    assert 'name="next" value=""' in page.text


def test_every_identity_has_its_button_and_an_unknown_one_none(provider):
    browser = Browser()
    page = browser.get(f"{provider.origin}/identite/", timeout=10)
    ids = re.findall(r'name="national_id"\s+value="([^"]+)"', page.text)
    assert (len(ids), len(set(ids)), ids[0]) == (10, 10, CAMILLE)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page.text).group(1)
    form = {"csrfmiddlewaretoken": token, "national_id": "899799999999"}
    assert browser.post(page.url, data=form, timeout=10).status_code == 404


def test_a_refresh_token_gives_a_new_access_token(exchange):
    tokens = exchange.tokens(exchange.code()).json()
    form = PORTAL | {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = requests.post(f"{exchange.provider.protocol}/token", data=form, timeout=10)
    assert (answer.status_code, "access_token" in answer.json()) == (200, True)


def test_it_listens_on_loopback_only(provider):
    inode_lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    port = urlsplit(provider.origin).port
    listening = [line.split()[1] for line in inode_lines if line.split()[3] == "0A"]
    assert [address.split(":")[0] for address in listening if int(address.split(":")[1], 16) == port] == ["0100007F"]
