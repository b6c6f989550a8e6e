"""The period a line asks for: whole days on the clock of the structure, the last one included."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FARTHEST_YEARS = 50
_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class DatesRefused(Exception):
    """The words say what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """`starts_at` None: as soon as it is declared; `moved`: a past day was asked for."""

    starts_at: datetime | None
    ends_at: datetime | None
    moved: bool = False


def period(since: str, until: str, *, zone: str, now: datetime) -> Period:
    """Read both dates; a declaration never begins in the past. Raises DatesRefused."""
    first, last = _day(since, "début"), _day(until, "fin")
    today = now.astimezone(ZoneInfo(zone)).date()
    if last and last < today:
        raise DatesRefused(f"La fin ({last:%d/%m/%Y}) est passée.")
    if first and last and last < first:
        raise DatesRefused("La fin précède le début.")
    if last and last.year > today.year + FARTHEST_YEARS:
        raise DatesRefused(f"La fin ({last:%d/%m/%Y}) est trop lointaine. Laissez-la vide : sans fin.")
    if first and first.year > today.year + FARTHEST_YEARS:
        raise DatesRefused(f"Le début ({first:%d/%m/%Y}) est trop lointain.")
    return Period(
        starts_at=_midnight(first, zone) if first and first > today else None,
        ends_at=_midnight(last + timedelta(days=1), zone) if last else None,
        moved=first is not None and first < today,
    )


def _day(text: str, what: str) -> date | None:
    if not text:
        return None
    written = _FRENCH.fullmatch(text)
    try:
        return date(*(int(part) for part in reversed(written.groups()))) if written else date.fromisoformat(text)
    except ValueError:
        raise DatesRefused(f"Date de {what} illisible : « {text} ». Écrivez 31/12/2026.") from None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
