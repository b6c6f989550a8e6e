"""People and places around Agen, and searches opened for a signed-in regulator."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from agenda.filters import Filters
from agenda.searches import Search, open_search
from directory.found import Candidate, CandidatePlace, DeclaredParticipation, Found, StructureCard
from sasportal.accounts.models import User
from tests.agenda.answers import rpps
from tests.agenda.cast import AGEN, candidate, search_arguments

CPTS = "470009999"
NAMES = ["Anne TENUE", "Bruno LARIVE", "Chloé MESURE", "Denis HALAGE", "Élise CORDIER", "Farid SEMAILLE",
         "Gaëlle ROUET", "Hugo TILLEUL"]  # fmt: skip


def community() -> StructureCard:
    return StructureCard(
        finess=CPTS,
        category="604",
        name="CPTS Axe Majeur",
        phone="01 99 00 11 22",
        description="Quarante professionnels d’Agen et de ses environs.",
        line="3 place du Pin",
        postal_code="47000",
        city="Agen",
        opening_hours={day: [["00:00", "23:59"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
        confirmed_at=datetime(2026, 11, 2, tzinfo=UTC),
        lat=44.2,
        lon=0.62,
        distance_km=0.4,
        members=12,
    )


def doctor(number: int, **more: Any) -> Candidate:
    """Every third takes part through the CPTS, every third individually, the others not at all."""
    distance = 0.8 + number * 0.7
    place = CandidatePlace(
        key=f"place-{number}", line="12 rue des Lilas", postal_code="47000", city="Agen", phone="01 99 00 12 34",
        lat=44.2 + number * 0.01, lon=0.62 + (number % 3) * 0.012, distance_km=distance,
    )  # fmt: skip
    since = datetime(2026, 1, 1, tzinfo=UTC)
    through = DeclaredParticipation(
        via="cpts", structure=CPTS, structure_name="CPTS Axe Majeur", structure_phone="01 99 00 11 22", since=since
    )
    alone = DeclaredParticipation(via="individual", since=since)
    details: dict[str, Any] = {
        "name": NAMES[number % len(NAMES)],
        "specialties": ("Médecine générale",),
        "places": (place,),
        "participations": ((through,), (alone,), ())[number % 3],
        "convention_sector": "1",
        "additional_information": "Prévenir le secrétariat après 18 h." if number == 0 else "",
        "own_doctor": number == 0,
    }
    return candidate(rpps(number + 1), **(details | more))


def opened(user: User, *candidates: Candidate, **more: Any) -> Search:
    """A search really asked of the registered editors by the running worker."""
    near = msgspec.structs.replace(AGEN) if isinstance(AGEN, msgspec.Struct) else AGEN
    found = Found(candidates=candidates, structures=(community(),), radius_km=near.radius_km)
    arguments = search_arguments(*candidates, owner=str(user.technical_id), near=near, found=found, filters=Filters())
    return open_search(**(arguments | more))
