"""Addresses of the search pages that carry what was asked, so that each can be shared and reloaded."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from agenda.forms import WhatWhereForm

LISTS = ("consultation", "type")
SINGLES = ("quoi", "ou", "mode", "sous", "secteur", "rayon", "jour", "cpts", "medecin", "origin")
DEFAULTS = {"mode": "creneaux", "sous": 72}


def asked(form: WhatWhereForm, *, to: str = "", **changes: Any) -> str:
    """Address of a new search with the words of this one, less what is default."""
    return address(said(form) | changes, to=to)


def shown(form: WhatWhereForm, search_id: UUID, *, to: str = "", **view: Any) -> str:
    """Address of this very search, without asking the editors again."""
    return address(said(form) | {"recherche": search_id} | view, to=to)


def said(form: WhatWhereForm) -> dict[str, Any]:
    values = getattr(form, "cleaned_data", {})
    return {name: values[name] for name in (*SINGLES, *LISTS) if values.get(name) and differs(name, values[name])}


def differs(name: str, value: Any) -> bool:
    return DEFAULTS.get(name) != value


def address(query: dict[str, Any], *, to: str = "") -> str:
    kept = {name: value for name, value in query.items() if value}
    return f"{to or reverse('agenda:search')}?{urlencode(kept, doseq=True)}"
