"""Why a delegation cannot be. Each says it in French; `field` is what is at fault."""

from dataclasses import dataclass
from datetime import date


class DelegationRefused(Exception):
    field = ""


class DelegateUnreadable(DelegationRefused):
    field = "delegate"

    def __str__(self) -> str:
        return "Écrivez un numéro RPPS (11 chiffres), un identifiant Pro Santé Connect, ou une adresse électronique."


class DelegateOfOneself(DelegationRefused):
    field = "delegate"

    def __str__(self) -> str:
        return "Une délégation se donne à une autre personne."


class ScopesMissing(DelegationRefused):
    field = "scopes"

    def __str__(self) -> str:
        return "Choisissez au moins une chose que cette personne pourra faire."


class EndPast(DelegationRefused):
    field = "ends_on"

    def __str__(self) -> str:
        return "Le dernier jour est passé."


@dataclass
class EndTooFar(DelegationRefused):
    latest: date
    field = "ends_on"

    def __str__(self) -> str:
        return f"Une délégation dure deux ans au plus : jusqu’au {self.latest:%d/%m/%Y}. Vous pourrez la renouveler."


class AlreadyAsked(DelegationRefused):
    field = "delegate"

    def __str__(self) -> str:
        return "Une demande attend déjà la réponse de cette personne. Retirez-la d’abord pour la changer."


class DelegationClosed(DelegationRefused):
    def __str__(self) -> str:
        return "Cette délégation n’en est plus là : voyez son état ci-dessous."
