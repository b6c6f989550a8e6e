"""Patients who sign up and sign in, and the mail they receive."""

import re

from django.core import mail
from django.test import Client

from sasportal.outbox.relay import relay
from tests.accounts.people import PASSWORD, TOTP_SECRET, code_now

ADDRESS = "lou.martin@exemple.example"


def signed_up(email: str = ADDRESS, *, next_page: str = "", password: str = PASSWORD) -> tuple[Client, str]:
    """Sign up in a browser of one's own; return it and where it was led."""
    client = Client()
    form = {"email": email, "password1": password, "password2": password} | ({"next": next_page} if next_page else {})
    return client, client.post("/patient/inscription", form).headers.get("Location", "")


def mailed() -> list[tuple[str, str, str]]:
    """Let the outbox send; return recipient, subject and link of each new message."""
    mail.outbox.clear()
    relay()
    return [
        (one.to[0], one.subject, re.search(r"http://127.0.0.1:8000(/patient/\S+)", one.body).group(1))
        for one in mail.outbox
    ]


def confirmed(email: str = ADDRESS, *, next_page: str = "") -> Client:
    """Sign up and confirm the address in the same browser: signed in."""
    client, _ = signed_up(email, next_page=next_page)
    [(_, _, link)] = mailed()
    assert client.post(link).status_code == 302
    return client


def sign_in(client: Client, email: str = ADDRESS, password: str = PASSWORD, next_page: str = ""):
    return client.post("/patient/connexion", {"login": email, "password": password, "next": next_page})


def prove_code(client: Client, secret: str = TOTP_SECRET):
    return client.post("/patient/compte/2fa/authenticate/", {"code": code_now(secret)})


def is_in(client: Client) -> bool:
    return client.get("/patient/compte/").status_code == 200
