"""Members: since when, where, by name; ending a membership; the export that comes back as an import."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from directory.communities.importing.reading import read_file
from directory.communities.members import Row, chosen, end_membership, membership, read_members, spans
from directory.models import EffectorSettings, Participation, Practitioner
from directory.participation import Declaration, declare
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from sasportal.outbox.models import Delivery
from tests.accounts.people import signed_in_by_psc
from tests.communities import cast
from tests.directory.people import place

NOW = cast.MONDAY
DAY = timedelta(days=1)


def row(start: int, end: int | None, where: str = "") -> Row:
    """Days from now."""
    return Row("8", where, NOW + start * DAY, None if end is None else NOW + end * DAY)


def days(instant: datetime | None) -> int | None:
    return None if instant is None else round((instant - NOW) / DAY)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], None),
        ([row(-9, -2)], None),
        ([row(3, 3)], None),
        ([row(-9, None)], (-9, None, (), False)),
        ([row(-9, -5), row(-5, None, "a")], (-9, None, ("a",), False)),  # other places since: no interruption
        ([row(-9, -5), row(-4, None)], (-4, None, (), False)),
        ([row(-9, 4, "a"), row(-6, 9, "b")], (-9, 9, ("a", "b"), False)),
        ([row(-9, 4), row(4, None, "a")], (-9, None, (), False)),
        ([row(-9, -5), row(2, 6, "a")], (2, 6, ("a",), True)),
        ([row(-9, 3), row(5, None)], (-9, 3, (), False)),
    ],
)
def test_since_when_somebody_takes_part(rows: list[Row], expected: Any) -> None:
    found = membership(rows, NOW)
    assert (found and (days(found.since), days(found.until), found.places, found.upcoming)) == expected


def test_stretches_without_holes() -> None:
    assert [(days(one.start), days(one.end)) for one in spans([row(5, 6), row(1, 3), row(2, 4), row(4, 5)])] == [(1, 6)]


@pytest.fixture
def members(structures: None, monday: Any) -> None:
    for number, family, given in ((1, "TENUE", "Anne"), (2, "LARIVE", "Bruno"), (3, "HALAGE", "Denis")):
        cast.practitioner(number, family=family, given=given)
        cast.member(number, starts_at=NOW - 30 * DAY)
    place(Practitioner.objects.get(pk=cast.rpps(1)), key="C2", line="7 RUE DE LA MESURE", city="Boé")
    cast.member(2, via="msp", structure=cast.REMPARTS, place_key="C1", starts_at=NOW - DAY)
    cast.practitioner(4, family="PARTIE")
    cast.member(4, starts_at=NOW - 90 * DAY, ends_at=NOW - DAY)


def url(name: str = "members", *more: str) -> str:
    return reverse(f"directory:communities:{name}", args=[cast.AGENAIS, *more])


@pytest.mark.usefixtures("members")
def test_members_are_read_whole_and_by_name() -> None:
    found = read_members(cast.AGENAIS, zone="Europe/Paris", now=NOW)
    assert [(one.name, one.profession, one.specialty, one.town, one.since, one.beside) for one in found] == [
        ("Dr Denis HALAGE", "Médecin", "Médecine générale", "Agen", date(2026, 10, 17), ()),
        ("Dr Bruno LARIVE", "Médecin", "Médecine générale", "Agen", date(2026, 10, 17), ("via une MSP",)),
        ("Dr Anne TENUE", "Médecin", "Médecine générale", "Agen", date(2026, 10, 17), ()),
    ]


@pytest.mark.usefixtures("members")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["HALAGE", "LARIVE", "TENUE"]),
        ("tenue", ["TENUE"]),
        ("agen MÉDECIN bru", ["LARIVE"]),
        (cast.bare(3), ["HALAGE"]),
        ("personne", []),
    ],
)
def test_members_are_chosen_by_any_of_their_words(text: str, names: list[str]) -> None:
    found = chosen(read_members(cast.AGENAIS, zone="Europe/Paris", now=NOW), text)
    assert [one.name.split()[-1] for one in found] == names


@pytest.mark.usefixtures("members")
def test_places_are_said_in_words() -> None:
    declare(
        actor="system", national_id=cast.rpps(1),
        declaration=Declaration(via="cpts", structure=cast.AGENAIS, places=("C2",), ends_at=NOW + 5 * DAY),
    )  # fmt: skip
    [anne] = chosen(read_members(cast.AGENAIS, zone="Europe/Paris", now=NOW), "tenue")
    # At the other place, and everywhere afterwards, she goes on as before: no interruption, no end
    assert (anne.places, anne.since, anne.until) == (
        ("1 RUE D'ESSAI, Agen", "7 RUE DE LA MESURE, Boé"), date(2026, 10, 17), None,
    )  # fmt: skip


def test_days_are_those_of_the_structures_clock(structures: None, monday: Any) -> None:
    cast.practitioner(1)
    midnight_in_reunion = datetime.fromisoformat("2027-03-01T00:00:00+04:00")
    cast.member(1, starts_at=midnight_in_reunion, ends_at=midnight_in_reunion + 31 * DAY)
    [one] = read_members(cast.AGENAIS, zone="Indian/Reunion", now=NOW)
    assert (one.since, one.until, one.upcoming) == (date(2027, 3, 1), date(2027, 3, 31), True)


@pytest.mark.usefixtures("members")
def test_ending_asks_first_then_does_and_tells_who_gave_an_address(sacha: User) -> None:
    EffectorSettings.objects.create(national_id=cast.rpps(2), notice_email="bruno@cabinet.example")
    browser = signed_in_by_psc(sacha)
    page = browser.get(url("end", cast.rpps(2))).content.decode()
    assert "Mettre fin à la participation de Dr Bruno LARIVE ?" in page
    assert "participe aussi via une MSP" in page
    assert Participation.objects.filter(national_id=cast.rpps(2), ends_at=None).count() == 2
    browser.post(url("end", cast.rpps(2)))
    left = Participation.objects.filter(national_id=cast.rpps(2), ends_at=None)
    assert [row.structure for row in left] == [cast.REMPARTS]
    ended = Participation.objects.get(structure=cast.AGENAIS, national_id=cast.rpps(2))
    assert (ended.ends_at, ended.ended_by, ended.end_declared_at) == (NOW, str(sacha.technical_id), NOW)
    assert (Entry.objects.latest("id").action, Entry.objects.latest("id").detail["act"]) == (
        "participation.ended", str(ended.end_act),
    )  # fmt: skip
    assert Delivery.objects.get().payload == {"structure": cast.AGENAIS, "national_id": cast.rpps(2)}


@pytest.mark.usefixtures("members")
def test_ending_twice_ends_once(sacha: User) -> None:
    said = [end_membership(actor=sacha, code=cast.AGENAIS, national_id=cast.rpps(1)) for _ in range(2)]
    assert (said, Delivery.objects.count()) == ([True, False], 0)
    assert signed_in_by_psc(sacha).post(url("end", cast.rpps(1))).status_code == 404


@pytest.mark.usefixtures("members")
def test_somebody_of_another_structure_is_not_found_here(sacha: User) -> None:
    cast.practitioner(9)
    cast.member(9, structure=cast.BORDEAUX)
    assert signed_in_by_psc(sacha).post(url("end", cast.rpps(9))).status_code == 404
    assert Participation.objects.get(national_id=cast.rpps(9)).ends_at is None


@pytest.mark.usefixtures("members")
def test_the_export_holds_the_list_as_filtered_and_can_be_sent_back(sacha: User) -> None:
    Practitioner.objects.filter(pk=cast.rpps(1)).update(family_name="=HYPERLINK(1)")
    browser = signed_in_by_psc(sacha)
    content = browser.get(url("export"), {"q": "agen"}).content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["RPPS", "Nom", "Profession"]
    assert [line[:2] + line[5:8] for line in rows[1:]] == [
        [cast.bare(3), "Dr Denis HALAGE", "17/10/2026", "", "tous"],
        [cast.bare(2), "Dr Bruno LARIVE", "17/10/2026", "", "tous"],
        [cast.bare(1), "Dr Anne =HYPERLINK(1)", "17/10/2026", "", "tous"],
    ]
    assert [(line.national_id, line.since) for line in read_file(content)] == [
        (cast.rpps(number), "17/10/2026") for number in (3, 2, 1)
    ]
    response = browser.get(url("export"))
    assert response["Content-Disposition"] == f'attachment; filename="membres-{cast.AGENAIS}-2026-11-16.csv"'


@pytest.mark.parametrize("how_many", [1, 120])
def test_as_many_queries_for_one_member_as_for_a_hundred(
    sacha: User, how_many: int, django_assert_num_queries: Any
) -> None:
    for number in range(how_many):
        cast.practitioner(number)
        cast.member(number)
    browser = signed_in_by_psc(sacha)
    browser.get(url())
    with django_assert_num_queries(7):
        page = browser.get(url(), {"page": "99"})
    assert len(page.context["page"]) == (1 if how_many == 1 else 20)
