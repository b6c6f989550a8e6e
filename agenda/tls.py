"""Mutual TLS towards an editor: one context per editor, kept, and the peer's CN and OU checked (flows.md)."""

import socket
import ssl
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509

HANDSHAKE_SECONDS = 3
OURS_REFUSED = "certificat refusé"
THEIRS_REFUSED = "certificat de l’éditeur refusé"


@lru_cache(maxsize=256)
def _context(
    ca: tuple[str, float], cert: tuple[str, float], key: tuple[str, float], common_name: str, unit: str
) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca[0] or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert[0]:
        context.load_cert_chain(cert[0], key[0] or None)
    if common_name or unit:
        # Checked inside the handshake: nothing of ours is sent to a peer that is not the one expected
        context.sslobject_class = _peer_checked(common_name, unit)
    return context


def tls_context(*, ca_file: str, cert_file: str, key_file: str, expected_cn: str, expected_ou: str) -> ssl.SSLContext:
    """Return the kept context for these files; a renewed file makes a new one.

    Raises OSError (ssl.SSLError included) when a file is missing or is no certificate.
    """
    return _context(_dated(ca_file), _dated(cert_file), _dated(key_file), expected_cn, expected_ou)


def peer_certificate(host: str, port: int, context: ssl.SSLContext) -> x509.Certificate:
    """Shake hands and read the peer's certificate; raise OSError when it is not trusted or not there."""
    with (
        socket.create_connection((host, port), timeout=HANDSHAKE_SECONDS) as raw,
        context.wrap_socket(raw, server_hostname=host) as wrapped,
    ):
        return x509.load_der_x509_certificate(wrapped.getpeercert(binary_form=True) or b"")


def _dated(file: str) -> tuple[str, float]:
    return (file, Path(file).stat().st_mtime) if file else ("", 0.0)


def _peer_checked(common_name: str, unit: str) -> type[ssl.SSLObject]:
    class PeerChecked(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            subject = subject_of(self.getpeercert() or {})
            if common_name and subject.get("commonName") != common_name:
                raise ssl.SSLCertVerificationError("the peer's CN is not the one expected")
            if unit and subject.get("organizationalUnitName") != unit:
                raise ssl.SSLCertVerificationError("the peer's OU is not the one expected")

    return PeerChecked


def subject_of(certificate: Any) -> dict[str, str]:
    """Flatten the subject of `getpeercert()`; the last value of a repeated attribute counts."""
    return {name: value for rdn in certificate.get("subject", ()) for name, value in rdn}


# How a peer says that it does not want our certificate: TLS 1.2 in the handshake, 1.3 at the first read
_ALERTS = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "HANDSHAKE_FAILURE")


def tls_fault(error: BaseException | None) -> str:
    """Say whose certificate was refused when TLS is behind this failure, "TLS" for any other reason; else ""."""
    faults = []
    while error is not None:
        if isinstance(error, ssl.SSLError):
            faults.append(error)
        error = error.__cause__ or error.__context__
    if any(isinstance(fault, ssl.SSLCertVerificationError) for fault in faults):
        return THEIRS_REFUSED
    reasons = [getattr(fault, "reason", None) or "" for fault in faults]
    if any("ALERT" in reason and any(alert in reason for alert in _ALERTS) for reason in reasons):
        return OURS_REFUSED
    return "TLS" if faults else ""


def says_certificate_refused(page: bytes) -> bool:
    """Is this nginx, which answers 400 to a certificate it refuses once the handshake is over?"""
    return b"SSL certificate" in page
