"""Giving and ending rights, and the accounts they are given to. Every change leaves a trace."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from sasportal.accounts.models import RegulatorKind, Role, RoleGrant, SuspensionReason, Territory, User, UserKind
from sasportal.accounts.roles import grants_now
from sasportal.accounts.signed_in import end_sessions
from sasportal.audit import trail
from sasportal.outbox.deliveries import deliver

# Channel that closes elsewhere what a regulator was given here; written with the change (settings)
REGULATES_NO_MORE = "regulator-closed"


class NotAProfessional(Exception):
    """The account belongs to a patient: it can hold no role."""


class ScopeMissing(Exception):
    """The role only makes sense within a scope that was not given."""


class AddressTaken(Exception):
    """An account already has this e-mail address."""


@transaction.atomic
def professional(
    *,
    actor: User | str,
    identifier: str,
    given_name: str = "",
    family_name: str = "",
    opened_at: datetime | None = None,
) -> User:
    """Return the professional account of a national id or an e-mail address, created if unknown.

    An e-mail account has no password yet: its owner asks for one by "mot de passe oublié".
    `opened_at` is when it was opened in the tool it is taken over from.
    Raises `ValidationError` when `identifier` is neither.
    """
    identifier = identifier.strip()
    details = {"first_name": given_name, "last_name": family_name, "date_joined": opened_at or timezone.now()}
    if "@" in identifier:
        user, created = _by_email(identifier.lower(), details)
    else:
        if not identifier or len(identifier) > 50:
            raise ValidationError("Un identifiant national compte de 1 à 50 caractères.")
        user, created = User.objects.get_or_create(
            national_id=identifier, defaults={"username": identifier, **details, "kind": UserKind.PROFESSIONAL}
        )
    return _opened(actor, user) if created else user


@transaction.atomic
def new_local_account(*, actor: User | str, email: str, given_name: str, family_name: str) -> User:
    """Create the account of an e-mail address that none has; raises AddressTaken."""
    try:
        with transaction.atomic():
            user, created = _by_email(email.lower(), {"first_name": given_name, "last_name": family_name})
    except IntegrityError as error:
        raise AddressTaken from error
    if not created:
        raise AddressTaken
    return _opened(actor, user)


def address_taken(email: str) -> bool:
    """Tell whether an account of any kind has this address."""
    return (
        EmailAddress.objects.filter(email__iexact=email).exists() or User.objects.filter(email__iexact=email).exists()
    )


def _opened(actor: User | str, user: User) -> User:
    user.set_unusable_password()
    user.save(update_fields=["password"])
    trail.record(actor=actor, action="account_created", target=str(user.technical_id))
    return user


def _by_email(email: str, details: dict[str, Any]) -> tuple[User, bool]:
    validate_email(email)
    user, created = User.objects.get_or_create(
        email=email, kind=UserKind.PROFESSIONAL, defaults={"username": email, **details}
    )
    # Whoever manages accounts vouches for the address; the owner still has to receive mail there.
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user, created


@transaction.atomic
def grant(
    *,
    actor: User | str,
    user: User,
    role: Role,
    regulator_kind: RegulatorKind | str = "",
    territory: Territory | None = None,
    finess: str = "",
    national_id: str = "",
    editor_id: int | None = None,
    scopes: Sequence[str] = (),
    ends_at: datetime | None = None,
) -> RoleGrant:
    """Give `role` within its scope; a right already in force is returned as it is."""
    if user.kind != UserKind.PROFESSIONAL:
        raise NotAProfessional
    if role == Role.STRUCTURE_MANAGER and not finess:
        raise ScopeMissing("Un gestionnaire de structure l'est d'une structure : indiquez son FINESS.")
    if role == Role.DELEGATE and not (national_id or finess):
        raise ScopeMissing("Un délégataire l'est d'un professionnel ou d'une structure : indiquez lequel.")
    if role == Role.EDITOR and not editor_id:
        raise ScopeMissing("Le personnel d’un éditeur l’est d’un éditeur : indiquez lequel.")
    scope = {
        "role": role,
        "regulator_kind": regulator_kind,
        "territory": territory,
        "finess": finess,
        "national_id": national_id,
        "editor_id": editor_id,
        "scopes": sorted(scopes),
        "ends_at": ends_at,
    }
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two identical requests give one right
    if known := grants_now(user).filter(**scope).first():
        return known
    granted_by = actor if isinstance(actor, User) else None
    given = RoleGrant.objects.create(user=user, granted_by=granted_by, **scope)
    record_grant(actor=actor, action="role_granted", given=given)
    return given


@transaction.atomic
def revoke(*, actor: User | str, given: RoleGrant) -> None:
    """End a right now; it stays on record. Ending one that has ended changes nothing."""
    now = timezone.now()
    in_force = RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), pk=given.pk)
    ended = in_force.filter(starts_at__lt=now).update(ends_at=now)
    if not ended:  # given for later: it never starts
        ended, _ = in_force.delete()
    if ended:
        if given.role == Role.REGULATOR:
            deliver(REGULATES_NO_MORE, user_id=given.user_id)
        record_grant(actor=actor, action="role_revoked", given=given)


@transaction.atomic
def suspend(*, actor: User | str, user: User, reason: SuspensionReason = SuspensionReason.DECISION) -> None:
    """Close an account and every session it has open."""
    closed = {"is_active": False, "suspended_at": timezone.now(), "suspended_for": reason}
    if User.objects.filter(pk=user.pk, is_active=True).update(**closed):
        end_sessions(user)
        if user.grants.filter(role=Role.REGULATOR).exists():
            deliver(REGULATES_NO_MORE, user_id=user.pk)
        trail.record(actor=actor, action="account_suspended", target=str(user.technical_id), reason=reason)


@transaction.atomic
def reopen(*, actor: User | str, user: User) -> None:
    """Open a suspended account again: its owner has as long to sign in as a newcomer."""
    opened = {"is_active": True, "suspended_at": None, "suspended_for": "", "reopened_at": timezone.now()}
    if User.objects.filter(pk=user.pk, is_active=False).update(**opened):
        trail.record(actor=actor, action="account_reopened", target=str(user.technical_id))


@transaction.atomic
def set_contact(*, actor: User | str, user: User, contact_email: str) -> None:
    """Say where somebody without an address of his own can be written to; it opens no way in."""
    if User.objects.filter(pk=user.pk).exclude(contact_email=contact_email).update(contact_email=contact_email):
        trail.record(actor=actor, action="contact_changed", target=str(user.technical_id))


def record_grant(*, actor: User | str, action: str, given: RoleGrant) -> None:
    trail.record(
        actor=actor,
        action=action,
        target=str(given.user.technical_id),
        role=given.role,
        regulator_kind=given.regulator_kind,
        territory=given.territory.name if given.territory else "",
        finess=given.finess,
        national_id=given.national_id,
        editor_id=given.editor_id,
        scopes=list(given.scopes),
        starts_at=given.starts_at,
        ends_at=given.ends_at,
    )
