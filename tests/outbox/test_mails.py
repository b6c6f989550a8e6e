"""E-mails over real SMTP: text and HTML, escaped where it is HTML; what the server says decides what follows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sasportal.outbox.mails import send_mail
from sasportal.outbox.relay import DeliveryFailed, DeliveryRefused
from tests.live import free_port
from tests.sandbox_mailbox.mailbox import Post, post_office


@pytest.fixture
def post(tmp_path: Path, settings) -> Iterator[Post]:
    templates = tmp_path / "templates" / "mails"
    templates.mkdir(parents=True)
    (templates / "essai.txt").write_text("{% autoescape off %}Bonjour {{ name }} : {{ portal_url }}{% endautoescape %}")
    (templates / "essai.html").write_text(
        '{% extends "mails/base.html" %}{% block content %}<p>Bonjour {{ name }}</p>{% endblock %}'
    )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path / "templates"]}]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with post_office(tmp_path / "mails") as post:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", post.smtp_port, False
        yield post


def write_to(address: str) -> None:
    send_mail("essai", to=address, subject="Essai d’envoi", name="l’équipe <b>de garde</b>")


def test_a_mail_arrives_in_text_and_html(post: Post) -> None:
    write_to("anne@cabinet.example")
    mail = post.mails[0]
    assert (mail.to, mail.subject) == ("anne@cabinet.example", "Essai d’envoi")
    assert mail.part("plain").strip() == "Bonjour l’équipe <b>de garde</b> : http://127.0.0.1:8000"
    assert "<p>Bonjour l’équipe &lt;b&gt;de garde&lt;/b&gt;</p>" in mail.part("html")


def test_an_address_the_server_refuses_is_never_tried_again(post: Post) -> None:
    with pytest.raises(DeliveryRefused):
        write_to("refuse@cabinet.example")


def test_a_server_that_is_away_is_tried_again(post: Post, settings) -> None:
    settings.EMAIL_PORT = free_port()
    with pytest.raises(DeliveryFailed):
        write_to("anne@cabinet.example")


def test_a_subject_cannot_add_headers(post: Post) -> None:
    from django.core.mail import BadHeaderError

    with pytest.raises(BadHeaderError):
        send_mail("essai", to="anne@cabinet.example", subject="Essai\nBcc: tous@example", name="x")
    assert post.mails == []
