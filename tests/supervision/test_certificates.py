"""Certificates read where they are (files, handshakes, incoming requests), and told of in time."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agenda.models import Editor, EditorCertificate, EditorState
from agenda.supervision import certificates
from agenda.supervision.models import CertificateUse, WatchedCertificate
from sasportal.accounts.models import User
from sasportal.outbox.models import Delivery
from sasportal.outbox.relay import relay
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor
from tests.pki import Leaf, Pki
from tests.supervision import cast

pytestmark = pytest.mark.django_db
OURS, THEIRS, INCOMING = CertificateUse.OURS, CertificateUse.THEIRS, CertificateUse.INCOMING


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki(tmp_path / "pki")


def before(leaf: Leaf, **left: float) -> datetime:
    return leaf.certificate.not_valid_after_utc - timedelta(**left)


def watched() -> dict[str, str]:
    return dict(WatchedCertificate.objects.values_list("use", "subject"))


def told() -> list[str]:
    return sorted(one.key.split(":")[-2] for one in Delivery.objects.filter(payload__subject="certificate"))


def test_ours_is_read_from_its_file_and_theirs_in_a_handshake(pki: Pki) -> None:
    ours, theirs = pki.issue("sas.example", "SAS"), pki.issue("alpha.example", "ALPHA")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*theirs.files)
    with TestEditor(tls=server) as running:
        files = {"ca_file": str(pki.trust), "cert_file": str(ours.cert), "key_file": str(ours.key)}
        register(running.url, "Alpha", **files)
        certificates.watch(now=datetime.now(UTC))
        assert watched() == {OURS: "CN sas.example, OU SAS", THEIRS: "CN alpha.example, OU ALPHA"}
    expiries = set(WatchedCertificate.objects.values_list("expires_at", flat=True))
    assert expiries == {ours.certificate.not_valid_after_utc, theirs.certificate.not_valid_after_utc}
    certificates.watch(now=datetime.now(UTC))  # it is down today: yesterday's dates stay
    assert len(watched()) == 2


def test_told_at_60_30_7_and_1_days_once_each_even_after_a_silence(pki: Pki, admin: User, alpha: Editor) -> None:
    User.objects.filter(pk=admin.pk).update(email="ange@sas.example")
    leaf = pki.issue("alpha.sas", "ALPHA-PROD")
    EditorCertificate.objects.create(editor=alpha, common_name="alpha.sas", organizational_unit="ALPHA-PROD")
    certificates.saw(alpha.pk, INCOMING, leaf.certificate, now=before(leaf, days=90))
    counts = []
    for days in (90, 61, 59.5, 45, 29, 28, 3, 2, 0.5, -1):
        certificates.watch(now=before(leaf, days=days))
        counts.append(len(told()))
    assert counts == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert sorted(int(days) for days in told()) == [1, 7, 30, 60]


def test_a_renewal_under_the_same_name_starts_the_watch_again(pki: Pki, admin: User, alpha: Editor) -> None:
    User.objects.filter(pk=admin.pk).update(email="ange@sas.example")
    EditorCertificate.objects.create(editor=alpha, common_name="alpha.sas", organizational_unit="ALPHA-PROD")
    old = pki.issue("alpha.sas", "ALPHA-PROD", expired=True)
    renewed = pki.issue("alpha.sas", "ALPHA-PROD")
    certificates.saw(alpha.pk, INCOMING, old.certificate, now=before(old, days=40))
    certificates.watch(now=before(old, days=40))
    certificates.saw(alpha.pk, INCOMING, renewed.certificate, now=before(old, days=39))
    certificates.saw(alpha.pk, INCOMING, old.certificate, now=before(old, days=39))  # both are in use for a while
    row = WatchedCertificate.objects.get()
    assert (row.expires_at, row.told_days) == (renewed.certificate.not_valid_after_utc, None)


def test_a_certificate_no_longer_accepted_is_no_longer_watched(pki: Pki, alpha: Editor) -> None:
    leaf = pki.issue("alpha.sas", "ALPHA-PROD")
    accepted = EditorCertificate.objects.create(editor=alpha, common_name="alpha.sas", organizational_unit="ALPHA-PROD")
    certificates.saw(alpha.pk, INCOMING, leaf.certificate, now=before(leaf, days=9))
    certificates.watch(now=before(leaf, days=9))
    assert watched() == {INCOMING: "CN alpha.sas, OU ALPHA-PROD"}
    accepted.enabled = False
    accepted.save()
    certificates.watch(now=before(leaf, days=9))
    assert watched() == {}


@pytest.mark.parametrize(
    ("days", "severity"), [(61, None), (59, "minor"), (8, "minor"), (7, "major"), (1, "blocking"), (-3, "blocking")]
)
def test_the_nearer_the_end_the_graver_the_anomaly(pki: Pki, alpha: Editor, days: int, severity: str | None) -> None:
    leaf = pki.issue("alpha.sas", "ALPHA-PROD")
    certificates.saw(alpha.pk, INCOMING, leaf.certificate, now=before(leaf, days=90))
    found = [(key, fault.severity) for key, fault in certificates.faults(before(leaf, days=days))]
    assert found == ([(alpha.pk, severity)] if severity else [])
    Editor.objects.update(state=EditorState.OFF)
    assert list(certificates.faults(before(leaf, days=days))) == []


def test_the_message_says_which_and_until_when(pki: Pki, admin: User, alpha: Editor, mailoutbox) -> None:
    User.objects.filter(pk=admin.pk).update(email="ange@sas.example")
    leaf = pki.issue("alpha.sas", "ALPHA-PROD")
    EditorCertificate.objects.create(editor=alpha, common_name="alpha.sas", organizational_unit="ALPHA-PROD")
    certificates.saw(alpha.pk, INCOMING, leaf.certificate, now=before(leaf, days=6))
    certificates.watch(now=before(leaf, days=6))
    relay()
    (message,) = mailoutbox
    assert message.to == ["ange@sas.example"]
    assert "Alpha" in message.subject
    assert "CN alpha.sas, OU ALPHA-PROD" in message.body
    assert f"/supervision/editeurs/{alpha.pk}/" in message.body


def test_an_editor_out_of_reach_stops_nobody(pki: Pki) -> None:
    register("https://127.0.0.1:1/fhir", "Parti", ca_file=str(pki.trust))
    cast.editor("Beta")
    certificates.watch(now=datetime.now(UTC))
    assert watched() == {}
