"""Accounts leave under mutual TLS (tests/agenda/test_tls.py has all that a handshake may refuse)."""

import ssl

import pytest

from agenda.accounts.models import EditorAccount
from agenda.accounts.states import Standing
from agenda.loops import stop_editor_loop
from tests.agenda.test_tls import ours, refusing, server_context
from tests.editor_accounts.cast import regulator, sent, signs_in, standing, taker
from tests.editor_accounts.rude import RudeEditor
from tests.pki import Pki

pytestmark = pytest.mark.django_db
PEER = {"expected_cn": "fhir.alpha.example", "expected_ou": "Alpha OU"}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


def sign_in_with(url: str, **settings: str) -> tuple[Standing | None, str]:
    """Have one account sent to this editor; say where it stands and why."""
    user, editor = regulator(), taker(url, **settings)
    signs_in(user)
    sent()
    return standing(user, editor), EditorAccount.objects.get().message


def test_the_right_peer_gets_the_account(pki: Pki) -> None:
    with RudeEditor(tls=server_context(pki)) as rude:
        assert sign_in_with(rude.url, **ours(pki), **PEER) == (Standing.IN_STEP, "")
        assert rude.methods == ["POST"]
        stop_editor_loop()  # whoever called hangs up first: the editor's end closes with it


def test_another_peer_than_the_one_expected_is_said(pki: Pki) -> None:
    with refusing(server_context(pki, version=ssl.TLSVersion.TLSv1_2)) as url:
        assert sign_in_with(url, **ours(pki), **PEER | {"expected_ou": "Beta OU"}) == (
            Standing.PENDING, "Le certificat de l’éditeur n’est pas celui attendu.",
        )  # fmt: skip


def test_a_refused_certificate_of_ours_is_said(pki: Pki, tmp_path_factory) -> None:
    """Under TLS 1.3 the refusal comes after the handshake, while we write: there it may read as out of reach."""
    other = Pki(tmp_path_factory.mktemp("other"), name="Autre autorité")
    with refusing(server_context(pki, version=ssl.TLSVersion.TLSv1_2)) as url:
        stranger = ours(other) | {"ca_file": str(pki.trust)}
        assert sign_in_with(url, **stranger) == (
            Standing.PENDING, "L’éditeur refuse notre certificat ou notre accès.",
        )  # fmt: skip
