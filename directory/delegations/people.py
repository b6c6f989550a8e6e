"""The persons of a delegation: whom a request names, which requests name somebody, where to write to him."""

import re
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet

from directory.addresses import address_of_author, address_of_practitioner
from directory.delegations.principals import Principal
from directory.delegations.refusals import DelegateUnreadable
from directory.effectors.places import places_of
from directory.models import DelegationRequest, Structure
from directory.zones import zone_of_postal_code
from sasportal.accounts.identifiers import prefixed
from sasportal.accounts.models import User

# Prefixed RPPS, ADELI; card holders of a structure ("3990000001/GES0007")
_NATIONAL_ID = re.compile(r"8\d{11}|0[0-9AB]{9}|[1-9]\d{5,13}/[A-Z0-9-]{1,35}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Delegate:
    """One of both is empty."""

    national_id: str = ""
    email: str = ""


def read_delegate(text: str) -> Delegate:
    """Understand what people write to name somebody; raises DelegateUnreadable."""
    if "@" in text:
        return Delegate(email=_email(text))
    national_id = prefixed(text)
    if not _NATIONAL_ID.fullmatch(national_id):
        raise DelegateUnreadable
    return Delegate(national_id=national_id)


def named(user: User) -> QuerySet[DelegationRequest]:
    """Requests that name this person, by national id or by an address that is proven to be his."""
    by_id = Q(delegate_id=user.national_id) if user.national_id else Q(pk=None)
    requests = DelegationRequest.objects.filter(by_id | Q(delegate_email__in=emails_of(user)))
    return requests.select_related("grant__user", "grant__territory")


def emails_of(user: User) -> list[str]:
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return [email.lower() for email in verified.values_list("email", flat=True)]


def is_one_of(whom: Delegate, actor: User, principal: Principal) -> bool:
    """Is this the person who asks, or the practitioner it is asked for?"""
    if whom.national_id:
        return whom.national_id in {actor.national_id, principal.national_id}
    own = User.objects.filter(national_id=principal.national_id).first() if principal.national_id else None
    return whom.email in {*emails_of(actor), *(emails_of(own) if own else [])}


def address_of(request: DelegationRequest) -> str:
    """Where to write to the delegate."""
    return request.delegate_email or address_of_practitioner(request.delegate_id)


def address_of_asker(request: DelegationRequest) -> str:
    return address_of_author(request.asked_by)


def zone_of(request: DelegationRequest) -> str:
    """The clock of the principal, by which the last day ends."""
    if request.finess:
        rows = Structure.objects.filter(finess=request.finess).values_list("postal_code", flat=True)
        return zone_of_postal_code(rows.first() or "")
    places = places_of([request.national_id])[request.national_id]
    return places[0].time_zone if places else zone_of_postal_code("")


def _email(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise DelegateUnreadable from None
    return email
