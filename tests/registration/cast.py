"""A request as its author writes it, in any of its states; the manager and the administrator around it."""

from typing import Any
from uuid import uuid4

from directory.models import RegistrationRequest, Structure
from directory.registration import drafts, review, submission
from directory.registration.answers import answers_of
from sasportal.accounts.models import User
from tests.accounts import cast
from tests.accounts.cast import BOTH, LOT, PARIS, admin, manager, territory

__all__ = ["BOTH", "LOT", "PARIS", "admin", "manager", "territory"]

SAMU = "470000012"
IDENTITY = {
    "civility": "MME", "family_name": "Lagarde", "given_name": "Zoé", "birth_date": "1985-11-24",
    "birth_place": "Agen",
}  # fmt: skip
CONTACT = {"email": "zoe.lagarde@samu47.example", "phone": "05 53 00 12 34"}


def structure(finess: str = SAMU, name: str = "SAMU 47", **more: Any) -> Structure:
    fields = {"category": "101", "line": "1 route de Villeneuve", "postal_code": "47000", "city": "Agen",
              "search_name": name.lower()} | more  # fmt: skip
    return Structure.objects.get_or_create(finess=finess, defaults={"name": name, **fields})[0]


def situation(where: tuple[str, list[str]] = LOT) -> dict[str, str]:
    structure()
    return {"structure_text": "samu", "structure": SAMU, "kind": "osnp", "territory": str(territory(*where).pk)}


def answers(**changes: str) -> dict[str, str]:
    return IDENTITY | CONTACT | situation() | changes


def draft(actor: User, **changes: str) -> RegistrationRequest:
    """Every question answered, the identity certified, nothing sent."""
    written = drafts.open_draft(actor=actor, draft_id=uuid4(), answers=answers(**changes))
    return drafts.certify(actor=actor, request=written, certified=True)


def send(actor: User, request: RegistrationRequest) -> RegistrationRequest:
    return submission.submit(actor=actor, request=request, filing=answers_of(request, actor=actor).filing())


def submitted(actor: User, **changes: str) -> RegistrationRequest:
    return send(actor, draft(actor, **changes))


def somebody(number: int) -> dict[str, str]:
    """Answers that make another person, with another address."""
    return {"family_name": f"Essai {number:03}", "email": f"essai{number}@samu47.example"}


def in_state(state: str, actor: User, examiner: User, **changes: str) -> RegistrationRequest:
    request = draft(actor, **changes)
    if state != "draft":
        request = send(actor, request)
    if state == "abandoned":
        drafts.abandon(actor=actor, request=request)
    if state in {"in_review", "needs_information", "approved", "rejected"}:
        review.take(actor=examiner, request=request)
    match state:
        case "needs_information":
            review.ask(actor=examiner, request=request, question="Quel est son service ?")
        case "approved":
            review.approve(actor=examiner, request=request)
        case "rejected":
            review.reject(actor=examiner, request=request, reason="Cette personne a un RPPS.")
    return again(request)


def again(request: RegistrationRequest) -> RegistrationRequest:
    return RegistrationRequest.objects.get(pk=request.pk)


person = cast.person
