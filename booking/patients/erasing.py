"""Forget patients: thirty days after their appointment, and whenever they ask. Numbers without persons stay.

Read from the bookings themselves: run twice, or after weeks of silence, the job does what is missing and no more.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from agenda.own.models import Hold
from booking.patients import changing
from booking.patients.changing import NotCancellable
from booking.patients.history import write
from booking.patients.models import OPEN_STATES, Booking, Draft, EventKind, Person, PersonKind
from sasportal.accounts.models import User
from sasportal.audit.trail import SYSTEM
from sasportal.vault.sealing import erase, forget_keys

KEEP = timedelta(days=30)


def erase_old(*, now: datetime) -> int:
    """Erase what is known of the patients whose appointment ended thirty days ago; return how many."""
    done = 0
    for booking in Booking.objects.filter(end__lte=now - KEEP, erased_at=None).order_by("end").iterator():
        erase_booking(booking, by=SYSTEM)
        done += 1
    return done + _people_gone()


@transaction.atomic
def erase_booking(booking: Booking, *, by: User | str) -> None:
    """Leave where and when, state and history; nothing that says of whom."""
    erase(booking)
    booking.account, booking.person, booking.person_index = None, None, ""
    booking.erased_at = timezone.now()
    booking.save(update_fields=["account", "person", "person_index", "erased_at"])
    write(booking, EventKind.ERASED, by)


@transaction.atomic
def erase_account(*, user: User) -> None:
    """Cancel what is to come, then erase everything this account or a helper of it left here.

    Call it before the account is deleted, in the same transaction.
    """
    about = Booking.objects.filter(Q(account=user) | Q(person__helped=user))
    # In one order: two people leaving at once may have the same places to give back
    for booking in about.filter(state__in=OPEN_STATES, start__gt=timezone.now()).order_by("occurrence_id", "pk"):
        try:
            changing.cancel(actor=user, booking=booking)
        except NotCancellable:
            continue
    for booking in about.order_by("pk"):
        erase_booking(booking, by=user)
    drafts = Draft.objects.filter(account=user)
    Hold.objects.filter(pk__in=drafts.values("pk")).delete()
    _delete_with_keys(drafts)
    _delete_with_keys(Person.objects.filter(Q(account=user) | Q(helped=user)))


def _people_gone() -> int:
    """Relatives nobody books for any more, once their last booking is erased."""
    over = Person.objects.exclude(kind=PersonKind.SELF).exclude(ended_at=None).filter(bookings=None)
    return _delete_with_keys(over)


@transaction.atomic
def _delete_with_keys(rows: QuerySet[Draft] | QuerySet[Person]) -> int:
    ids = list(rows.values_list("pk", "key"))
    rows.model.objects.filter(pk__in=[pk for pk, _ in ids]).delete()
    forget_keys([key for _, key in ids if key])
    return len(ids)
