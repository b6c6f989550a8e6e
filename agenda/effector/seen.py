"""What the 15 sees of one practitioner: a search that finds him alone, asked of his editors like any other."""

from uuid import UUID

from agenda.filters import Filters
from agenda.searches import Search, SearchExpired, SearchOfSomebodyElse, load_search, open_search
from agenda.visibility import Viewer
from directory.candidates import candidates
from directory.found import Candidate, Found
from directory.needs import Need
from directory.places import Near
from sasportal.accounts.models import User


def seen_by_regulators(*, actor: User, national_id: str, search_id: UUID | None = None) -> Search:
    """Return the search of this practitioner: the open one of this number, else a fresh one."""
    owner = str(actor.technical_id)
    if search_id is not None:
        try:
            found = load_search(search_id, owner=owner)
        except (SearchExpired, SearchOfSomebodyElse):
            found = None
        if found and [one.national_id for one in found.found.candidates] == [national_id]:
            return found
    (candidate,) = candidates([national_id])
    return open_search(
        owner=owner,
        viewer=Viewer.SELF,
        what=candidate.name,
        need=Need(kind="identifier", label=candidate.name, value=national_id),
        near=around(candidate),
        found=Found(candidates=(candidate,)),
        filters=Filters(),
    )


def around(candidate: Candidate) -> Near:
    """His first place, as the place a regulator would search around."""
    first = candidate.places[0] if candidate.places else None
    return Near(
        label=first.city if first else "",
        lat=first.lat or 0.0 if first else 0.0,
        lon=first.lon or 0.0 if first else 0.0,
        radius_km=0,
        department=first.department if first else "",
        kind="town",
        time_zone=first.time_zone if first else "Europe/Paris",
    )
