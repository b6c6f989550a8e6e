"""What is not needed any more: births once a request is over, drafts that nobody goes on with.

Read from the requests themselves: run twice, or after weeks of silence, the job does what is missing and no more.
"""

from datetime import datetime, timedelta

from django.db import transaction

from directory.models import RegistrationRequest, RegistrationState
from directory.registration import drafts
from directory.registration.requests import NotInThisState

KEEP = timedelta(days=30)
LEFT_ALONE = "Brouillon sans suite depuis trente jours."


def forget(*, now: datetime) -> None:
    """Abandon the drafts left alone for a month; erase the births of what ended a month ago."""
    left = RegistrationRequest.objects.filter(state=RegistrationState.DRAFT, updated_at__lte=now - KEEP)
    for draft in left.order_by("pk"):
        _abandon(draft, before=now - KEEP)
    over = RegistrationRequest.objects.filter(ended_at__lte=now - KEEP)
    over.exclude(birth_date=None, birth_place="", answers={}).update(birth_date=None, birth_place="", answers={})
    over.filter(number=None).exclude(search_name="").update(search_name="")


@transaction.atomic
def _abandon(draft: RegistrationRequest, *, before: datetime) -> None:
    """Abandon it, unless its author came back or another worker was faster."""
    still = RegistrationRequest.objects.select_for_update(no_key=True).filter(pk=draft.pk, updated_at__lte=before)
    if still.first() is None:
        return
    try:
        drafts.abandon(actor=None, request=draft, comment=LEFT_ALONE)
    except NotInThisState:
        return
