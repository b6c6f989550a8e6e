"""A structure invites a practitioner to take part through it; he, or his delegate, accepts or declines."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from directory.addresses import address_of_author, address_of_practitioner
from directory.communities.rights import Part, load_structure
from directory.effectors.rights import load_effector
from directory.models import Invitation, InvitationState, Participation
from directory.participation.declaration import Declaration
from directory.participation.declaring import declare, locked
from directory.participation.standing import standing
from sasportal.accounts.identifiers import prefixed
from sasportal.accounts.models import DelegateScope, User
from sasportal.audit import trail
from sasportal.outbox.deliveries import deliver

OPEN_FOR = timedelta(days=60)


class InvitationUnknown(Exception):
    """No invitation has this id."""


class InvitationClosed(Exception):
    """It was answered, withdrawn, or its time is over."""


class ThroughAnother(Exception):
    """What is declared is not what the invitation asks for."""


@transaction.atomic
def invite(*, actor: User, structure: str, national_id: str) -> Invitation:
    """Ask a practitioner to take part through the structure.

    Raises an InvitationRefused, PractitionerUnknown, and those of load_structure.
    """
    managed = load_structure(actor=actor, code=structure, part=Part.MEMBERS)
    who = locked(prefixed(national_id)).national_id  # invitations and declarations of one person queue up
    now = timezone.now()
    if refusal := standing(structure, [who], zone=managed.zone, now=now).refusal(who):
        raise refusal
    _sent(structure=structure, national_id=who).update(state=InvitationState.EXPIRED)
    invitation = Invitation.objects.create(
        structure=structure, via=managed.via, national_id=who, invited_by=trail.name_of(actor), invited_at=now,
        expires_at=now + OPEN_FOR,
    )  # fmt: skip
    if address_of_practitioner(who):
        deliver("invitation-sent", key=f"invitation-sent:{invitation.pk}", invitation=str(invitation.pk))
    _record(actor, "invitation.sent", invitation)
    return invitation


@transaction.atomic
def withdraw(*, actor: User, invitation: Invitation) -> None:
    """Take an invitation back; raises InvitationClosed, and those of load_structure."""
    load_structure(actor=actor, code=invitation.structure, part=Part.MEMBERS)
    _close(actor, invitation, InvitationState.WITHDRAWN)
    _record(actor, "invitation.withdrawn", invitation)


@transaction.atomic
def accept(*, actor: User, invitation: Invitation, declaration: Declaration) -> Sequence[Participation]:
    """Declare what the invitation asks for, at the places and dates chosen, and close it: both or nothing.

    Raises InvitationClosed, ThroughAnother, a DeclarationRefused, and those of load_effector.
    """
    load_effector(actor=actor, national_id=invitation.national_id, scope=DelegateScope.DECLARATION)
    if (declaration.via, declaration.structure) != (invitation.via, invitation.structure):
        raise ThroughAnother
    locked(invitation.national_id)
    _close(actor, invitation, InvitationState.ACCEPTED)
    declared = declare(actor=actor, national_id=invitation.national_id, declaration=declaration)
    _answered(actor, "invitation.accepted", invitation)
    return declared


@transaction.atomic
def decline(*, actor: User, invitation: Invitation) -> None:
    """Refuse an invitation; raises InvitationClosed, and those of load_effector."""
    load_effector(actor=actor, national_id=invitation.national_id, scope=DelegateScope.DECLARATION)
    _close(actor, invitation, InvitationState.DECLINED)
    _answered(actor, "invitation.declined", invitation)


@transaction.atomic
def declare_through(
    *, actor: User, structure: str, national_id: str, declaration: Declaration
) -> Sequence[Participation]:
    """Declare for somebody who need not be asked any more: what is open between the two is withdrawn with it.

    Like declare(), it leaves to its caller whether `actor` may. Raises a DeclarationRefused.
    """
    locked(national_id)  # people before invitations before the trail, here as in accept()
    open_still = open_for(national_id).filter(structure=structure)
    pointless = [one for one in open_still if _closed(actor, one, InvitationState.WITHDRAWN)]
    declared = declare(actor=actor, national_id=national_id, declaration=declaration)
    for invitation in pointless:
        _record(actor, "invitation.withdrawn", invitation)
    return declared


def load_invitation(*, actor: User, invitation_id: UUID) -> Invitation:
    """Load an invitation for who may answer it; raises InvitationUnknown, and those of load_effector."""
    invitation = Invitation.objects.filter(pk=invitation_id).first()
    if invitation is None:
        raise InvitationUnknown
    load_effector(actor=actor, national_id=invitation.national_id, scope=DelegateScope.DECLARATION)
    return invitation


def open_for(national_id: str) -> QuerySet[Invitation]:
    """Invitations this practitioner can still answer, oldest first."""
    now = timezone.now()
    sent = Invitation.objects.filter(national_id=national_id, state=InvitationState.SENT, expires_at__gt=now)
    return sent.order_by("invited_at")


def state_at(invitation: Invitation, now: datetime) -> InvitationState:
    """Its state as people see it: one that nobody answered in time has expired."""
    waiting = invitation.state == InvitationState.SENT
    return InvitationState.EXPIRED if waiting and now >= invitation.expires_at else InvitationState(invitation.state)


def _sent(**of: object) -> QuerySet[Invitation]:
    return Invitation.objects.filter(state=InvitationState.SENT, **of)


def _close(actor: User, invitation: Invitation, state: InvitationState) -> None:
    """Leave the open state; raises InvitationClosed when somebody else did before."""
    if not _closed(actor, invitation, state):
        raise InvitationClosed
    invitation.refresh_from_db()


def _closed(actor: User, invitation: Invitation, state: InvitationState) -> bool:
    """Leave the open state, once; tell whether it was this call that did."""
    now = timezone.now()
    waiting = _sent(pk=invitation.pk, expires_at__gt=now)
    return bool(waiting.update(state=state, answered_by=trail.name_of(actor), answered_at=now))


def _answered(actor: User, action: str, invitation: Invitation) -> None:
    if address_of_author(invitation.invited_by):
        deliver("invitation-answered", key=f"invitation-answered:{invitation.pk}", invitation=str(invitation.pk))
    _record(actor, action, invitation)


def _record(actor: User, action: str, invitation: Invitation) -> None:
    trail.record(
        actor=actor, action=action, target=invitation.national_id, structure=invitation.structure,
        invitation=str(invitation.pk),
    )  # fmt: skip
