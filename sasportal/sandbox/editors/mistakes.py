"""Answers that are wrong in one respect, as careless editors write them: each mistake breaks one rule of the guide."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

Resource = dict[str, Any]
STRANGER = "899700009998"


class Mistake(StrEnum):
    PREFIX = "prefixe"
    ROLE = "exercice"
    STRANGER = "inconnu"
    ADDRESS = "adresse"
    PHONE = "telephone"
    STATUS = "statut"
    WINDOW = "periode"
    NO_OFFSET = "sans-decalage"
    UTC_OFFSET = "heure-universelle"
    DURATION = "duree"
    SCHEDULE = "agenda"
    TYPE = "type"
    CONSULTATION = "consultation"
    BOOKING_URL = "adresse-de-reservation"
    UNSAFE_URL = "adresse-dangereuse"
    DUPLICATE = "doublon"
    TOTAL = "total"
    FULL_URL = "fullurl"
    PATIENT = "patient"
    FORM = "forme"
    CPTS_REFERENCE = "cpts-sans-reference"
    CPTS_ORGANIZATION = "cpts-absente"
    CPTS_FINESS = "cpts-sans-prefixe"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Mistake.PREFIX: "Identifiant du praticien sans préfixe",
    Mistake.ROLE: "Exercice (PractitionerRole) absent",
    Mistake.STRANGER: "Praticien qui n’était pas demandé",
    Mistake.ADDRESS: "Lieu sans code postal",
    Mistake.PHONE: "Téléphone écrit à la française",
    Mistake.STATUS: "Créneau occupé",
    Mistake.WINDOW: "Créneau hors de la période",
    Mistake.NO_OFFSET: "Heure sans décalage",
    Mistake.UTC_OFFSET: "Heure écrite en temps universel",
    Mistake.DURATION: "Fin avant le début",
    Mistake.SCHEDULE: "Créneau d’un agenda absent",
    Mistake.TYPE: "Type de créneau inconnu",
    Mistake.CONSULTATION: "Type de consultation inconnu",
    Mistake.BOOKING_URL: "Pas d’adresse de réservation",
    Mistake.UNSAFE_URL: "Adresse de réservation trompeuse",
    Mistake.DUPLICATE: "Créneau en double",
    Mistake.TOTAL: "total qui compte toutes les ressources",
    Mistake.FULL_URL: "Entrée sans fullUrl",
    Mistake.PATIENT: "Patient dans la réponse",
    Mistake.FORM: "Élément qui n’existe pas dans FHIR",
    Mistake.CPTS_REFERENCE: "Créneau CPTS qui ne dit pas laquelle",
    Mistake.CPTS_ORGANIZATION: "Organisation de la CPTS absente",
    Mistake.CPTS_FINESS: "FINESS de la CPTS sans préfixe",
}


def spoil(bundle: Resource, mistake: Mistake) -> Resource:
    """Return the bundle with this mistake; where there is nothing to spoil, as it was."""
    spoilt = deepcopy(bundle)
    try:
        _SPOILERS[mistake](spoilt)
    except (StopIteration, KeyError, IndexError):
        return bundle
    return spoilt


def _of(bundle: Resource, kind: str) -> Iterator[Resource]:
    return (entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind)


def _first(bundle: Resource, kind: str) -> Resource:
    return next(_of(bundle, kind))


def _slot(**changed: Any) -> Callable[[Resource], None]:
    return lambda bundle: _first(bundle, "Slot").update(changed)


def _without(kind: str) -> Callable[[Resource], None]:
    def spoiler(bundle: Resource) -> None:
        bundle["entry"] = [one for one in bundle["entry"] if one["resource"]["resourceType"] != kind]

    return spoiler


def _moved(bundle: Resource, zone: str, **by: int) -> None:
    slot = _first(bundle, "Slot")
    for name in ("start", "end"):
        moment = datetime.fromisoformat(slot[name]).astimezone(UTC) - timedelta(**by)
        slot[name] = moment.astimezone(ZoneInfo(zone)).isoformat(timespec="milliseconds")


def _no_offset(bundle: Resource) -> None:
    slot = _first(bundle, "Slot")
    slot["start"] = slot["start"][:-6]


def _ends_first(bundle: Resource) -> None:
    slot = _first(bundle, "Slot")
    slot["start"], slot["end"] = slot["end"], slot["start"]


def _no_booking_url(bundle: Resource) -> None:
    next(slot for slot in _of(bundle, "Slot") if slot.get("comment")).pop("comment")


def _twice(bundle: Resource) -> None:
    entry = deepcopy(next(one for one in bundle["entry"] if one["resource"]["resourceType"] == "Slot"))
    entry["resource"]["id"] += "-bis"
    entry["fullUrl"] += "-bis"
    bundle["entry"].append(entry)
    bundle["total"] += 1


def _total_of_everything(bundle: Resource) -> None:
    if any(_of(bundle, "Slot")):
        bundle["total"] = len(bundle["entry"])


def _patient(bundle: Resource) -> None:
    _first(bundle, "Slot")
    patient = {"resourceType": "Patient", "id": "p1", "active": True}
    bundle["entry"].append({"fullUrl": "urn:uuid:4c6f2b0e-0000-4000-8000-000000000001", "resource": patient})


def _unnamed_community(bundle: Resource) -> None:
    for slot in _of(bundle, "Slot"):
        for one in slot["serviceType"]:
            one.pop("extension", None)


def _bare_finess(bundle: Resource) -> None:
    for one in _of(bundle, "Organization"):
        one["identifier"][0]["value"] = one["identifier"][0]["value"][1:]


def _bare_identifier(bundle: Resource) -> None:
    identifier = _first(bundle, "Practitioner")["identifier"][0]
    identifier["value"] = identifier["value"][1:]


_SPOILERS: dict[Mistake, Callable[[Resource], None]] = {
    Mistake.PREFIX: _bare_identifier,
    Mistake.ROLE: _without("PractitionerRole"),
    Mistake.STRANGER: lambda bundle: _first(bundle, "Practitioner")["identifier"][0].update(value=STRANGER),
    Mistake.ADDRESS: lambda bundle: _first(bundle, "PractitionerRole")["contained"][0]["address"].pop("postalCode"),
    Mistake.PHONE: lambda bundle: _first(bundle, "PractitionerRole")["telecom"][0].update(value="0199001234"),
    Mistake.STATUS: _slot(status="busy"),
    Mistake.WINDOW: lambda bundle: _moved(bundle, "Europe/Paris", days=7),
    Mistake.NO_OFFSET: _no_offset,
    Mistake.UTC_OFFSET: lambda bundle: _moved(bundle, "UTC", days=0),
    Mistake.DURATION: _ends_first,
    Mistake.SCHEDULE: _slot(schedule={"reference": "Schedule/absent"}),
    Mistake.TYPE: lambda bundle: _first(bundle, "Slot")["meta"]["security"][0].update(code="VIP"),
    Mistake.CONSULTATION: lambda bundle: _first(bundle, "Slot")["serviceType"][0]["coding"][0].update(code="ZZ"),
    Mistake.BOOKING_URL: _no_booking_url,
    Mistake.UNSAFE_URL: _slot(comment="https://rdv.exemple.invalid\\@editeur.invalid/"),
    Mistake.DUPLICATE: _twice,
    Mistake.TOTAL: _total_of_everything,
    Mistake.FULL_URL: lambda bundle: bundle["entry"][0].pop("fullUrl"),
    Mistake.PATIENT: _patient,
    Mistake.FORM: _slot(couleur="bleu"),
    Mistake.CPTS_REFERENCE: _unnamed_community,
    Mistake.CPTS_ORGANIZATION: _without("Organization"),
    Mistake.CPTS_FINESS: _bare_finess,
}
