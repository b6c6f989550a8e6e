"""From two words typed by anybody to a list of rendez-vous."""

import re
from uuid import UUID

import pytest
from django.test import Client

from agenda import jobs
from directory.models import Activity, EffectorSettings
from sasportal.accounts.models import Role
from tests.accounts.people import patient, professional, signed_in_by_psc
from tests.agenda.answers import rpps
from tests.agenda.cast import register
from tests.agenda.editors import TestEditor, after, status
from tests.agenda_pages.pages import cards_of, hrefs_of, refresh_of, search_of, text_of
from tests.agenda_pages.territory import practitioners
from tests.patient_search.cast import HOME, RESULTS, SEARCH, tomorrow

pytestmark = pytest.mark.django_db(transaction=True)


def again(client: Client, found: UUID, **view: str):
    return client.get(RESULTS, {"recherche": str(found)} | view)


def answered(client: Client, **query):
    """The page once every service has answered."""
    found = search_of(client.get(RESULTS, SEARCH | query))
    jobs.run(found)
    return again(client, found, **{name: query[name] for name in ("jour", "consultation") if name in query})


def states(page) -> dict[str, str]:
    return dict(zip(cards_of(page), states_of_patients(page), strict=True))


def states_of_patients(page) -> list[str]:
    return re.findall(r'<article[^>]*class="sas-card pat-card"[^>]*data-state="([^"]+)"', page.content.decode())


def test_home_asks_two_things_and_says_whom_to_call(visitor: Client) -> None:
    page = visitor.get(HOME)
    markup = page.content.decode()
    assert [markup.count(f'name="{name}"') for name in ("quoi", "ou")] == [1, 1]
    assert [f'href="tel:{number}"' in markup for number in ("15", "114", "112")] == [True] * 3
    assert "sas_session" not in visitor.cookies  # looking needs no cookie


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ({"quoi": "", "ou": "Agen"}, "quoi", "Indiquez ce que vous cherchez"),
        ({"quoi": "cardiologue", "ou": ""}, "ou", "Indiquez un lieu : une commune, un code postal ou une adresse."),
        ({"quoi": "zzzzqqq", "ou": "Agen"}, "quoi", "Nous ne connaissons pas ce nom"),
        ({"quoi": "médecin généraliste", "ou": "Zzyzx"}, "ou", "Nous ne connaissons pas ce lieu"),
    ],
)
def test_a_fault_is_told_beside_its_field(visitor: Client, query: dict, field: str, message: str) -> None:
    page = visitor.get(RESULTS, query)
    assert f'aria-describedby="id_{field}-erreur"' in page.content.decode()
    assert page.content.decode().count("aria-invalid") == 1
    assert message in text_of(page)


def test_the_nearest_come_first_whoever_takes_part(visitor: Client) -> None:
    practitioners(range(1, 4), via="none", km=0.5)
    practitioners(range(4, 7), km=2)
    assert cards_of(visitor.get(RESULTS, SEARCH)) == [rpps(number) for number in range(1, 7)]
    practitioners([7], km=45)
    wide = visitor.get(RESULTS, SEARCH | {"quoi": "médecin généraliste", "rayon": "50"})
    assert cards_of(wide)[-1] == rpps(7)


def test_beyond_the_most_a_search_looks_at_the_nearest_are_said_to_be_so(visitor: Client) -> None:
    practitioners(range(1, 103), via="none")
    page = visitor.get(RESULTS, SEARCH)
    assert "Les 100 professionnels les plus proches · Agen (47) : 0 a des rendez-vous en ligne" in text_of(page)
    (more,) = hrefs_of(page, "Afficher plus")
    assert cards_of(visitor.get(more)) == [rpps(number) for number in range(1, 51)]


