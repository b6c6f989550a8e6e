"""Sending a request: whole, for one person once, under a number it keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from directory.models import RegistrationRequest, RegistrationState
from directory.models.registration import EDITABLE
from directory.registration.requests import held, move
from sasportal.accounts.charge import OutsideCharge, charge_of
from sasportal.accounts.grants import AddressTaken, address_taken
from sasportal.accounts.models import Territory, User
from sasportal.audit import trail
from sasportal.spelling import plain

NUMBERS_LOCK = 0x5A5_2E6  # one request numbered at a time: the key of PostgreSQL's advisory lock


class PersonAskedAlready(Exception):
    """A request is open for somebody of the same name, born the same day."""


class AddressAskedAlready(Exception):
    """A request is open with the same e-mail address."""


class ChangedMeanwhile(Exception):
    """Somebody changed the answers after they were read."""


REFUSALS = {
    "one_open_request_per_person": PersonAskedAlready,
    "one_open_request_per_address": AddressAskedAlready,
}


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What a request says, every answer valid. `structure` is a FINESS or a SIRET."""

    civility: str
    family_name: str
    given_name: str
    birth_date: date
    birth_place: str
    email: str
    phone: str
    structure: str
    structure_label: str
    kind: str
    territory: Territory
    certified_by: User
    certified_at: datetime


@transaction.atomic
def submit(*, actor: User, request: RegistrationRequest, filing: Filing) -> RegistrationRequest:
    """Send `filing`, read from the answers of `request`; sent again, it keeps its number.

    Raises NotInThisState, ChangedMeanwhile, OutsideCharge, AddressTaken, PersonAskedAlready or AddressAskedAlready.
    """
    draft = held(request, *EDITABLE)
    if draft.answers != request.answers:
        raise ChangedMeanwhile
    if not charge_of(actor).covers(filing.territory):
        raise OutsideCharge
    if address_taken(filing.email):
        raise AddressTaken
    columns = {field.name: getattr(filing, field.name) for field in fields(filing)}
    columns["search_name"] = plain(f"{filing.family_name} {filing.given_name}")
    number = draft.number or _next_number()
    with _asked_once():
        move(draft, RegistrationState.SUBMITTED, by=actor, number=number, **columns)
    trail.record(actor=actor, action="registration_submitted", target=number, territory=filing.territory.name)
    return draft


@contextmanager
def _asked_once() -> Iterator[None]:
    """Turn what the database refuses into its reason."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if constraint not in REFUSALS:
            raise
        raise REFUSALS[constraint] from error


def _next_number() -> str:
    """Return "P20261127" and the rank in that day, without a gap: numbered requests are never removed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERS_LOCK])
    day = f"P{timezone.localdate():%Y%m%d}"
    return f"{day}{RegistrationRequest.objects.filter(number__startswith=day).count() + 1:04}"
