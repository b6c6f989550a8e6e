"""The state each regulator should have at every editor, worked out by the database from accounts and rights.

One set of expressions serves the sender, the matrix, its filters and its counts: they cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    TextChoices,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, JSONObject, NullIf
from django.db.models.lookups import Exact

from agenda.accounts.models import EditorAccount
from agenda.identifiers import IDNPS
from agenda.models import Editor, Flow
from sasportal.accounts.identifiers import TECHNICAL_ID
from sasportal.accounts.models import Role
from sasportal.accounts.roles import in_force


@dataclass(frozen=True, kw_only=True)
class AccountState:
    """What an editor holds, or should hold, of a regulator (flows.md, INT_R02)."""

    system: str
    value: str
    active: bool
    family: str
    given: str
    email: str

    @property
    def identifier(self) -> tuple[str, str]:
        return self.system, self.value

    @property
    def is_complete(self) -> bool:
        """Tell whether everything is there that the profile requires of an account (1..1)."""
        return all((self.family, self.given, self.email))

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "AccountState":
        return cls(**written)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Standing(TextChoices):
    """Where one regulator stands at one editor."""

    IN_STEP = "a-jour", "À jour"
    PENDING = "en-attente", "En attente"
    FAILED = "en-echec", "En échec"
    INCOMPLETE = "incomplet", "Incomplet"
    NOTHING = "sans-objet", "Sans objet"


def takers() -> QuerySet[Editor]:
    """Editors that take regulators' accounts, those switched off included."""
    return Editor.objects.filter(flows__contains=[Flow.R02])


def regulates(now: datetime, of: str = "") -> ExpressionWrapper:
    """Say whether the account reached by the path `of` ("" or "user__") is open and may regulate."""
    rights = in_force(now).filter(user=OuterRef(f"{of}pk"), role=Role.REGULATOR)
    return ExpressionWrapper(Q(**{f"{of}is_active": True}) & Q(Exists(rights)), output_field=BooleanField())


def incomplete(of: str = "") -> Q:
    """The counterpart of `AccountState.is_complete`, for rows."""
    nowhere = Q(**{f"{of}email": "", f"{of}contact_email": ""})
    return Q(**{f"{of}last_name": ""}) | Q(**{f"{of}first_name": ""}) | nowhere


def elements(of: str = "") -> dict[str, Combinable]:
    """Name each element of the wanted state (as `AccountState` does); needs `regulates` beside it."""
    national = When(**{f"{of}national_id__isnull": False}, then=Value(IDNPS))
    return {
        "system": Case(national, default=Value(TECHNICAL_ID), output_field=CharField()),
        "value": Coalesce(F(f"{of}national_id"), Cast(f"{of}technical_id", CharField())),
        "active": F("regulates"),
        "family": F(f"{of}last_name"),
        "given": F(f"{of}first_name"),
        "email": Coalesce(NullIf(F(f"{of}email"), Value("")), F(f"{of}contact_email")),
    }


def described(accounts: QuerySet[EditorAccount], now: datetime) -> QuerySet[Any]:
    """Add to accounts at editors whether their regulator `regulates`, and their `standing`."""
    answered = Q(uncertain=[])
    gone = Q(regulates=False) & answered
    standing = Case(
        When(Q(regulates=True) & answered & _as_wanted("known"), then=Value(Standing.IN_STEP)),
        When(gone & Q(known__isnull=True), then=Value(Standing.NOTHING)),
        When(gone & Q(known__active=False), then=Value(Standing.IN_STEP)),
        When(Q(regulates=True) & incomplete("user__"), then=Value(Standing.INCOMPLETE)),
        When(_as_wanted("refused"), then=Value(Standing.FAILED)),
        default=Value(Standing.PENDING),
        output_field=CharField(),
    )
    return accounts.annotate(regulates=regulates(now, "user__")).annotate(standing=standing)


def with_wanted(accounts: QuerySet[Any]) -> QuerySet[Any]:
    """Add the `wanted` state, as JSON, to accounts already `described`."""
    return accounts.annotate(wanted=JSONObject(**elements("user__")))


def _as_wanted(column: str) -> Q:
    """Compare a state kept in `column` with the wanted one: element by element, ten times faster than as JSON."""
    found = Q(**{f"{column}__isnull": False})
    for name, element in elements("user__").items():
        found &= Q(Exact(KeyTextTransform(name, column), Cast(element, TextField())))
    return found
