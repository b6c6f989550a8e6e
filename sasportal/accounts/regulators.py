"""What an account manager may do for the regulators of his territories: create, give, end, suspend, reopen, name.

Each use case locks the account, then looks at the rights again: what the page showed may have changed.
"""

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from sasportal.accounts import grants
from sasportal.accounts.charge import Charge, OutsideCharge, charge_of
from sasportal.accounts.identifiers import TECHNICAL_ID
from sasportal.accounts.models import FormerIdentifier, RegulatorKind, Role, RoleGrant, Territory, User, UserKind
from sasportal.accounts.roles import grants_now, has_role
from sasportal.audit import trail

# Roles whose holders an account manager may suspend: the others are an administrator's
HARMLESS = {Role.REGULATOR, Role.EFFECTOR, Role.DELEGATE}


class OwnAccount(Exception):
    """Nobody changes his own rights or account."""


class OwnAddress(Exception):
    """The account has an address of its own, which its owner signs in with."""


class IdentifierKnown(Exception):
    """The account has a national identifier already."""


class IdentifierTaken(Exception):
    """Another account, which holds rights, has this national identifier."""


def regulators_of(charge: Charge) -> QuerySet[User]:
    """Those who hold, or held, a right to regulate that is in this charge."""
    rights = RoleGrant.objects.filter(charge.within("territory__"), user=OuterRef("pk"), role=Role.REGULATOR)
    return User.objects.filter(Exists(rights), kind=UserKind.PROFESSIONAL)


def account_in_charge(*, actor: User, user: User, charge: Charge) -> bool:
    """Tell whether the whole account is for `actor` to manage: every right to regulate it has, and no other role."""
    if actor.pk == user.pk:
        return False
    if has_role(actor, Role.ADMIN):
        return True
    held = list(grants_now(user).select_related("territory"))
    regulates = [given for given in held if given.role == Role.REGULATOR]
    return (
        bool(regulates)
        and {given.role for given in held} <= HARMLESS
        and all(charge.covers(given.territory) for given in regulates)
    )


def right_in_charge(*, actor: User, given: RoleGrant, charge: Charge) -> bool:
    return given.role == Role.REGULATOR and given.user_id != actor.pk and charge.covers(given.territory)


@transaction.atomic
def create(
    *,
    actor: User,
    national_id: str,
    given_name: str,
    family_name: str,
    kind: RegulatorKind,
    territory: Territory | None,
    contact_email: str = "",
) -> User:
    """Give the right to regulate to the holder of a national identifier, known to the portal or not."""
    user = grants.professional(actor=actor, identifier=national_id, given_name=given_name, family_name=family_name)
    give(actor=actor, user=user, kind=kind, territory=territory)
    if contact_email and not user.reachable_at:
        grants.set_contact(actor=actor, user=user, contact_email=contact_email)
    return user


@transaction.atomic
def give(*, actor: User, user: User, kind: RegulatorKind, territory: Territory | None) -> RoleGrant:
    """Give the right to regulate in a territory; raises OwnAccount or OutsideCharge."""
    if actor.pk == user.pk:
        raise OwnAccount
    if not charge_of(actor).covers(territory):
        raise OutsideCharge
    return grants.grant(actor=actor, user=user, role=Role.REGULATOR, regulator_kind=kind, territory=territory)


@transaction.atomic
def withdraw(*, actor: User, given: RoleGrant) -> None:
    """End a right to regulate; the account, and what else it may do, stay. Raises OutsideCharge."""
    if not right_in_charge(actor=actor, given=given, charge=charge_of(actor)):
        raise OutsideCharge
    grants.revoke(actor=actor, given=given)


@transaction.atomic
def suspend(*, actor: User, user: User) -> None:
    """Close an account and its sessions; raises OutsideCharge."""
    _hold(actor, user)
    grants.suspend(actor=actor, user=user)


@transaction.atomic
def reopen(*, actor: User, user: User) -> None:
    """Open a suspended account; raises OutsideCharge."""
    _hold(actor, user)
    grants.reopen(actor=actor, user=user)


@transaction.atomic
def set_contact(*, actor: User, user: User, contact_email: str) -> None:
    """Say where a card holder can be written to; raises OutsideCharge, or OwnAddress for who signs in with one."""
    if _hold(actor, user).email:
        raise OwnAddress
    grants.set_contact(actor=actor, user=user, contact_email=contact_email)


@transaction.atomic
def attach_national_id(*, actor: User, user: User, national_id: str) -> None:
    """Name an account by its owner's national identifier; the technical one stays known as a former identifier.

    Raises OutsideCharge, IdentifierKnown or IdentifierTaken. Asked twice, it is done once.
    """
    held = _hold(actor, user)
    if held.national_id == national_id:
        return
    if held.national_id:
        raise IdentifierKnown
    _take_from_who_never_used_it(actor, national_id)
    try:
        with transaction.atomic():
            User.objects.filter(pk=held.pk).update(national_id=national_id)
    except IntegrityError as error:
        raise IdentifierTaken from error
    FormerIdentifier.objects.create(user=held, system=TECHNICAL_ID, value=str(held.technical_id))
    trail.record(actor=actor, action="national_id_attached", target=str(held.technical_id), national_id=national_id)


def _hold(actor: User, user: User) -> User:
    """Lock the account for the transaction, once sure that `actor` may change it."""
    held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not account_in_charge(actor=actor, user=held, charge=charge_of(actor)):
        raise OutsideCharge
    return held


def _take_from_who_never_used_it(actor: User, national_id: str) -> None:
    """Close the empty account that signing in with Pro Santé Connect opened before the identifier was attached.

    It is the same person, who came to read the identifier there; an account that ever held a right keeps its own.
    """
    other = User.objects.select_for_update(no_key=True).filter(national_id=national_id, email="").first()
    if other is None or other.grants.exists():
        return
    User.objects.filter(pk=other.pk).update(national_id=None)
    trail.record(actor=actor, action="national_id_released", target=str(other.technical_id), national_id=national_id)
    grants.suspend(actor=actor, user=other)
