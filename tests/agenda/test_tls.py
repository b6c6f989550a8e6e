"""Mutual TLS with a generated PKI: who is let through, and who never hears a word of ours."""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agenda.asking import Call, ask
from agenda.booking_urls import BookingHosts
from agenda.client import EditorClient, EditorRefused, peer_of
from agenda.models import Editor, Flow, Outcome
from agenda.reports import CallReport, Question
from agenda.windows import Window
from tests.agenda.answers import rpps
from tests.agenda.editors import TestEditor


@dataclass
class Authority:
    """A certificate authority that lives for one test."""

    name: str
    folder: Path

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        self.certificate = self._signed(subject, self.key, ca=True)
        self.file = self.folder / f"{self.name}.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, common_name: str, unit: str, *, file: str, host: str = "localhost") -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )
        cert_file, key_file = self.folder / f"{file}.crt", self.folder / f"{file}.key"
        cert_file.write_bytes(self._signed(subject, key, host=host).public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return cert_file, key_file

    def _signed(self, subject: x509.Name, key: Any, *, ca: bool = False, host: str = "localhost") -> x509.Certificate:
        now = datetime.now(UTC)
        issuer = subject if ca else self.certificate.subject
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        public = self.key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True, key_cert_sign=ca, crl_sign=ca, content_commitment=False,
                    key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
            .add_extension(names, critical=False)
            .sign(self.key, hashes.SHA256())
        )  # fmt: skip


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority("autorite", tmp_path)


def server_context(authority: Authority, *, host: str = "localhost") -> ssl.SSLContext:
    cert_file, key_file = authority.issue("fhir.alpha.example", "Alpha OU", file="server", host=host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    context.load_verify_locations(authority.file)
    context.verify_mode = ssl.CERT_REQUIRED
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


def ours(authority: Authority) -> dict[str, str]:
    cert_file, key_file = authority.issue("portail.sas.example", "SAS", file="portal")
    return {"ca_file": str(authority.file), "cert_file": str(cert_file), "key_file": str(key_file)}


def test_the_right_peer_is_asked(authority: Authority) -> None:
    with TestEditor(tls=server_context(authority)) as running:
        running.knows(rpps(1))
        report = ask_over_tls(running, **ours(authority), expected_cn="fhir.alpha.example", expected_ou="Alpha OU")
        assert (report.outcome, len(report.slots)) == (Outcome.OK, 3)


@pytest.mark.parametrize("wrong", [{"expected_cn": "fhir.beta.example"}, {"expected_ou": "Beta OU"}])
def test_another_cn_or_ou_is_refused_before_anything_is_sent(authority: Authority, wrong: dict[str, str]) -> None:
    with TestEditor(tls=server_context(authority)) as running:
        assert ask_over_tls(running, **ours(authority), **wrong).outcome == Outcome.REFUSED
        assert running.queries == []


def test_a_peer_of_another_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    other = Authority("autre", tmp_path)
    with TestEditor(tls=server_context(authority)) as running:
        settings = ours(authority) | {"ca_file": str(other.file)}
        assert ask_over_tls(running, **settings).outcome == Outcome.REFUSED
        assert running.queries == []


def test_without_our_certificate_the_editor_refuses_us(authority: Authority) -> None:
    with TestEditor(tls=server_context(authority)) as running:
        report = ask_over_tls(running, ca_file=str(authority.file))
        assert report.outcome in {Outcome.REFUSED, Outcome.UNREACHABLE}
        assert running.queries == []


def test_a_certificate_for_another_host_is_refused(authority: Authority) -> None:
    with TestEditor(tls=server_context(authority, host="fhir.alpha.example")) as running:
        assert ask_over_tls(running, **ours(authority)).outcome == Outcome.REFUSED
        assert running.queries == []


def test_tls_is_at_least_1_2(authority: Authority) -> None:
    editor = Editor(pk=7, base_url="https://alpha.example/fhir", **ours(authority))
    assert peer_of(editor).tls.minimum_version == ssl.TLSVersion.TLSv1_2  # type: ignore[union-attr]


def test_one_context_per_editor_until_its_files_change(authority: Authority) -> None:
    settings = ours(authority)
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
