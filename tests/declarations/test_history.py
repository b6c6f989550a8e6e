"""The history of one practitioner: who declared what, when, for which places, and what it ended."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from directory.communities.members import end_membership
from directory.models import Activity, Participation, Practitioner
from directory.participation import Declaration, declare
from directory.participation.history import Act, Said, history
from sasportal.accounts.models import Role, User
from tests.communities import cast
from tests.directory.people import place

ANNE = cast.rpps(1)
DAY = timedelta(days=1)


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(cast.MONDAY, tick=False) as clock:
        cast.structures()
        cast.practitioner(1)
        place(Practitioner.objects.get(), key="C2", line="7 RUE DE LA MESURE", city="Boé")
        yield clock


@pytest.fixture
def anne(clock: time_machine.Traveller) -> User:
    return cast.person(ANNE, Role.EFFECTOR, name=("Anne", "Tenue"))


def said(actor: User | str, **more: Any) -> None:
    declare(actor=actor, national_id=ANNE, declaration=Declaration(**more))


def words(lines: tuple[Said, ...]) -> list[str]:
    return [" | ".join(filter(None, [one.via, one.structure, ", ".join(one.places), one.since, one.until]))
            for one in lines]  # fmt: skip


def shown(act: Act) -> tuple[str, list[str], list[str], list[str]]:
    return act.by, words(act.said), words(act.ended), words(act.again)


def test_every_act_with_what_it_said_ended_and_left(anne: User, clock: time_machine.Traveller) -> None:
    Participation.objects.create(national_id=ANNE, via="individual", declared_by="import")
    clock.shift(DAY)
    said(anne, via="cpts", structure=cast.AGENAIS, places=("C2",), ends_at=cast.MONDAY + 10 * DAY)
    clock.shift(DAY)
    said("system", via="none")
    acts = history(ANNE)
    assert [shown(act) for act in acts] == [
        (
            "le système",
            ["ne participe pas | 18/11/2026"],
            [
                "via une CPTS | CPTS de l'Agenais | 7 RUE DE LA MESURE, 47000 Boé | 17/11/2026 | 18/11/2026",
                "à titre individuel | 1 RUE D'ESSAI, 47000 Agen | 17/11/2026 | 18/11/2026",
                # Withdrawn before it began
                "à titre individuel | 7 RUE DE LA MESURE, 47000 Boé | 26/11/2026 | 26/11/2026",
            ],
            [],
        ),
        (
            "Anne Tenue",
            ["via une CPTS | CPTS de l'Agenais | 7 RUE DE LA MESURE, 47000 Boé | 17/11/2026 | 18/11/2026"],
            ["à titre individuel | 16/11/2026 | 17/11/2026"],
            [
                "à titre individuel | 1 RUE D'ESSAI, 47000 Agen | 17/11/2026 | 18/11/2026",
                "à titre individuel | 7 RUE DE LA MESURE, 47000 Boé | 26/11/2026 | 26/11/2026",
            ],
        ),
        ("un import", ["à titre individuel | 16/11/2026 | 17/11/2026"], [], []),
    ]
    assert [act.at for act in acts] == [cast.MONDAY + 2 * DAY, cast.MONDAY + DAY, cast.MONDAY]


def test_a_membership_ended_by_its_structure_is_an_act(anne: User, clock: time_machine.Traveller) -> None:
    said(anne, via="cpts", structure=cast.AGENAIS)
    clock.shift(DAY)
    end_membership(actor=cast.manager(), code=cast.AGENAIS, national_id=ANNE)
    assert [shown(act) for act in history(ANNE)] == [
        ("Sacha Cépété", [], ["via une CPTS | CPTS de l'Agenais | 16/11/2026 | 17/11/2026"], []),
        ("Anne Tenue", ["via une CPTS | CPTS de l'Agenais | 16/11/2026 | 17/11/2026"], [], []),
    ]


def test_changing_places_within_one_way_says_what_is_new(anne: User, clock: time_machine.Traveller) -> None:
    said(anne, via="cpts", structure=cast.AGENAIS)
    clock.shift(DAY)
    said(anne, via="individual", places=("C1",))
    newest = history(ANNE)[0]
    assert (words(newest.said), words(newest.again)) == (
        ["à titre individuel | 1 RUE D'ESSAI, 47000 Agen | 17/11/2026"],
        ["via une CPTS | CPTS de l'Agenais | 7 RUE DE LA MESURE, 47000 Boé | 17/11/2026"],
    )


def test_a_place_that_is_gone_and_an_unknown_author(clock: time_machine.Traveller) -> None:
    Participation.objects.create(national_id=ANNE, via="individual", place_key="C2", declared_by="7f")
    Activity.objects.filter(place_key="C2").update(closed_at=cast.MONDAY)
    assert shown(history(ANNE)[0]) == (
        "un compte inconnu", ["à titre individuel | un lieu qui n’est plus le sien | 16/11/2026"], [], [],
    )  # fmt: skip


def test_nobody_declared_anything(clock: time_machine.Traveller) -> None:
    assert history(ANNE) == ()


@pytest.mark.parametrize("acts", [1, 8])
def test_as_many_queries_for_one_act_as_for_eight(
    anne: User, clock: time_machine.Traveller, acts: int, django_assert_num_queries: Any
) -> None:
    for number in range(acts):
        clock.shift(DAY)
        said(anne, via="individual" if number % 2 else "cpts", structure="" if number % 2 else cast.AGENAIS)
    with django_assert_num_queries(5):
        assert len(history(ANNE)) == acts
