"""One page of a long list."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


def page_of(things: Sequence[Any] | QuerySet[Any], number: int | str | None, *, size: int) -> Page[Any]:
    """Return the page asked for; the nearest one for a number that has none."""
    return Paginator(things, size).get_page(number or 1)