def test_three_honest_states(visitor: Client, alpha: TestEditor) -> None:
    practitioners(range(1, 6))
    alpha.knows(rpps(1), rpps(2), first=tomorrow())
    register(alpha.url)
    opened = visitor.get(RESULTS, SEARCH)
    assert (states_of_patients(opened), bool(refresh_of(opened))) == (["waiting"] * 5, True)
    assert "Recherche en cours : 0 sur 1\xa0service de rendez-vous.".replace("\xa0", " ") in text_of(opened)
    jobs.run(search_of(opened))
    done = again(visitor, search_of(opened))
    assert list(states(done).values()) == ["slots", "slots", "none", "none", "none"]
    assert text_of(done).count("Pas de rendez-vous en ligne ces trois jours. Appeler le 01 99 00 12 34 .") == 3
    assert (refresh_of(done), "Recherche terminée." in text_of(done)) == ("", True)


@pytest.mark.parametrize("fault", [503, 403, 200])
def test_a_failure_never_reads_as_no_slot(visitor: Client, alpha: TestEditor, fault: int) -> None:
    practitioners(range(1, 6))
    alpha.answer = status(fault)
    register(alpha.url)
    words = text_of(answered(visitor))
    assert words.count("Alpha ne répond pas : nous ne savons pas s’il reste des rendez-vous. Appeler le") == 5
    assert "Pas de rendez-vous" not in words
    assert "Recherche terminée, mais elle n’est pas complète. Alpha ne répond pas" in words


def test_a_service_is_asked_again(visitor: Client, alpha: TestEditor) -> None:
    practitioners(range(1, 6))
    editor = register(alpha.url)
    alpha.answer = status(500)
    found = search_of(visitor.get(RESULTS, SEARCH))
    jobs.run(found)
    alpha.answer = alpha.knows(rpps(1), first=tomorrow()).honest
    answer = visitor.post(f"{RESULTS}/{found}/reessayer", {"editeur": str(editor.pk)})
    assert answer.headers["Location"] == f"{RESULTS}?recherche={found}"
    jobs.run(found, round_number=1, editor_id=editor.pk)
    assert states(again(visitor, found))[rpps(1)] == "slots"
    assert visitor.post(f"{RESULTS}/{found}/reessayer", {"editeur": "999"}).status_code == 404


def test_a_slot_is_a_link_whose_name_says_it_all(visitor: Client, alpha: TestEditor) -> None:
    practitioners([1])
    alpha.knows(rpps(1), slots=1, first=tomorrow())
    register(alpha.url)
    found = search_of(visitor.get(RESULTS, SEARCH))
    jobs.run(found)
    (link,) = re.findall(r"<a[^>]*data-sas-slot>", again(visitor, found).content.decode())
    address, name = (re.findall(f'{one}="([^"]*)"', link)[0] for one in ("href", "aria-label"))
    assert re.fullmatch(rf"/patient/rendez-vous/nouveau\?recherche={found}&amp;creneau=\S+", address)
    assert re.fullmatch(
        r"Prendre rendez-vous \w+ \d+(er)? \w+ à \d+\xa0h\xa000, au cabinet, heure à vérifier auprès du cabinet, "
        r"avec le docteur Anne TENUE001, Agen",
        name,
    )


@pytest.mark.parametrize("address", [None, "javascript:alert(1)//rdv.alpha.example/"])
def test_what_cannot_be_taken_online_is_no_link(visitor: Client, alpha: TestEditor, address: str | None) -> None:
    practitioners([1])
    alpha.slot_options = {"comment": address}
    alpha.knows(rpps(1), slots=2, first=tomorrow())
    register(alpha.url)
    page = answered(visitor)
    assert "data-sas-slot>" not in page.content.decode()
    assert "javascript:" not in page.content.decode()
    assert text_of(page).count("Par téléphone") == 2


