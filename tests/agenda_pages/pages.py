"""Read the pages as people do: cards, messages, links."""

import html
import re
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase

SEARCH = {"quoi": "médecin généraliste", "ou": "47000 Agen"}
TAGS = re.compile(r"<[^>]+>")


def text_of(response: HttpResponseBase | str) -> str:
    """Visible words, with plain spaces."""
    written = response if isinstance(response, str) else response.content.decode()  # type: ignore[attr-defined]
    return " ".join(html.unescape(TAGS.sub(" ", written)).split())


def cards_of(response: Any) -> list[str]:
    return re.findall(r'data-sas-card="([^"]+)"', response.content.decode())


def states_of(response: Any) -> list[str]:
    return re.findall(r'<article[^>]*class="sas-card"[^>]*data-state="([^"]+)"', response.content.decode())


def search_of(response: Any) -> UUID:
    return UUID(re.findall(r'data-search="([^"]+)"', response.content.decode())[0])


def refresh_of(response: Any) -> str:
    """Where the page goes by itself without scripts; empty when it stays."""
    found = re.findall(r'<noscript>\s*<meta http-equiv="refresh" content="3;url=([^"]+)">', response.content.decode())
    return html.unescape(found[0]) if found else ""


def hrefs_of(response: Any, words: str) -> list[str]:
    links = re.findall(r'<a\b[^>]*href="([^"]*)"[^>]*>(.*?)</a>', response.content.decode(), re.DOTALL)
    return [html.unescape(address) for address, inside in links if words in text_of(inside)]
