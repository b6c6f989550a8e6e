"""Run the portal under load, kill its parts at marked points, then compare the ledger with the database."""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.faults.site import Site

WRITERS = 4
# Any lock of ours would do: a trigger makes appointments wait on it inside their transaction
MARK = 47_001
TRIGGER = f"""
CREATE OR REPLACE FUNCTION wait_at_the_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_lock_shared({MARK}); PERFORM pg_advisory_unlock_shared({MARK}); RETURN NEW; END $$;
CREATE TRIGGER mark AFTER INSERT ON booking_appointment FOR EACH ROW EXECUTE FUNCTION wait_at_the_mark();
"""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=60, help="of load, faults included")
    seconds = arguments.parse_args().seconds
    with Site() as site:
        found = run(site, seconds)
    print(json.dumps(found), flush=True)  # noqa: T201
    return 0


def run(site: Site, seconds: float) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.faults import ledger as books

    actor = people(many := 400 + int(seconds * 12))
    site.start()
    ledger = books.Ledger()
    editors = [books.Editor(ledger, site.portal.port, number) for number in range(WRITERS)]
    working = [threading.Thread(target=editor.work) for editor in editors]
    working.append(threading.Thread(target=books.invite_all, args=(ledger, actor), kwargs={"many": many}))
    for thread in working:
        thread.start()
    began = time.monotonic()
    rounds = 0
    while not rounds or time.monotonic() - began < seconds:
        for fault in faults(site):
            fault()
            time.sleep(0.3)
        rounds += 1
    ledger.stopping.set()
    for thread in working:
        thread.join(120)
    drain()
    return verdict(site, ledger, rounds)


def people(many: int) -> Any:
    """An editor, a regulator, a structure and practitioners with an address."""
    from sasportal.accounts.models import User
    from tests.booking.cast import editor, regulator
    from tests.communities import cast
    from tests.faults.ledger import invited

    regulator()
    editor("Alpha")
    cast.structures()
    for number in invited(many):
        cast.practitioner(number)
    User.objects.bulk_create(
        User(username=cast.rpps(number), national_id=cast.rpps(number), email=f"praticien{number}@exemple.example")
        for number in invited(many)
    )
    return cast.manager()


def faults(site: Site) -> list[Callable[[], None]]:
    return [
        site.kill_web,
        lambda: kill_web_inside_a_transaction(site),
        lambda: kill_worker_between_sending_and_writing_it_down(site),
        lambda: site.broker_away(1),
        site.crash_database,
    ]


def kill_web_inside_a_transaction(site: Site) -> None:
    """Every appointment being written waits at the mark, after its INSERT and before its COMMIT: then SIGKILL."""
    import psycopg

    with psycopg.connect(site.postgres.url, autocommit=True) as holder:
        holder.execute(TRIGGER)
        holder.execute("SELECT pg_advisory_lock(%s)", [MARK])
        try:
            wait_until(lambda: waiting_at_the_mark(holder), "an appointment at the mark")
            site.portal.kill("web")
            site.kills["web inside a transaction"] += 1
        finally:
            holder.execute("SELECT pg_advisory_unlock(%s)", [MARK])
            holder.execute("DROP TRIGGER mark ON booking_appointment")
    site.portal.start_web()


def waiting_at_the_mark(holder: Any) -> bool:
    row = holder.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", [MARK]
    ).fetchone()
    return bool(row[0])


def kill_worker_between_sending_and_writing_it_down(site: Site) -> None:
    """The mail server has the message; the worker dies before it hears so."""
    killed = threading.Event()

    def kill() -> None:
        site.portal.kill("worker")
        site.kills["worker between sending and writing it down"] += 1
        killed.set()

    site.letters.on_arrival = kill
    if not killed.wait(5):  # nobody is left to be invited: nothing is being sent
        site.letters.on_arrival = None
        return
    site.portal.start_worker()


def drain() -> None:
    """What beat does every ten seconds, two relays at once, as if the leases of the dead had run out."""
    from django.db import connection
    from django.utils import timezone

    from sasportal.outbox.models import Delivery, DeliveryState
    from sasportal.outbox.relay import relay

    def left() -> Any:
        return Delivery.objects.filter(state=DeliveryState.PENDING)

    def work() -> None:
        while relay():
            pass
        connection.close()

    connection.close()  # the database it was opened to is gone
    deadline = time.monotonic() + 60
    while left().exists() and time.monotonic() < deadline:
        left().filter(not_before__gt=timezone.now()).update(not_before=timezone.now())
        relays = [threading.Thread(target=work) for _ in range(2)]
        for one in relays:
            one.start()
        for one in relays:
            one.join()


def verdict(site: Site, ledger: Any, rounds: int) -> dict[str, Any]:
    from booking.models import Appointment
    from directory.models import Invitation
    from sasportal.audit import trail
    from sasportal.outbox.models import Delivery, DeliveryState

    kept = list(Appointment.objects.values_list("value", "status"))
    sent = {str(pk) for pk in Delivery.objects.filter(state=DeliveryState.DELIVERED).values_list("pk", flat=True)}
    read = {name.strip("<>").partition("@")[0] for name in site.letters.copies}
    return {
        "rounds": rounds,
        "kills": dict(site.kills),
        "writes again": ledger.retries,
        "appointments acknowledged": len(ledger.appointments),
        "appointments lost": sorted(ledger.appointments.keys() - {value for value, _ in kept}),
        "appointments doubled": len(kept) - len({value for value, _ in kept}),
        "appointments otherwise": sorted(
            value for value, status in kept if ledger.appointments.get(value, status) != status
        ),
        "addresses that moved": ledger.moved,
        "invitations committed": len(ledger.invited),
        "invitations lost": len(ledger.invited) - Invitation.objects.count(),
        "deliveries not ended": Delivery.objects.exclude(state=DeliveryState.DELIVERED).count(),
        "deliveries without a message": sorted(sent - read),
        "messages nobody asked for": sorted(read - sent),
        "messages": len(read),
        "second copies, recognised": site.letters.copies.total() - len(read),
        "faults of the audit trail": [fault.what for fault in trail.verify().faults],
    }


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
