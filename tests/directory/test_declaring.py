"""Declaring how a practitioner takes part: dated, ended, never overwritten, always traced."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.db.utils import ProgrammingError
from django.utils import timezone

from directory.models import Activity, Participation, Structure
from directory.participation import Declaration, declare, end_through, plan
from directory.participation.declaring import rows_ahead
from directory.participation.refusals import (
    DeclarationRefused,
    PeriodPast,
    PeriodReversed,
    PlaceNotHis,
    PractitionerUnknown,
    StructureMissing,
    StructureUnexpected,
    StructureUnknown,
)
from sasportal.audit.models import Entry
from tests.directory.people import practitioner

WHO = "899700000001"
CPTS, MSP, SOS = "475000001", "475000002", "99700000100011"


@pytest.fixture
def structures(db: None) -> None:
    practitioner(1)
    Structure.objects.create(finess=CPTS, category="604", name="CPTS")
    Structure.objects.create(finess=MSP, category="603", name="MSP")
    Structure.objects.create(siret=SOS, category="SOS", name="SOS")


def said(via: str, structure: str = "", who: str = WHO, **more: Any) -> Participation:
    """Declare; return the first row that says so."""
    return declare(actor="system", national_id=who, declaration=Declaration(via=via, structure=structure, **more))[0]


def history() -> list[tuple]:
    """(via, structure, still open), oldest first."""
    return [(row.via, row.structure, row.ends_at is None) for row in Participation.objects.order_by("pk")]


@pytest.mark.usefixtures("structures")
def test_a_declaration_ends_the_one_before_and_leaves_a_trace() -> None:
    first = said("cpts", CPTS)
    second = said("individual")
    assert history() == [("cpts", CPTS, False), ("individual", "", True)]
    first.refresh_from_db()
    assert (first.ends_at, first.ended_by) == (second.starts_at, "system")
    entries = Entry.objects.order_by("id")
    assert [(one.action, one.target, one.detail["via"], one.detail["before"]) for one in entries] == [
        ("participation.declared", WHO, "cpts", []),
        ("participation.declared", WHO, "individual", [f"cpts {CPTS}"]),
    ]


@pytest.mark.usefixtures("structures")
def test_the_same_declaration_again_changes_nothing() -> None:
    first = said("msp", MSP)
    assert said("msp", MSP) == first
    assert (Participation.objects.count(), Entry.objects.count()) == (1, 1)


@pytest.mark.usefixtures("structures")
@pytest.mark.parametrize(
    ("national_id", "via", "structure", "refusal"),
    [
        ("899700000404", "individual", "", PractitionerUnknown),
        (WHO, "cpts", "", StructureMissing),
        (WHO, "cpts", "475000009", StructureUnknown),
        (WHO, "cpts", MSP, StructureUnknown),
        (WHO, "sos", CPTS, StructureUnknown),
        (WHO, "individual", CPTS, StructureUnexpected),
        (WHO, "none", CPTS, StructureUnexpected),
    ],
)
def test_what_cannot_be_is_refused_and_the_live_one_stands(
    national_id: str, via: str, structure: str, refusal: type[Exception]
) -> None:
    said("sos", SOS)
    with pytest.raises(refusal):
        said(via, structure, who=national_id)
    assert history() == [("sos", SOS, True)]


@pytest.mark.usefixtures("structures")
def test_the_command_accepts_a_bare_rpps(capsys: pytest.CaptureFixture) -> None:
    call_command("declare_participation", "99700000001", via="cpts", finess=CPTS)
    assert history() == [("cpts", CPTS, True)]
    assert capsys.readouterr().out.startswith(f"{WHO} : Via une CPTS {CPTS}, depuis le ")


@pytest.mark.usefixtures("structures")
def test_the_command_says_in_french_what_is_wrong() -> None:
    with pytest.raises(CommandError, match="Professionnel inconnu de l'annuaire : 899700000404") as refusal:
        call_command("declare_participation", "99700000404", via="individual")
    assert refusal.value.returncode == 1
    with pytest.raises(CommandError, match="Aucune structure ouverte de type CPTS sous le numéro 475000009"):
        call_command("declare_participation", WHO, via="cpts", finess="475000009")


@pytest.mark.django_db(transaction=True)
def test_two_declarations_at_once_leave_one_open() -> None:
    practitioner(1)
    Structure.objects.create(finess=CPTS, category="604", name="CPTS")
    barrier = threading.Barrier(8)

    def one(number: int) -> None:
        barrier.wait()
        if number % 2:
            said("individual")
        else:
            said("cpts", CPTS)
        connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = list(Participation.objects.order_by("pk"))
    assert [row.ends_at is None for row in rows] == [False] * (len(rows) - 1) + [True]
    assert [before.ends_at for before in rows[:-1]] == [after.starts_at for after in rows[1:]]


OTHER_CPTS = "475000003"


@pytest.fixture
def two_places(structures: None) -> list[str]:
    """A second place of practice, and a second CPTS."""
    Structure.objects.create(finess=OTHER_CPTS, category="604", name="CPTS voisine")
    for key in ("first", "second"):
        Activity.objects.create(practitioner_id=WHO, key=key, place_key=key, profession="10")
    return ["first", "second"]


def ahead(now: datetime) -> list[tuple[str, str, str, int, int | None]]:
    """(way, structure, place, first day, day after the last) of the rows in force or to come, counted from now."""

    def days(instant: datetime | None) -> int | None:
        return None if instant is None else round((instant - now) / timedelta(days=1))

    rows = rows_ahead(WHO, now=timezone.now())
    return sorted((r.via, r.structure, r.place_key, days(r.starts_at) or 0, days(r.ends_at)) for r in rows)


def test_a_declaration_for_one_place_leaves_the_other_as_it_was(two_places: list[str]) -> None:
    here, there = two_places
    said("individual")
    said("cpts", CPTS, places=(here,))
    assert ahead(timezone.now()) == [("cpts", CPTS, here, 0, None), ("individual", "", there, 0, None)]


def test_a_declaration_for_a_time_lets_the_former_one_come_back(two_places: list[str]) -> None:
    now = timezone.now()
    said("individual")
    said("sos", SOS, starts_at=now + timedelta(days=10), ends_at=now + timedelta(days=20))
    assert ahead(now) == [("individual", "", "", 0, 10), ("individual", "", "", 20, None), ("sos", SOS, "", 10, 20)]


def test_one_that_never_began_is_kept_and_never_in_force(two_places: list[str]) -> None:
    now = timezone.now()
    later = said("cpts", CPTS, starts_at=now + timedelta(days=10))
    said("individual")
    later.refresh_from_db()
    assert later.ends_at == later.starts_at
    assert ahead(now) == [("individual", "", "", 0, None)]


def test_two_ways_stand_beside_each_other_when_asked_to(two_places: list[str]) -> None:
    said("msp", MSP)
    said("cpts", CPTS, beside_others=True)
    said("cpts", OTHER_CPTS, beside_others=True)  # one CPTS at a time
    assert ahead(timezone.now()) == [("cpts", OTHER_CPTS, "", 0, None), ("msp", MSP, "", 0, None)]
    said("none", beside_others=True)
    assert ahead(timezone.now()) == [("none", "", "", 0, None)]


def test_what_a_plan_says_is_what_declaring_writes(two_places: list[str]) -> None:
    now = timezone.now()
    said("individual")
    wanted = Declaration(via="cpts", structure=CPTS, places=(two_places[0],), ends_at=now + timedelta(days=3))
    planned = plan(WHO, wanted, now=timezone.now())
    before = Participation.objects.count()
    declare(actor="system", national_id=WHO, declaration=wanted)
    written = Participation.objects.order_by("pk")[before:]
    assert [(r.via, r.place_key, r.ends_at) for r in written] == [(o.via, o.place, o.end) for o in planned.opened]
    assert len({row.act for row in written}) == 1


def test_leaving_a_structure_ends_what_was_declared_through_it(two_places: list[str]) -> None:
    now = timezone.now()
    said("cpts", CPTS, places=(two_places[0],))
    said("msp", MSP, beside_others=True)
    said("cpts", CPTS, places=(two_places[1],), starts_at=now + timedelta(days=5), beside_others=True)
    assert end_through(actor="system", national_id=WHO, structure=CPTS) is True
    assert ahead(now) == [("msp", MSP, "", 0, None)]
    assert end_through(actor="system", national_id=WHO, structure=CPTS) is False
    assert Entry.objects.filter(action="participation.ended").count() == 1


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"places": ("ailleurs",)}, PlaceNotHis),
        ({"ends_at": timedelta(days=-1)}, PeriodReversed),
        ({"starts_at": timedelta(days=3), "ends_at": timedelta(days=3)}, PeriodReversed),
        ({"starts_at": timedelta(days=-3)}, PeriodPast),
    ],
)
def test_places_and_periods_are_checked(
    two_places: list[str], more: dict[str, Any], refusal: type[DeclarationRefused]
) -> None:
    now = timezone.now()
    more = {name: now + value if isinstance(value, timedelta) else value for name, value in more.items()}
    with pytest.raises(refusal) as refused:
        said("individual", **more)
    assert refused.value.field in {"places", "starts_at", "ends_at"}
    assert str(refused.value).endswith(".")
    assert Participation.objects.count() == 0


class TestWhatTheDatabaseRefuses:
    """The constraint is the truth, whatever code forgets."""

    def row(self, **more: Any) -> Participation:
        return Participation.objects.create(**({"national_id": WHO, "via": "individual", "declared_by": "x"} | more))

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({}, {}),
            ({"via": "cpts", "structure": CPTS}, {"via": "cpts", "structure": OTHER_CPTS}),
            ({"place_key": "a"}, {"place_key": "a"}),
            ({}, {"place_key": "a"}),
            ({"place_key": "a"}, {}),
            ({"via": "none"}, {}),
            ({"via": "none"}, {"via": "sos", "structure": SOS, "place_key": "a"}),
        ],
    )
    def test_two_that_overlap(self, first: dict, second: dict) -> None:
        self.row(**first)
        with pytest.raises(IntegrityError, match="one_declaration_per_place_and_way"):
            self.row(**second)

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"place_key": "a"}, {"place_key": "b"}),
            ({}, {"via": "cpts", "structure": CPTS}),
            ({}, {"national_id": "899700000002"}),
            ({"via": "none", "place_key": "a"}, {"place_key": "b"}),
        ],
    )
    def test_but_not_two_that_do_not(self, first: dict, second: dict) -> None:
        self.row(**first)
        self.row(**second)
        assert Participation.objects.count() == 2

    @pytest.mark.django_db
    def test_one_that_begins_when_the_other_ends_is_no_overlap(self) -> None:
        now = timezone.now()
        self.row(starts_at=now - timedelta(days=1), ends_at=now)
        self.row(starts_at=now)
        self.row(starts_at=now, ends_at=now)  # never in force: overlaps nothing
        assert Participation.objects.count() == 3

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE directory_participation SET via = 'none'",
            "UPDATE directory_participation SET starts_at = now() - interval '1 year'",
            "UPDATE directory_participation SET declared_by = 'somebody else'",
            "UPDATE directory_participation SET carried_over = NOT carried_over",
            "DELETE FROM directory_participation",
        ],
    )
    def test_rewriting_history(self, sql: str) -> None:
        self.row()
        with pytest.raises(ProgrammingError, match="ended, never changed"), connection.cursor() as cursor:
            cursor.execute(sql)
