"""Pages of account managers: who opens them on whom, what they show and do, and what they cost."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sasportal.accounts import grants
from sasportal.accounts.models import RegulatorKind, Role, RoleGrant, User
from sasportal.accounts.roles import has_role
from sasportal.audit.models import Entry
from sasportal.outbox.models import Delivery
from sasportal.spelling import plain
from tests.accounts import cast
from tests.accounts.people import signed_in_by_psc
from tests.agenda_pages.pages import text_of

pytestmark = pytest.mark.django_db
LIST = "/regulateurs/"
MOST_QUERIES = 12

PAGES = [
    ("get", "regulators"), ("get", "regulators_export"), ("get", "regulator_create"), ("post", "regulator_create"),
]  # fmt: skip
PAGES_OF_ONE = [
    ("get", "regulator"), ("get", "account_suspend"), ("post", "account_suspend"), ("get", "account_reopen"),
    ("post", "account_reopen"), ("get", "identifier_attach"), ("post", "identifier_attach"), ("get", "contact_set"),
    ("post", "contact_set"), ("get", "right_give"),
    ("post", "right_give"), ("get", "right_withdraw"), ("post", "right_withdraw"),
]  # fmt: skip
OPEN = [200, 200, 302, 200, 302, 200, 422, 200, 422, 200, 422, 200, 302]
LOOK_ONLY = [200, *[403] * 8, 200, 422, 200, 302]  # may end the right in his territory, no more
MISSING = [404] * len(PAGES_OF_ONE)
REFUSED = [403] * len(PAGES_OF_ONE)


def statuses(client: Client, user: User) -> list[int]:
    right = user.grants.filter(role=Role.REGULATOR).earliest("pk")
    return [
        getattr(client, method)(
            reverse(f"accounts:{name}", args=[user.technical_id, *([right.pk] if name == "right_withdraw" else [])])
        ).status_code
        for method, name in PAGES_OF_ONE
    ]


def signed_in(who: str) -> Client:
    match who:
        case "manager":
            return signed_in_by_psc(cast.manager(cast.BOTH))
        case "manager elsewhere":
            return signed_in_by_psc(cast.manager(cast.PARIS))
        case "national manager":
            return signed_in_by_psc(cast.manager(None))
        case "admin":
            return signed_in_by_psc(cast.admin())
        case _:
            user = cast.person("899700000088")
            if who != "nobody":
                grants.grant(
                    actor="system", user=user, role=Role(who), territory=cast.territory(*cast.BOTH),
                    finess="470000012", national_id="899700000013", editor_id=1,
                )  # fmt: skip
            return signed_in_by_psc(user)


NO_BUSINESS = [role for role in Role if role not in {Role.ACCOUNT_MANAGER, Role.ADMIN}]


@pytest.mark.parametrize(
    ("who", "own", "other", "everywhere", "also_elsewhere"),
    [
        ("manager", OPEN, MISSING, MISSING, LOOK_ONLY),
        ("manager elsewhere", MISSING, OPEN, MISSING, MISSING),
        ("national manager", OPEN, OPEN, OPEN, OPEN),
        ("admin", OPEN, OPEN, OPEN, OPEN),
        *((role, REFUSED, REFUSED, REFUSED, REFUSED) for role in [*NO_BUSINESS, "nobody"]),
    ],
)
def test_who_opens_what_on_whom(who, own, other, everywhere, also_elsewhere):
    client = signed_in(who)
    lot, paris = cast.regulator("a@samu.example"), cast.regulator("b@samu.example", territory_of=cast.PARIS)
    national = cast.regulator("c@samu.example", territory_of=None)
    both = cast.regulator("d@samu.example")
    grants.grant(actor="system", user=both, role=Role.REGULATOR, territory=None)
    assert statuses(client, lot) == own
    assert statuses(client, paris) == other
    assert statuses(client, national) == everywhere
    assert statuses(client, both) == also_elsewhere


@pytest.mark.parametrize("who", ["manager", "national manager", "admin", *NO_BUSINESS, "nobody"])
def test_who_opens_the_list(who):
    client = signed_in(who)
    found = [getattr(client, method)(reverse(f"accounts:{name}")).status_code for method, name in PAGES]
    assert found == ([200, 200, 200, 422] if who in {"manager", "national manager", "admin"} else [403] * 4)


def test_a_visitor_is_sent_to_sign_in():
    assert Client().get(LIST)["Location"] == f"/connexion/?next={LIST}"


def test_a_manager_who_regulates_sees_himself_and_changes_nothing():
    maxence = cast.manager(cast.BOTH)
    grants.grant(actor="system", user=maxence, role=Role.REGULATOR, territory=cast.territory(*cast.LOT))
    client = signed_in_by_psc(maxence)
    assert statuses(client, maxence) == [200, *[403] * 8, 200, 422, 403, 403]
    form = {"kind": "osnp", "territory": cast.territory(*cast.GIRONDE).pk}
    assert client.post(reverse("accounts:right_give", args=[maxence.technical_id]), form).status_code == 403
    assert maxence.grants.filter(role=Role.REGULATOR, ends_at=None).count() == 1


@pytest.fixture
def client() -> Client:
    return signed_in_by_psc(cast.manager(cast.BOTH))


def people() -> dict[str, User]:
    """One regulator in each state."""
    now = timezone.now()
    family = {"actif": "Aubier", "jamais-connecte": "Bézard", "prevenu": "Cèdre", "suspendu": "Doré", "sans-droit": "É"}
    found = {
        state: cast.regulator(f"89970000010{n}", given="Léa", family=name, kind=list(RegulatorKind)[n % 3])
        for n, (state, name) in enumerate(family.items())
    }
    old = now - timedelta(days=255)
    for state in ("actif", "suspendu", "sans-droit"):
        User.objects.filter(pk=found[state].pk).update(last_login=now)
    User.objects.filter(pk=found["prevenu"].pk).update(date_joined=old, last_login=old, warned_at=now)
    grants.suspend(actor="system", user=found["suspendu"])
    grants.revoke(actor="system", given=found["sans-droit"].grants.get())
    return found


def names(client: Client, **query: Any) -> list[str]:
    page = client.get(LIST, query)
    return [line.name.removeprefix("Léa ") for line in page.context["lines"]]


def test_each_state_is_said_and_filtered(client):
    found = people()
    assert names(client) == ["Aubier", "Bézard", "Cèdre", "Doré", "É"]
    for state, user in found.items():
        assert names(client, etat=state) == [user.last_name]
    page = text_of(client.get(LIST))
    for words in ("Actif", "Jamais connecté", "Inactif, prévenu", "suspension le", "Suspendu", "par décision"):
        assert words in page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aubier", ["Aubier"]), ("BEZARD", ["Bézard"]), ("léa cedre", ["Cèdre"]), ("cedre lea", ["Cèdre"]),
        ("899700000100", ["Aubier"]), ("personne", []), ("%", []), ("'; --", []),
    ],
)  # fmt: skip
def test_people_are_found_by_any_of_their_names(client, text, expected):
    people()
    assert names(client, texte=text) == expected


def test_the_database_spells_names_as_searches_do():
    family = "D’Œuvre-Ÿvon  l’Aîné"
    user = cast.person("899700000013", given="Éloïse", family=family)
    assert User.objects.get(pk=user.pk).search_name == plain(f"{family} Éloïse {family}")
    User.objects.filter(pk=user.pk).update(last_name="Autre")
    assert User.objects.get(pk=user.pk).search_name == "autre eloise autre"


def test_filters_add_up_and_nonsense_counts_for_nothing(client):
    people()
    assert names(client, type="osnp") == ["Aubier", "Doré"]
    assert names(client, type="osnp", etat="suspendu") == ["Doré"]
    assert len(names(client, type="x", etat="y", page="z")) == 5
    assert len(names(client, page="9")) == 5


def test_the_list_stays_cheap_whatever_its_length(client):
    client.get(LIST)
    costs = []
    for first, last in ((0, 1), (1, 3), (3, 200)):
        for n in range(first, last):
            cast.regulator(f"8997000{n:05}", family=f"Essai {n:03}")
        with CaptureQueriesContext(connection) as seen:
            assert client.get(LIST).status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1] == costs[2] <= MOST_QUERIES
    assert (len(names(client)), names(client, page="4")[-1]) == (50, "Camille Essai 199")
    with CaptureQueriesContext(connection) as seen:
        list(client.get(f"{LIST}export.csv").streaming_content)
    assert len(seen) <= MOST_QUERIES


def test_the_file_holds_the_whole_list_and_no_formula(client):
    people()
    cast.regulator("899700000777", given="=cmd()", family="@Malin")
    answer = client.get(f"{LIST}export.csv?type=osnp")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows] == ["Nom", "'@Malin", "Aubier", "Doré"]
    assert rows[1][:5] == [
        "'@Malin", "'=cmd()", "899700000777", "Pro Santé Connect", "Opérateur de soins non programmés, Lot-et-Garonne",
    ]  # fmt: skip
    assert answer["Content-Disposition"].startswith('attachment; filename="regulateurs-')


def create(client: Client, **changes: Any) -> Any:
    form = {
        "family_name": "Régulier", "given_name": "Camille", "national_id": "99700000013", "kind": "physician",
        "territory": cast.territory(*cast.LOT).pk,
    } | changes  # fmt: skip
    return client.post(f"{LIST}nouveau/", form)


def test_a_regulator_is_created_and_can_work_at_once(client):
    answer = create(client)
    user = User.objects.get(national_id="899700000013")
    assert answer["Location"] == f"{LIST}{user.technical_id}/"
    assert has_role(user, Role.REGULATOR) is True
    page = text_of(client.get(answer["Location"]))
    assert "Camille Régulier peut réguler, en se connectant avec Pro Santé Connect." in page
    assert "Médecin régulateur, Lot-et-Garonne" in page
    assert create(client).status_code == 302
    assert RoleGrant.objects.filter(user=user).count() == 1
    assert "Adresse électronique inconnue Indiquer l’adresse" in page


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("national_id", "garde@samu.example", "Ce n’est pas un identifiant national"),
        ("national_id", "3990000001/GES0007", "C’est votre identifiant"),
        ("family_name", "", "Indiquez le nom."),
        ("kind", "chef", "Sélectionnez un choix valide."),
        ("territory", "", "Choisissez un territoire."),
        ("territory", "france", "Sélectionnez un choix valide."),
        ("territory", "paris", "Sélectionnez un choix valide."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, field, value, error):
    if value == "paris":
        value = cast.territory(*cast.PARIS).pk
    answer = create(client, **{field: value})
    assert answer.status_code == 422
    assert error in " ".join(answer.context["form"].errors[field])
    assert User.objects.filter(national_id="899700000013").count() == 0


def test_only_who_is_in_charge_of_the_country_gives_it():
    client = signed_in_by_psc(cast.manager(None))
    assert create(client, territory="france").status_code == 302
    assert RoleGrant.objects.get(user__national_id="899700000013").territory is None


def test_suspend_reopen_withdraw_and_give_again(client):
    user = cast.regulator("899700000013")
    one = f"{LIST}{user.technical_id}/"
    assert "Suspendre le compte de Camille Régulier ?" in text_of(client.get(f"{one}suspendre/"))
    client.post(f"{one}suspendre/")
    assert "Rouvrir le compte" in text_of(client.get(one))
    client.post(f"{one}rouvrir/")
    client.post(f"{one}droits/{user.grants.get().pk}/retirer/")
    assert "Sans droit" in text_of(client.get(one))
    client.post(f"{one}droits/nouveau/", {"kind": "ioa", "territory": cast.territory(*cast.GIRONDE).pk})
    user = User.objects.get(pk=user.pk)
    assert (user.is_active, has_role(user, Role.REGULATOR)) == (True, True)
    page = text_of(client.get(one))
    assert "Infirmier organisateur de l’accueil, Gironde" in page
    assert client.post(f"{one}droits/999999/retirer/").status_code == 404


def test_the_right_of_somebody_else_is_not_under_this_address(client):
    user, other = cast.regulator("899700000013"), cast.regulator("899700000024")
    address = f"{LIST}{user.technical_id}/droits/{other.grants.get().pk}/retirer/"
    assert client.post(address).status_code == 404
    assert has_role(User.objects.get(pk=other.pk), Role.REGULATOR) is True


def test_a_card_holder_gets_an_address_that_opens_nothing(client, mailoutbox):
    user = cast.regulator("899700000013")
    one = f"{LIST}{user.technical_id}/"
    answer = client.post(f"{one}adresse/", {"contact_email": "camille"})
    assert "elle s’écrit nom@domaine.fr" in text_of(answer)
    assert client.post(f"{one}adresse/", {"contact_email": "camille@samu47.example"})["Location"] == one
    assert "camille@samu47.example Modifier l’adresse" in text_of(client.get(one))
    Client().post("/comptes/mot-de-passe/oublie/", {"email": "camille@samu47.example"})
    assert [mail.to for mail in mailoutbox if "mot-de-passe/nouveau" in mail.body] == []
    (entry,) = Entry.objects.filter(action="contact_changed")
    assert (entry.target, entry.detail) == (str(user.technical_id), {})


def test_an_address_given_at_creation_is_kept_and_never_replaces_another(client):
    create(client, contact_email="camille@samu47.example")
    create(client, contact_email="autre@samu47.example")
    assert User.objects.get(national_id="899700000013").contact_email == "camille@samu47.example"


def test_who_signs_in_with_an_address_keeps_it(client):
    user = cast.regulator("garde@samu.example")
    one = f"{LIST}{user.technical_id}/"
    assert "Modifier l’adresse" not in text_of(client.get(one))
    answer = client.post(f"{one}adresse/", {"contact_email": "autre@samu.example"})
    assert (answer.status_code, User.objects.get(pk=user.pk).contact_email) == (422, "")


def test_an_identifier_is_attached_and_the_former_one_shown(client):
    user = cast.regulator("garde@samu.example")
    one = f"{LIST}{user.technical_id}/"
    assert "Rattacher un identifiant national" in text_of(client.get(one))
    answer = client.post(f"{one}identifiant/", {"national_id": "997 000 000 54"})
    assert answer["Location"] == one
    page = text_of(client.get(one))
    assert "899700000054" in page
    assert f"{user.technical_id}, jusqu’au" in page
    answer = client.post(f"{one}identifiant/", {"national_id": "899700000062"})
    assert "Ce compte a déjà un identifiant national" in text_of(answer)


def test_an_identifier_somebody_has_is_refused_with_the_way_out(client):
    user = cast.regulator("garde@samu.example")
    cast.regulator("899700000054", territory_of=cast.PARIS)
    answer = client.post(f"{LIST}{user.technical_id}/identifiant/", {"national_id": "899700000054"})
    assert answer.status_code == 422
    assert "Donnez plutôt le droit de réguler à ce compte-là" in text_of(answer)


def test_the_page_says_when_the_account_was_warned_and_suspended(client):
    user = cast.regulator("899700000013")
    User.objects.filter(pk=user.pk).update(warned_at=timezone.now() - timedelta(days=31))
    grants.suspend(actor="system", user=user, reason="inactivity")
    page = text_of(client.get(f"{LIST}{user.technical_id}/"))
    assert "faute d’activité" in page
    assert "Prévenu de son inactivité" in page


@pytest.mark.parametrize(
    ("who", "first_page", "entries"),
    [
        ("manager", LIST, ["Comptes"]),
        ("admin", "/gestion/", ["Rechercher", "Administration"]),
        ("regulator", "/sas/recherche", ["Rechercher", "Mes orientations"]),
    ],
)
def test_each_role_lands_on_its_work(valkey, who, first_page, entries):
    client = signed_in(who)
    assert client.get("/")["Location"] == first_page
    assert [entry.label for entry in client.get(first_page).context["NAVIGATION"]] == entries


@pytest.mark.parametrize("who", ["manager", *NO_BUSINESS, "nobody"])
def test_the_administration_is_for_administrators(who):
    assert signed_in(who).get("/gestion/").status_code == 403


def test_the_administration_counts_what_waits():
    client = signed_in("admin")
    assert "abandonnés" not in text_of(client.get("/gestion/"))
    for _ in range(3):
        Delivery.objects.create(channel="test", state="dead")
    assert "3 abandonnés" in text_of(client.get("/gestion/"))
    for line in client.get("/gestion/").context["lines"]:
        assert (line.label, client.get(line.url).status_code) == (line.label, 200)
