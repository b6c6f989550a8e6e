"""The pages: a week, adding with a preview, changing, withdrawing; forms that say what is wrong."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from agenda.own import series
from agenda.own.models import Occurrence, Series
from sasportal.accounts.models import User
from tests.accounts.people import signed_in_by_psc
from tests.own_agenda import cast

NEW_SLOT = {
    "lieu": cast.LILAS, "nature": "slot", "jour": "2026-11-18", "debut": "09:00", "fin": "09:30",
    "modes": ["AMB"], "types": ["SNP"],
}  # fmt: skip
NEW_SERIES = NEW_SLOT | {
    "nature": "range", "patients": "6", "jour": "2026-11-17", "fin": "11:00", "repetition": "1", "jours": ["1", "3"],
    "jusquau": "2026-12-18", "sauf": "08/12/2026",
}  # fmt: skip


@pytest.fixture
def browser(anne: User) -> Client:
    return signed_in_by_psc(anne)


def url(name: str, *more: object, of: str = cast.ANNE) -> str:
    return reverse(f"agenda:own:{name}", args=[of, *more])


def errors(response) -> dict[str, list[str]]:
    return response.context["form"].errors.get_json_data() and {
        field: list(said) for field, said in response.context["form"].errors.items()
    }


def only_occurrence() -> Occurrence:
    return Occurrence.objects.get(cancelled=False)


def test_a_slot_is_saved_at_once_and_shown_in_its_week(browser: Client) -> None:
    response = browser.post(url("add"), NEW_SLOT | {"enregistrer": "1"}, follow=True)
    assert response.redirect_chain == [(url("week") + "?semaine=2026-W47", 302)]
    lines = [(day.name, line.hours, line.counter) for day in response.context["week"].days for line in day.lines]
    assert lines == [("mercredi 18 novembre", "de 9\u00a0h à 9\u00a0h\u00a030", "0 sur 1")]
    assert only_occurrence().start == datetime(2026, 11, 18, 8, 0, tzinfo=UTC)


def test_a_series_is_previewed_before_it_is_saved(browser: Client) -> None:
    seen = browser.post(url("add"), NEW_SERIES | {"enregistrer": "1"})
    assert Series.objects.count() == 0
    preview = seen.context["seen"]
    assert preview.words == ("Tous les mardis et jeudis de 9\u00a0h à 11\u00a0h, jusqu’au 18 décembre, sauf le 8")
    assert preview.dates[:2] == (
        "mardi 17 novembre, de 9\u00a0h à 11\u00a0h", "jeudi 19 novembre, de 9\u00a0h à 11\u00a0h",
    )  # fmt: skip
    assert (len(preview.dates), preview.more) == (6, 3)
    browser.post(url("add"), NEW_SERIES | {"enregistrer": "1", "vu": preview.fingerprint})
    assert Occurrence.objects.count() == 9


def test_a_series_changed_after_the_preview_is_previewed_again(browser: Client) -> None:
    seen = browser.post(url("add"), NEW_SERIES).context["seen"]
    again = browser.post(url("add"), NEW_SERIES | {"fin": "12:00", "enregistrer": "1", "vu": seen.fingerprint})
    assert again.status_code == 200
    assert Series.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"debut": "09:07"}, {"debut": ["Les horaires vont de quart d'heure en quart d'heure (9 h 00, 9 h 15…)."]}),
        ({"fin": "08:00"}, {"fin": ["La fin doit suivre le début, le même jour."]}),
        (
            {"jour": "2026-11-13"},
            {"jour": ["Aucune date à venir : vérifiez le jour, l'heure, la fin et les exceptions."]},
        ),
        ({"jour": "9999-12-31"}, {"jour": ["Choisissez une date dans les douze mois qui viennent."]}),
        ({"nature": "range"}, {"patients": ["Indiquez combien de patients vous recevez dans cette plage."]}),
        ({"repetition": "1", "sauf": "demain"}, {"sauf": ["Écrivez chaque date ainsi : 08/12/2026."]}),
        ({"repetition": "1", "sauf": "31/02/2026"}, {"sauf": ["Écrivez chaque date ainsi : 08/12/2026."]}),
        ({"repetition": "1", "sauf": "01/12/2026," * 61}, {"sauf": ["60 exceptions au plus."]}),
        (
            {"repetition": "1", "jusquau": "2026-11-17"},
            {"jusquau": ["La fin de la répétition doit suivre son début."]},
        ),
    ],
)
def test_each_error_is_said_at_its_field(browser: Client, changed: dict[str, str], expected: dict) -> None:
    response = browser.post(url("add"), NEW_SLOT | changed | {"enregistrer": "1"})
    assert response.status_code == 422
    assert errors(response) == expected
    assert Series.objects.count() == 0


@pytest.mark.parametrize(
    "hostile",
    [
        {"lieu": "47X"}, {"lieu": "47L\0"}, {"nature": "free"}, {"types": ["ALL"]}, {"modes": []}, {"jour": "x" * 9999},
        {"nature": "range", "patients": "99999999999999999999"}, {"nature": "range", "patients": "-1"},
        {"repetition": "0"}, {"repetition": "1", "jours": ["7"]}, {"debut": "25:00"}, {"sauf": "\0"},
        {"jour": "<script>alert(1)</script>"},
    ],
)  # fmt: skip
def test_hostile_forms_are_refused_and_write_nothing(browser: Client, hostile: dict) -> None:
    response = browser.post(url("add"), NEW_SLOT | hostile | {"enregistrer": "1"})
    assert response.status_code == 422
    assert b"<script>alert" not in response.content
    assert Series.objects.count() == 0


@pytest.mark.parametrize("week", ["2026-W99", "0000-W01", "2026-W4", "<b>", "2026-W48' OR 1=1"])
def test_an_unreadable_week_is_this_week(browser: Client, week: str) -> None:
    assert browser.get(url("week"), {"semaine": week}).context["week"].code == "2026-W47"


def test_the_year_turns_with_the_weeks(browser: Client) -> None:
    shown = browser.get(url("week"), {"semaine": "2026-W53"}).context["week"]
    assert (shown.previous, shown.next, shown.title) == (
        "2026-W52", "2027-W01", "Du 28 décembre 2026 au 3 janvier 2027",
    )  # fmt: skip


def test_an_overlap_is_said_with_its_date(browser: Client, anne: User) -> None:
    series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.weekly())
    response = browser.post(
        url("add"), NEW_SLOT | {"jour": "2026-11-24", "debut": "10:30", "fin": "11:30", "enregistrer": "1"}
    )
    assert errors(response) == {
        "debut": ["Une autre plage est déjà proposée à ce lieu le mardi 24 novembre à 10\u00a0h\u00a030."]
    }


def test_one_date_is_changed_from_its_form(browser: Client, anne: User) -> None:
    opened = series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.weekly())
    row = opened.occurrences.get(day=date(2026, 11, 24))
    form = browser.get(url("change", row.pk)).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    sent |= {"jour": "2026-11-24", "debut": "14:00", "fin": "15:00", "jusquau": "2026-12-18", "sauf": "08/12/2026"}
    response = browser.post(url("change", row.pk), sent | {"enregistrer": "1"})
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.start, row.day, row.sequence) == (datetime(2026, 11, 24, 13, tzinfo=UTC), date(2026, 11, 24), 1)


def test_what_carries_an_orientation_is_refused_with_a_sentence(browser: Client, anne: User) -> None:
    opened = series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.plan())
    row = opened.occurrences.get()
    Occurrence.objects.update(taken=1)
    response = browser.post(url("withdraw", row.pk))
    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [
        "Un patient y est déjà orienté : cette plage ne peut plus être modifiée ni supprimée."
    ]


def test_withdrawing_asks_first_then_does(browser: Client, anne: User) -> None:
    row = series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.plan()).occurrences.get()
    assert browser.get(url("withdraw", row.pk)).status_code == 200
    assert Occurrence.objects.filter(cancelled=False).count() == 1
    browser.post(url("withdraw", row.pk))
    assert Occurrence.objects.filter(cancelled=False).count() == 0


@pytest.mark.parametrize("rows", [1, 9])
def test_the_week_asks_as_many_questions_for_one_line_as_for_nine(
    browser: Client, anne: User, rows: int, django_assert_num_queries
) -> None:
    for hour in range(9, 9 + rows):
        day_plan = cast.plan(
            start_time=datetime(2026, 1, 1, hour).time(), end_time=datetime(2026, 1, 1, hour, 30).time()
        )
        series.open_series(actor=anne, national_id=cast.ANNE, plan=day_plan)
    browser.get(url("week"))
    with django_assert_num_queries(6):
        response = browser.get(url("week"))
    assert sum(len(day.lines) for day in response.context["week"].days) == rows
