"""Thirteen months of twenty editors on the board, beside the same figures read from the calls themselves."""

import random
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_test_environment
from django.utils import timezone

from agenda.supervision.figures import EDGES_MS
from agenda.supervision.models import CallCount, Kind, Unit
from agenda.supervision.tallies import tally
from sasportal.accounts.models import Role
from tests.accounts.people import professional, signed_in_by_psc
from tests.benchmarks.bench_directory import own_database, say
from tests.benchmarks.figures import Figure
from tests.supervision.cast import editor

EDITORS, DAYS, ROUNDS = 20, 396, 9
CALLS_AN_HOUR, RAW_DAYS = 3_000, 30
GOAL_MS = 1_000
REASONS = ("stranger", "bad_instant", "phone", "booking_url", "duplicate")


def main() -> list[Figure]:
    setup_test_environment()
    try:
        with own_database():
            return measure()
    finally:
        teardown_test_environment()


def measure() -> list[Figure]:
    keys = [editor(f"Éditeur {number:02}").pk for number in range(EDITORS)]
    days_of(keys)
    raw_calls(keys)
    browser = signed_in_by_psc(professional("899700000062", Role.ADMIN))
    first_round = timed(tally)
    again = 1_000 * timed(tally)
    raw = 1_000 * timed(from_the_calls)
    say(f"counting {RAW_DAYS} days of calls for the first time: {first_round:.1f} s; again: {again:.0f} ms")
    return [
        page(f"board, 13 months × {EDITORS} editors", browser, "/supervision/?periode=13m",
             f"{RAW_DAYS} days alone, from the calls: {raw:.0f} ms"),
        page(f"board, last hour × {EDITORS} editors", browser, "/supervision/?periode=1h"),
        page("one editor, 13 months", browser, f"/supervision/editeurs/{keys[0]}/?periode=13m"),
        page("export, 13 months", browser, "/supervision/export.csv?periode=13m"),
    ]  # fmt: skip


def days_of(keys: list[int]) -> None:
    """Every code an editor may show, every day."""
    chance, midnight = random.Random(47), timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)  # noqa: S311
    codes = [
        *((Kind.OUTCOME, code) for code in ("OK", "EMPTY", "PARTIAL", "TIMEOUT", "UNREACHABLE")),
        *((Kind.DURATION, str(edge)) for edge in EDGES_MS),
        *((Kind.REJECT, reason) for reason in REASONS),
        (Kind.SLOTS, ""),
    ]
    say(f"{len(keys) * DAYS * len(codes)} daily counts")
    CallCount.objects.bulk_create(
        (
            CallCount(editor_id=key, unit=Unit.DAY, start=midnight - timedelta(days=day), kind=kind, code=code,
                      count=chance.randrange(1, 4_000))
            for key in keys for day in range(RAW_DAYS + 1, DAYS) for kind, code in codes
        ),
        batch_size=5_000,
    )  # fmt: skip


def raw_calls(keys: list[int]) -> None:
    """The rate of the convention over the last days, in one statement."""
    say(f"{CALLS_AN_HOUR * 24 * RAW_DAYS} calls")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO agenda_editorcall
                (editor_id, at, flow, practitioners, duration_ms, outcome, slots, rejects, broken, reused)
            SELECT (%(keys)s::bigint[])[1 + n %% %(many)s], now() - n * interval '1 hour' / %(rate)s, 'R01', 20,
                20 + (n::bigint * 7919) %% 900, CASE WHEN n %% 50 = 0 THEN 'TIMEOUT' ELSE 'OK' END, n %% 40,
                CASE WHEN n %% 20 = 0 THEN '{"phone": 1}'::jsonb ELSE '{}' END, '[]', false
            FROM generate_series(0, %(calls)s) n
            ORDER BY n DESC
            """,
            {"keys": keys, "many": len(keys), "rate": CALLS_AN_HOUR, "calls": CALLS_AN_HOUR * 24 * RAW_DAYS},
        )
        cursor.execute("ANALYZE")


def from_the_calls() -> None:
    """What the board would ask without counts kept, for a thirteenth of the time."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT editor_id, date_trunc('day', at, 'Europe/Paris'), count(*),
                count(*) FILTER (WHERE outcome IN ('OK', 'EMPTY', 'PARTIAL')),
                percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_ms)
            FROM agenda_editorcall GROUP BY 1, 2
            """
        )
        cursor.fetchall()


def page(what: str, browser: Client, address: str, alternative: str = "") -> Figure:
    assert read(browser, address)
    times = [1_000 * timed(lambda: read(browser, address)) for _ in range(ROUNDS)]
    with CaptureQueriesContext(connection) as captured:
        read(browser, address)
    median, queries = statistics.median(times), len(captured)
    said = f"slowest of {ROUNDS}: {max(times):.0f} ms; {queries} queries, counting included"
    return Figure(
        what=what, value=median, unit="ms", goal=f"≤ {GOAL_MS} ms", reached=median <= GOAL_MS,
        alternative=f"{said}; {alternative}" if alternative else said,
    )  # fmt: skip


def read(browser: Client, address: str) -> bytes:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.getvalue() if answer.streaming else answer.content


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
