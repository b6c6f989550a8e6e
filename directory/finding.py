"""Which structure does somebody mean? By FINESS, by SIRET, or by words of its name."""

import re
from collections.abc import Sequence

from django.db.models import F, Q, QuerySet
from django.db.models.lookups import StartsWith

from directory.models import Structure
from sasportal.spelling import plain

SHORTEST_NAME = 3
MOST_FOUND = 20
_FINESS = re.compile(r"\d[\dAB]\d{7}", re.IGNORECASE)  # Corsica's begin with 2A and 2B
_SIRET = re.compile(r"\d{14}")


def find_structures(text: str, *, categories: Sequence[str] | None = None, limit: int = MOST_FOUND) -> list[Structure]:
    """Return open structures, those whose name begins with `text` first; one query, none when it is too short.

    Numbers may be written with spaces. Names are compared without accents, by the beginning of one of their words.
    """
    found = _meant(text)
    if found is None:
        return []
    if categories is not None:
        found = found.filter(category__in=categories)
    return list(found.filter(closed_at=None)[:limit])


def _meant(text: str) -> QuerySet[Structure] | None:
    number = "".join(text.split())
    if _FINESS.fullmatch(number):
        return Structure.objects.filter(finess=number.upper())
    if _SIRET.fullmatch(number):
        return Structure.objects.filter(siret=number).order_by("search_name", "pk")
    name = plain(text)
    if len(name) < SHORTEST_NAME:
        return None
    named = Structure.objects.filter(Q(search_name__startswith=name) | Q(search_name__contains=f" {name}"))
    return named.order_by(StartsWith(F("search_name"), name).desc(), "search_name", "pk")
