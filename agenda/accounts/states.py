"""The state each regulator should have at every editor, worked out by the database from accounts and rights.

One expression serves the sender, the matrix, its filters and its counts: they cannot disagree.
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
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, JSONObject

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
    INCOMPLETE = "incomplet", "Impossible à envoyer"
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
    return Q(**{f"{of}last_name": ""}) | Q(**{f"{of}first_name": ""}) | Q(**{f"{of}email": ""})


def wanted(of: str = "") -> JSONObject:
    """Build the wanted state of an account, as `AccountState` has it; needs `regulates` beside it."""
    national = When(**{f"{of}national_id__isnull": False}, then=Value(IDNPS))
    return JSONObject(
        system=Case(national, default=Value(TECHNICAL_ID), output_field=CharField()),
        value=Coalesce(F(f"{of}national_id"), Cast(f"{of}technical_id", CharField())),
        active=F("regulates"),
        family=F(f"{of}last_name"),
        given=F(f"{of}first_name"),
        email=F(f"{of}email"),
    )


def described(accounts: QuerySet[EditorAccount], now: datetime) -> QuerySet[Any]:
    """Add to accounts at editors what is `wanted` of each, whether it `regulates`, and its `standing`."""
    answered = Q(uncertain=[])
    gone = Q(regulates=False) & answered
    standing = Case(
        When(Q(regulates=True) & Q(known=F("wanted")) & answered, then=Value(Standing.IN_STEP)),
        When(gone & Q(known__isnull=True), then=Value(Standing.NOTHING)),
        When(gone & Q(known__active=False), then=Value(Standing.IN_STEP)),
        When(Q(regulates=True) & incomplete("user__"), then=Value(Standing.INCOMPLETE)),
        When(Q(refused=F("wanted")), then=Value(Standing.FAILED)),
        default=Value(Standing.PENDING),
        output_field=CharField(),
    )
    accounts = accounts.annotate(regulates=regulates(now, "user__"))
    return accounts.annotate(wanted=wanted("user__")).annotate(standing=standing)
