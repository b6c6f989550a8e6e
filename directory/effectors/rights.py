"""For whom may this person act, and in what? The one place that loads and authorises an effector."""

from collections.abc import Sequence
from dataclasses import dataclass

from directory.effectors.places import Place, PlaceUnknown, places_of
from directory.models import Practitioner
from directory.professions import profession_label
from directory.zones import zone_of_postal_code
from sasportal.accounts.models import DelegateScope, Role, User
from sasportal.accounts.roles import grants_now, has_role
from sasportal.wording import title

EVERYTHING = frozenset(DelegateScope.values)


class EffectorUnknown(Exception):
    """No practitioner of the directory has this national id."""


class EffectorOfSomebodyElse(Exception):
    """This person may not act for that practitioner, or not in this."""


@dataclass(frozen=True, kw_only=True)
class Effector:
    """A practitioner, for an actor who may act for him in `scopes`. `on_behalf` when it is not himself."""

    national_id: str
    name: str
    profession: str
    places: tuple[Place, ...]
    on_behalf: bool
    scopes: frozenset[str]

    def place(self, key: str) -> Place:
        for place in self.places:
            if place.key == key:
                return place
        raise PlaceUnknown

    def zone(self) -> str:
        """Return the clock days are counted by: that of the first place."""
        return self.places[0].time_zone if self.places else zone_of_postal_code("")


def load_effector(*, actor: User, national_id: str, scope: DelegateScope | None = None) -> Effector:
    """Load the practitioner `actor` asked for: himself, somebody he is delegate of, anybody for an admin.

    Rights are looked at first, so that a stranger learns nothing of who exists. Four queries.
    """
    if "\0" in national_id:  # no text of the database holds one
        raise EffectorOfSomebodyElse
    scopes = scopes_of(actor, national_id)
    if not scopes or (scope is not None and scope not in scopes):
        raise EffectorOfSomebodyElse
    person = Practitioner.objects.filter(national_id=national_id, closed_at=None).first()
    if person is None:
        raise EffectorUnknown
    return Effector(
        national_id=national_id,
        name=name_of(person),
        profession=profession_label(person.profession),
        places=places_of([national_id])[national_id],
        on_behalf=actor.national_id != national_id,
        scopes=scopes,
    )


def scopes_of(actor: User, national_id: str) -> frozenset[str]:
    """What this person may do for that practitioner; nothing at all when he has no right on him."""
    if has_role(actor, Role.ADMIN) or (has_role(actor, Role.EFFECTOR) and actor.national_id == national_id):
        return EVERYTHING
    if not has_role(actor, Role.DELEGATE):
        return frozenset()
    given = grants_now(actor).filter(role=Role.DELEGATE, national_id=national_id)
    return frozenset().union(*(grant.scopes or EVERYTHING for grant in given))


def acts_for(actor: User) -> list[str]:
    """National ids of those this person may act for: himself first, then those who made him their delegate."""
    mine = [actor.national_id] if actor.national_id and has_role(actor, Role.EFFECTOR) else []
    given = grants_now(actor).filter(role=Role.DELEGATE).exclude(national_id="").order_by("national_id")
    return list(dict.fromkeys([*mine, *given.values_list("national_id", flat=True)]))


def people(national_ids: Sequence[str]) -> list[tuple[str, str, str]]:
    """(national id, name, profession) of those still in the directory, in this order; one query."""
    known = Practitioner.objects.filter(national_id__in=national_ids, closed_at=None).in_bulk()
    found = [known[one] for one in national_ids if one in known]
    return [(one.national_id, name_of(one), profession_label(one.profession)) for one in found]


def name_of(person: Practitioner) -> str:
    return " ".join(filter(None, [title(person.civility)[0], person.given_name, person.family_name]))
