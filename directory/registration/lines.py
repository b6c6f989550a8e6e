"""Requests in words: the lines of the list, the facts and the history of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from directory.models import RegistrationRequest, RegistrationState
from directory.models.registration import RegistrationEvent
from sasportal.accounts.models import User
from sasportal.wording import clock, dated, day_of

# Names of the design system's badges; the words say the same without colour
TONES = {
    RegistrationState.DRAFT: "",
    RegistrationState.SUBMITTED: "info",
    RegistrationState.IN_REVIEW: "new",
    RegistrationState.NEEDS_INFORMATION: "warning",
    RegistrationState.APPROVED: "success",
    RegistrationState.REJECTED: "error",
    RegistrationState.ABANDONED: "",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One request of the list. `number` is empty for a draft."""

    id: UUID
    name: str
    number: str
    label: str
    tone: str
    role: str
    territory: str
    updated: str
    author: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One line of the history."""

    label: str
    at: str
    by: str
    comment: str


def line(request: RegistrationRequest) -> Line:
    state = RegistrationState(request.state)
    return Line(
        id=request.pk,
        name=request.name,
        number=request.number or "",
        label=state.label,
        tone=TONES[state],
        role=request.get_kind_display(),
        territory=request.territory.name if request.territory else "",
        updated=day_of(request.updated_at),
        author=str(request.created_by),
    )


def facts(request: RegistrationRequest) -> list[tuple[str, str]]:
    """What was submitted, label by label."""
    born = f"{dated(request.birth_date)}, {request.birth_place}" if request.birth_date else "effacée"
    certifier = f"en face à face par {request.certified_by}, le {day_of(request.certified_at)}"
    return [
        ("Civilité", request.get_civility_display()),
        ("Nom", request.family_name),
        ("Prénom", request.given_name),
        ("Naissance", born),
        ("Adresse électronique", request.email),
        ("Téléphone", request.phone),
        ("Structure", request.structure_label),
        ("Rôle", request.get_kind_display()),
        ("Territoire", request.territory.name if request.territory else ""),
        ("Identité vérifiée", certifier),
    ]


def history(events: Iterable[RegistrationEvent]) -> list[Stage]:
    return [
        Stage(
            label=event.get_state_display(),
            at=f"{day_of(event.at)} à {clock(timezone.localtime(event.at))}",
            by=_who(event.by),
            comment=event.comment,
        )
        for event in events
    ]


def _who(user: User | None) -> str:
    return str(user) if user else "le portail"
