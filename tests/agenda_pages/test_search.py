"""From a typed search to its page of results."""

import pytest
from django.test import Client

from agenda.searches import load_search
from sasportal.accounts import grants
from sasportal.accounts.models import RegulatorKind, Role, User
from tests.accounts.people import professional, signed_in_by_psc
from tests.agenda.answers import rpps
from tests.agenda_pages.pages import SEARCH, cards_of, hrefs_of, refresh_of, search_of, states_of, text_of
from tests.agenda_pages.territory import CPTS, community, practitioners

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_of_regulator: Client) -> Client:
    return client_of_regulator


def search(client: Client, **query):
    return client.get("/sas/recherche", SEARCH | query)


def kept(response, user: User):
    return load_search(search_of(response), owner=str(user.technical_id))


def test_the_empty_page_offers_the_two_fields_and_no_result(client: Client) -> None:
    page = client.get("/sas/recherche")
    assert page.status_code == 200
    assert [page.content.decode().count(f'name="{name}"') for name in ("quoi", "ou")] == [1, 1]
    assert "data-sas-results" not in page.content.decode()


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ({"quoi": "", "ou": "Agen"}, "quoi", "Indiquez une spécialité, un professionnel ou une structure."),
        ({"quoi": "cardiologue", "ou": ""}, "ou", "Indiquez une adresse, une commune ou un département."),
        ({"quoi": "zzzzqqq", "ou": "47000 Agen"}, "quoi",
         "Aucune spécialité, aucun professionnel ni aucune structure de ce nom."),
        ({"quoi": "médecin généraliste", "ou": "Zzyzx"}, "ou",
         "Ce lieu n’est pas connu : essayez une commune, un code postal ou un département."),
        ({"quoi": "a" * 101, "ou": "Agen"}, "quoi",
         "Assurez-vous que cette valeur comporte au plus 100 caractères (actuellement 101)."),
    ],
)  # fmt: skip
def test_a_fault_is_told_beside_its_field(client: Client, query: dict, field: str, message: str) -> None:
    page = client.get("/sas/recherche", query)
    assert f'aria-describedby="id_{field}-erreur"' in page.content.decode()
    assert page.content.decode().count("aria-invalid") == 1
    assert message in text_of(page)


def test_a_misspelt_place_offers_close_names_as_links(client: Client) -> None:
    page = client.get("/sas/recherche", SEARCH | {"ou": "Agenn"})
    assert hrefs_of(page, "Agen (47)") == ["/sas/recherche?quoi=m%C3%A9decin+g%C3%A9n%C3%A9raliste&ou=Agen+%2847%29"]


def test_cards_show_at_once_and_wait_for_their_slots(client: Client) -> None:
    practitioners(range(1, 7))
    page = search(client)
    assert len(cards_of(page)) == 6
    assert "6 professionnels à moins de 30 km · Agen (47) : 0 a des créneaux" in text_of(page)
    assert "Dr Anne TENUE001" in text_of(page)


def test_twenty_five_cards_then_more_in_the_same_order(client: Client, regulator: User) -> None:
    practitioners(range(1, 41))
    page = search(client)
    order = [one.national_id for one in kept(page, regulator).found.candidates]
    assert cards_of(page) == order[:25]
    (more,) = hrefs_of(page, "Afficher plus")
    assert cards_of(client.get(more)) == order
    fragment = client.get(f"/sas/recherche/{search_of(page)}/fiches", {"depuis": "25"}).json()
    assert [fragment["html"].count("data-sas-card="), fragment["shown"], fragment["more"]] == [15, 40, False]


def test_the_same_address_shows_the_same_search_again(client: Client, regulator: User) -> None:
    practitioners(range(1, 31))
    page = search(client)
    again = client.get(f"/sas/recherche?recherche={search_of(page)}")
    assert (search_of(again), cards_of(again)) == (search_of(page), cards_of(page))
    assert 'value="médecin généraliste"' in again.content.decode()


