"""Open a slot, a range or a weekly series; and keep every series written 90 days ahead."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from agenda.own import plans, recurrence
from agenda.own.models import Occurrence, Series
from agenda.own.plans import HORIZON, Plan
from agenda.own.refusals import OverlapsAnother, overlap_refused
from directory.effectors.places import Place
from directory.effectors.rights import load_effector
from sasportal.accounts.models import DelegateScope, User
from sasportal.audit import trail

SERIES_AT_ONCE = 100


def open_series(*, actor: User, national_id: str, plan: Plan) -> Series:
    """Offer what `plan` says and write its dates up to the horizon.

    Raises `EffectorOfSomebodyElse`, `EffectorUnknown`, `PlaceUnknown`, `PlanRefused`, `OverlapsAnother`.
    """
    now = timezone.now()
    place = load_effector(actor=actor, national_id=national_id, scope=DelegateScope.AGENDA).place(plan.place_key)
    plans.check(plan, zone=place.time_zone, now=now)
    coming = list(plans.days_to_come(plan, zone=place.time_zone, now=now))
    refuse_overlap(national_id=national_id, plan=plan, place=place, days=coming)
    with transaction.atomic(), overlap_refused():
        series = Series.objects.create(
            national_id=national_id, time_zone=place.time_zone, **plan.offer(), **plan.timing()
        )
        Occurrence.objects.bulk_create(occurrence_on(series, day) for day in coming)
        trail.record(actor=actor, action="own_series_opened", target=national_id, series=series.pk, rule=series.rule)
    return series


def occurrence_on(series: Series, day: date) -> Occurrence:
    start, end = recurrence.bounds(day, series.start_time, series.duration_minutes, series.time_zone)
    return Occurrence(
        series=series,
        national_id=series.national_id,
        place_key=series.place_key,
        time_zone=series.time_zone,
        kind=series.kind,
        capacity=series.capacity,
        types=series.types,
        consultation=series.consultation,
        day=day,
        start=start,
        end=end,
    )


def refuse_overlap(
    *, national_id: str, plan: Plan, place: Place, days: Sequence[date], but_not: Iterable[int] = ()
) -> None:
    """Raise `OverlapsAnother` with the first instant already offered at this place. One query.

    The exclusion constraint remains the truth; this finds the date to tell.
    """
    if not days:
        return
    wanted = [recurrence.bounds(day, plan.start_time, plan.duration_minutes, place.time_zone) for day in days]
    there = Occurrence.objects.filter(
        national_id=national_id, place_key=place.key, cancelled=False, start__lt=wanted[-1][1], end__gt=wanted[0][0]
    )
    taken = sorted(there.exclude(pk__in=list(but_not)).values_list("start", "end"))
    for start, end in wanted:
        for other_start, other_end in taken:
            if other_start < end and start < other_end:
                raise OverlapsAnother(max(start, other_start))


def refresh(*, now: datetime) -> int:
    """Write the dates that are missing up to the horizon; return how many.

    Compares what each open series should hold with what it holds: run twice it does nothing, run
    after a week of silence it catches up. A date something else occupies is tried again next time.
    """
    written, last = 0, 0
    while True:
        with transaction.atomic():
            batch = list(_open_series(after=last, today=now.date()))
            written += _write_missing(batch, now=now)
        if not batch:
            return written
        last = batch[-1].pk


def _open_series(*, after: int, today: date) -> Iterable[Series]:
    """Lock the next batch against those who edit it; what they hold is theirs to write."""
    repeating = Series.objects.filter(closed_at=None, pk__gt=after).exclude(rule="").exclude(last_day__lt=today)
    return repeating.order_by("pk").select_for_update(of=("self",), no_key=True, skip_locked=True)[:SERIES_AT_ONCE]


def _write_missing(batch: Sequence[Series], *, now: datetime) -> int:
    known = Occurrence.objects.filter(series__in=batch, cancelled=False, day__gte=now.date() - HORIZON)
    there = set(known.values_list("series_id", "day"))
    wanted = ((series, day) for series in batch for day in days_of(series, now=now))
    missing = [occurrence_on(series, day) for series, day in wanted if (series.pk, day) not in there]
    held = Occurrence.objects.filter(series__in=batch)
    before = held.count() if missing else 0
    Occurrence.objects.bulk_create(missing, ignore_conflicts=True)
    return held.count() - before if missing else 0


def days_of(series: Series, *, now: datetime) -> Iterable[date]:
    """Yield the dates a stored series should hold from now to the horizon."""
    today = recurrence.local_day(now, series.time_zone)
    until = min(today + HORIZON, series.last_day) if series.last_day else today + HORIZON
    dates = recurrence.days(
        rule=series.rule, first_day=series.first_day, since=today, until=until, exceptions=series.exceptions
    )
    return (day for day in dates if recurrence.instant(day, series.start_time, series.time_zone) > now)