def test_a_day_a_way_a_sector(visitor: Client, alpha: TestEditor) -> None:
    practitioners([1, 2])
    EffectorSettings.objects.create(national_id=rpps(1), convention_sector="1")
    EffectorSettings.objects.create(national_id=rpps(2), convention_sector="2")
    alpha.knows(rpps(1), rpps(2), slots=1, first=tomorrow())
    register(alpha.url)
    assert list(states(answered(visitor, jour="1")).values()) == ["slots", "slots"]
    after_tomorrow = answered(visitor, jour="2")
    assert list(states(after_tomorrow).values()) == ["none", "none"]
    assert text_of(after_tomorrow).count("Pas de rendez-vous en ligne avec vos filtres.") == 2
    assert len(hrefs_of(after_tomorrow, "Voir les autres jours")) == 1
    assert list(states(answered(visitor, consultation="VR")).values()) == ["none", "none"]
    assert cards_of(visitor.get(RESULTS, SEARCH | {"secteur": "2"})) == [rpps(2)]


def test_the_day_is_that_of_the_place(visitor: Client, alpha: TestEditor) -> None:
    """23 h UTC is the next day already in Agen."""
    practitioners([1])
    alpha.knows(rpps(1), slots=1, first=tomorrow(23))
    register(alpha.url)
    assert [list(states(answered(visitor, jour=day)).values()) for day in ("1", "2")] == [["none"], ["slots"]]


def test_nothing_fits_and_nobody_is_left_there(visitor: Client, settings) -> None:
    practitioners([1])
    page = visitor.get(RESULTS, SEARCH | {"quoi": "sage-femme", "jour": "1", "rayon": "20"})
    words = text_of(page)
    assert "Aucun professionnel ne correspond ici." in words
    for way in ("Retirer les filtres", "Chercher plus loin", "Chercher une téléconsultation", "Voir les autres jours"):
        assert len(hrefs_of(page, way)) == 1, way
    assert "appelez le 15 sans attendre de rendez-vous" in words
    assert "un médecin de garde vous répond : appelez le 15 ." in words
    settings.DEPARTMENTS_WITH_116117 = ["47"]
    assert "appelez le 116 117 (gratuit)" in text_of(visitor.get(RESULTS, SEARCH | {"quoi": "sage-femme"}))


def test_a_professional_who_hides_his_agenda_is_no_professional_without_slots(visitor: Client) -> None:
    practitioners([1])
    EffectorSettings.objects.create(national_id=rpps(1), accepts_editor_slots=False)
    assert "Ses rendez-vous ne se prennent pas sur ce site. Appeler le" in text_of(visitor.get(RESULTS, SEARCH))


def test_a_place_elsewhere_is_told(visitor: Client, alpha: TestEditor) -> None:
    practitioners([1])
    Activity.objects.update(line="1 place du Pin")
    alpha.knows(rpps(1), slots=1, first=tomorrow())
    register(alpha.url)
    assert "Autre lieu : 12 rue des Lilas, 47000 Agen" in text_of(answered(visitor))


def test_a_search_is_its_browsers_alone(visitor: Client, valkey) -> None:
    practitioners([1])
    found = search_of(visitor.get(RESULTS, SEARCH))
    stranger = Client()
    gone = stranger.get(RESULTS, SEARCH | {"recherche": str(found)})
    assert gone.status_code == 410
    assert hrefs_of(gone, "Relancer la même recherche") == [
        f"{RESULTS}?quoi=m%C3%A9decin+g%C3%A9n%C3%A9raliste&ou=47000+Agen"
    ]
    assert [stranger.get(f"{RESULTS}/{found}/{part}").status_code for part in ("fiches", "flux")] == [404, 404]
    assert stranger.post(f"{RESULTS}/{found}/reessayer", {"editeur": "1"}).status_code == 404
    regulator = signed_in_by_psc(professional("899700000013", Role.REGULATOR))
    assert regulator.get(f"{RESULTS}/{found}/fiches").status_code == 404
    assert regulator.get(f"/sas/recherche/{found}/fiches").status_code == 403


