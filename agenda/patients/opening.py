"""From what a patient typed to an open search, which holds nothing meant for regulators."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.utils import timezone

from agenda.filters import Filters
from agenda.opening import ENOUGH, understood
from agenda.patients.needs import understand_patient
from agenda.searches import Search, open_search
from agenda.visibility import Viewer
from directory.candidates import candidates
from directory.found import Candidate, CandidatePlace, Found
from directory.needs import Need
from directory.places import Near
from directory.search import search as search_directory

# Half of a regulator's page: the list is read, not scanned, and each search costs the editors its questions
MOST_CANDIDATES = 100


def open_for_patient(said: Mapping[str, Any], *, owner: str) -> Search:
    """Open the search a valid `PatientSearchForm` describes; raise WhatUnknown or WhereUnknown."""
    need, near = understood(said, needs=understand_patient)
    filters = filters_of(said, near)
    enough = ENOUGH.get(need.kind, 0) if said["rayon"] is None else 0
    found = search_directory(need, near, order="nearest", enough=enough, limit=MOST_CANDIDATES)
    return open_search(
        owner=owner,
        viewer=Viewer.PATIENT,
        what=said["quoi"],
        need=need,
        near=near,
        found=for_patients(found, filters),
        filters=filters,
    )


def open_for_one(national_id: str, *, owner: str) -> Search | None:
    """Open a search of one practitioner, who has a patient already; None: he left the directory, or has no place."""
    candidate = next(iter(candidates([national_id])), None)
    if candidate is None or not candidate.places:
        return None
    place = candidate.places[0]
    return open_search(
        owner=owner,
        viewer=Viewer.PATIENT,
        what=candidate.name,
        need=Need(kind="identifier", label=candidate.name, value=national_id),
        near=Near(
            label=place.city, lat=place.lat or 0, lon=place.lon or 0, radius_km=0, department=place.department,
            kind="town", time_zone=place.time_zone,
        ),
        found=Found(candidates=(as_patients_see(candidate),)),
        filters=Filters(),
    )  # fmt: skip


def filters_of(said: Mapping[str, Any], near: Near) -> Filters:
    return Filters(
        consultation=tuple(said["consultation"]), convention_sector=said["secteur"], day=day_of(said["jour"], near)
    )


def day_of(chosen: str, near: Near) -> date | None:
    """Today, tomorrow or the day after, where the patient looks."""
    return timezone.now().astimezone(ZoneInfo(near.time_zone)).date() + timedelta(days=int(chosen)) if chosen else None


def for_patients(found: Found, filters: Filters) -> Found:
    """What a patient may know of whom the directory found; structures are the regulators' to call."""
    sector = filters.convention_sector
    people = [one for one in found.candidates if not sector or one.convention_sector == sector]
    return Found(candidates=tuple(map(as_patients_see, people)), more=found.more, radius_km=found.radius_km)


def as_patients_see(candidate: Candidate) -> Candidate:
    """Leave out what was written or chosen for regulators: participations, information, direct phones."""
    return msgspec.structs.replace(
        candidate,
        participations=(),
        accepts_on_top=False,
        additional_information="",
        places=tuple(map(place_as_patients_see, candidate.places)),
    )


def place_as_patients_see(place: CandidatePlace) -> CandidatePlace:
    return msgspec.structs.replace(place, phone=place.national_phone)
