"""The calendar at its secret address."""

import re
from datetime import UTC, date, datetime, time

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from agenda.own import editing, feed, series
from agenda.own.editing import Scope
from agenda.own.models import CalendarFeed, Occurrence
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from tests.accounts.people import signed_in_by_psc
from tests.own_agenda import cast


@pytest.fixture
def token(anne: User) -> str:
    return feed.create_address(actor=anne, national_id=cast.ANNE)


def events(token: str) -> list[dict[str, object]]:
    response = Client().get(reverse("agenda:own:calendar", args=[token]))
    assert response.status_code == 200
    return [
        {
            "uid": str(event["uid"]),
            "sequence": event["sequence"],
            "start": event.decoded("dtstart"),
            "status": str(event["status"]),
            "summary": str(event["summary"]),
        }
        for event in Calendar.from_ical(response.content).walk("VEVENT")
    ]


def test_the_feed_says_what_is_offered_and_how_full(anne: User, token: str) -> None:
    row = series.open_series(
        actor=anne, national_id=cast.ANNE, plan=cast.plan(kind="range", capacity=6)
    ).occurrences.get()  # fmt: skip
    Occurrence.objects.update(taken=2)
    assert events(token) == [
        {
            "uid": f"own-{row.pk}@agenda.sas.invalid",
            "sequence": 0,
            "start": datetime(2026, 11, 18, 8, tzinfo=UTC),
            "status": "CONFIRMED",
            "summary": "SAS – 2 sur 6 patients",
        }
    ]


def test_a_changed_date_keeps_its_uid_and_its_version_grows(anne: User, token: str) -> None:
    plan = cast.weekly(exceptions=(), last_day=date(2026, 11, 24))
    found = series.open_series(actor=anne, national_id=cast.ANNE, plan=plan)
    before = events(token)
    row = found.occurrences.get(day=date(2026, 11, 19))
    editing.withdraw(actor=anne, national_id=cast.ANNE, occurrence_id=row.pk, scope=Scope.ONE)
    later = cast.weekly(
        exceptions=(date(2026, 11, 19),), last_day=date(2026, 11, 24), start_time=time(14), end_time=time(15)
    )
    first = found.occurrences.get(day=date(2026, 11, 17))
    editing.change(actor=anne, national_id=cast.ANNE, occurrence_id=first.pk, plan=later, scope=Scope.ALL)
    after = {event["uid"]: event for event in events(token)}
    assert [after[event["uid"]]["status"] for event in before] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert [after[event["uid"]]["start"].hour for event in before] == [13, 8, 13]
    assert all(after[event["uid"]]["sequence"] > event["sequence"] for event in before)


def test_the_secret_has_128_bits_and_is_kept_nowhere(token: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", token)
    row = CalendarFeed.objects.get()
    assert token not in str(row.__dict__)
    assert token not in str(list(Entry.objects.values()))
    assert row.token_sha256 == feed.digest(token)


def test_a_new_address_closes_the_former_and_revoking_closes_it(anne: User, token: str) -> None:
    other = feed.create_address(actor=anne, national_id=cast.ANNE)
    assert Client().get(reverse("agenda:own:calendar", args=[token])).status_code == 404
    assert events(other) == []
    assert feed.revoke_address(actor=anne, national_id=cast.ANNE) is True
    assert feed.revoke_address(actor=anne, national_id=cast.ANNE) is False
    assert Client().get(reverse("agenda:own:calendar", args=[other])).status_code == 404
    actions = Entry.objects.filter(action__startswith="own_feed").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["own_feed_created", "own_feed_created", "own_feed_revoked"]


@pytest.mark.parametrize("guess", ["x", "a" * 22, "é" * 22, "a" * 5000, "' OR 1=1"])
def test_guesses_find_nothing(token: str, guess: str) -> None:
    assert Client().get(reverse("agenda:own:calendar", args=[guess])).status_code == 404


def test_the_calendar_is_kept_by_nobody(token: str) -> None:
    response = Client().get(reverse("agenda:own:calendar", args=[token]))
    headers = [response[name] for name in ("Content-Type", "Cache-Control", "X-Robots-Tag", "Referrer-Policy")]
    assert headers == ["text/calendar; charset=utf-8", "private, no-store", "noindex", "no-referrer"]


def test_the_address_is_shown_once_on_its_page(anne: User) -> None:
    browser = signed_in_by_psc(anne)
    page = reverse("agenda:own:address", args=[cast.ANNE])
    shown = browser.post(page).context["url"]
    assert events(shown.rpartition("/")[2].removesuffix(".ics")) == []
    assert shown.startswith("http://testserver/calendrier/")
    assert shown not in browser.get(page).content.decode()
    browser.post(reverse("agenda:own:revoke", args=[cast.ANNE]))
    assert Client().get(shown).status_code == 404


def test_four_queries_for_however_many(anne: User, token: str, django_assert_num_queries) -> None:
    series.open_series(actor=anne, national_id=cast.ANNE, plan=cast.weekly())
    with django_assert_num_queries(4):
        assert len(events(token)) == 9
