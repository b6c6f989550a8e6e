"""How far an import has come, and what it says in figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from directory.communities.importing.imports import counts
from directory.models import ImportEffect, ImportState, LineOutcome, MemberImport
from sasportal.wording import several

TITLES = {
    ImportState.CHECKING: "Vérification du fichier",
    ImportState.CHECKED: "Voici ce que l’import changerait",
    ImportState.APPLYING: "Enregistrement en cours",
    ImportState.APPLIED: "Import terminé",
    ImportState.ABANDONED: "Import abandonné",
    ImportState.STOPPED: "Import interrompu",
}
MANY = {
    LineOutcome.PENDING: "à vérifier",
    LineOutcome.ACCEPTED: "acceptées",
    LineOutcome.REFUSED: "refusées",
    LineOutcome.UNCHANGED: "sans changement",
    LineOutcome.DONE: "enregistrées",
    LineOutcome.LATE: "devenues impossibles",
}


@dataclass(frozen=True, kw_only=True)
class Progress:
    state: ImportState
    effect: ImportEffect
    by_outcome: Mapping[str, int]

    @property
    def title(self) -> str:
        return TITLES[self.state]

    @property
    def at_work(self) -> bool:
        return self.state in {ImportState.CHECKING, ImportState.APPLYING}

    @property
    def waiting(self) -> bool:
        return self.state == ImportState.CHECKED

    @property
    def stopped(self) -> bool:
        return self.state == ImportState.STOPPED

    @property
    def abandoned(self) -> bool:
        return self.state == ImportState.ABANDONED

    @property
    def declares(self) -> bool:
        return self.effect == ImportEffect.DECLARE

    @property
    def total(self) -> int:
        """Lines that this stage has to work on."""
        every = sum(self.by_outcome.values())
        return every if self.state == ImportState.CHECKING else self.done + self.by_outcome[LineOutcome.ACCEPTED]

    @property
    def done(self) -> int:
        if self.state == ImportState.CHECKING:
            return sum(self.by_outcome.values()) - self.by_outcome[LineOutcome.PENDING]
        return self.by_outcome[LineOutcome.DONE] + self.by_outcome[LineOutcome.LATE]

    @property
    def words(self) -> str:
        what = "vérifiées" if self.state == ImportState.CHECKING else "enregistrées"
        return f"{self.done} lignes {what} sur {self.total}"

    @property
    def accepted(self) -> int:
        return self.by_outcome[LineOutcome.ACCEPTED]

    @property
    def promise(self) -> str:
        """What confirming does."""
        if self.declares:
            return several(self.accepted, "participation sera déclarée", "participations seront déclarées")
        return several(self.accepted, "invitation sera envoyée", "invitations seront envoyées")

    @property
    def figures(self) -> list[tuple[str, str, int]]:
        """(outcome, its words, number of lines) of those there are."""
        there = [(one, self.by_outcome[one.value]) for one in LineOutcome if self.by_outcome[one.value]]
        return [(one.value, MANY[one] if count > 1 else str(one.label), count) for one, count in there]


def read_progress(found: MemberImport) -> Progress:
    """One query."""
    return Progress(state=ImportState(found.state), effect=ImportEffect(found.effect), by_outcome=counts(found))
