"""Whose agenda is it, and may this person open it? The one place that loads and authorises."""

from dataclasses import dataclass

from directory.models import Activity, Practitioner
from directory.zones import zone_of_postal_code
from sasportal.accounts.models import Role, User
from sasportal.accounts.roles import grants_now, has_role
from sasportal.wording import title


class EffectorUnknown(Exception):
    """No practitioner of the directory has this national id."""


class AgendaOfSomebodyElse(Exception):
    """This person has no right on this agenda."""


class PlaceUnknown(Exception):
    """The practitioner does not (or no longer) practise there."""


@dataclass(frozen=True, kw_only=True)
class Place:
    key: str
    line: str
    postal_code: str
    city: str
    structure_name: str
    structure_id: str
    phone: str

    @property
    def time_zone(self) -> str:
        return zone_of_postal_code(self.postal_code)

    @property
    def label(self) -> str:
        address = " ".join(filter(None, [self.postal_code, self.city]))
        return ", ".join(filter(None, [self.structure_name, self.line, address])) or "Lieu sans adresse"


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """An agenda its `actor` may read and write. `on_behalf` when it is not his own."""

    national_id: str
    name: str
    places: tuple[Place, ...]
    on_behalf: bool

    def place(self, key: str) -> Place:
        for place in self.places:
            if place.key == key:
                return place
        raise PlaceUnknown

    def zone(self) -> str:
        """Return the clock days are counted by: that of the first place."""
        return self.places[0].time_zone if self.places else zone_of_postal_code("")


def load_agenda(*, actor: User, national_id: str) -> Agenda:
    """Load the agenda `actor` asked for: his own, that of somebody he is delegate of, any for an admin.

    Rights are looked at first, so that a stranger learns nothing of who exists. Three queries.
    """
    if not may_manage(actor, national_id):
        raise AgendaOfSomebodyElse
    person = Practitioner.objects.filter(national_id=national_id, closed_at=None).first()
    if person is None:
        raise EffectorUnknown
    return Agenda(
        national_id=national_id,
        name=" ".join(filter(None, [title(person.civility)[0], person.given_name, person.family_name])),
        places=places_of([national_id])[national_id],
        on_behalf=actor.national_id != national_id,
    )


def may_manage(actor: User, national_id: str) -> bool:
    if not has_role(actor, Role.EFFECTOR, Role.DELEGATE, Role.ADMIN):
        return False
    if has_role(actor, Role.ADMIN):
        return True
    if has_role(actor, Role.EFFECTOR) and actor.national_id and actor.national_id == national_id:
        return True
    return grants_now(actor).filter(role=Role.DELEGATE, national_id=national_id).exists()


def places_of(national_ids: list[str]) -> dict[str, tuple[Place, ...]]:
    """Places where each of these people practises now, by address; one query."""
    rows = Activity.objects.filter(practitioner_id__in=national_ids, closed_at=None)
    found: dict[str, dict[str, Place]] = {national_id: {} for national_id in national_ids}
    for row in rows.order_by("postal_code", "line", "key"):
        found[row.practitioner_id].setdefault(row.place_key, _place(row))
    return {national_id: tuple(places.values()) for national_id, places in found.items()}


def _place(row: Activity) -> Place:
    return Place(
        key=row.place_key,
        line=row.line,
        postal_code=row.postal_code,
        city=row.city,
        structure_name=row.structure_name,
        structure_id=row.structure_id,
        phone=row.phone,
    )
