"""Mutual TLS with a generated PKI: who is let through, and who never hears a word of ours."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvloop

from agenda.asking import Call, ask
from agenda.bodies import Budget
from agenda.booking_urls import BookingHosts
from agenda.client import EditorClient, EditorRefused, peer_of
from agenda.models import Editor, Flow, Outcome
from agenda.reports import CallReport, Question
from agenda.tls import OURS_REFUSED, THEIRS_REFUSED
from agenda.windows import Window
from tests.agenda.answers import rpps
from tests.agenda.editors import TestEditor
from tests.live import free_port
from tests.nginx import needs_nginx, nginx
from tests.pki import Leaf, Pki

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("other"), name="Autre autorité")


def server_context(
    pki: Pki, leaf: Leaf | None = None, *, revoking: bool = False, version: ssl.TLSVersion | None = None
) -> ssl.SSLContext:
    """The editor's side: it shows this certificate and wants one of the same authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*(leaf or pki.issue("fhir.alpha.example", "Alpha OU")).files)
    context.load_verify_locations(pki.trust)
    context.verify_mode = ssl.CERT_REQUIRED
    if revoking:
        context.load_verify_locations(pki.crl)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    if version:
        context.minimum_version = context.maximum_version = version
    return context


def ask_over_tls(running: TestEditor, **settings: Any) -> CallReport:
    editor = Editor(pk=7, name="Alpha", base_url=running.url, **settings)
    now = datetime.now(UTC)
    call = Call(
        question=Question(number=0, editor_id=7, editor_name="Alpha", flow=Flow.R01, national_ids=(rpps(1),)),
        peer=peer_of(editor), hosts=BookingHosts.of([]),
        window=Window(start=now, end=now + timedelta(hours=72)), zone="Europe/Paris",
    )  # fmt: skip

    async def run() -> CallReport:
        async with EditorClient() as client:
            return await ask(client, call)

    return asyncio.run(run())


def ours(pki: Pki, leaf: Leaf | None = None) -> dict[str, str]:
    mine = leaf or pki.issue("portail.sas.example", "SAS")
    return {"ca_file": str(pki.trust), "cert_file": str(mine.cert), "key_file": str(mine.key)}


def test_the_right_peer_is_asked(pki: Pki) -> None:
    with TestEditor(tls=server_context(pki)) as running:
        running.knows(rpps(1))
        report = ask_over_tls(running, **ours(pki), expected_cn="fhir.alpha.example", expected_ou="Alpha OU")
        assert (report.outcome, len(report.slots)) == (Outcome.OK, 3)


@pytest.mark.parametrize("wrong", [{"expected_cn": "fhir.beta.example"}, {"expected_ou": "Beta OU"}])
def test_another_cn_or_ou_is_refused_before_anything_is_sent(pki: Pki, wrong: dict[str, str]) -> None:
    with TestEditor(tls=server_context(pki)) as running:
        assert ask_over_tls(running, **ours(pki), **wrong).outcome == Outcome.REFUSED
        assert why_refused(running.url, **ours(pki), **wrong) == THEIRS_REFUSED
        assert running.queries == []


def test_an_expired_peer_is_refused(pki: Pki) -> None:
    expired = pki.issue("fhir.alpha.example", "Alpha OU", expired=True)
    with TestEditor(tls=server_context(pki, expired)) as running:
        assert ask_over_tls(running, **ours(pki)).outcome == Outcome.REFUSED
        assert why_refused(running.url, **ours(pki)) == THEIRS_REFUSED
        assert running.queries == []


def test_a_peer_of_another_authority_is_refused(pki: Pki, other: Pki) -> None:
    with TestEditor(tls=server_context(pki)) as running:
        settings = ours(pki) | {"ca_file": str(other.trust)}
        assert ask_over_tls(running, **settings).outcome == Outcome.REFUSED
        assert running.queries == []


