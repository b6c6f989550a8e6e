"""The question `GET Slot` (INT_R01, INT_R04) or `GET Schedule` (SOS) asks, read from its parameters."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl

IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
MOST_PRACTITIONERS = 25
IDNST = "urn:oid:1.2.250.1.71.4.2.2"
MOST_ASSOCIATIONS = 10
ASSOCIATIONS = "actor:Location.organization.identifier"
SOS_START, SOS_STATUS = "_has:Slot:schedule:start", "_has:Slot:schedule:status"
IDENTIFIERS = "schedule.actor:Practitioner.identifier"
PAGE = "_page"
COMMUNITY_INCLUDES = frozenset({"Slot:service-type-reference", "HealthcareService:organization"})
_INSTANT = re.compile(r"(ge|le)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))")


@dataclass
class QueryRefused(Exception):
    """The question is not one the guide allows; the message is for the caller."""

    parameter: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Query:
    """`count` and `page` are for paging, pages from 1."""

    national_ids: tuple[str, ...]
    after: datetime
    before: datetime
    status: str
    includes: frozenset[str]
    count: int | None
    page: int

    @property
    def with_schedules(self) -> bool:
        return "Slot:schedule" in self.includes

    @property
    def with_actors(self) -> bool:
        return "Schedule:actor" in self.includes

    @property
    def with_communities(self) -> bool:
        return self.includes >= COMMUNITY_INCLUDES

    def without_communities(self) -> "Query":
        return replace(self, includes=self.includes - COMMUNITY_INCLUDES)


def read_query(query_string: str) -> Query:
    """Read the raw query string, so that an unencoded `+` shows as the space it means."""
    pairs = parse_qsl(query_string, keep_blank_values=True)
    window = _window([value for name, value in pairs if name == "start"])
    wanted = [value for name, value in pairs if name == IDENTIFIERS]
    return Query(
        national_ids=_identifiers(wanted, name=IDENTIFIERS, system=IDNPS, most=MOST_PRACTITIONERS),
        after=window["ge"],
        before=window["le"],
        status=dict(pairs).get("status", ""),
        includes=frozenset(value for name, value in pairs if name in {"_include", "_include:iterate"}),
        count=_number(dict(pairs), "_count"),
        page=_number(dict(pairs), PAGE) or 1,
    )


def read_sos_query(query_string: str) -> Query:
    """Read the question about associations: slots are asked for through the agenda they belong to."""
    pairs = parse_qsl(query_string, keep_blank_values=True)
    window = _window([value for name, value in pairs if name == SOS_START], SOS_START)
    wanted = [value for name, value in pairs if name == ASSOCIATIONS]
    return Query(
        national_ids=_identifiers(wanted, name=ASSOCIATIONS, system=IDNST, most=MOST_ASSOCIATIONS),
        after=window["ge"],
        before=window["le"],
        status=dict(pairs).get(SOS_STATUS, ""),
        includes=frozenset(value for name, value in pairs if name in {"_include", "_include:iterate", "_revinclude"}),
        count=_number(dict(pairs), "_count"),
        page=_number(dict(pairs), PAGE) or 1,
    )


def _identifiers(values: list[str], *, name: str, system: str, most: int) -> tuple[str, ...]:
    tokens = [token for value in values for token in value.split(",") if token]
    if not 1 <= len(tokens) <= most:
        raise QueryRefused(name, f"De 1 à {most} identifiants sont attendus, {len(tokens)} reçus.")
    for token in tokens:
        if not token.startswith(f"{system}|"):
            raise QueryRefused(name, f"Chaque identifiant s’écrit {system}|valeur.")
    return tuple(token.split("|", 1)[1] for token in tokens)


def _window(values: list[str], name: str = "start") -> dict[str, datetime]:
    found = {}
    for value in values:
        matched = _INSTANT.fullmatch(value)
        if not matched:
            raise QueryRefused(name, "Un instant avec décalage est attendu, le « + » encodé en %2B.")
        try:
            found[matched[1]] = datetime.fromisoformat(matched[2])
        except ValueError:
            raise QueryRefused(name, "Cette date n’existe pas.") from None
    if set(found) != {"ge", "le"}:
        raise QueryRefused(name, f"Les deux bornes {name}=ge… et {name}=le… sont attendues.")
    return found


def _number(pairs: dict[str, str], name: str) -> int | None:
    value = pairs.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", value) or int(value) < 1:
        raise QueryRefused(name, "Un nombre positif est attendu.")
    return int(value)
