"""For whom does this account book? Oneself, one's children under 15, adults who accepted to be helped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from booking.patients.models import Person, PersonKind, Scope
from sasportal.accounts.models import User, UserKind
from sasportal.audit import trail
from sasportal.outbox.deliveries import deliver
from sasportal.vault.sealing import Unreadable, blind_index, erase, opened, seal

ADULT_AT = 15
INVITED_FOR = timedelta(days=14)
LONGEST_HELP = timedelta(days=366)
SALT = "booking.patients.help"


class NotYours(Exception):
    """This account may not do that for this person."""


class TooOld(Exception):
    """From 15 on, a person books by himself or accepts to be helped."""


class InvitationOver(Exception):
    """Answered already, ended, too old, or not for this account."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who somebody is and how to reach him. Never an INS, never a NIR."""

    given_name: str
    family_name: str
    birth_date: date
    phone: str = ""

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def index(self) -> str:
        return blind_index("person", self.given_name, self.family_name, self.birth_date.isoformat())

    def sealed_as(self) -> dict[str, str]:
        return {
            "given_name": self.given_name, "family_name": self.family_name,
            "birth_date": self.birth_date.isoformat(), "phone": self.phone,
        }  # fmt: skip


def identity(content: Mapping[str, str]) -> Identity:
    return Identity(
        given_name=content["given_name"],
        family_name=content["family_name"],
        birth_date=date.fromisoformat(content["birth_date"]),
        phone=content.get("phone", ""),
    )


def identity_of(person: Person) -> Identity:
    """Raises Unreadable for somebody erased."""
    return identity(opened(person))


def age(birth_date: date, today: date) -> int:
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def people_of(account: User) -> QuerySet[Person]:
    """Everybody this account books for, in the order they were added."""
    found = Person.objects.filter(account=account, ended_at=None).select_related("key")
    return found.order_by("created_at")


def allowed(account: User, person: Person, scope: Scope, *, now: datetime) -> bool:
    """May this account do that for this person, now?"""
    if person.kind == PersonKind.ADULT and person.helped_id == account.pk:
        return True  # about himself
    if person.account_id != account.pk or person.ended_at:
        return False
    match PersonKind(person.kind):
        case PersonKind.SELF:
            return True
        case PersonKind.CHILD:
            return person.readable and age(identity_of(person).birth_date, timezone.localdate(now)) < ADULT_AT
        case PersonKind.ADULT:
            in_time = person.ends_on is not None and timezone.localdate(now) <= person.ends_on
            return bool(person.accepted_at) and in_time and scope in person.scopes


def to_book_for(account: User, *, now: datetime) -> list[tuple[Person, Identity]]:
    """Those of `people_of` this account may book for now, oneself first."""
    found = [one for one in people_of(account) if one.readable and allowed(account, one, Scope.BOOK, now=now)]
    return [(one, identity_of(one)) for one in sorted(found, key=lambda one: one.kind != PersonKind.SELF)]


def load(account: User, person_id: UUID, scope: Scope) -> Person:
    """Load and authorise; raises NotYours."""
    person = Person.objects.filter(pk=person_id).select_related("key").first()
    if person is None or not allowed(account, person, scope, now=timezone.now()):
        raise NotYours
    return person


@transaction.atomic
def write_self(*, account: User, who: Identity) -> Person:
    """Keep who the account's owner is: typed once, proposed afterwards."""
    User.objects.select_for_update(no_key=True).get(pk=account.pk)
    person = Person.objects.filter(account=account, kind=PersonKind.SELF).first()
    return _written(person or Person(account=account, kind=PersonKind.SELF), who)


@transaction.atomic
def add_child(*, account: User, who: Identity) -> Person:
    """Keep a child of this account, once however often sent; raises TooOld."""
    if age(who.birth_date, timezone.localdate()) >= ADULT_AT:
        raise TooOld
    User.objects.select_for_update(no_key=True).get(pk=account.pk)
    known = Person.objects.filter(account=account, kind=PersonKind.CHILD, index=who.index, ended_at=None).first()
    return _written(known or Person(account=account, kind=PersonKind.CHILD), who)


def _written(person: Person, who: Identity) -> Person:
    seal(person, who.sealed_as())
    person.index = who.index
    person.save()
    return person


@transaction.atomic
def invite_adult(*, account: User, email: str, scopes: Sequence[str], ends_on: date) -> Person:
    """Ask an adult, by e-mail, whether this account may act for him. Nothing may be done before he accepts."""
    person = Person(account=account, kind=PersonKind.ADULT, scopes=list(scopes), ends_on=ends_on)
    seal(person, {"email": email})
    person.save()
    trail.record(actor=account, action="patient_help_asked", target=f"person:{person.pk}")
    deliver("patient-help", key=f"patient-help:{person.pk}", person=str(person.pk))
    return person


def invitation_token(person: Person) -> str:
    return signing.dumps(str(person.pk), salt=SALT)


def invited_by(token: str, account: User) -> Person:
    """The invitation behind a link received by e-mail; raises InvitationOver."""
    try:
        person_id = signing.loads(token, salt=SALT, max_age=INVITED_FOR)
    except signing.BadSignature:
        raise InvitationOver from None
    waiting = Person.objects.filter(pk=person_id, kind=PersonKind.ADULT, accepted_at=None, ended_at=None)
    person = waiting.select_related("key", "account").first()
    if person is None or account.kind != UserKind.PATIENT or person.account_id == account.pk:
        raise InvitationOver
    try:
        if opened(person)["email"].casefold() != account.email.casefold():
            raise InvitationOver
    except Unreadable:
        raise InvitationOver from None
    return person


@transaction.atomic
def accept(*, account: User, token: str, who: Identity) -> Person:
    """The adult lets himself be helped, under his own name; raises InvitationOver."""
    person = Person.objects.select_for_update(no_key=True).get(pk=invited_by(token, account).pk)
    if person.accepted_at or person.ended_at:
        raise InvitationOver
    person.helped, person.accepted_at = account, timezone.now()
    _written(person, who)
    trail.record(actor=account, action="patient_help_accepted", target=f"person:{person.pk}")
    return person


@transaction.atomic
def end(*, account: User, person: Person) -> None:
    """Stop booking for somebody, or stop being helped; what was booked stays. Raises NotYours."""
    if account.pk not in {person.account_id, person.helped_id} or person.kind == PersonKind.SELF:
        raise NotYours
    Person.objects.filter(pk=person.pk, ended_at=None).update(ended_at=timezone.now())
    if not person.bookings.exists():
        erase(person)
    trail.record(actor=account, action="patient_help_ended", target=f"person:{person.pk}")


def helpers_of(account: User) -> QuerySet[Person]:
    """Those this account lets act for him."""
    return Person.objects.filter(helped=account, ended_at=None).select_related("account", "key")


def plain_content(person: Person) -> dict[str, Any]:
    """What is known of this person, to hand over to him."""
    return dict(opened(person)) if person.readable else {}
