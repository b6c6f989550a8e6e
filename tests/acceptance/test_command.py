"""`manage.py check_editor`: what it prints and writes, how it ends; mutual TLS included."""

import io
import json
import ssl
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from sasportal.sandbox.editors.mistakes import Mistake
from tests.acceptance.peers import Association
from tests.agenda.test_tls import server_context
from tests.pki import Leaf, Pki
from tests.sandbox_editors.world import World

SAS = ("portail.sas", "SAS")


def run(url: str, *options: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("check_editor", url, *options, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_a_good_editor_ends_by_zero(shared_world: World, tmp_path: Path) -> None:
    url, report = shared_world.editors["alpha"].config.fhir_base, tmp_path / "recette.json"
    code, text = run(url, "--rpps", "99700001001,899700001005", "--report", str(report))
    assert (code, "0\xa0erreur," in text) == (0, True)
    written = json.loads(report.read_text())
    assert (written["flow"], written["errors"], written["subject"]) == ("R01", 0, url)
    assert {rule["id"] for rule in written["rules"]} >= {"SLOT-FREE", "TIME-7S"}
    assert all(rule["failed"] == 0 for rule in written["rules"] if rule["level"] == "error")


def test_a_faulty_editor_ends_by_one_and_says_where(own_world, tmp_path: Path) -> None:
    world, report = own_world(), tmp_path / "recette.html"
    world.editors["beta"].switches.mistake = Mistake.STATUS
    url = world.editors["beta"].config.fhir_base
    code, text = run(url, "--rpps", "899700001001", "--flow", "R04", "--report", str(report))
    assert code == 1
    assert "ERREUR SLOT-FREE – Slot.status est free." in text
    assert "Bundle.entry[0].resource.status : busy" in text
    page = Page(report.read_text())
    assert page.text.count("SLOT-FREE") == 1
    assert "Bundle.entry[0].resource.status : busy" in page.text
    assert page.addresses == []


class Page(HTMLParser):
    """The words of a page, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)
        self.text = " ".join(" ".join(self.words).split())

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attributes if name in {"src", "href"}]


@pytest.mark.parametrize(
    "arguments",
    [
        ("http://127.0.0.1:9/fhir",),
        ("http://127.0.0.1:9/fhir", "--rpps", ",".join(f"8997{n:08}" for n in range(26))),
        ("http://127.0.0.1:9/fhir", "--rpps", "Anne"),
        ("http://127.0.0.1:9/fhir", "--flow", "SOS", "--rpps", "899700001001"),
        ("http://127.0.0.1:9/fhir", "--rpps", "899700001001", "--report", "recette.pdf"),
        ("http://127.0.0.1:9/fhir", "--rpps", "899700001001", "--report", "/nulle/part/recette.html"),
        ("http://editeur.example/fhir", "--rpps", "899700001001"),
        ("https://editeur.example/fhir", "--rpps", "899700001001", "--client-cert", "/nulle/part.pem"),
    ],
    ids=["nobody", "too many", "no identifier", "no SIRET", "format", "folder", "plain http", "certificate"],
)
def test_a_wrong_command_ends_by_two_and_asks_nobody(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as wrong:
        call_command("check_editor", *arguments)
    assert wrong.value.returncode == 2


def test_nobody_at_that_address_is_an_error() -> None:
    code, text = run("http://127.0.0.1:9/fhir", "--rpps", "899700001001")
    assert (code, "ERREUR HTTP-REACHED" in text) == (1, True)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


def over_tls(
    pki: Pki, expected: tuple[str, str] | None, *options: str, needed: ssl.VerifyMode = ssl.CERT_REQUIRED
) -> tuple[int, str]:
    ours, cn, ou = pki.issue(*SAS), pki.issue("autre.sas", "SAS"), pki.issue("portail.sas", "AUTRE")
    context = server_context(pki)
    context.verify_mode = needed
    with Association(tls=context) as peer:
        tomorrow = datetime.now(ZoneInfo("Europe/Paris")).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
        peer.starts, peer.expected = [tomorrow.replace(hour=10)], expected
        return run(
            peer.url, "--flow", "SOS", "--siret", peer.SIRETS[0], "--ca", str(pki.trust), *files("client", ours),
            *files("wrong-cn", cn), *files("wrong-ou", ou), *options,
        )  # fmt: skip


def files(name: str, leaf: Leaf) -> list[str]:
    return [f"--{name}-cert", str(leaf.cert), f"--{name}-key", str(leaf.key)]


def test_mutual_tls_is_checked_from_outside(pki: Pki) -> None:
    code, text = over_tls(pki, SAS, "--expected-cn", "fhir.alpha.example", "--expected-ou", "Alpha OU")
    assert code == 0, text
    for step in ("sans certificat client", "avec un certificat d’un autre CN", "avec un certificat d’une autre OU"):
        assert f"  {step} : " in text


def test_an_editor_that_lets_any_certificate_in_is_told(pki: Pki) -> None:
    rules = ["TLS-NO-CERT", "TLS-WRONG-CN", "TLS-WRONG-OU"]
    for needed, broken in ((ssl.CERT_REQUIRED, rules[1:]), (ssl.CERT_OPTIONAL, rules)):
        code, text = over_tls(pki, None, needed=needed)
        assert (code, [rule for rule in rules if f"ERREUR {rule}" in text]) == (1, broken)


def test_an_editor_that_refuses_us_is_not_out_of_reach(pki: Pki) -> None:
    code, text = over_tls(pki, ("quelqu’un", "d’autre"))
    assert (code, "ERREUR HTTP-ACCESS" in text, "sans certificat client" in text) == (1, True, False)


def test_another_server_than_the_one_expected_is_not_asked(pki: Pki) -> None:
    code, text = over_tls(pki, SAS, "--expected-cn", "fhir.beta.example")
    assert (code, "certificat de l’éditeur refusé" in text) == (1, True)
