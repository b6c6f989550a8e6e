"""What was done with a patient's account and data, read from the trail for its owner."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sasportal.accounts.models import User
from sasportal.audit.models import Entry

# Actions of the trail in the patient's words; one without a word here is shown as another act
WORDS = {
    "sign_in": "Connexion",
    "sign_out": "Déconnexion",
    "password_changed": "Changement de mot de passe",
    "second_factor_added": "Ajout d’un second facteur",
    "data_exported": "Téléchargement de mes données",
}
OTHERWISE = "Autre acte"


@dataclass(frozen=True, kw_only=True)
class Line:
    at: datetime
    what: str
    by_me: bool
    origin: str


def of(user: User, *, last: int = 500) -> Iterator[Line]:
    """Yield what this person did, or somebody with what is theirs, newest first."""
    me = str(user.technical_id)
    for entry in Entry.objects.filter(Q(actor=me) | Q(target=me)).order_by("-id")[:last]:
        yield Line(at=entry.at, what=WORDS.get(entry.action, OTHERWISE), by_me=entry.actor == me, origin=entry.origin)
