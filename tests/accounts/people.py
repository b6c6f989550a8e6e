"""The cast of these tests, and ways to sign them in."""

import time

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from sasportal.accounts import grants, terms
from sasportal.accounts.models import Role, TermsAcceptance, User, UserKind

PASSWORD = "une phrase assez longue 47"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PSC = "sasportal.accounts.psc.ProSanteConnectBackend"
LOCAL = "sasportal.accounts.adapter.LocalBackend"
PATIENT = "sasportal.accounts.patients.adapter.PatientBackend"


def professional(national_id: str = "899700000013", *roles: Role) -> User:
    user = grants.professional(actor="system", identifier=national_id, given_name="Camille", family_name="Régulier")
    for role in roles:
        grants.grant(actor="system", user=user, role=role, finess="990000001", national_id="899700000021", editor_id=1)
    return having_accepted(user)


def having_accepted(user: User) -> User:
    """Whoever these tests sign in accepted the terms of use before."""
    TermsAcceptance.objects.get_or_create(user=user, version=terms.VERSION)
    return user


def local_professional(email: str = "garde@samu.example", *roles: Role) -> User:
    user = professional(email, *roles)
    user.set_password(PASSWORD)
    user.save()
    return user


def with_totp(user: User) -> User:
    TOTP.activate(user, TOTP_SECRET)
    return user


def patient(email: str = "patiente@exemple.example") -> User:
    user = User.objects.create(username=email, email=email, kind=UserKind.PATIENT)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def code_now(secret: str = TOTP_SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def signed_in_by_psc(user: User) -> Client:
    client = Client()
    client.force_login(having_accepted(user), backend=PSC)
    session = client.session
    session[terms.ACCEPTED] = terms.VERSION
    session.save()
    return client


def sign_in_locally(client: Client, email: str, password: str = PASSWORD):
    return client.post("/connexion/", {"login": email, "password": password})
