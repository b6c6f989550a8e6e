"""The e-mails of delegations over real SMTP."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from directory.delegations import requests
from directory.delegations.principals import Principal
from directory.models import DelegationRequest
from sasportal.accounts.models import User
from sasportal.outbox.relay import relay
from tests.communities import cast
from tests.sandbox_mailbox.mailbox import Post, post_office


@pytest.fixture
def post(tmp_path: Path, settings: Any, anne: User, dana: User) -> Iterator[Post]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    cast.with_email(anne, "anne@cabinet.example")
    EmailAddress.objects.create(user=dana, email="dana@cabinet.example", verified=True)
    with post_office(tmp_path) as post:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", post.smtp_port, False
        yield post


@pytest.fixture
def asked(post: Post, anne: User, of_anne: Principal) -> DelegationRequest:
    return requests.ask(
        actor=anne, principal=of_anne, delegate="dana@cabinet.example", ends_on=date(2027, 6, 30), scopes=["agenda"]
    )


def sent(post: Post) -> set[tuple[str, str, str]]:
    """Address, subject and first line of all that left so far."""
    relay()
    return {(mail.to, mail.subject, mail.part("plain").split("\r\n")[0]) for mail in post.mails}


def test_asked_accepted_and_ended(post: Post, asked: DelegationRequest, anne: User, dana: User, monday: Any) -> None:
    sent(post)
    requests.accept(actor=dana, request_id=asked.pk)
    sent(post)
    monday.shift(timedelta(days=1))
    asked.refresh_from_db()
    requests.end(actor=anne, request=asked)
    who = "Dana Secrétaire (dana@cabinet.example)"
    assert sent(post) == {
        ("dana@cabinet.example", "On vous propose une délégation",
         "Anne Tenue vous propose d’agir pour Dr Anne TENUE sur le portail du service d’accès aux soins."),
        ("anne@cabinet.example", "Délégation acceptée", f"{who} peut désormais agir pour Dr Anne TENUE."),
        ("dana@cabinet.example", "Fin d’une délégation",
         f"{who} n’agit plus pour Dr Anne TENUE sur le portail du service d’accès aux soins."),
    }  # fmt: skip


def test_declined(post: Post, asked: DelegationRequest, dana: User) -> None:
    requests.decline(actor=dana, request_id=asked.pk)
    assert {(to, subject) for to, subject, _ in sent(post)} == {("anne@cabinet.example", "Délégation refusée")}


def test_renounced(post: Post, asked: DelegationRequest, dana: User, monday: Any) -> None:
    requests.accept(actor=dana, request_id=asked.pk)
    sent(post)
    monday.shift(timedelta(days=1))
    asked.refresh_from_db()
    requests.end(actor=dana, request=asked)
    assert ("anne@cabinet.example", "Fin d’une délégation") in {(to, subject) for to, subject, _ in sent(post)}
