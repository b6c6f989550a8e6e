"""A CPTS of 500 members, and an import of 5,000 lines: pages, queries, seconds."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_test_environment
from django.utils import timezone

from directory.communities.importing import imports, jobs
from directory.communities.importing.reading import MOST_LINES, read_file
from directory.models import Activity, Invitation, MemberImport, Participation, Practitioner
from sasportal.accounts.models import User
from tests.accounts.people import signed_in_by_psc
from tests.benchmarks.bench_directory import own_database, say
from tests.benchmarks.figures import Figure
from tests.communities import cast

MEMBERS, DECLARATIONS, ROUNDS = 500, 60_000, 15
QUERIES_GOAL, MS_GOAL, SECONDS_GOAL = 12, 150, 180


def main() -> list[Figure]:
    setup_test_environment()
    try:
        with own_database():
            return measure()
    finally:
        teardown_test_environment()


def measure() -> list[Figure]:
    cast.structures()
    people(MOST_LINES + MEMBERS)
    members()
    sacha, alix = cast.manager(), cast.admin()
    of_manager, of_admin = signed_in_by_psc(sacha), signed_in_by_psc(alix)
    here = f"/structures/{cast.AGENAIS}"
    return [
        *page_figures(f"members of a CPTS of {MEMBERS}", of_manager, f"{here}/membres/"),
        *page_figures(f"members of a CPTS of {MEMBERS}, filtered", of_manager, f"{here}/membres/?q=essai1"),
        *page_figures(f"export of {MEMBERS} members", of_manager, f"{here}/membres/export.csv"),
        *page_figures(f"list of {DECLARATIONS} declarations", of_admin, "/gestion/declarations/"),
        *page_figures(
            f"list of {DECLARATIONS} declarations, filtered",
            of_admin,
            "/gestion/declarations/?q=ana&etat=en-vigueur",
        ),
        *page_figures("list of structures", of_admin, "/structures/"),
        *import_figures(sacha, cast.AGENAIS, "invitations"),
        *import_figures(alix, cast.BORDEAUX, "declarations"),
    ]


def people(how_many: int) -> None:
    say(f"{how_many} practitioners, two places each")
    Practitioner.objects.bulk_create(
        (
            Practitioner(
                national_id=cast.rpps(number), civility="DR", family_name=f"ESSAI{number}", given_name="Ana",
                profession="10", search_name=f"essai{number} ana", search_name_given_first=f"ana essai{number}",
            )
            for number in range(how_many)
        ),
        batch_size=2_000,
    )  # fmt: skip
    Activity.objects.bulk_create(
        (
            Activity(
                practitioner_id=cast.rpps(number), key=f"C{place}|SM54", place_key=f"C{place}", profession="10",
                specialty="SM54", specialty_label="Qualifié en Médecine Générale", line=f"{place} RUE D'ESSAI",
                postal_code="47000", city="Agen", department="47", lat=44.2, lon=0.6,
            )
            for number in range(how_many) for place in range(2)
        ),
        batch_size=2_000,
    )  # fmt: skip


def members() -> None:
    """Members of one CPTS (half of them at one place, all of them for the second time), and declarations elsewhere."""
    now = timezone.now()
    say(f"{DECLARATIONS} declarations")
    own = []
    for number in range(MEMBERS):
        through = {"national_id": cast.rpps(number), "via": "cpts", "structure": cast.AGENAIS, "declared_by": "essai"}
        moved = now - timedelta(days=30)
        own.append(Participation(**through, starts_at=now - timedelta(days=400), ends_at=moved))
        own.append(Participation(**through, starts_at=moved, place_key="C1" if number % 2 else ""))
    elsewhere = (
        Participation(
            national_id=f"8{98_000_000_000 + number}", via="individual", declared_by="essai", starts_at=now
        )
        for number in range(DECLARATIONS - len(own))
    )  # fmt: skip
    Participation.objects.bulk_create([*own, *elsewhere], batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def page_figures(what: str, browser: Client, address: str) -> list[Figure]:
    assert browser.get(address).status_code == 200
    times = [1_000 * timed(lambda: browser.get(address)) for _ in range(ROUNDS)]
    with CaptureQueriesContext(connection) as captured:
        browser.get(address)
    median, queries = statistics.median(times), len(captured)
    return [
        Figure(
            what=what, value=median, unit="ms", goal=f"≤ {MS_GOAL} ms, ≤ {QUERIES_GOAL} queries",
            reached=median <= MS_GOAL and queries <= QUERIES_GOAL,
            alternative=f"slowest of {ROUNDS}: {max(times):.0f} ms; {queries} queries",
        )
    ]  # fmt: skip


def import_figures(actor: User, code: str, what: str) -> list[Figure]:
    text = "\n".join(["rpps", *(cast.bare(number) for number in range(MEMBERS, MEMBERS + MOST_LINES))])
    read = timed(lambda: read_file(text.encode()))
    began = time.perf_counter()
    found = imports.open_import(actor=actor, code=code, lines=read_file(text.encode()))
    kept = time.perf_counter() - began
    check = timed(lambda: finish(found))
    found.refresh_from_db()
    accepted = found.lines.filter(outcome="accepted").count()
    assert accepted == MOST_LINES, imports.counts(found)
    imports.confirm(actor=actor, member_import=found)
    apply = timed(lambda: finish(found))
    assert found.lines.filter(outcome="done").count() == MOST_LINES, imports.counts(found)
    say(f"{Invitation.objects.count()} invitations, {Participation.objects.count()} declarations")
    return [
        Figure(
            what=f"import of {MOST_LINES} lines, checked and applied ({what})", value=check + apply, unit="s",
            goal=f"≤ {SECONDS_GOAL} s in the background", reached=check + apply <= SECONDS_GOAL,
            alternative=f"read {read:.2f} s, kept {kept:.1f} s, checked {check:.1f} s, applied {apply:.1f} s",
        )
    ]  # fmt: skip


def finish(found: MemberImport) -> None:
    while jobs.work(found.pk):
        pass


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
