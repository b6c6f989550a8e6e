"""The e-mails of the directory over real SMTP: to the address given, with what is true when they leave."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from directory.communities.members import end_membership
from directory.communities.reminders import remind
from directory.models import EffectorSettings
from directory.participation import Declaration
from directory.participation.invitations import accept, decline, invite, withdraw
from sasportal.accounts.models import Role, User
from sasportal.outbox.relay import relay
from tests.communities import cast
from tests.sandbox_mailbox.mailbox import Post, post_office

ANNE = cast.rpps(1)


@pytest.fixture
def post(tmp_path: Path, settings: Any, sacha: User) -> Iterator[Post]:
    """Anne and Sacha both gave an address."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.PORTAL_URL = "https://sas.example"
    cast.practitioner(1, family="TENUE", given="Anne")
    EffectorSettings.objects.create(national_id=ANNE, notice_email="anne@cabinet.example")
    cast.with_email(sacha, "sacha@cpts.example")
    with post_office(tmp_path) as post:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", post.smtp_port, False
        yield post


@pytest.fixture
def anne(post: Post) -> User:
    return cast.person(ANNE, Role.EFFECTOR, name=("Anne", "Tenue"))


def test_an_invitation_and_its_answer(post: Post, sacha: User, anne: User) -> None:
    invitation = invite(actor=sacha, structure=cast.AGENAIS, national_id=ANNE)
    relay()
    [mail] = post.mails
    assert (mail.to, mail.subject) == ("anne@cabinet.example", "CPTS de l'Agenais vous invite")
    assert [line for line in mail.part("plain").splitlines() if line] == [
        "CPTS de l'Agenais vous invite à participer au service d’accès aux soins par son intermédiaire.",
        "Vous choisirez pour quels lieux et à partir de quand. Rien ne change tant que vous n’avez pas accepté.",
        "Vous pouvez répondre jusqu’au 15/01/2027.",
        "Ouvrir le portail : https://sas.example/",
    ]
    assert '<a href="https://sas.example/">Ouvrir le portail</a>' in mail.part("html")
    accept(actor=anne, invitation=invitation, declaration=Declaration(via="cpts", structure=cast.AGENAIS))
    relay()
    [answer] = [mail for mail in post.mails if mail.to == "sacha@cpts.example"]
    assert answer.subject == "Invitation acceptée"
    assert "Dr Anne TENUE participe désormais" in answer.part("plain")
    assert answer.part("plain").rstrip().endswith(f"https://sas.example/structures/{cast.AGENAIS}/membres/")


def test_a_refusal_is_told_too(post: Post, sacha: User, anne: User) -> None:
    decline(actor=anne, invitation=invite(actor=sacha, structure=cast.AGENAIS, national_id=ANNE))
    relay()
    # The invitation itself had become pointless before it left
    assert [(mail.to, mail.subject) for mail in post.mails] == [("sacha@cpts.example", "Invitation refusée")]


def test_what_was_withdrawn_does_not_leave(post: Post, sacha: User) -> None:
    withdraw(actor=sacha, invitation=invite(actor=sacha, structure=cast.AGENAIS, national_id=ANNE))
    relay()
    assert post.mails == []


def test_an_address_withdrawn_meanwhile_is_not_written_to(post: Post, sacha: User) -> None:
    invite(actor=sacha, structure=cast.AGENAIS, national_id=ANNE)
    EffectorSettings.objects.update(notice_email="")
    relay()
    assert post.mails == []


def test_the_end_of_a_membership(post: Post, sacha: User) -> None:
    cast.member(1, starts_at=cast.MONDAY - timedelta(days=1))
    end_membership(actor=sacha, code=cast.AGENAIS, national_id=ANNE)
    relay()
    [mail] = post.mails
    assert (mail.to, mail.subject) == ("anne@cabinet.example", "Fin de votre participation – CPTS de l'Agenais")


def test_a_reminder(post: Post) -> None:
    remind(now=cast.MONDAY)
    relay()
    [mail] = post.mails
    assert (mail.to, mail.subject) == ("sacha@cpts.example", "Votre fiche est-elle à jour ?")
    assert mail.part("plain").rstrip().endswith(f"Relire la fiche : https://sas.example/structures/{cast.AGENAIS}/")
