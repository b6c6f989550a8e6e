"""Patients who book in the own agenda: twenty confirmations a second, and every page of the wizard."""

import statistics
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment
from django.utils import timezone

from agenda.own.holding import HELD_FOR
from agenda.own.models import Hold
from booking.patients.models import Booking, Draft
from sasportal.accounts.models import User
from tests.benchmarks.bench_directory import own_database, say
from tests.benchmarks.figures import Figure
from tests.live import Live, free_port, same_secrets
from tests.patient_booking import cast

A_SECOND, SECONDS, AT_ONCE, PROCESSES = 20, 10, 20, 2
TOKEN = "t" * 32
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
    """Over HTTP at two web processes, as on two cores; one process beside it."""
    alone, several = (at_processes(count, first=count * 1_000) for count in (1, PROCESSES))
    p95 = several[int(0.95 * len(several))]
    return Figure(
        what=f"booking on the own agenda, {A_SECOND} a second, {PROCESSES} processes, p95", value=p95, unit="ms",
        goal=f"≤ {BOOKING_MS} ms", reached=p95 <= BOOKING_MS,
        alternative=f"median {statistics.median(several):.0f} ms, slowest {several[-1]:.0f} ms; one process: "
        f"p95 {alone[int(0.95 * len(alone))]:.0f} ms",
    )  # fmt: skip


def at_processes(processes: int, *, first: int) -> list[float]:
    """Milliseconds of each confirmation, sorted."""
    count = A_SECOND * SECONDS
    rows = [cast.offered(capacity=50, start=cast.later(24 * processes + 3 * n)) for n in range(count // 50)]
    of_each = [cast.prepared(row, 50, first=first + 50 * n) for n, row in enumerate(rows)]
    ready = [one for together in zip(*of_each, strict=True) for one in together]
    held_until = timezone.now() + HELD_FOR
    Hold.objects.bulk_create(
        Hold(pk=draft.pk, occurrence_id=draft.occurrence_id, expires_at=held_until) for _, draft in ready
    )
    Draft.objects.update(held_until=held_until)
    browsers = [(cookies(account), cast.step(draft, "verifier")) for account, draft in ready]
    before = Booking.objects.count()
    live = Live(port=free_port(), environment=same_secrets())
    live.start_web("--workers", str(processes))
    try:
        warm(live)
        say(f"{count} patients are about to confirm, {processes} web process(es)")
        times = confirmed(live, browsers)
    finally:
        live.stop()
    assert Booking.objects.count() == before + count
    return sorted(times)


def cookies(account: User) -> str:
    held = {name: cookie.value for name, cookie in cast.browser(account).cookies.items()}
    return "; ".join(f"{name}={value}" for name, value in (held | {settings.CSRF_COOKIE_NAME: TOKEN}).items())


def warm(live: Live) -> None:
    """Each process has served some pages before."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda _: live.wait_for(f"{live.url}/patient/"), range(4 * AT_ONCE)))


def confirmed(live: Live, browsers: Sequence[tuple[str, str]]) -> list[float]:
    """Each is due at its instant, and late from then on whatever keeps it waiting."""
    together = threading.Barrier(AT_ONCE)
    body = urlencode({"csrfmiddlewaretoken": TOKEN})

    def some(first: int) -> list[float]:
        """Every twentieth."""
        together.wait(timeout=30)
        began, times = time.perf_counter() + 0.1, []
        for number in range(first, len(browsers), AT_ONCE):
            held, address = browsers[number]
            due = began + number / A_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            line = HTTPConnection("127.0.0.1", live.port, timeout=30)
            line.request("POST", address, body, {"Cookie": held, "Content-Type": "application/x-www-form-urlencoded"})
            assert line.getresponse().status == 302
            times.append(1_000 * (time.perf_counter() - due))
            line.close()
        return times

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [one for several in pool.map(some, range(AT_ONCE)) for one in several]


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