def test_a_certificate_for_another_host_is_refused(pki: Pki) -> None:
    elsewhere = pki.issue("fhir.alpha.example", "Alpha OU", host="fhir.alpha.example")
    with TestEditor(tls=server_context(pki, elsewhere)) as running:
        assert ask_over_tls(running, **ours(pki)).outcome == Outcome.REFUSED
        assert running.queries == []


def until_closed(connection: socket.socket) -> None:
    """Hang up second: a connection reset would overtake the reason."""
    try:
        while connection.recv(4096):
            pass
    except OSError:
        return


@contextmanager
def refusing(context: ssl.SSLContext) -> Iterator[str]:
    """A server that tells a refused client why (asyncio's closes without a word) and waits until it hangs up."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            beneath = connection.dup()
            with beneath, context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as peer:
                try:
                    peer.do_handshake()
                    peer.recv(1)
                except OSError:
                    until_closed(beneath)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://localhost:{listening.getsockname()[1]}/fhir"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def why_refused(url: str, **settings: str) -> str:
    """Ask as the worker does, on its kind of event loop; the editor must come out as refusing, not as unreachable."""
    peer = peer_of(Editor(pk=7, base_url=url, **settings))

    async def run() -> str:
        async with EditorClient() as client:
            with pytest.raises(EditorRefused) as refused:
                await client.get(peer, f"{url}/Slot", budget=Budget())
        await asyncio.sleep(0.5)  # the peer's goodbye: uvloop refuses to close while one is under way
        assert refused.value.outcome == Outcome.REFUSED
        return refused.value.why

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
def test_our_refused_certificate_is_not_an_editor_out_of_reach(pki: Pki, other: Pki, version: ssl.TLSVersion) -> None:
    revoked = pki.revoke(pki.issue("portail.sas.example", "SAS"))
    with refusing(server_context(pki, revoking=True, version=version)) as url:
        assert why_refused(url, ca_file=str(pki.trust)) == OURS_REFUSED
        for leaf in (pki.issue("portail.sas", "SAS", expired=True), other.issue("portail.sas", "SAS"), revoked):
            assert why_refused(url, **ours(pki, leaf)) == OURS_REFUSED


@needs_nginx
def test_nginx_says_it_with_a_page(pki: Pki, tmp_path: Path) -> None:
    server, port = pki.issue("fhir.alpha.example", "Alpha OU"), free_port()
    vhost = (
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {server.cert}; ssl_certificate_key {server.key}; "
        f"ssl_client_certificate {pki.trust}; ssl_verify_depth 3; ssl_verify_client on; }}"
    )
    with nginx(tmp_path / "nginx", vhost, port=port):
        url = f"https://localhost:{port}/fhir"
        assert why_refused(url, ca_file=str(pki.trust)) == OURS_REFUSED
        expired = pki.issue("portail.sas", "SAS", expired=True)
        assert why_refused(url, **ours(pki, expired)) == OURS_REFUSED


def test_tls_is_at_least_1_2(pki: Pki) -> None:
    editor = Editor(pk=7, base_url="https://alpha.example/fhir", **ours(pki))
    assert peer_of(editor).tls.minimum_version == ssl.TLSVersion.TLSv1_2  # type: ignore[union-attr]


def test_one_context_per_editor_until_its_files_change(pki: Pki) -> None:
    settings = ours(pki)
    editor = Editor(pk=7, base_url="https://alpha.example/fhir", **settings)
    first = peer_of(editor).tls
    assert peer_of(editor).tls is first
    other = Editor(pk=8, base_url="https://beta.example/fhir", **settings, expected_cn="beta")
    assert peer_of(other).tls is not first


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "http://alpha.example/fhir"},
        {"base_url": "ftp://127.0.0.1/"},
        {"base_url": "https://alpha.example/fhir", "ca_file": "/nowhere.pem"},
    ],
)
def test_an_unsafe_or_broken_setting_asks_nobody(settings: dict[str, str]) -> None:
    with pytest.raises(EditorRefused) as refused:
        peer_of(Editor(pk=7, **settings))
    assert refused.value.outcome == Outcome.REFUSED
