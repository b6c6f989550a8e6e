"""Which editor is writing to us: its client certificate, or outside production its test secret."""

import hashlib
from base64 import b64decode
from binascii import Error as Base64Error
from ipaddress import ip_address, ip_network

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from agenda.models import Editor
from agenda.supervision.certificates import saw
from agenda.supervision.models import CertificateUse

SECRET_HEADER = "X-SAS-Editor-Secret"  # noqa: S105 - the name of a header
CERTIFICATE_HEADER = "Client-Cert"  # RFC 9440, set by the reverse proxy that verified the chain
LONGEST_CERTIFICATE = 16 * 1024


class EditorUnknown(Exception):
    """Nobody we know, or nobody allowed to write; never says which."""


def editor_writing(request: HttpRequest) -> Editor:
    """Return the editor behind this request; raise EditorUnknown."""
    certificate = request.headers.get(CERTIFICATE_HEADER, "")
    if certificate and _comes_from_trusted_proxy(request):
        return _editor_of_certificate(certificate)
    secret = request.headers.get(SECRET_HEADER, "")
    if secret and settings.FHIR_SECRET_HEADER_ALLOWED:
        return _editor_of_secret(secret)
    raise EditorUnknown


def _comes_from_trusted_proxy(request: HttpRequest) -> bool:
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in ip_network(one) for one in settings.TRUSTED_CERT_PROXY)


def _editor_of_certificate(header: str) -> Editor:
    certificate = _certificate(header)
    common_name, unit = _subject(certificate)
    found = Editor.objects.filter(
        certificates__enabled=True,
        certificates__common_name=common_name,
        certificates__organizational_unit=unit,
    ).first()
    if found is None:
        raise EditorUnknown
    saw(found.pk, CertificateUse.INCOMING, certificate, now=timezone.now())
    return found


def _certificate(header: str) -> x509.Certificate:
    """Read `:base64 of the DER:`; the certificate must be in force."""
    if len(header) > LONGEST_CERTIFICATE or len(header) < 2 or header[0] != ":" or header[-1] != ":":
        raise EditorUnknown
    try:
        certificate = x509.load_der_x509_certificate(b64decode(header[1:-1], validate=True))
    except (Base64Error, ValueError) as error:
        raise EditorUnknown from error
    if not certificate.not_valid_before_utc <= timezone.now() <= certificate.not_valid_after_utc:
        raise EditorUnknown
    return certificate


def _subject(certificate: x509.Certificate) -> tuple[str, str]:
    """One CN and one OU, or nobody."""
    try:
        names = [certificate.subject.get_attributes_for_oid(oid) for oid in (NameOID.COMMON_NAME, _UNIT)]
    except ValueError as error:
        raise EditorUnknown from error
    if any(len(name) != 1 for name in names):
        raise EditorUnknown
    return str(names[0][0].value), str(names[1][0].value)


_UNIT = NameOID.ORGANIZATIONAL_UNIT_NAME


def _editor_of_secret(secret: str) -> Editor:
    """The digest is looked up, so that comparing takes the same time whatever the secret."""
    digest = hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
    found = Editor.objects.filter(inbound_secret_sha256=digest).first()
    if found is None:
        raise EditorUnknown
    return found
