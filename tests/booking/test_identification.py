"""Which editor writes: test secret, client certificate passed on by a trusted proxy, nobody else."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agenda.models import Editor, EditorCertificate, EditorState
from booking.models import Appointment
from tests.booking.cast import EditorClient, appointment, editor, issues

pytestmark = pytest.mark.django_db
KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(*names: tuple[x509.ObjectIdentifier, str], days: int = 30) -> str:
    """A certificate as the proxy passes it on: `:base64 of the DER:`. Chain and CRL are the proxy's business."""
    subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in names])
    end = datetime.now(UTC) + timedelta(days=days)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(end - timedelta(days=365))
        .not_valid_after(end)
        .sign(KEY, hashes.SHA256())
    )
    return f":{b64encode(built.public_bytes(serialization.Encoding.DER)).decode()}:"


CN, OU = (NameOID.COMMON_NAME, "alpha.sas"), (NameOID.ORGANIZATIONAL_UNIT_NAME, "ALPHA-PROD")


@pytest.fixture
def alpha(settings) -> Editor:
    settings.TRUSTED_CERT_PROXY = ["127.0.0.0/8"]
    one = editor(inbound_secret_sha256="")
    EditorCertificate.objects.create(editor=one, common_name="alpha.sas", organizational_unit="ALPHA-PROD")
    return one


def write(header: str, **more: str) -> int:
    client = EditorClient()
    client.headers = {"Client-Cert": header} | more
    response = client.post(appointment())
    if response.status_code != 201:
        assert issues(response) == [("error", "forbidden", "")]
    return response.status_code


def test_a_registered_certificate_writes(alpha) -> None:
    assert write(certificate(CN, OU)) == 201
    assert Appointment.objects.get().editor == alpha


def test_a_second_certificate_serves_during_renewal(alpha) -> None:
    EditorCertificate.objects.create(editor=alpha, common_name="alpha2.sas", organizational_unit="ALPHA-PROD")
    assert write(certificate((NameOID.COMMON_NAME, "alpha2.sas"), OU)) == 201
    assert write(certificate(CN, OU)) == 201


@pytest.mark.parametrize(
    "header",
    [
        certificate((NameOID.COMMON_NAME, "autre.sas"), OU),
        certificate(CN, (NameOID.ORGANIZATIONAL_UNIT_NAME, "AUTRE")),
        certificate(CN),
        certificate(OU),
        certificate(CN, CN, OU),
        certificate(CN, OU, OU),
        certificate((NameOID.COMMON_NAME, "ALPHA.SAS"), OU),
        certificate(CN, OU, days=-1),
        certificate(CN, OU, days=400),
        certificate(CN, OU)[1:-1],
        ":AAAA:",
        ":é:",
        "::",
        ":" + "A" * 20000 + ":",
    ],
    ids=["CN", "OU", "no OU", "no CN", "two CN", "two OU", "case", "expired", "not yet", "no colons", "no DER",
         "no base64", "empty", "huge"],
)  # fmt: skip
def test_any_other_is_refused(alpha, header) -> None:
    assert write(header) == 403
    assert Appointment.objects.count() == 0


def test_a_disabled_certificate_is_refused(alpha) -> None:
    EditorCertificate.objects.update(enabled=False)
    assert write(certificate(CN, OU)) == 403


@pytest.mark.parametrize("proxies", [[], ["10.0.0.1"], ["10.0.0.0/8", "192.0.2.7"]])
def test_the_header_counts_only_from_a_trusted_proxy(alpha, settings, proxies) -> None:
    settings.TRUSTED_CERT_PROXY = proxies
    assert write(certificate(CN, OU)) == 403


def test_an_unknown_certificate_is_not_saved_by_a_good_secret(alpha) -> None:
    editor("Beta")
    assert write(certificate((NameOID.COMMON_NAME, "autre.sas"), OU), **{"X-SAS-Editor-Secret": "secret-Beta"}) == 403


def test_the_secret_serves_only_where_it_is_allowed(settings) -> None:
    editor()
    assert EditorClient().post(appointment()).status_code == 201
    settings.FHIR_SECRET_HEADER_ALLOWED = False
    response = EditorClient().post(appointment())
    assert (response.status_code, issues(response)) == (403, [("error", "forbidden", "")])


@pytest.mark.parametrize("secret", ["", "secret-Beta", "secret-alpha", "\xe9", " "])
def test_another_secret_is_refused(secret) -> None:
    editor()
    editor("Sans secret", inbound_secret_sha256="")
    assert EditorClient(**{"X-SAS-Editor-Secret": secret}).post(appointment()).status_code == 403


def test_a_closed_editor_still_sends_its_appointments_back() -> None:
    editor(state=EditorState.OFF)
    assert EditorClient().post(appointment()).status_code == 201


def test_a_signed_in_user_is_no_editor(admin_user) -> None:
    client = EditorClient("personne")
    client.client.force_login(admin_user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(appointment()).status_code == 403