def test_a_shared_address_opens_the_receivers_own_search(client: Client, valkey) -> None:
    practitioners(range(1, 7))
    page = search(client)
    colleague = signed_in_by_psc(professional("899700000014", Role.REGULATOR))
    theirs = colleague.get("/sas/recherche", SEARCH | {"recherche": str(search_of(page))})
    assert theirs.status_code == 200
    assert search_of(theirs) != search_of(page)
    assert colleague.get("/sas/recherche", {"recherche": str(search_of(page))}).headers["Location"] == "/sas/recherche"


def test_an_expired_search_says_so_and_starts_again_in_one_click(client: Client) -> None:
    practitioners(range(1, 7))
    gone = SEARCH | {"recherche": "00000000-0000-4000-8000-000000000000", "consultation": "VR"}
    page = client.get("/sas/recherche", gone)
    assert page.status_code == 410
    assert "Cette recherche a expiré" in text_of(page)
    (again,) = hrefs_of(page, "Relancer la même recherche")
    fresh = client.get(again)
    assert (fresh.status_code, len(cards_of(fresh))) == (200, 6)
    assert "consultation=VR" in again


def test_too_few_practitioners_widen_the_radius_and_say_so(client: Client, regulator: User) -> None:
    practitioners(range(1, 3))
    practitioners(range(3, 7), km=38)
    practitioners(range(7, 9), km=60)
    page = search(client)
    assert "Élargi à 40 km : trop peu de professionnels à moins de 30 km." in text_of(page)
    assert sorted(cards_of(page)) == [rpps(number) for number in range(1, 7)]
    assert kept(page, regulator).found.radius_km == 40


def test_a_radius_that_was_asked_for_is_kept(client: Client) -> None:
    practitioners(range(1, 3))
    practitioners(range(3, 7), km=38)
    page = search(client, rayon="10")
    assert (len(cards_of(page)), "Élargi à" in text_of(page)) == (2, False)


def test_five_practitioners_are_enough(client: Client) -> None:
    practitioners(range(1, 6))
    practitioners(range(6, 9), km=38)
    assert len(cards_of(search(client))) == 5


def test_a_department_is_never_widened(client: Client) -> None:
    practitioners(range(1, 3))
    page = search(client, ou="Lot-et-Garonne")
    assert (len(cards_of(page)), "Élargi à" in text_of(page)) == (2, False)
    assert "2 professionnels · Lot-et-Garonne (47)" in text_of(page)


def test_nobody_found_is_never_a_dead_end(client: Client) -> None:
    community()
    page = search(client, consultation="VR", quoi="sage-femme")
    assert "Aucun professionnel ne correspond." in text_of(page)
    for words in ("Retirer les filtres", "Chercher une téléconsultation", "Demander une place en sus"):
        assert len(hrefs_of(page, words)) == 1, words
    assert "Appeler CPTS Axe Majeur : 01 99 00 11 22" in text_of(page)


def test_on_top_shows_the_cpts_and_participants_only_with_whom_to_call(client: Client) -> None:
    community()
    practitioners(range(1, 3), via="cpts")
    practitioners(range(3, 6))
    practitioners(range(6, 20), via="none")
    page = search(client, mode="en_sus")
    assert sorted(cards_of(page)) == [rpps(number) for number in range(1, 6)]
    words = text_of(page)
    assert words.count("Adresser un patient hors créneaux : 01 99 00 11 22") == 4  # on the card, and in its slots
    assert words.count("Téléphone du cabinet : 01 99 00 12 34") == 3
    assert hrefs_of(page, "Voir tous les professionnels") == [f"/sas/cpts/{CPTS}?origine={search_of(page)}"]


