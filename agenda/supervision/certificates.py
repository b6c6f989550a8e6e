"""Until when certificates are good: read every day, told to administrators 60, 30, 7 and 1 days before."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.db import transaction
from django.db.models import Q

from agenda.models import Editor, EditorCertificate, EditorState
from agenda.supervision.anomalies import Fault
from agenda.supervision.models import CertificateUse, Severity, WatchedCertificate
from agenda.supervision.notices import tell_administrators
from agenda.tls import peer_certificate, tls_context

TOLD_AT_DAYS = (60, 30, 7, 1)
SEEN_EVERY = timedelta(hours=1)


def watch(*, now: datetime) -> None:
    """Read every certificate there is to read, then tell what is about to expire."""
    for editor in Editor.objects.filter(state=EditorState.ON, base_url__startswith="https:"):
        for use, certificate in readable(editor):
            saw(editor.pk, use, certificate, now=now)
            named = WatchedCertificate.objects.filter(editor=editor, use=use)
            named.exclude(subject=subject_of(certificate)).delete()
    _forget_disabled()
    for row in WatchedCertificate.objects.filter(expires_at__lte=now + timedelta(days=TOLD_AT_DAYS[0])):
        _tell(row, now)


def readable(editor: Editor) -> Iterator[tuple[CertificateUse, x509.Certificate]]:
    """Ours from its file, theirs from a handshake; one that cannot be read today keeps yesterday's date."""
    if editor.cert_file:
        with suppress(OSError, ValueError):  # the calls themselves will say so
            yield CertificateUse.OURS, x509.load_pem_x509_certificate(Path(editor.cert_file).read_bytes())
    parts = urlsplit(editor.base_url)
    try:
        context = tls_context(
            ca_file=editor.ca_file, cert_file=editor.cert_file, key_file=editor.key_file,
            expected_cn=editor.expected_cn, expected_ou=editor.expected_ou,
        )  # fmt: skip
        yield CertificateUse.THEIRS, peer_certificate(parts.hostname or "", parts.port or 443, context)
    except (OSError, ValueError):
        return


def saw(editor_id: int, use: CertificateUse, certificate: x509.Certificate, *, now: datetime) -> None:
    """Write down a certificate met; of several with one subject (a renewal) the one that lasts counts."""
    subject, expires_at = subject_of(certificate), certificate.not_valid_after_utc
    row, created = WatchedCertificate.objects.get_or_create(
        editor_id=editor_id, use=use, subject=subject, defaults={"expires_at": expires_at, "seen_at": now}
    )
    if created:
        return
    renewed = expires_at > row.expires_at
    if renewed:
        WatchedCertificate.objects.filter(pk=row.pk).update(expires_at=expires_at, told_days=None, seen_at=now)
    elif row.seen_at < now - SEEN_EVERY:
        WatchedCertificate.objects.filter(pk=row.pk).update(seen_at=now)


def subject_of(certificate: x509.Certificate) -> str:
    """ "CN alpha.example, OU 1234"."""
    parts = [
        f"{label} {found[0].value!s}"
        for label, oid in (("CN", NameOID.COMMON_NAME), ("OU", NameOID.ORGANIZATIONAL_UNIT_NAME))
        if (found := certificate.subject.get_attributes_for_oid(oid))
    ]
    return ", ".join(parts)[:300]


def days_left(row: WatchedCertificate, now: datetime) -> int:
    """Whole days; below zero once expired."""
    return (row.expires_at - now).days


def faults(now: datetime) -> Iterator[tuple[int, Fault]]:
    """One fault for each certificate that expires within sixty days: (editor, fault)."""
    soon = WatchedCertificate.objects.filter(expires_at__lte=now + timedelta(days=TOLD_AT_DAYS[0]))
    for row in soon.filter(editor__state=EditorState.ON):
        yield (
            row.editor_id,
            Fault(
                rule="certificate",
                detail=f"{row.use}:{row.subject}"[:80],
                severity=severity_of(days_left(row, now)),
                sentence=sentence_of(row, now),
            ),
        )


def severity_of(left: int) -> Severity:
    if left <= 1:
        return Severity.BLOCKING
    return Severity.MAJOR if left <= 7 else Severity.MINOR


def sentence_of(row: WatchedCertificate, now: datetime) -> str:
    left = days_left(row, now)
    when = "a expiré" if row.expires_at <= now else "expire aujourd’hui" if left == 0 else f"expire dans {left} j"
    return f"Un certificat {when} : {row.get_use_display()} ({row.subject})."


@transaction.atomic
def _tell(row: WatchedCertificate, now: datetime) -> None:
    reached = min(days for days in TOLD_AT_DAYS if days_left(row, now) <= days)
    untold = Q(told_days=None) | Q(told_days__gt=reached)
    if WatchedCertificate.objects.filter(untold, pk=row.pk).update(told_days=reached):
        tell_administrators("certificate", row.pk, f"{row.expires_at.date().isoformat()}:{reached}")


def _forget_disabled() -> None:
    """An incoming certificate that is no longer accepted need not be renewed."""
    accepted = {
        (editor_id, f"CN {common_name}, OU {unit}"[:300])
        for editor_id, common_name, unit in EditorCertificate.objects.filter(enabled=True).values_list(
            "editor_id", "common_name", "organizational_unit"
        )
    }
    for row in WatchedCertificate.objects.filter(use=CertificateUse.INCOMING):
        if (row.editor_id, row.subject) not in accepted:
            row.delete()
