"""Change or withdraw one occurrence, that one and the following, or all those to come.

The past is never rewritten. An occurrence that carries an orientation is locked: asked for alone it
is refused; within a series it stays as it is and the others change around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from agenda.own import plans, recurrence
from agenda.own.models import Occurrence, Series
from agenda.own.plans import Plan
from agenda.own.refusals import OccurrencePast, OccurrenceTaken, OccurrenceUnknown, overlap_refused
from agenda.own.series import occurrence_on, refuse_overlap
from directory.effectors.places import Place
from directory.effectors.rights import load_effector
from sasportal.accounts.models import DelegateScope, User
from sasportal.audit import trail

WRITTEN = ["series", "day", "place_key", "time_zone", "kind", "capacity", "types", "consultation", "start", "end",
           "cancelled", "sequence", "changed_at"]  # fmt: skip


class Scope(StrEnum):
    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Changed:
    """How many occurrences changed, and how many stayed as they were because a patient was sent there."""

    changed: int
    kept: int


@dataclass(frozen=True, kw_only=True)
class Reach:
    """The occurrences a change touches, locked: from `pivot` on, those still free and those taken."""

    series: Series
    pivot: date
    free: tuple[Occurrence, ...]
    taken: tuple[Occurrence, ...]


def load_occurrence(*, national_id: str, occurrence_id: int) -> Occurrence:
    """Return one occurrence of this agenda with its series; raises `OccurrenceUnknown`."""
    rows = Occurrence.objects.filter(pk=occurrence_id, national_id=national_id, cancelled=False)
    row = rows.select_related("series").first()
    if row is None:
        raise OccurrenceUnknown
    return row


@transaction.atomic
def change(*, actor: User, national_id: str, occurrence_id: int, plan: Plan, scope: Scope) -> Changed:
    """Replace what is offered within `scope` by `plan`.

    With `Scope.ONE` only place, day, hours and offer of the plan count; otherwise its rule counts too
    and its first day does not (a series goes on from where it is cut). Raises `OccurrenceTaken`,
    `OccurrencePast`, `OccurrenceUnknown`, `PlanRefused`, `OverlapsAnother`, and those of `load_effector`.
    """
    now = timezone.now()
    place = load_effector(actor=actor, national_id=national_id, scope=DelegateScope.AGENDA).place(plan.place_key)
    found = load_occurrence(national_id=national_id, occurrence_id=occurrence_id)
    reach = _reach(found, scope=scope, now=now)
    if scope is Scope.ONE and found.series.rule:
        done = _move_one(reach.free[0], plan=replace(plan, weekdays=()), place=place, now=now)
    else:
        done = _replan(reach, plan=resumed(plan, reach, zone=place.time_zone, now=now), place=place, now=now)
    _record(actor, "own_series_changed", found, scope, done)
    return done


@transaction.atomic
def withdraw(*, actor: User, national_id: str, occurrence_id: int, scope: Scope) -> Changed:
    """Offer no more what is within `scope`; raises as `change` does."""
    now = timezone.now()
    load_effector(actor=actor, national_id=national_id, scope=DelegateScope.AGENDA)
    found = load_occurrence(national_id=national_id, occurrence_id=occurrence_id)
    reach = _reach(found, scope=scope, now=now)
    _cancel(reach.free, now=now)
    if scope is Scope.ONE and found.series.rule:
        reach.series.exceptions = sorted({*reach.series.exceptions, *(row.day for row in reach.free)})
        reach.series.save(update_fields=["exceptions"])
    else:
        _end(reach.series, before=reach.pivot, now=now)
    done = Changed(changed=len(reach.free), kept=len(reach.taken))
    _record(actor, "own_series_withdrawn", found, scope, done)
    return done


def _reach(found: Occurrence, *, scope: Scope, now: datetime) -> Reach:
    """Lock the series, then its occurrences concerned, and read them again (places may be taken meanwhile)."""
    if found.start <= now:
        raise OccurrencePast
    series = Series.objects.select_for_update(no_key=True).get(pk=found.series_id)
    rows = series.occurrences.filter(cancelled=False, start__gt=now).order_by("day")
    match scope:
        case Scope.ONE:
            rows = rows.filter(pk=found.pk)
        case Scope.FOLLOWING:
            rows = rows.filter(day__gte=found.day)
        case Scope.ALL:
            pass
    locked = list(rows.select_for_update(of=("self",)))
    if not locked:
        raise OccurrenceUnknown
    free = tuple(row for row in locked if not row.locked)
    if not free:
        raise OccurrenceTaken
    return Reach(series=series, pivot=locked[0].day, free=free, taken=tuple(row for row in locked if row.locked))


def resumed(plan: Plan, reach: Reach, *, zone: str, now: datetime) -> Plan:
    """Make a repeating plan start where the series is cut: that week, after what stays before the cut."""
    if not plan.rule or not reach.series.rule:
        return plan
    monday = reach.pivot - timedelta(days=reach.pivot.weekday())
    earlier = reach.series.occurrences.filter(cancelled=False, day__lt=reach.pivot).order_by("day").last()
    starts = [monday, recurrence.local_day(now, zone), reach.series.first_day]
    if earlier:
        starts.append(earlier.day + timedelta(days=1))
    first = max(starts)
    ahead = recurrence.days(rule=plan.rule, first_day=first, until=first + plans.HORIZON)
    return replace(plan, first_day=next(ahead, first))


def _move_one(row: Occurrence, *, plan: Plan, place: Place, now: datetime) -> Changed:
    plans.check(plan, zone=place.time_zone, now=now)
    refuse_overlap(
        national_id=row.national_id, plan=plan, place=place, days=[plan.first_day], but_not=[row.pk]
    )  # fmt: skip
    start, end = recurrence.bounds(plan.first_day, plan.start_time, plan.duration_minutes, place.time_zone)
    _write(row, plan.offer() | {"time_zone": place.time_zone, "start": start, "end": end}, now=now)
    with overlap_refused():
        row.save(update_fields=WRITTEN)
    return Changed(changed=1, kept=0)


def _replan(reach: Reach, *, plan: Plan, place: Place, now: datetime) -> Changed:
    """Let the free occurrences follow the new plan, keeping each one's identity where its date remains."""
    plans.check(plan, zone=place.time_zone, now=now)
    kept_days = {row.day for row in reach.taken}
    coming = [day for day in plans.days_to_come(plan, zone=place.time_zone, now=now) if day not in kept_days]
    refuse_overlap(
        national_id=reach.series.national_id, plan=plan, place=place, days=coming,
        but_not=[row.pk for row in reach.free],
    )  # fmt: skip
    series = _series_for(reach, plan=plan, place=place, now=now)
    with overlap_refused():
        _cancel(reach.free, now=now)
        matched = _matched(reach.free, coming)
        for row, day in matched:
            _write(row, _values_on(series, day), now=now)
        Occurrence.objects.bulk_update([row for row, _ in matched], WRITTEN)
        Occurrence.objects.filter(pk__in=[row.pk for row in reach.taken]).update(series=series)
        used = {day for _, day in matched}
        Occurrence.objects.bulk_create(occurrence_on(series, day) for day in coming if day not in used)
    return Changed(changed=len(coming), kept=len(reach.taken))


