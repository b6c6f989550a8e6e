"""Anne's public agenda, patients who book in it, and their browsers."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from agenda.own.models import Occurrence
from agenda.patients.owning import OWNER, PREFIX
from agenda.searches import Search, open_search
from agenda.visibility import Viewer
from booking.patients import confirming, drafts, people
from booking.patients.meetings import columns, offered_now
from booking.patients.models import Booking, Draft, Person
from booking.patients.people import Identity
from directory.candidates import candidates
from directory.found import Found
from sasportal.accounts.models import User, UserKind
from sasportal.accounts.signed_in import SECOND_FACTOR_SET
from tests.accounts.people import patient
from tests.agenda.cast import AGEN, search_arguments
from tests.booking import own_cast
from tests.booking.own_cast import ANNE, anne, key_of

__all__ = ["ANNE", "anne", "key_of", "patient"]

ZOE = Identity(given_name="Zoé", family_name="CANARI", birth_date=date(1986, 5, 4), phone="06 39 98 00 01")
LOU = Identity(given_name="Lou", family_name="CANARI", birth_date=date(2020, 2, 1), phone="06 39 98 00 01")
REASON = {"reason": "symptom", "reason_text": "toux depuis lundi"}
BACKEND = "sasportal.accounts.patients.adapter.PatientBackend"


def offered(*, capacity: int = 1, start: datetime | None = None, **more: Any) -> Occurrence:
    return own_cast.offered(capacity=capacity, start=start, **({"types": ["PUBLIC"]} | more))


def later(hours: float) -> datetime:
    return own_cast.in_two_hours() + timedelta(hours=hours)


def owner(browser: str = "one") -> str:
    return PREFIX + browser


def search_for(browser: str = "one", **more: Any) -> Search:
    found = Found(candidates=candidates([ANNE]), radius_km=30)
    arguments = search_arguments(owner=owner(browser), near=AGEN, found=found, viewer=Viewer.PATIENT)
    return open_search(**(arguments | more))


def begun(row: Occurrence, browser: str = "one", account: User | None = None) -> Draft:
    shown = next(one for one in offered_now(ANNE, now=timezone.now()) if one.slot.key == key_of(row))
    return drafts.begin(owner=owner(browser), shown=shown, account=account)


def filled(draft: Draft, account: User, who: Identity = ZOE, **said: str) -> Draft:
    person = myself(account, who) if who != LOU else people.add_child(account=account, who=who)
    drafts.claim(draft, account)
    drafts.choose_person(draft, person)
    drafts.write_reason(draft, REASON | said)
    return drafts.load(draft_id=draft.pk, owner="", account=account)


def myself(account: User, who: Identity = ZOE) -> Person:
    return people.write_self(account=account, who=who)


def booked(account: User, row: Occurrence | None = None, who: Identity = ZOE) -> Booking:
    draft = begun(row or offered(), browser=f"of-{account.pk}", account=account)
    return confirming.confirm(actor=account, draft=filled(draft, account, who), knowingly=True)


def browser(user: User | None = None, name: str = "one", *, strongly: bool = True) -> Client:
    """A browser that made a search, signed in or not."""
    client = Client()
    if user:
        sign_in(client, user, strongly=strongly)
    session = client.session
    session[OWNER] = name
    session.save()
    return client


def sign_in(client: Client, user: User, *, strongly: bool = True) -> None:
    client.force_login(user, backend=BACKEND)
    if strongly:
        session = client.session
        session[SECOND_FACTOR_SET] = True
        session.save()


def start_url(search: UUID | str, row: Occurrence) -> str:
    return f"/patient/rendez-vous/nouveau?recherche={search}&creneau={key_of(row)}"


def step(draft: Any, name: str = "") -> str:
    return f"/patient/rendez-vous/nouveau/{getattr(draft, 'pk', draft)}/{name}"


def typed(who: Identity = ZOE) -> dict[str, str]:
    return {
        "prenom": who.given_name, "nom": who.family_name, "naissance": who.birth_date.isoformat(),
        "telephone": who.phone,
    }  # fmt: skip


def ended(booking: Booking, *, days: int) -> None:
    """Have the appointment end so many days ago."""
    end = timezone.now() - timedelta(days=days)
    Booking.objects.filter(pk=booking.pk).update(start=end - timedelta(minutes=30), end=end)


def prepared(
    row: Occurrence, count: int, first: int = 0, said: dict[str, str] | None = None
) -> list[tuple[User, Draft]]:
    """Patients who prepared everything and whose hold is over: whoever confirms first has the place."""
    accounts = User.objects.bulk_create(
        User(username=f"p{n}", email=f"p{n}@exemple.example", kind=UserKind.PATIENT)
        for n in range(first, first + count)
    )
    shown = next(one for one in offered_now(ANNE, now=timezone.now()) if one.slot.key == key_of(row))
    same, past = columns(shown, row, row.start), timezone.now() - timedelta(minutes=1)
    found = []
    for account in accounts:
        draft = Draft(visitor=account.username, account=account, held_until=past, **same)
        draft.person = myself(account, replace(ZOE, given_name=account.username))
        drafts.seal(draft, said or REASON)
        draft.save(force_insert=True)
        found.append((account, draft))
    return found
