"""The directory at one million activity rows: searches against brute force, and a monthly delta against an upsert."""

import os
import shutil
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from django.db import connection, transaction

from directory.distance import kilometres
from directory.loading import rpps, rpps_sql
from directory.loading.finess import load_finess
from directory.models import Activity, ImportRun, Participation, Practitioner
from directory.needs import suggest_needs, understand
from directory.places import Near
from directory.ranking import ranked
from sasportal.sandbox.territory.generate import generate
from sasportal.sandbox.territory.land import towns
from tests.benchmarks.figures import Figure

PERSONS = int(os.environ.get("BENCH_PERSONS", "765000"))
SEARCHES = 60
EVERYBODY = 10_000_000
PARIS = (48.8606, 2.3522)
Point = tuple[float, float]


def main() -> list[Figure]:
    with own_database():
        folder = Path(tempfile.mkdtemp(prefix="directory-"))
        try:
            return measure(folder)
        finally:
            shutil.rmtree(folder)


@contextmanager
def own_database() -> Iterator[None]:
    """A database of this benchmark's own, dropped at the end."""
    name = connection.settings_dict["NAME"]
    created = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        print(f"  ({created} dropped)", flush=True)  # noqa: T201


def measure(folder: Path) -> list[Figure]:
    say(f"writing {PERSONS} persons")
    generate(folder, persons=PERSONS, today=datetime.now(UTC), local=False, say=lambda _: None)
    load_finess(folder / "finess.json.gz", say=lambda _: None)
    first = timed(lambda: rpps.load_rpps(folder / "rpps.txt", confirmed=True, say=lambda _: None))
    rows = Activity.objects.count()
    say(f"{rows} activities loaded in {first:.0f} s")
    say(f"{declare_some()} declarations of participation")
    figures = [*search_figures(), name_figure(), delta_figure(folder)]
    assert rows > 1_000_000 or PERSONS < 700_000
    return figures