def test_filters_travel_with_the_search_and_stay_checked(client: Client, regulator: User) -> None:
    practitioners(range(1, 7))
    page = search(client, consultation=["VR", "HH"], type="SNP", sous="24")
    filters = kept(page, regulator).filters
    assert (filters.consultation, filters.slot_types, filters.within_hours) == (("VR", "HH"), ("SNP",), 24)
    again = client.get(f"/sas/recherche?recherche={search_of(page)}").content.decode()
    assert again.count("checked") == 4  # the mode, two places of consultation, one type


@pytest.mark.parametrize(
    "query",
    [{"mode": "x"}, {"consultation": "ZZ"}, {"sous": "9"}, {"cpts": "../.."}, {"medecin": "<b>"}, {"rayon": "9999"}],
)
def test_unknown_filters_never_break_the_page(client: Client, query: dict) -> None:
    page = search(client, **query)
    assert page.status_code == 200
    assert "Ce filtre n’est pas reconnu" in text_of(page)


def test_with_no_editor_to_ask_nothing_waits_and_nobody_is_said_to_have_no_slot(client: Client) -> None:
    practitioners(range(1, 7))
    page = search(client)
    assert (refresh_of(page), states_of(page)) == ("", ["unknown"] * 6)
    assert text_of(page).count("Aucun logiciel de rendez-vous connu : créneaux inconnus.") == 6


def test_a_contextual_call_opens_the_same_page_with_the_patients_doctor_first(client: Client, regulator: User) -> None:
    practitioners(range(1, 9))
    page = client.get(
        "/sas/recherche",
        {
            "practitioner": f"urn:oid:1.2.250.1.71.4.2.1|{rpps(8)}", "specialty": "urn:oid:1.2.250.1.213.2.28|SM54",
            "streetnumber": "12", "streetname": "rue des Lilas", "inseecode": "47001", "city": "AGEN",
            "origin": "SAMU470",
        },
    )  # fmt: skip
    found = kept(page, regulator)
    assert (cards_of(page)[0], found.origin, found.near.label) == (rpps(8), "SAMU470", "Agen (47)")
    assert "Médecin traitant" in text_of(page)
    assert 'value="12 rue des Lilas, 47000 Agen"' in page.content.decode()


def test_a_contextual_call_may_spell_speciality_and_give_a_city_alone(client: Client, regulator: User) -> None:
    practitioners(range(1, 7))
    page = client.get("/sas/recherche", {"speciality": "x|SM54", "city": "Agen", "origin": "SAMU470"})
    assert len(cards_of(page)) == 6


def test_a_signed_out_contextual_call_comes_back_after_signing_in(db) -> None:
    answer = Client().get("/sas/recherche?practitioner=x%7C899700000001&city=Agen")
    assert answer.status_code == 302
    assert (
        answer.headers["Location"]
        == "/connexion/?next=/sas/recherche%3Fpractitioner%3Dx%257C899700000001%26city%3DAgen"
    )


def test_what_people_type_is_escaped_everywhere(client: Client) -> None:
    page = client.get("/sas/recherche", {"quoi": '"><script>alert(1)</script>', "ou": "<b>Agen</b>"})
    assert "<script>alert" not in page.content.decode()
    assert "<b>Agen" not in page.content.decode()


def ioa(national_id: str = "899700000054") -> Client:
    user = grants.professional(actor="system", identifier=national_id)
    grants.grant(actor="system", user=user, role=Role.REGULATOR, regulator_kind=RegulatorKind.IOA)
    return signed_in_by_psc(user)


def test_an_emergency_ward_reorients_and_its_link_opens_as_usual_elsewhere(client_of_regulator: Client) -> None:
    practitioners(range(1, 3))
    asked = SEARCH | {"mode": "reorientation"}
    page = ioa().get("/sas/recherche", asked)
    assert page.context["page"].board.search.filters.mode == "reorientation"
    assert "Réorientation des urgences" in text_of(page)
    elsewhere = client_of_regulator.get("/sas/recherche", asked)
    assert elsewhere.context["page"].board.search.filters.mode == "slots"
    assert "Réorientation des urgences" not in text_of(elsewhere)
