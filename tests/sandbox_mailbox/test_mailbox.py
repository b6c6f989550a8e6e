"""A message sent by SMTP is on the page, whole and escaped."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

from tests.sandbox_mailbox.mailbox import Post, post_office


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with post_office(tmp_path / "mails") as post:
        yield post


def send(post: Post, subject: str = "Créneau", to: str = "anne@cabinet.example") -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "sas@sas.invalid", to
    message.set_content("Mardi à 9 h, <b>au cabinet</b>.")
    message.add_alternative("<p>Mardi à 9 h</p>", subtype="html")
    message.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="rdv.ics")
    with smtplib.SMTP("127.0.0.1", post.smtp_port, timeout=5) as server:
        server.send_message(message)


def page(post: Post, path: str = "/") -> requests.Response:
    return requests.get(f"http://127.0.0.1:{post.port}{path}", timeout=5)


def test_a_message_is_listed_and_read(post: Post) -> None:
    send(post)
    mail = post.mails[0]
    assert (mail.subject, mail.to, mail.part("html").strip()) == (
        "Créneau",
        "anne@cabinet.example",
        "<p>Mardi à 9 h</p>",
    )
    assert f'href="/messages/{mail.id}">Créneau</a>' in page(post).text
    shown = page(post, f"/messages/{mail.id}")
    assert "&lt;b&gt;au cabinet&lt;/b&gt;" in shown.text
    assert page(post, f"/messages/{mail.id}/html").text.strip() == "<p>Mardi à 9 h</p>"
    assert page(post, f"/messages/{mail.id}/pieces/0").content == b"BEGIN:VCALENDAR"


def test_what_is_not_there_is_said(post: Post) -> None:
    send(post)
    mail = post.mails[0]
    wrong = ["/messages/rien", "/messages/../../etc/passwd", f"/messages/{mail.id}/pieces/1",
             f"/messages/{mail.id}/pieces/x"]  # fmt: skip
    assert [page(post, path).status_code for path in wrong] == [404] * 4


def test_an_address_can_be_refused(post: Post) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(post, to="refuse@cabinet.example")
    assert post.mails == []


def test_nothing_of_a_message_runs_in_the_browser(post: Post) -> None:
    send(post, subject="<script>alert(1)</script>")
    assert "<script>" not in page(post).text
    assert page(post).headers["Content-Security-Policy"].startswith("default-src 'none'")
