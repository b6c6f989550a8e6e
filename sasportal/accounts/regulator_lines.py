"""How the accounts of regulators stand: one rule, worked out by the database, for the list, its filter and its file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Prefetch, QuerySet, TextChoices, Value, When
from django.utils import timezone

from sasportal.accounts.charge import Charge
from sasportal.accounts.inactivity import LAST_ACTIVITY, suspension_due
from sasportal.accounts.models import Role, RoleGrant, User
from sasportal.accounts.regulators import right_in_charge
from sasportal.accounts.roles import in_force
from sasportal.spreadsheets import BYTE_ORDER_MARK, row
from sasportal.wording import day_of

HEADS = ("Nom", "Prénom", "Identifiant", "Connexion", "Droits", "Dernière connexion", "État", "Précision")
NATIONAL = "France entière"


class AccountState(TextChoices):
    ACTIVE = "actif", "Actif"
    NEVER = "jamais-connecte", "Jamais connecté"
    WARNED = "prevenu", "Inactif, prévenu"
    SUSPENDED = "suspendu", "Suspendu"
    WITHOUT_RIGHT = "sans-droit", "Sans droit"


# Names of the design system's badges; the words say the same without colour
TONES = {AccountState.ACTIVE: "success", AccountState.NEVER: "info", AccountState.WARNED: "warning",
         AccountState.SUSPENDED: "error", AccountState.WITHOUT_RIGHT: ""}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line:
    """One regulator, in words. `rights`: kind and territory; `note`: since when or until when the state holds."""

    technical_id: UUID
    name: str
    identifier: str
    way: str
    rights: tuple[tuple[str, str], ...]
    last_login: str
    state: AccountState
    note: str

    @property
    def label(self) -> str:
        return self.state.label

    @property
    def tone(self) -> str:
        return TONES[self.state]


@dataclass(frozen=True, kw_only=True)
class Right:
    """One right to regulate, in force or `over`."""

    id: int
    words: str
    since: str
    until: str
    over: bool
    removable: bool


def described(users: QuerySet[User], now: datetime) -> QuerySet[Any]:
    """Add to each account its `state`, `last_activity` and `rights` to regulate; two queries."""
    rights = in_force(now).filter(role=Role.REGULATOR)
    state = Case(
        When(is_active=False, then=Value(AccountState.SUSPENDED)),
        When(regulates=False, then=Value(AccountState.WITHOUT_RIGHT)),
        When(warned_at__gt=F("last_activity"), then=Value(AccountState.WARNED)),
        When(last_login=None, then=Value(AccountState.NEVER)),
        default=Value(AccountState.ACTIVE),
        output_field=CharField(),
    )
    users = users.annotate(last_activity=LAST_ACTIVITY, regulates=Exists(rights.filter(user=OuterRef("pk"))))
    shown = rights.select_related("territory").order_by("territory__name", "pk")
    return users.annotate(state=state).prefetch_related(Prefetch("grants", queryset=shown, to_attr="rights"))


def line(user: Any) -> Line:
    """Put into words an account read through `described`."""
    state = AccountState(user.state)
    return Line(
        technical_id=user.technical_id,
        name=str(user),
        identifier=user.national_id or user.email,
        way="Pro Santé Connect" if user.national_id else "Compte local",
        rights=tuple(kind_and_place(given) for given in user.rights),
        last_login=day_of(user.last_login),
        state=state,
        note=_note(user, state),
    )


def said(given: RoleGrant) -> str:
    """Put a right to regulate into words."""
    return ", ".join(kind_and_place(given))


def kind_and_place(given: RoleGrant) -> tuple[str, str]:
    where = given.territory.name if given.territory else NATIONAL
    return given.get_regulator_kind_display() or given.get_role_display(), where


def rights_of(user: User, *, actor: User, charge: Charge) -> list[Right]:
    """List the rights to regulate this person holds, then those that ended, latest first; one query."""
    now = timezone.now()
    given = user.grants.filter(role=Role.REGULATOR).select_related("territory")
    rows = [(one.ends_at is not None and one.ends_at <= now, one) for one in given.order_by("-starts_at", "-pk")]
    return [
        Right(
            id=one.pk,
            words=said(one),
            since=day_of(one.starts_at),
            until=day_of(one.ends_at),
            over=over,
            removable=not over and right_in_charge(actor=actor, given=one, charge=charge),
        )
        for over, one in sorted(rows, key=lambda row: row[0])
    ]


def _note(user: Any, state: AccountState) -> str:
    match state:
        case AccountState.SUSPENDED:
            words = [f"le {day_of(user.suspended_at)}" if user.suspended_at else "", user.get_suspended_for_display()]
            return ", ".join(filter(None, words))
        case AccountState.WARNED:
            return f"suspension le {day_of(suspension_due(user.last_activity))}"
        case _:
            return ""


def as_csv(users: Iterable[Any]) -> Iterator[str]:
    """Yield the lines of the file."""
    yield BYTE_ORDER_MARK + row(HEADS)
    for user in users:
        one = line(user)
        rights = " ; ".join(", ".join(right) for right in one.rights)
        yield row(
            (user.last_name, user.first_name, one.identifier, one.way, rights, one.last_login, one.label, one.note)
        )
