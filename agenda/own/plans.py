"""What a person wants to offer, before anything is written: checked, expanded, comparable."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from agenda.own import recurrence
from agenda.own.models import LONGEST_MINUTES, MOST_PATIENTS, STEP_MINUTES, OfferKind

HORIZON = timedelta(days=90)
FURTHEST = timedelta(days=366)


class PlanRefused(Exception):
    """This cannot be offered; `field` and `sentence` say why to whoever typed it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One slot or range, once or every so many weeks, in the local time of its place."""

    place_key: str
    kind: str
    first_day: date
    start_time: time
    end_time: time
    capacity: int
    types: tuple[str, ...]
    consultation: tuple[str, ...]
    weekdays: tuple[int, ...] = ()  # 0 is Monday; none: only once
    every: int = 1
    last_day: date | None = None
    exceptions: tuple[date, ...] = field(default=())

    @property
    def rule(self) -> str:
        return recurrence.weekly(self.weekdays, every=self.every) if self.weekdays else ""

    @property
    def duration_minutes(self) -> int:
        return _minutes(self.end_time) - _minutes(self.start_time)

    def fingerprint(self) -> str:
        """Return a short mark that changes with the plan: what was previewed is what is saved."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:24]

    def offer(self) -> dict[str, Any]:
        """The columns common to a series and its occurrences."""
        return {
            "place_key": self.place_key,
            "kind": self.kind,
            "capacity": self.capacity,
            "types": list(self.types),
            "consultation": list(self.consultation),
        }

    def timing(self) -> dict[str, Any]:
        return {
            "first_day": self.first_day,
            "start_time": self.start_time,
            "duration_minutes": self.duration_minutes,
            "rule": self.rule,
            "last_day": self.last_day if self.rule else None,
            "exceptions": list(self.exceptions) if self.rule else [],
        }


def check(plan: Plan, *, zone: str, now: datetime) -> None:
    """Raise `PlanRefused` for the first thing that does not hold."""
    for refused, where, sentence in _faults(plan, today=recurrence.local_day(now, zone)):
        if refused:
            raise PlanRefused(where, sentence)
    if next(iter(days_to_come(plan, zone=zone, now=now, horizon=None)), None) is None:
        raise PlanRefused("first_day", "Aucune date à venir : vérifiez le jour, l'heure, la fin et les exceptions.")


def _faults(plan: Plan, *, today: date) -> Iterator[tuple[bool, str, str]]:
    on_quarter = all(not (at.minute % STEP_MINUTES or at.second) for at in (plan.start_time, plan.end_time))
    yield not on_quarter, "start_time", "Les horaires vont de quart d'heure en quart d'heure (9 h 00, 9 h 15…)."
    yield plan.duration_minutes <= 0, "end_time", "La fin doit suivre le début, le même jour."
    yield plan.duration_minutes > LONGEST_MINUTES, "end_time", "Une plage dure 12 heures au plus."
    yield not plan.types, "types", "Choisissez à qui c'est ouvert."
    yield not plan.consultation, "consultation", "Choisissez au moins un mode de consultation."
    most = 1 if plan.kind == OfferKind.SLOT else MOST_PATIENTS
    yield not 1 <= plan.capacity <= most, "capacity", f"Un créneau reçoit un patient, une plage de 1 à {MOST_PATIENTS}."
    yield plan.first_day > today + FURTHEST, "first_day", "Choisissez une date dans les douze mois qui viennent."
    ends_early = plan.last_day is not None and plan.last_day < plan.first_day
    yield ends_early, "last_day", "La fin de la répétition doit suivre son début."


def days_to_come(plan: Plan, *, zone: str, now: datetime, horizon: timedelta | None = HORIZON) -> Iterator[date]:
    """Yield the dates of this plan still ahead, up to the horizon (a single date has none)."""
    today = recurrence.local_day(now, zone)
    until = today + (HORIZON if plan.rule and horizon else 2 * FURTHEST)
    if plan.last_day and plan.rule:
        until = min(until, plan.last_day)
    dates = recurrence.days(
        rule=plan.rule, first_day=plan.first_day, since=today, until=until,
        exceptions=plan.exceptions if plan.rule else (),
    )  # fmt: skip
    return (day for day in dates if recurrence.instant(day, plan.start_time, zone) > now)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
