"""What the patient's results template prints, with the address of every link on it."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.urls import reverse

from agenda import addresses
from agenda.forms import CARDS_AT_ONCE
from agenda.pages import Page
from agenda.patients.cards import PatientCard, patient_card
from agenda.patients.forms import PatientSearchForm
from agenda.patients.rendering import Services, services
from agenda.results_view import headline, widened
from directory.widening import STEPS_KM, WIDEST_KM
from sasportal.wording import long_day


@dataclass(frozen=True, kw_only=True)
class PatientPage(Page):
    form: PatientSearchForm

    @cached_property
    def bar(self) -> Services:  # type: ignore[override]
        return services(self.board)

    @cached_property
    def cards(self) -> list[PatientCard]:  # type: ignore[override]
        now = self.board.progress.now
        return [patient_card(card, search_id=self.search_id, now=now) for card in self._chosen[: self.wanted]]

    @property
    def headline(self) -> str:
        """Where more exist than were looked at, those shown are the nearest."""
        found = self.board.search
        if not found.found.more:
            return headline(found)
        return f"Les {len(found.found.candidates)} professionnels les plus proches · {found.near.label}"

    @property
    def widened(self) -> str:
        return widened(self.board.search)

    @property
    def last_day(self) -> str:
        """The last day the search looks at."""
        return long_day(self.board.cards[0].days[-1].date) if self.board.cards else ""

    @property
    def on_call(self) -> bool:
        """Does 116 117 answer for the on-call doctor there?"""
        return self.board.search.near.department in settings.DEPARTMENTS_WITH_116117

    @property
    def stream_url(self) -> str:
        return reverse("agenda:patient:events", args=[self.search_id])

    @property
    def cards_url(self) -> str:
        return reverse("agenda:patient:cards", args=[self.search_id])

    @property
    def retry_url(self) -> str:
        return reverse("agenda:patient:retry", args=[self.search_id])

    def _shown(self, **view: object) -> str:
        return addresses.shown(self.form, self.search_id, to=reverse("agenda:patient:results"), **view)

    def _asked(self, **changes: object) -> str:
        return addresses.asked(self.form, to=reverse("agenda:patient:results"), **changes)

    @property
    def here(self) -> str:
        """This page, as it stands."""
        return self._shown(
            cartes=self.wanted if self.wanted != CARDS_AT_ONCE else "",
            seulement="creneaux" if self.only_with_slots else "",
            tri="premier" if self.earliest_first else "",
        )

    @property
    def all_url(self) -> str:
        return self._shown()

    @property
    def only_url(self) -> str:
        return self._shown(seulement="creneaux")

    @property
    def earliest_url(self) -> str:
        return self._shown(tri="premier", seulement="creneaux")

    @property
    def more_url(self) -> str:
        return self._shown(
            cartes=self.next_shown,
            seulement="creneaux" if self.only_with_slots else "",
            tri="premier" if self.earliest_first else "",
        )

    @property
    def again_url(self) -> str:
        return self._asked()

    @property
    def unfiltered_url(self) -> str:
        """The same search without its filters; empty when none is set."""
        plain = self._asked(consultation=[], secteur="", jour="")
        return plain if plain != self._asked() else ""

    @property
    def other_days_url(self) -> str:
        """The same search on all its days; empty when it already looks at them."""
        return self._asked(jour="") if self.board.search.filters.day else ""

    @property
    def wider(self) -> tuple[int, str] | None:
        """The next radius and its address, when one exists."""
        found = self.board.search
        if found.near.kind == "department":
            return None
        now_km = found.found.radius_km or found.near.radius_km
        further = next((step for step in STEPS_KM if step >= 1.5 * now_km), None)
        return (further, self._asked(rayon=further)) if further else None

    @property
    def tele_url(self) -> str:
        """Distance matters little by video; empty when that is what was asked."""
        asked = {"consultation": ["VR"], "jour": "", "rayon": WIDEST_KM}
        return "" if self.form.cleaned_data["consultation"] == ["VR"] else self._asked(**asked)
