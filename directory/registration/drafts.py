"""Writing a request: every step is kept as typed, whoever stops there finds it again."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from directory.models import RegistrationRequest, RegistrationState
from directory.models.registration import EDITABLE
from directory.registration.requests import NotInThisState, held, move
from sasportal.accounts.models import User
from sasportal.audit import trail
from sasportal.spelling import plain

LONGEST_ANSWER = 300
# The person whose identity was checked is the one these name
IDENTITY = ("civility", "family_name", "given_name", "birth_date", "birth_place")
CERTIFICATION = ("certified", "certified_by", "certified_at")


@transaction.atomic
def open_draft(*, actor: User, draft_id: UUID, answers: Mapping[str, str]) -> RegistrationRequest:
    """Begin a request; the same `draft_id` sent twice begins one. Raises NotInThisState for somebody else's."""
    draft, new = RegistrationRequest.objects.get_or_create(pk=draft_id, defaults={"created_by": actor})
    if draft.created_by_id != actor.pk:
        raise NotInThisState
    if new:
        move(draft, RegistrationState.DRAFT, by=actor)
    return save_answers(request=draft, answers=answers)


@transaction.atomic
def save_answers(*, request: RegistrationRequest, answers: Mapping[str, str]) -> RegistrationRequest:
    """Keep what was typed, right or wrong; raises NotInThisState once submitted.

    Another identity than the one that was certified has to be certified again.
    """
    draft = held(request, *EDITABLE)
    before = dict(draft.answers)
    draft.answers = before | {name: value[:LONGEST_ANSWER] for name, value in answers.items()}
    if any(before.get(name, "") != draft.answers.get(name, "") for name in IDENTITY):
        draft.answers = {name: value for name, value in draft.answers.items() if name not in CERTIFICATION}
    if draft.state == RegistrationState.DRAFT:
        draft.search_name = plain(f"{draft.answers.get('family_name', '')} {draft.answers.get('given_name', '')}")
    draft.updated_at = timezone.now()
    draft.save(update_fields=["answers", "search_name", "updated_at"])
    return draft


def certify(*, actor: User, request: RegistrationRequest, certified: bool) -> RegistrationRequest:
    """Note that `actor` checked the person's identity face to face, or that nobody did."""
    if not certified:
        return save_answers(request=request, answers=dict.fromkeys(CERTIFICATION, ""))
    if request.answers.get("certified"):
        return request
    now = timezone.now().isoformat()
    answers = {"certified": "on", "certified_by": str(actor.technical_id), "certified_at": now}
    return save_answers(request=request, answers=answers)


@transaction.atomic
def abandon(*, actor: User | None, request: RegistrationRequest, comment: str = "") -> None:
    """Give up a request nobody is examining; raises NotInThisState."""
    draft = held(request, *EDITABLE, RegistrationState.SUBMITTED)
    move(draft, RegistrationState.ABANDONED, by=actor, comment=comment)
    trail.record(actor=actor or trail.SYSTEM, action="registration_abandoned", target=draft.number or str(draft.pk))
