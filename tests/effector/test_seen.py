"""What the 15 sees: the same card, every slot received with its rule; asked of the real editor by a real worker."""

import time
from datetime import timedelta

import pytest
from django.test import Client

from agenda.models import Flow
from directory.models import Absence
from sasportal.accounts.models import Role, User
from tests.accounts.people import professional, signed_in_by_psc
from tests.agenda.cast import LILAS, register
from tests.agenda.editors import TestEditor, hang
from tests.agenda_pages.pages import cards_of, refresh_of, text_of
from tests.booking import own_cast as cast
from tests.live import Live

BASE = f"/effecteur/{cast.ANNE}/"


@pytest.fixture
def client(anne: User) -> Client:
    return signed_in_by_psc(anne)


def settled(client: Client, address: str):
    """The page once every editor has answered, reloaded as it does by itself."""
    deadline = time.monotonic() + 15
    page = client.get(address, follow=True)
    while here := refresh_of(page):
        assert time.monotonic() < deadline
        time.sleep(0.1)
        page = client.get(here)
    return page


@pytest.mark.django_db
def test_the_card_is_the_regulators_own_and_nothing_can_be_chosen(client: Client) -> None:
    row = cast.offered(capacity=2)
    page = client.get(f"{BASE}vu-par-le-15/")
    assert cards_of(page) == [cast.ANNE]
    assert 'class="sas-slot sas-slot--still"' in page.content.decode()
    assert f'value="own:{row.pk}"' not in page.content.decode()


@pytest.mark.django_db
def test_every_slot_received_is_listed_with_the_rule_that_hides_it(client: Client) -> None:
    cast.offered(types=["CPTS"])
    row = cast.offered(start=cast.in_two_hours() + timedelta(hours=1))
    Absence.objects.create(national_id=cast.ANNE, starts_at=row.start, ends_at=row.end)
    page = client.get(f"{BASE}vu-par-le-15/creneaux")
    words = text_of(page)
    assert "2 créneaux reçus ne sont pas montrés au 15." in words
    assert "non Le professionnel a déclaré une absence à cette date." in words
    assert "non Le professionnel n’a pas déclaré participer au SAS via une CPTS." in words


@pytest.mark.django_db
def test_the_same_search_is_shown_again_and_nobody_elses(client: Client, anne: User) -> None:
    page = client.get(f"{BASE}vu-par-le-15/")
    number = page.context["page"].search_id
    again = client.get(f"{BASE}vu-par-le-15/", {"recherche": number})
    assert again.context["page"].search_id == number
    other = signed_in_by_psc(professional("899700000777", Role.ADMIN))
    assert other.get(f"{BASE}vu-par-le-15/", {"recherche": number}).context["page"].search_id != number


@pytest.mark.django_db
def test_a_regulators_search_is_not_taken_for_ones_own_card(client: Client, anne: User) -> None:
    both = professional(cast.ANNE, Role.REGULATOR)
    search = cast.search_for(both, what="tout le monde")
    other = signed_in_by_psc(both).get(f"{BASE}vu-par-le-15/", {"recherche": search.id})
    assert [card.state for card in other.context["page"].board.cards] == ["none"]


@pytest.mark.django_db(transaction=True)
class TestWithEditors:
    def declared_nothing(self, alpha: TestEditor) -> None:
        from directory.models import EffectorSettings

        EffectorSettings.objects.update(without_software=False)
        alpha.knows(cast.ANNE, slots=2)
        alpha.slot_options, alpha.communities = {"types": ("CPTS",), "cpts": (LILAS,)}, (LILAS,)
        register(alpha.url, "Alpha", flows=[Flow.R04])

    def test_the_effect_of_a_declaration_on_the_slots_an_editor_sends(
        self, live_portal: Live, anne: User, alpha: TestEditor
    ) -> None:
        self.declared_nothing(alpha)
        client = signed_in_by_psc(anne)
        shown = text_of(settled(client, f"{BASE}vu-par-le-15/"))
        assert "2 créneaux reçus ne sont pas montrés au 15." in shown
        assert "n’a pas déclaré participer au SAS via une CPTS" in shown
        address = f"{BASE}participation/apercu/?via=cpts&structure=lilas&ou=partout"
        seen = text_of(settled(client, address))
        assert "Apparaîtraient : 2" in seen
        assert "Caché aujourd’hui : Le professionnel n’a pas déclaré participer au SAS via une CPTS." in seen
        client.post(f"{BASE}participation/declarer", {"via": "cpts", "structure": "lilas", "ou": "partout"})
        assert "ne sont pas montrés" not in text_of(settled(client, f"{BASE}vu-par-le-15/"))

    def test_a_mute_editor_is_named_and_its_effect_is_not_known(
        self, live_portal: Live, anne: User, alpha: TestEditor
    ) -> None:
        self.declared_nothing(alpha)
        alpha.answer = hang()
        client = signed_in_by_psc(anne)
        address = f"{BASE}participation/apercu/?via=cpts&structure=lilas&ou=partout"
        waiting = client.get(address, follow=True)
        assert "Réponse attendue : Alpha." in text_of(waiting)
        assert refresh_of(waiting).startswith(f"{BASE}participation/apercu/?via=cpts")
        seen = text_of(settled(client, address))
        assert "Sans réponse complète : Alpha. L’effet sur ces créneaux-là n’est pas connu." in seen
