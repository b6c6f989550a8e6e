"""Find practitioners by what people know of them: a number, or a name in either order."""

from dataclasses import dataclass

from directory.effectors.rights import name_of
from directory.models import Activity, Practitioner
from directory.professions import profession_label, specialty_label
from sasportal.accounts.identifiers import prefixed
from sasportal.spelling import plain

SHORTEST_TEXT = 3


@dataclass(frozen=True, kw_only=True)
class PractitionerFound:
    national_id: str
    name: str
    profession: str
    specialty: str
    town: str


def find_practitioners(text: str, *, limit: int) -> list[PractitionerFound]:
    """Practitioners of this RPPS (11 or 12 digits) or ADELI, else whose name starts so; three queries at most.

    Names: from three letters, family or given name first, whatever the accents.
    """
    compact = "".join(text.split())
    people = Practitioner.objects.filter(closed_at=None)
    if any(char.isdigit() for char in compact):
        return described(list(people.filter(national_id=prefixed(compact))))
    name = plain(text)
    if len(name) < SHORTEST_TEXT:
        return []
    found: dict[str, Practitioner] = {}
    for column in ("search_name", "search_name_given_first"):  # each in the order of its own index
        named = people.filter(**{f"{column}__startswith": name}).order_by(column)[:limit]
        found |= {one.national_id: one for one in named}
    return described(list(found.values())[:limit])


def described(people: list[Practitioner]) -> list[PractitionerFound]:
    """Say of each what tells namesakes apart; one query."""
    where: dict[str, Activity] = {}
    rows = Activity.objects.filter(practitioner_id__in=[one.national_id for one in people], closed_at=None)
    for row in rows.order_by("id"):
        where.setdefault(row.practitioner_id, row)
    return [_found(one, where.get(one.national_id)) for one in people]


def _found(person: Practitioner, activity: Activity | None) -> PractitionerFound:
    return PractitionerFound(
        national_id=person.national_id,
        name=name_of(person),
        profession=profession_label(person.profession),
        specialty=specialty_label(activity.specialty, activity.specialty_label) if activity else "",
        town=activity.city if activity else "",
    )