def test_signing_in_keeps_the_search_and_signing_out_forgets_it(visitor: Client) -> None:
    practitioners([1])
    found = search_of(visitor.get(RESULTS, SEARCH))
    visitor.force_login(patient(), backend="sasportal.accounts.psc.ProSanteConnectBackend")
    assert again(visitor, found).status_code == 200
    visitor.logout()
    assert again(visitor, found).status_code == 410


def test_suggestions_are_open(visitor: Client) -> None:
    practitioners([1])
    needs = visitor.get("/patient/suggestions/quoi", {"q": "géné"}).json()["suggestions"]
    assert needs[0]["value"] == "Médecin généraliste"
    assert [one["value"] for one in visitor.get("/patient/suggestions/ou", {"q": "agen"}).json()["suggestions"]][
        0
    ] == "Agen (47)"


class TestLimits:
    def test_beyond_the_limit_the_page_says_what_to_do(self, visitor: Client, settings) -> None:
        settings.PATIENT_LIMITS = settings.PATIENT_LIMITS | {"search": (2, 3)}
        assert [visitor.get(RESULTS, SEARCH).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = visitor.get(RESULTS, SEARCH)
        assert "Attendez cinq minutes, puis recommencez." in text_of(refused)
        assert 0 < int(refused.headers["Retry-After"]) <= 300
        assert Client().get(RESULTS, SEARCH).status_code == 429  # same address

    def test_one_browser_does_not_use_up_its_address(self, visitor: Client, settings) -> None:
        settings.PATIENT_LIMITS = settings.PATIENT_LIMITS | {"search": (1, 100)}
        assert [visitor.get(RESULTS, SEARCH).status_code for _ in range(3)] == [200, 200, 429]
        assert Client().get(RESULTS, SEARCH).status_code == 200

    def test_suggestions_and_followed_searches_have_limits_too(self, visitor: Client, settings) -> None:
        found = search_of(visitor.get(RESULTS, SEARCH))
        settings.PATIENT_LIMITS = {"search": (9, 9), "suggest": (9, 0), "follow": (0, 9)}
        assert visitor.get("/patient/suggestions/ou", {"q": "agen"}).status_code == 429
        polled = visitor.get(f"{RESULTS}/{found}/fiches", headers={"Accept": "application/json"})
        assert (polled.status_code, polled.json()) == (429, {})
        assert visitor.get(f"{RESULTS}/{found}/flux").status_code == 429

    def test_counting_keeps_no_address_and_no_word_in_clear(self, visitor: Client, valkey, caplog) -> None:
        practitioners([1])
        visitor.get("/patient/suggestions/quoi", {"q": "rhumatologue"})
        visitor.get(RESULTS, {"quoi": "rhumatologue", "ou": "Villeneuve-sur-Lot"})
        counters = b" ".join(valkey.scan_iter("*patient-limit*")).decode()
        assert counters.count("patient-limit") == 2
        assert [word for word in ("127.0.0.1", "rhumatologue") if word in counters + caplog.text] == []


def test_a_slow_service_is_waited_for(visitor: Client, alpha: TestEditor) -> None:
    practitioners([1])
    alpha.answer = after(0.3, alpha.knows(rpps(1), slots=1, first=tomorrow()).honest)
    register(alpha.url)
    assert list(states(answered(visitor)).values()) == ["slots"]


@pytest.mark.parametrize(
    "name", ["mentions-legales", "donnees-personnelles", "accessibilite", "cookies", "plan-du-site"]
)
def test_legal_pages_of_both_sides(visitor: Client, name: str) -> None:
    assert [visitor.get(f"{side}{name}").status_code for side in ("/", HOME)] == [200, 200]
    assert f'href="{HOME}{name}"' in visitor.get(HOME).content.decode()
    assert f'href="/{name}"' in visitor.get("/connexion/").content.decode()


def test_a_missing_page_looks_like_its_side(visitor: Client) -> None:
    page = visitor.get("/patient/nulle-part")
    assert (page.status_code, "Portail de régulation" in text_of(page)) == (404, False)