def _series_for(reach: Reach, *, plan: Plan, place: Place, now: datetime) -> Series:
    """Return the series that carries the plan: the same one when nothing stays before the cut, else a new one."""
    values = plan.offer() | plan.timing() | {"time_zone": place.time_zone}
    if not reach.series.occurrences.filter(day__lt=reach.pivot, cancelled=False).exists():
        for name, value in values.items():
            setattr(reach.series, name, value)
        reach.series.save()
        return reach.series
    _end(reach.series, before=reach.pivot, now=now)
    return Series.objects.create(national_id=reach.series.national_id, **values)


def _end(series: Series, *, before: date, now: datetime) -> None:
    """Let the rule end the day before; close the series when nothing of it remains."""
    if series.rule and before > series.first_day:
        series.last_day = before - timedelta(days=1)
    else:
        series.closed_at = now
    series.save(update_fields=["last_day", "closed_at"])


def _matched(rows: Sequence[Occurrence], days: Sequence[date]) -> list[tuple[Occurrence, date]]:
    """Pair each row with its own date where it remains, the others in order: a calendar sees them move."""
    by_day = {row.day: row for row in rows}
    same = [(by_day[day], day) for day in days if day in by_day]
    left = [row for row in rows if row.day not in set(days)]
    return same + list(zip(left, (day for day in days if day not in by_day), strict=False))


def _values_on(series: Series, day: date) -> dict[str, object]:
    fresh = occurrence_on(series, day)
    return {name: getattr(fresh, name) for name in WRITTEN if name not in {"sequence", "changed_at"}}


def _write(row: Occurrence, values: dict[str, object], *, now: datetime) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.sequence += 1
    row.changed_at = now


def _cancel(rows: Sequence[Occurrence], *, now: datetime) -> None:
    for row in rows:
        _write(row, {"cancelled": True}, now=now)
    Occurrence.objects.bulk_update(rows, ["cancelled", "sequence", "changed_at"])


def _record(actor: User, action: str, found: Occurrence, scope: Scope, done: Changed) -> None:
    trail.record(
        actor=actor, action=action, target=found.national_id, occurrence=found.pk, scope=scope.value,
        changed=done.changed, kept=done.kept,
    )  # fmt: skip
