"""Take over requests written elsewhere (a demo, another tool), each once, by the same use cases as the pages."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from directory.loading.failures import WrongFile
from directory.models import RegistrationRequest
from directory.registration import drafts, review, submission
from directory.registration.answers import answers_of
from sasportal.accounts.models import Territory, User


def load(rows: Iterable[dict[str, Any]]) -> int:
    """Write the requests not known yet; return how many. Raises WrongFile for one that could not be sent."""
    return sum(_take_over(row) for row in rows)


@transaction.atomic
def _take_over(row: dict[str, Any]) -> bool:
    """A row is a draft unless `sent`; an `examiner` takes it, and asks his `question` if there is one."""
    draft_id = UUID(row["id"])
    if RegistrationRequest.objects.filter(pk=draft_id).exists():
        return False
    author = User.objects.get(national_id=row["author"])
    answers = row["answers"] | {"territory": str(Territory.objects.get(name=row["territory"]).pk)}
    draft = drafts.open_draft(actor=author, draft_id=draft_id, answers=answers)
    if row.get("sent"):
        _send(author, draft)
    if "examiner" in row:
        examiner = User.objects.get(national_id=row["examiner"])
        review.take(actor=examiner, request=draft)
        if row.get("question"):
            review.ask(actor=examiner, request=draft, question=row["question"])
    return True


def _send(author: User, draft: RegistrationRequest) -> None:
    certified = answers_of(drafts.certify(actor=author, request=draft, certified=True), actor=author)
    if certified.incomplete:
        missing = ", ".join(step.label for step in certified.incomplete)
        raise WrongFile(f"{draft.pk} : à compléter ({missing}).")
    draft.refresh_from_db()
    submission.submit(actor=author, request=draft, filing=certified.filing())