def declare_some() -> int:
    """One practitioner in eight takes part, as in the country: the ranking looks each of them up."""
    everybody = Practitioner.objects.values_list("national_id", flat=True)
    chosen = (one for one in everybody if sum(map(ord, one)) % 8 == 0)
    Participation.objects.bulk_create(
        (Participation(act=uuid.uuid4(), national_id=one, via="individual", declared_by="bench") for one in chosen),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE directory_participation")
    return Participation.objects.count()


def search_figures() -> list[Figure]:
    need = understand("médecin généraliste")
    assert need.specialty
    everyone = list(
        Activity.objects.filter(profession="10", specialty__in=need.specialty.codes, closed_at=None, lat__isnull=False)
        .values_list("practitioner_id", "lat", "lon")
    )  # fmt: skip
    dice = Random(7)
    sample = dice.choices(towns(), weights=[town.population + 1_000 for town in towns()], k=SEARCHES)
    anywhere = [(town.lat + dice.gauss(0, 0.02), town.lon + dice.gauss(0, 0.02)) for town in sample]
    densest = [(PARIS[0] + dice.gauss(0, 0.01), PARIS[1] + dice.gauss(0, 0.01)) for _ in range(SEARCHES // 2)]
    return [
        search_figure("specialty within 10 km, towns by population", anywhere, 10, 20, everyone),
        search_figure("specialty within 30 km, densest place", densest, 30, 50, everyone),
    ]


def search_figure(what: str, points: list[Point], radius: int, goal: int, everyone: list) -> Figure:
    need = understand("médecin généraliste")
    times, missed, found, brute = [], 0, 0, []
    for lat, lon in points:
        near = Near(label="", lat=lat, lon=lon, radius_km=radius, department="", kind="address", time_zone="UTC")
        times.append(1_000 * timed(lambda near=near: ranked(need, near, seed=1, limit=201, order="default")))
    for lat, lon in points[:8]:
        near = Near(label="", lat=lat, lon=lon, radius_km=radius, department="", kind="address", time_zone="UTC")
        answered = set(ranked(need, near, seed=1, limit=EVERYBODY, order="default"))
        started = time.perf_counter()
        expected = {who for who, *at in everyone if kilometres(lat, lon, *at) <= radius}
        brute.append(1_000 * (time.perf_counter() - started))
        missed += len(expected ^ answered)
        found += len(expected)
    p95 = quantile(times)
    return Figure(
        what=f"{what}, p95",
        value=p95,
        unit="ms",
        goal=f"≤ {goal} ms, 0 missed",
        reached=p95 <= goal and missed == 0,
        alternative=f"brute force {statistics.median(brute):.0f} ms; {found} found, {missed} missed; "
        f"median {statistics.median(times):.1f} ms",
    )


def name_figure() -> Figure:
    dice = Random(11)
    names = list(Practitioner.objects.values_list("search_name", flat=True)[:200_000:1_000])
    prefixes = [dice.choice(names)[: dice.randint(3, 9)].strip() for _ in range(SEARCHES)]
    times = [1_000 * timed(lambda p=prefix: suggest_needs(p)) for prefix in prefixes if len(prefix) >= 3]
    started = time.perf_counter()
    Practitioner.objects.filter(search_name__contains=prefixes[0], closed_at=None).count()
    scan = 1_000 * (time.perf_counter() - started)
    p95 = quantile(times)
    return Figure(
        what="name prefix (suggestions), p95", value=p95, unit="ms", goal="≤ 50 ms", reached=p95 <= 50,
        alternative=f"one scan {scan:.0f} ms; median {statistics.median(times):.1f} ms",
    )  # fmt: skip


def delta_figure(folder: Path) -> Figure:
    """The same changed file twice: by hash delta, then by an upsert of every row."""
    say("next month's file")
    changed = next_month(folder / "rpps.txt", folder / "next.txt")
    delta = timed(lambda: rpps.load_rpps(folder / "next.txt", confirmed=True, say=lambda _: None))
    run = ImportRun.objects.filter(source="rpps").latest("started_at")
    say(f"delta {delta:.1f} s: {run.inserted} inserted, {run.updated} updated, {run.closed} closed, {changed} lines")
    naive = timed(lambda: naive_upsert(folder / "rpps.txt"))
    ratio = naive / delta
    return Figure(
        what="monthly delta against a naive upsert, file to commit", value=ratio, unit="times", goal="≥ 3 times",
        reached=ratio >= 3, alternative=f"delta {delta:.1f} s, naive {naive:.1f} s",
    )  # fmt: skip


def next_month(source: Path, target: Path) -> int:
    """Copy an extraction with one line in 70 changed, one in 331 gone."""
    changed = 0
    with source.open("rb") as lines, target.open("wb") as out:
        for number, line in enumerate(lines):
            if number and number % 331 == 0:
                continue
            if number % 70 == 1:
                line = line.replace(b"|019900", b"|063998")
                changed += 1
            out.write(line)
    return changed


def naive_upsert(path: Path) -> None:
    """What the delta replaces: normalise and write every row of the file, then close the others."""
    with rpps.own_tables():
        upsert_all(path)


def upsert_all(path: Path) -> None:
    rpps.prepare(path, None, ImportRun(source="naive"), say=lambda _: None)
    rpps.execute(rpps_sql.PEOPLE)
    rpps.execute(rpps_sql.CHANGED.replace(rpps_sql.DIFFERS, ""))
    upsert = rpps_sql.INSERT_ACTIVITIES.replace("WHERE n.live_id IS NULL", "")
    columns = upsert[upsert.index("key, ") + 5 : upsert.index(")")].split(", ")
    upsert += "ON CONFLICT (practitioner_id, key) DO UPDATE SET " + ", ".join(f"{c} = excluded.{c}" for c in columns)
    with transaction.atomic():
        rpps.execute(rpps_sql.INSERT_PEOPLE)
        rpps.execute(upsert)
        rpps.execute(rpps_sql.CLOSE_ACTIVITIES, [datetime.now(UTC)])


def timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def quantile(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def say(text: str) -> None:
    print(f"  {text}", flush=True)  # noqa: T201
