"""Which clock hangs on the wall of a place of practice (regulator-portal.md, "Results")."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Europe/Paris"
ZONE_OF_POSTAL_PREFIX = {
    # Saint-Barthélemy and Saint-Martin kept postcodes of Guadeloupe
    "97133": "America/St_Barthelemy",
    "97150": "America/Marigot",
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    # CEDEX of La Réunion; 978 numbers Saint-Martin as a department, not in postcodes
    "978": "Indian/Reunion",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}


@lru_cache(maxsize=4096)
def zone_of_postal_code(postal_code: str) -> str:
    """Name the time zone of a French postcode; Paris when it says nothing."""
    return ZONE_OF_POSTAL_PREFIX.get(postal_code) or ZONE_OF_POSTAL_PREFIX.get(postal_code[:3]) or DEFAULT_ZONE


def local_day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()
