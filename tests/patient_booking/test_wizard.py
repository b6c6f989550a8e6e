"""Four steps on the server: nothing typed is lost, nothing is booked twice, nobody walks in somebody else's."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from agenda.own.models import Hold, Occurrence
from booking.patients.models import Booking, BookingState, Draft, Person
from sasportal.vault.models import DataKey
from sasportal.vault.sealing import opened
from tests.patient_booking import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(valkey) -> Occurrence:
    cast.anne()
    return cast.offered()


def begin(client: Client, row: Occurrence) -> str:
    """Choose the slot from the results; return the draft's address."""
    answer = client.get(cast.start_url(cast.search_for().id, row))
    assert answer.status_code == 302
    return answer.headers["Location"]


def walk(client: Client, row: Occurrence, **said: str) -> str:
    """Every step as a first-time patient, up to the check; return its address."""
    first = begin(client, row)
    answer = client.post(f"{first}pour-qui", {"pour": "moi"})
    assert answer.headers["Location"] == f"{first}pour-qui/moi"
    answer = client.post(answer.headers["Location"], cast.typed())
    assert answer.headers["Location"] == f"{first}motif"
    answer = client.post(f"{first}motif", {"motif": "symptom", "precision": "toux depuis lundi"} | said)
    assert answer.headers["Location"] == f"{first}verifier"
    return answer.headers["Location"]


def test_from_a_search_to_a_confirmed_appointment(row: Occurrence) -> None:
    client = cast.browser(cast.patient())
    check = walk(client, row)
    page = client.get(check).content.decode()
    assert "Zoé CANARI" in page
    assert "toux depuis lundi" in page
    answer = client.post(check)
    booking = Booking.objects.get()
    assert answer.headers["Location"] == f"/patient/rendez-vous/{booking.pk}/"
    assert "Votre rendez-vous est confirmé" in client.get(answer.headers["Location"]).content.decode()
    row.refresh_from_db()
    assert (booking.state, row.taken, Hold.objects.count(), Draft.objects.count()) == (BookingState.BOOKED, 1, 0, 0)
    assert opened(booking) == cast.ZOE.sealed_as() | cast.REASON | {"kind": "self"}
    assert DataKey.objects.count() == 2  # the person's and the booking's: the draft's is gone


def test_nothing_personal_lies_in_clear(row: Occurrence) -> None:
    client = cast.browser(cast.patient())
    client.post(walk(client, row))
    columns = [*Booking.objects.values_list().get(), *Person.objects.values_list().get()]
    assert not [one for one in columns if isinstance(one, str) and ("CANARI" in one or "toux" in one)]


def test_the_place_is_held_for_this_browser_alone(row: Occurrence) -> None:
    begin(cast.browser(), row)
    other = cast.browser(name="two")
    answer = other.get(cast.start_url(cast.search_for("two").id, row))
    assert answer.status_code in {409, 410}
    hold = Hold.objects.get()
    assert timedelta(minutes=9, seconds=50) < hold.expires_at - timezone.now() <= timedelta(minutes=10)


def test_held_when_the_other_already_saw_it(row: Occurrence) -> None:
    cast.offered(start=cast.later(1))
    seen = cast.search_for("two")
    begin(cast.browser(), row)
    answer = cast.browser(name="two").get(cast.start_url(seen.id, row))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "vient d’être prise par quelqu’un d’autre" in page
    assert "Les prochaines places" in page


def test_started_without_an_account_then_signed_in_where_one_was(row: Occurrence) -> None:
    client = cast.browser()
    first = begin(client, row)
    assert client.get(first).status_code == 200
    answer = client.get(f"{first}pour-qui")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/patient/connexion?next={first}pour-qui")
    cast.sign_in(client, cast.patient(), strongly=False)
    assert client.get(f"{first}pour-qui").status_code == 200
    assert Draft.objects.get().account is not None


def test_chosen_twice_or_in_two_tabs_it_is_one_draft(row: Occurrence) -> None:
    client = cast.browser()
    search = cast.search_for()
    answers = {client.get(cast.start_url(search.id, row)).headers["Location"] for _ in range(3)}
    assert (len(answers), Draft.objects.count(), Hold.objects.count()) == (1, 1, 1)


def test_a_browser_holds_one_place_at_a_time(row: Occurrence) -> None:
    other = cast.offered(start=cast.later(1))
    client = cast.browser()
    begin(client, row)
    begin(client, other)
    assert list(Hold.objects.values_list("occurrence", flat=True)) == [other.pk]


def test_back_keeps_what_was_typed(row: Occurrence) -> None:
    client = cast.browser(cast.patient())
    first = walk(client, row).removesuffix("verifier")
    assert "toux depuis lundi" in client.get(f"{first}motif").content.decode()
    assert 'value="CANARI"' in client.get(f"{first}pour-qui/moi").content.decode()
    client.post(f"{first}motif", {"motif": "renewal", "precision": ""})
    page = client.get(f"{first}verifier").content.decode()
    assert "Un renouvellement" in page
    assert "toux" not in page


def test_confirmed_twice_or_refreshed_it_is_one_booking(row: Occurrence) -> None:
    client = cast.browser(cast.patient())
    check = walk(client, row)
    first, second = client.post(check), client.post(check)
    assert first.headers["Location"] == second.headers["Location"]
    assert client.get(check).headers["Location"] == first.headers["Location"]
    row.refresh_from_db()
    assert (Booking.objects.count(), row.taken) == (1, 1)


