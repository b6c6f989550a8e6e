"""Editors through the real nginx of the documentation, with certificates of every quality, to the real portal."""

import http.client
import json
import os
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from agenda.models import Editor, EditorCertificate
from booking.models import Appointment
from tests.booking.cast import appointment, editor
from tests.live import Live, database_url, free_port
from tests.nginx import Nginx, needs_nginx, nginx, offered
from tests.pki import Leaf, Pki

pytestmark = needs_nginx
PROXY = "127.0.0.2"
BIG = 3000


class Answer(NamedTuple):
    """What the editor received, and what nginx logged of it."""

    status: int
    media_type: str
    body: bytes
    log: str


@dataclass(frozen=True, kw_only=True)
class Site:
    """The portal, nginx in front of it, and everybody's certificates."""

    portal: Live
    nginx: Nginx
    port: int
    public_port: int
    pki: Pki
    leaves: dict[str, Leaf]

    def send(self, leaf: str, *, body: Any = None, **headers: str) -> Answer:
        """POST an appointment with this certificate."""
        known = len(self.nginx.decided())
        response, content = self.post(leaf, self.port, body or appointment(), headers)
        deadline = time.monotonic() + 30
        while len(self.nginx.decided()) == known:  # it writes its log once it has answered
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return Answer(response.status, response.headers.get_content_type(), content, self.nginx.decided()[-1])

    def post(self, leaf: str, port: int, body: Any, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
        context = ssl.create_default_context(cafile=str(self.pki.trust))
        if leaf:
            context.load_cert_chain(*self.leaves[leaf].files)
        connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=30)
        sent = body if isinstance(body, bytes) else json.dumps(body)
        try:
            connection.request("POST", "/fhir/Appointment", sent, {"Content-Type": "application/fhir+json"} | headers)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def site(django_db_setup, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("tls")
    pki, other = Pki(folder / "pki"), Pki(folder / "other", name="Autre autorité")
    leaves = {
        "good": pki.issue("alpha.sas", "ALPHA-PROD"),
        "renewed": pki.issue("alpha2.sas", "ALPHA-PROD"),
        "big": pki.issue("alpha.sas", "ALPHA-PROD", padding=BIG),
        "too big": pki.issue("alpha.sas", "ALPHA-PROD", padding=BIG + 1000),
        "wrong CN": pki.issue("autre.sas", "ALPHA-PROD"),
        "wrong OU": pki.issue("alpha.sas", "AUTRE"),
        "expired": pki.issue("alpha.sas", "ALPHA-PROD", expired=True),
        "revoked": pki.revoke(pki.issue("alpha.sas", "ALPHA-PROD")),
        "other CA": other.issue("alpha.sas", "ALPHA-PROD"),
    }
    server = pki.issue("portail.sas", "SAS")
    port, public_port = free_port(), free_port()
    environment = os.environ | {"DATABASE_URL": database_url(), "SAS_ENV": "test", "TRUSTED_CERT_PROXY": PROXY}
    live = Live(port=free_port(), environment=environment | {"SECRET_KEY": settings.SECRET_KEY})
    vhost = offered("fhir.conf", port=str(port), cert=str(server.cert), key=str(server.key), ca=str(pki.trust),
                    crl=str(pki.crl), log=str(folder / "nginx" / "access.log"), upstream=live.url,
                    address=PROXY)  # fmt: skip
    public = (
        f"server {{ listen 127.0.0.1:{public_port} ssl; server_name localhost; "
        f"ssl_certificate {server.cert}; ssl_certificate_key {server.key}; {offered('no-fhir.conf')} "
        f"location / {{ proxy_pass {live.url}; proxy_bind {PROXY}; }} }}"
    )
    live.start_web()
    try:
        with nginx(folder / "nginx", vhost + public, port=port) as front:
            yield Site(portal=live, nginx=front, port=port, public_port=public_port, pki=pki, leaves=leaves)
    finally:
        live.stop()


@pytest.fixture
def alpha(transactional_db) -> Editor:
    one = editor(inbound_secret_sha256="")
    for common_name in ("alpha.sas", "alpha2.sas"):
        EditorCertificate.objects.create(editor=one, common_name=common_name, organizational_unit="ALPHA-PROD")
    return one


def header(leaf: Leaf) -> str:
    return f":{b64encode(leaf.certificate.public_bytes(Encoding.DER)).decode()}:"


def test_who_is_registered_writes(site: Site, alpha: Editor) -> None:
    for number, leaf in enumerate(("good", "renewed", "big")):
        answer = site.send(leaf, body=appointment(f"rdv-{number}"))
        assert (answer.status, "upstream=201 " in answer.log) == (201, True)
    assert set(Appointment.objects.values_list("editor", flat=True)) == {alpha.pk}
    # A certificate that is no longer accepted, and the one that renewed it
    EditorCertificate.objects.filter(common_name="alpha.sas").update(enabled=False)
    assert [site.send(leaf, body=appointment("rdv-9")).status for leaf in ("good", "renewed")] == [403, 201]
    assert Appointment.objects.count() == 4


def test_who_is_not_registered_is_refused_by_the_portal(site: Site, alpha: Editor) -> None:
    for leaf in ("wrong CN", "wrong OU", "too big"):
        answer = site.send(leaf)
        assert answer[:2] == (403, "application/fhir+json")
        assert json.loads(answer.body)["resourceType"] == "OperationOutcome"
        assert "upstream=403 " in answer.log
    assert Appointment.objects.count() == 0


def test_a_forged_header_is_worth_nothing(site: Site, alpha: Editor) -> None:
    forged = {"Client-Cert": header(site.leaves["good"])}
    # Through nginx it is overwritten, also with an address of the proxy beside it
    assert site.send("wrong CN", **forged, **{"X-Forwarded-For": PROXY}).status == 403
    # At the portal's own vhost there is no /fhir/
    assert site.post("", site.public_port, appointment(), forged)[0].status == 404
    # Straight to the application, from an address that is not the proxy's
    connection = http.client.HTTPConnection("127.0.0.1", site.portal.port, timeout=30)
    connection.request("POST", "/fhir/Appointment", json.dumps(appointment()),
                       {"Content-Type": "application/fhir+json"} | forged)  # fmt: skip
    assert connection.getresponse().status == 403
    connection.close()
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("leaf", ["expired", "revoked", "other CA", ""], ids=["expired", "revoked", "other CA", "none"])
def test_nginx_refuses_without_asking_the_portal(site: Site, leaf: str) -> None:
    answer = site.send(leaf, **{"Client-Cert": header(site.leaves["good"])})
    assert answer[:2] == (403, "application/fhir+json")
    assert json.loads(answer.body)["issue"][0]["diagnostics"] == "certificat client absent ou refusé."
    assert "upstream=- " in answer.log


def test_a_large_body_stops_at_nginx(site: Site) -> None:
    answer = site.send("good", body=b" " * (1024 * 1024 + 1))
    assert (answer[:2], "upstream=- " in answer.log) == ((413, "application/fhir+json"), True)


def test_tls_1_1_is_refused(site: Site) -> None:
    context = ssl.create_default_context(cafile=str(site.pki.trust))
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    for bound in ("minimum_version", "maximum_version"):
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            setattr(context, bound, ssl.TLSVersion.TLSv1_1)
    connection = http.client.HTTPSConnection("localhost", site.port, context=context, timeout=30)
    with pytest.raises(ssl.SSLError):
        connection.request("GET", "/fhir/metadata")
