"""The pages of structures in a real Chromium: keyboard alone, no script, 320 px, dark, the accessibility rules."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from directory.communities.profile import Said, save_profile
from directory.communities.territory import change_territory, codes_of
from directory.models import CptsCommune, Invitation, MemberImport, Practitioner, StructureProfile
from directory.participation.invitations import decline, invite
from sasportal.accounts.models import Role, User
from tests.chromium import tick
from tests.communities import cast
from tests.communities.test_imports import checked
from tests.directory.people import place
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HERE = f"/structures/{cast.AGENAIS}/"
WEEK = {day: [["08:30", "12:30"], ["14:00", "18:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
NAMES = ["TENUE", "LARIVE", "MESURE", "HALAGE", "CORDIER", "SEMAILLE", "ROUET", "TILLEUL", "DE LA BRUYÈRE-SAINT-ANGE"]


@pytest.fixture
def sacha(live_portal: Live) -> User:
    cast.structures()
    return cast.manager()


@pytest.fixture
def full(sacha: User) -> None:
    """A CPTS that lives: a profile, a territory shared in part, members, invitations in each state."""
    save_profile(
        actor=sacha, code=cast.AGENAIS, seen=Said().fingerprint,
        said=Said(
            description="Quarante professionnels d’Agen et de ses environs.\nSoins non programmés de 8 h à 20 h.",
            phone="01 99 00 11 22", opening_hours=WEEK,
        ),
    )  # fmt: skip
    change_territory(actor=sacha, code=cast.AGENAIS, add=["47001", "33063", "95127"])
    CptsCommune.objects.create(finess=cast.BORDEAUX, insee="33063")
    now = timezone.now()
    for number, family in enumerate(NAMES):
        cast.practitioner(number, family=family, given="Anne")
        if number < 4:
            cast.member(number, starts_at=now - timedelta(days=200 + number))
    place(Practitioner.objects.get(pk=cast.rpps(0)), key="C2", line="7 RUE DE LA MESURE", city="Boé")
    cast.member(1, via="msp", structure=cast.REMPARTS, starts_at=now - timedelta(days=9))
    cast.member(4, starts_at=now + timedelta(days=9), ends_at=now + timedelta(days=99), place_key="C1")
    for number in (5, 6, 8):
        invite(actor=sacha, structure=cast.AGENAIS, national_id=cast.rpps(number))
    declining = cast.person(cast.rpps(6), Role.EFFECTOR)
    decline(actor=declining, invitation=Invitation.objects.get(national_id=cast.rpps(6)))


@pytest.fixture
def page(context_of: Callable[..., BrowserContext], sacha: User) -> Page:
    opened = context_of(sacha, viewport={"width": 1280, "height": 900}).new_page()
    opened.set_default_timeout(10_000)
    return opened


def overflow(page: Page) -> int:
    """Pixels beyond the right edge, once the styles are there."""
    page.wait_for_load_state("load")
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def file_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "membres.csv"
    path.write_text(text)
    return path


def mixed_list() -> str:
    numbers = [cast.bare(number) for number in (0, 5, 7, 7)]
    return "\n".join(["RPPS;Nom", *(f"{number};X" for number in numbers), "9,97E+10;X", "99700000404;X", ";X"])


PAGES = ["", "fiche/", "territoire/", "territoire/liste/", "membres/", f"membres/{cast.rpps(1)}/fin/",
         "invitations/?qui=anne", "import/", "delegues/"]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "options"),
    [
        ("wide", {"viewport": {"width": 1280, "height": 900}}),
        ("phone", {"viewport": {"width": 320, "height": 700}}),
        ("dark", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}),
    ],
)
def test_every_page_at_every_width_and_theme(
    context_of: Callable[..., BrowserContext], sacha: User, full: None, how: str, options: dict, shot, violations
) -> None:
    page = context_of(sacha, **options).new_page()
    result = checked(sacha, mixed_list())
    for address in (*PAGES, f"import/{result.pk}/"):
        page.goto(HERE + address)
        shot(page, f"str-{how}-" + re.sub(r"\W+", "-", address.replace(str(result.pk), "dry") or "overview").strip("-"))
        assert (address, overflow(page), violations(page)) == (address, 0, [])


def test_an_empty_structure_says_what_to_do(page: Page, shot, violations) -> None:
    for address in ("", "territoire/", "membres/", "invitations/?qui=inconnu", "import/"):
        page.goto(HERE + address)
        shot(page, "str-empty-" + re.sub(r"\W+", "-", address or "overview").strip("-"))
        assert (address, overflow(page), violations(page)) == (address, 0, [])


def test_the_profile_by_keyboard_alone(page: Page, shot, violations) -> None:
    page.goto(HERE + "fiche/")
    page.get_by_label("Présentation").focus()
    page.keyboard.type("Soins non programmés.")
    page.keyboard.press("Tab")
    page.keyboard.type("0899701234")
    monday = page.get_by_role("group", name="Lundi")
    monday.get_by_label("Ouvre à", exact=True).fill("08:30")
    monday.get_by_label("Ferme à", exact=True).fill("12:30")
    page.get_by_role("button", name="Recopier le lundi").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Vendredi").get_by_label("Ferme à", exact=True)).to_have_value("12:30")
    expect(page.get_by_text("Horaires recopiés")).to_be_attached()
    page.get_by_role("button", name="Enregistrer la fiche").focus()
    page.keyboard.press("Enter")
    phone = page.get_by_label("Téléphone du secrétariat")
    expect(phone).to_be_focused()
    expect(phone).to_have_accessible_description(
        "Écrivez un numéro français non surtaxé, par exemple 05 53 00 00 00."
    )  # fmt: skip
    shot(page, "str-profile-error")
    assert violations(page) == []
    phone.fill("01 99 00 12 34")
    page.keyboard.press("Enter")
    expect(page.get_by_text("C’est enregistré : les régulateurs voient cette fiche dès maintenant.")).to_be_visible()
    shot(page, "str-profile-saved")
    kept = StructureProfile.objects.get()
    assert (kept.phone, len(kept.opening_hours), kept.opening_hours["fri"]) == (
        "01 99 00 12 34", 5, [["08:30", "12:30"]],
    )  # fmt: skip


def test_without_a_script_every_form_works(
    context_of: Callable[..., BrowserContext], sacha: User, full: None, tmp_path: Path
) -> None:
    page = context_of(sacha, java_script_enabled=False).new_page()
    page.set_default_timeout(15_000)
    page.goto(HERE)
    page.get_by_role("button", name="Confirmer que tout est à jour").click()
    expect(page.get_by_text("C’est noté")).to_be_visible()
    page.goto(HERE + "fiche/")
    page.get_by_role("group", name="Samedi").get_by_label("Ouvre à", exact=True).fill("09:00")
    page.get_by_role("group", name="Samedi").get_by_label("Ferme à", exact=True).fill("12:00")
    page.get_by_role("button", name="Enregistrer la fiche").click()
    expect(page.get_by_text("9 h 00 – 12 h 00".replace(" h ", "\u00a0h\u00a0"))).to_be_visible()
    page.goto(HERE + "territoire/")
    page.get_by_label("Communes à ajouter").fill("Bordeaux\n75056x")
    page.get_by_role("button", name="Ajouter ces communes").click()
    expect(page.get_by_text("Ligne 2, « 75056x »")).to_be_visible()
    tick(page.get_by_label("Retirer Agen"))
    page.get_by_role("button", name="Retirer les communes cochées").click()
    expect(page.get_by_text("commune retirée : Agen (47001)")).to_be_visible()
    page.goto(HERE + "invitations/")
    page.get_by_label("Nom ou numéro RPPS").fill("tilleul")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("button", name="Inviter Dr Anne TILLEUL").click()
    expect(page.get_by_text("L’invitation est envoyée.")).to_be_visible()
    page.goto(HERE + "membres/?q=larive")
    page.get_by_role("link", name="Mettre fin à la participation de Dr Anne LARIVE").click()
    page.get_by_role("button", name="Mettre fin à sa participation").click()
    expect(page.get_by_text("ne participe plus par cette structure")).to_be_visible()
    page.goto(HERE + "import/")
    page.get_by_label("Fichier").set_input_files(file_of(tmp_path, mixed_list()))
    page.get_by_role("button", name="Vérifier ce fichier").click()
    expect(page.get_by_role("heading", name="Voici ce que l’import changerait")).to_be_visible()  # by refreshing
    assert codes_of(cast.AGENAIS) == ["33063", "95127"]


def test_an_import_is_followed_to_its_end(page: Page, full: None, tmp_path: Path, shot, violations) -> None:
    page.goto(HERE + "import/")
    many = "\n".join(cast.bare(number) for number in range(1_000, 4_000))
    page.get_by_label("Fichier").set_input_files(file_of(tmp_path, f"RPPS\n{cast.bare(7)}\n{many}"))
    page.get_by_role("button", name="Vérifier ce fichier").click()
    expect(page.get_by_role("heading", name=re.compile("Vérification|Voici"))).to_be_visible()
    shot(page, "str-import-checking")
    assert violations(page) == []
    expect(page.get_by_role("heading", name="Voici ce que l’import changerait")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("invitation sera envoyée")).to_be_visible()
    page.get_by_role("link", name="3000 refusées").click()
    expect(page.get_by_role("row")).to_have_count(101)
    expect(page.get_by_role("link", name="3000 refusées")).to_have_attribute("aria-current", "true")
    shot(page, "str-import-refused")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_role("heading", name="Import terminé")).to_be_visible(timeout=30_000)
    shot(page, "str-import-done")
    assert violations(page) == []
    assert MemberImport.objects.get().state == "applied"
    assert Invitation.objects.filter(national_id=cast.rpps(7)).count() == 1


def test_a_file_that_is_none_is_refused_at_its_field(page: Page, tmp_path: Path, shot, violations) -> None:
    page.goto(HERE + "import/")
    page.get_by_label("Fichier").set_input_files(file_of(tmp_path, "nom;prénom\nTENUE;Anne"))
    page.get_by_role("button", name="Vérifier ce fichier").click()
    expect(page.get_by_label("Fichier")).to_have_accessible_description(re.compile("Aucune colonne « RPPS »"))
    shot(page, "str-import-error")
    assert violations(page) == []


def test_the_administrators_list(context_of: Callable[..., BrowserContext], full: None, shot, violations) -> None:
    for how, width in (("wide", 1280), ("phone", 320)):
        page = context_of(cast.admin(), viewport={"width": width, "height": 800}).new_page()
        page.goto("/structures/")
        shot(page, f"str-{how}-list")
        assert (overflow(page), violations(page)) == (0, [])
        page.get_by_label("Nom, ville, FINESS ou SIRET").fill("agenais")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="CPTS de l'Agenais").click()
        expect(page.get_by_text("Vous agissez pour CPTS de l'Agenais")).to_be_visible()
        shot(page, f"str-{how}-admin")
        assert (overflow(page), violations(page)) == (0, [])