def test_steps_ahead_lead_back_to_what_is_missing(row: Occurrence) -> None:
    client = cast.browser(cast.patient())
    first = begin(client, row)
    assert client.get(f"{first}verifier").headers["Location"] == f"{first}pour-qui"
    assert client.get(f"{first}motif").headers["Location"] == f"{first}pour-qui"


def test_errors_are_said_beside_the_field_and_the_answer_is_422(row: Occurrence) -> None:
    client = cast.browser(cast.patient())
    first = begin(client, row)
    answer = client.post(f"{first}pour-qui", {})
    assert (answer.status_code, "Choisissez pour qui" in answer.content.decode()) == (422, True)
    answer = client.post(f"{first}pour-qui/enfant", cast.typed())  # 40 years old
    assert (answer.status_code, "À 15 ans et plus" in answer.content.decode()) == (422, True)
    answer = client.post(f"{first}pour-qui/moi", cast.typed() | {"telephone": "12"})
    assert (answer.status_code, "numéro français" in answer.content.decode()) == (422, True)
    assert Person.objects.count() == 0


def test_a_stranger_opens_nothing_of_it(row: Occurrence) -> None:
    client = cast.browser(cast.patient())
    check = walk(client, row)
    first = check.removesuffix("verifier")
    stranger = cast.browser(cast.patient("autre@exemple.example"), name="two")
    for name in ("", "pour-qui", "pour-qui/moi", "motif", "verifier"):
        assert stranger.get(first + name).status_code == 404
    assert stranger.post(check).status_code == 404
    assert Booking.objects.count() == 0


def test_signed_out_the_same_browser_opens_it_no_more(row: Occurrence) -> None:
    client = cast.browser(cast.patient())
    first = walk(client, row).removesuffix("verifier")
    assert cast.browser().get(first).status_code == 404


def test_signed_out_one_begins_anew_for_the_same_slot(row: Occurrence) -> None:
    seen = cast.search_for()
    walk(cast.browser(cast.patient()), row)
    client = cast.browser()
    assert client.get(cast.start_url(seen.id, row), follow=True).status_code == 200
    assert (Draft.objects.count(), Hold.objects.count()) == (2, 1)


def test_ten_minutes_later_the_place_is_free_for_others(row: Occurrence) -> None:
    client = cast.browser()
    first = begin(client, row)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        other = cast.browser(name="two")
        assert other.get(cast.start_url(cast.search_for("two").id, row)).status_code == 302
        answer = client.get(first)
    assert (answer.status_code, "Rien n’a été réservé" in answer.content.decode()) == (409, True)


def test_ten_minutes_later_and_still_free_it_is_held_again_for_half_an_hour_in_all(row: Occurrence) -> None:
    client = cast.browser()
    first = begin(client, row)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert "nous la gardons de nouveau" in client.get(first).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert "La place n’est plus gardée" in client.get(first).content.decode()
        assert Hold.objects.get().expires_at <= timezone.now()


def test_given_up_the_place_is_free_at_once(row: Occurrence) -> None:
    client = cast.browser(cast.patient())
    first = walk(client, row).removesuffix("verifier")
    client.post(f"{first}renoncer")
    assert (Hold.objects.count(), Draft.objects.count(), DataKey.objects.count()) == (0, 0, 1)


def test_no_longer_public_it_is_not_booked(row: Occurrence) -> None:
    client = cast.browser(cast.patient())
    check = walk(client, row)
    Occurrence.objects.update(types=["SNP"])
    assert client.post(check).status_code == 409
    row.refresh_from_db()
    assert (Booking.objects.count(), row.taken) == (0, 0)


@pytest.mark.parametrize("types", [["SNP"], ["PRO"], ["CPTS"], ["SNP", "PRO", "CPTS"]])
def test_what_is_not_public_cannot_be_begun_whatever_the_address_says(row: Occurrence, types: list[str]) -> None:
    search = cast.search_for()  # kept while it was public, as a forged address would be
    Occurrence.objects.update(types=types)
    assert cast.browser().get(cast.start_url(search.id, row)).status_code == 409
    assert Draft.objects.count() == 0


def test_somebody_elses_search_is_not_found_and_an_old_one_has_expired(row: Occurrence) -> None:
    search = cast.search_for("two")
    assert cast.browser().get(cast.start_url(search.id, row)).status_code == 404
    assert cast.browser().get(cast.start_url("00000000-0000-4000-8000-000000000000", row)).status_code == 410
    assert cast.browser().get("/patient/rendez-vous/nouveau?recherche=x").status_code == 400


def test_a_second_booking_asks_for_the_second_factor(row: Occurrence) -> None:
    user = cast.patient()
    cast.booked(user, row)
    client = cast.browser(user, strongly=False)
    other = cast.offered(start=cast.later(3))
    first = begin(client, other)
    answer = client.get(f"{first}pour-qui")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/patient/compte/second-facteur?next=")


def test_one_address_may_not_begin_without_end(row: Occurrence, settings) -> None:
    settings.PATIENT_STARTS = 2
    search = cast.search_for()
    client = cast.browser()
    assert [client.get(cast.start_url(search.id, row)).status_code for _ in range(3)] == [302, 302, 429]
