"""Settings, places and absences: saved, traced, effective in the next search; errors at their fields."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from agenda.recheck import shown_slots
from directory.models import Absence, EffectorSettings, PlaceSettings
from sasportal.accounts.models import User
from sasportal.audit.models import Entry
from tests.accounts.people import signed_in_by_psc
from tests.agenda_pages.pages import text_of
from tests.booking import own_cast as cast

pytestmark = pytest.mark.django_db
BASE = f"/effecteur/{cast.ANNE}/"


@pytest.fixture
def client(anne: User) -> Client:
    return signed_in_by_psc(anne)


def actions() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("action", flat=True).exclude(action__startswith="account"))


def traces() -> list[str]:
    return [action for action in actions() if action.startswith("effector.")]


def test_settings_are_saved_shown_and_traced_by_name_only(client: Client) -> None:
    said = {
        "accepts_editor_slots": "on", "software": "Alpha Agenda", "accepts_on_top": "", "declares_two_hours": "on",
        "convention_sector": "2", "additional_information": "Sonner deux fois.", "notice_email": "a@cabinet.example",
    }  # fmt: skip
    answer = client.post(f"{BASE}reglages/", said, follow=True)
    assert "Les régulateurs le voient dès leur prochaine recherche." in text_of(answer)
    saved = EffectorSettings.objects.get()
    assert (saved.accepts_editor_slots, saved.without_software, saved.software, saved.accepts_on_top) == (
        True, False, "Alpha Agenda", False,
    )  # fmt: skip
    (candidate,) = cast.candidates([cast.ANNE])
    assert (candidate.additional_information, candidate.convention_sector) == ("Sonner deux fois.", "2")
    entry = Entry.objects.get(action="effector.settings_changed")
    assert "Sonner" not in str(entry.detail)
    assert "a@cabinet.example" not in str(entry.detail)
    client.post(f"{BASE}reglages/", said)
    assert traces() == ["effector.settings_changed"]


def test_a_software_and_none_at_once_is_refused(client: Client) -> None:
    answer = client.post(f"{BASE}reglages/", {"software": "Alpha", "without_software": "on"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["software"])


@pytest.mark.parametrize(
    ("name", "value"),
    [("additional_information", "x" * 1001), ("notice_email", "pas une adresse"), ("convention_sector", "9"),
     ("software", "x" * 61)],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(client: Client, name: str, value: str) -> None:
    answer = client.post(f"{BASE}reglages/", {name: value})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [name])
    assert f'id="id_{name}-erreur"' in answer.content.decode()


def place(**more: object) -> dict[str, object]:
    fields = {"lieu": "lilas", "phone": "01 99 00 12 34", "types": ["PUBLIC", "PRO", "SNP", "CPTS"]} | more
    return {"prefixe": "lieu-0"} | {f"lieu-0-{name}": value for name, value in fields.items()}


def test_a_place_keeps_its_phone_and_refuses_types(client: Client) -> None:
    client.post(f"{BASE}lieux/", place(phone="06 39 98 00 00", types=["SNP"]))
    saved = PlaceSettings.objects.get()
    assert (saved.place_key, saved.phone, saved.refused_types) == ("lilas", "06 39 98 00 00", ["PUBLIC", "PRO", "CPTS"])
    (candidate,) = cast.candidates([cast.ANNE])
    here = next(one for one in candidate.places if one.key == "lilas")
    assert (here.phone, here.refused_types) == ("06 39 98 00 00", ("PUBLIC", "PRO", "CPTS"))
    page = client.get(f"{BASE}lieux/").content.decode()
    assert 'value="06 39 98 00 00"' in page
    assert traces() == ["effector.place_changed"]


@pytest.mark.parametrize("phone", ["08 99 70 00 00", "12", "<b>", "0" * 21])
def test_a_phone_nobody_can_call_is_refused(client: Client, phone: str) -> None:
    answer = client.post(f"{BASE}lieux/", place(phone=phone))
    assert answer.status_code == 422
    assert PlaceSettings.objects.count() == 0


def test_a_place_that_is_not_his_is_refused_with_a_sentence(client: Client) -> None:
    answer = client.post(f"{BASE}lieux/", place(lieu="ailleurs"), follow=True)
    assert "Ce lieu n’est plus un de vos lieux d’exercice" in text_of(answer)
    assert PlaceSettings.objects.count() == 0


def test_an_absence_of_whole_days_counts_by_the_clock_of_the_place(client: Client) -> None:
    client.post(f"{BASE}absences/", {"du": "2027-10-30", "au": "2027-10-31"})
    absence = Absence.objects.get()
    # The night of 31 October has 25 hours
    assert (absence.starts_at, absence.ends_at) == (
        datetime(2027, 10, 29, 22, tzinfo=UTC), datetime(2027, 10, 31, 23, tzinfo=UTC),
    )  # fmt: skip
    assert "Du samedi 30 octobre au dimanche 31 octobre inclus" in text_of(client.get(f"{BASE}absences/"))


def test_an_absence_with_hours_is_removed_again_and_hides_slots_meanwhile(client: Client, anne: User) -> None:
    row = cast.offered()
    day = timezone.localtime(row.start)
    client.post(
        f"{BASE}absences/",
        {"du": f"{day:%Y-%m-%d}", "debut": "00:00", "au": f"{timezone.localtime(row.end):%Y-%m-%d}", "fin": "23:59"},
    )
    assert shown_slots(cast.search_for(anne)) == ()
    absence = Absence.objects.get()
    client.post(f"{BASE}absences/{absence.pk}/supprimer")
    assert len(shown_slots(cast.search_for(anne))) == 1
    assert traces() == ["effector.absence_added", "effector.absence_removed"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"du": "2027-05-02", "au": "2027-05-01"}, "La fin doit suivre le début."),
        ({"du": "2020-05-01", "au": "2020-05-02"}, "Cette absence est déjà passée."),
        ({"du": "2027-05-01", "au": "2029-05-01"}, "Une absence dure un an au plus."),
        ({"du": "2027-05-01", "debut": "10:00", "au": "2027-05-01", "fin": "09:00"}, "La fin doit suivre le début."),
    ],
)
def test_impossible_absences_are_refused(client: Client, said: dict, sentence: str) -> None:
    answer = client.post(f"{BASE}absences/", said)
    assert (answer.status_code, answer.context["form"].errors) == (422, {"au": [sentence]})
    assert Absence.objects.count() == 0


def test_the_same_absence_twice_is_one(client: Client) -> None:
    for _ in range(2):
        client.post(f"{BASE}absences/", {"du": "2027-05-01", "au": "2027-05-02"})
    assert (Absence.objects.count(), traces()) == (1, ["effector.absence_added"])


def test_somebody_elses_absence_is_not_removed(client: Client) -> None:
    now = timezone.now()
    other = Absence.objects.create(national_id="899700009999", starts_at=now, ends_at=now + timedelta(days=1))
    client.post(f"{BASE}absences/{other.pk}/supprimer")
    assert Absence.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("minutes", [0, 120])
def test_the_home_page_counts_the_week(client: Client, minutes: int) -> None:
    if minutes:
        cast.offered(capacity=2, start=cast.in_two_hours())
    home = text_of(client.get(BASE))
    assert ("2 h cette semaine" in home or "2 h la semaine prochaine" in home) == bool(minutes)
