"""E-mails to patients about their account: channels of the outbox. Keys of links are made when they are sent."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from sasportal.accounts.models import User, UserKind
from sasportal.accounts.sides import PATIENTS_URLCONF
from sasportal.outbox.mails import send_mail

NOT_YOU = "Si ce n’est pas vous, ne faites rien : il ne se passera rien."


def address_to_confirm(*, address_id: int) -> None:
    """Send the link that confirms an address, unless it was confirmed or the account is gone."""
    address = EmailAddress.objects.filter(pk=address_id, verified=False).first()
    if address:
        send_mail(
            "message",
            to=address.email,
            subject="Confirmez votre adresse",
            paragraphs=["Bonjour,", "Ce lien confirme votre adresse. Il est valable trois jours.", NOT_YOU],
            link=_library("account_confirm_email", EmailConfirmationHMAC(address).key),
            link_label="Confirmer mon adresse",
        )


def address_known(*, user_id: int) -> None:
    """Tell the owner of an account that somebody tried to open another one with the same address."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    if user.kind == UserKind.PATIENT:
        said = (
            "Vous avez déjà un compte avec cette adresse. Si vous avez oublié le mot de passe, choisissez-en un autre."
        )
        link, label = _library("account_reset_password"), "Choisir un autre mot de passe"
    else:
        said = "Cette adresse est celle d’un compte professionnel. Pour un compte de patient, prenez-en une autre."
        link, label = reverse("accounts:patient:signup"), "Créer un compte avec une autre adresse"
    send_mail(
        "message",
        to=user.email,
        subject="Vous avez déjà un compte",
        paragraphs=["Bonjour,", said, NOT_YOU],
        link=link,
        link_label=label,
    )


def password_forgotten(*, user_id: int) -> None:
    """Send the link that lets the owner of the account choose a new password."""
    user = User.objects.filter(pk=user_id, is_active=True, kind=UserKind.PATIENT).first()
    if user:
        send_mail(
            "message",
            to=user.email,
            subject="Choisissez un nouveau mot de passe",
            paragraphs=["Bonjour,", "Ce lien sert une fois, pendant trois jours.", NOT_YOU],
            link=_library(
                "account_reset_password_from_key", user_pk_to_url_str(user), default_token_generator.make_token(user)
            ),
            link_label="Choisir un nouveau mot de passe",
        )


def _library(name: str, *args: str) -> str:
    return reverse(name, args=args, urlconf=PATIENTS_URLCONF)
