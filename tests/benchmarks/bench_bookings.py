"""Patients who book in the own agenda: twenty confirmations a second, and every page of the wizard."""

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment
from django.utils import timezone

from agenda.own.holding import HELD_FOR
from agenda.own.models import Hold
from booking.patients.models import Booking, Draft
from tests.benchmarks.bench_directory import own_database, say
from tests.benchmarks.figures import Figure
from tests.patient_booking import cast

A_SECOND, SECONDS, AT_ONCE = 20, 10, 20
BOOKING_MS, PAGE_MS, ROUNDS = 500, 150, 9


def main() -> list[Figure]:
    setup_test_environment()
    try:
        with own_database():
            cast.anne()
            return [confirmations(), *pages()]
    finally:
        teardown_test_environment()


def confirmations() -> Figure:
    """Each is due at its instant, and late from then on whatever keeps it waiting."""
    count = A_SECOND * SECONDS
    rows = [cast.offered(capacity=50, start=cast.later(3 * n)) for n in range(1, 1 + count // 50)]
    of_each = [cast.prepared(row, 50, first=50 * n) for n, row in enumerate(rows)]
    ready = [one for together in zip(*of_each, strict=True) for one in together]
    held_until = timezone.now() + HELD_FOR
    Hold.objects.bulk_create(
        Hold(pk=draft.pk, occurrence_id=draft.occurrence_id, expires_at=held_until) for _, draft in ready
    )
    Draft.objects.update(held_until=held_until)
    browsers = [(cast.browser(account), cast.step(draft, "verifier")) for account, draft in ready]
    say(f"{count} patients are about to confirm")
    # Production keeps its connections open
    together = threading.Barrier(AT_ONCE)

    def confirm(number: int, began: float) -> float:
        client, address = browsers[number]
        due = began + number / A_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        assert client.post(address).status_code == 302
        return 1_000 * (time.perf_counter() - due)

    def some(first: int) -> list[float]:
        """Every twentieth, on one connection."""
        connection.ensure_connection()
        together.wait(timeout=30)
        began = time.perf_counter() + 0.1
        try:
            return [confirm(number, began) for number in range(first, count, AT_ONCE)]
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        times = sorted(one for several in pool.map(some, range(AT_ONCE)) for one in several)
    assert Booking.objects.count() == count
    p95 = times[int(0.95 * len(times))]
    return Figure(
        what=f"booking on the own agenda, {A_SECOND} a second, p95", value=p95, unit="ms", goal=f"≤ {BOOKING_MS} ms",
        reached=p95 <= BOOKING_MS, alternative=f"median {statistics.median(times):.0f} ms, slowest {times[-1]:.0f} ms",
    )  # fmt: skip


def pages() -> list[Figure]:
    zoe = cast.patient()
    draft = cast.filled(cast.begun(cast.offered(), account=zoe), zoe)
    client = cast.browser(zoe)
    names = {"slot": "", "for whom": "pour-qui", "who": "pour-qui/moi", "reason": "motif", "check": "verifier"}
    return [page(f"wizard, {what}", client, cast.step(draft, name)) for what, name in names.items()]


def page(what: str, client: Client, address: str) -> Figure:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        assert client.get(address).status_code == 200
        times.append(1_000 * (time.perf_counter() - began))
    median = statistics.median(times)
    return Figure(
        what=what, value=median, unit="ms", goal=f"≤ {PAGE_MS} ms", reached=median <= PAGE_MS,
        alternative=f"slowest of {ROUNDS}: {max(times):.0f} ms",
    )  # fmt: skip
