"""The searches of INT_R01, INT_R04 and SOS Médecins: alone, together, narrow, empty, faulty."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from agenda.acceptance.answers import Question, read_bundle, read_json
from agenda.acceptance.bundles import Bounds, check_pages
from agenda.acceptance.client import FHIR_JSON, Exchange, Wire, exchange
from agenda.acceptance.elements import Json, items, text
from agenda.acceptance.ledger import Ledger
from agenda.acceptance.rules import CheckedFlow, Level
from agenda.asking import MOST_PAGES
from agenda.bundles import same_origin
from agenda.client import MEDIA_TYPES
from agenda.models import Flow
from agenda.queries import question_url
from agenda.windows import Window, search_window

ZONE = "Europe/Paris"
NOBODY = {CheckedFlow.SOS: "399799999999999"}  # of the ranges kept for fiction
NOBODY_PRACTISES = "899799999999"
# What is found by the first search must not have begun when the last one is made
AHEAD = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is searched at an endpoint; identifiers are prefixed."""

    base_url: str
    flow: CheckedFlow
    identifiers: tuple[str, ...]
    window: Window
    loopback: bool

    def url(self) -> str:
        flow = Flow(self.flow.value)
        return question_url(self.base_url, flow=flow, national_ids=self.identifiers, window=self.window, zone=ZONE)

    def question(self) -> Question:
        return Question(window=self.window, identifiers=frozenset(self.identifiers), loopback=self.loopback)


def window_from(now: datetime) -> Window:
    return search_window(now.astimezone(UTC).replace(microsecond=0) + AHEAD, ZONE)


async def check_searches(ledger: Ledger, wire: Wire, search: Search) -> None:
    """Run every search; the first that cannot be read ends the check."""
    alone: Bounds = {}
    for one in search.identifiers:
        ledger.step = f"recherche de {one} seul"
        found = await _searched(ledger, wire, replace(search, identifiers=(one,)), alone=True)
        if found is None:
            return
        alone |= found
    if len(search.identifiers) > 1:
        await _together(ledger, wire, search, alone)
    await _narrow(ledger, wire, search, alone)
    await _empty(ledger, wire, search)
    await _faulty(ledger, wire, search)


async def _together(ledger: Ledger, wire: Wire, search: Search, alone: Bounds) -> None:
    ledger.step = f"recherche des {len(search.identifiers)} ensemble"
    found = await _searched(ledger, wire, search)
    if found is None or ledger.failures(Level.ERROR):
        return
    for one in search.identifiers:
        expected, seen = alone.get(one, set()), found.get(one, set())
        ledger.expect("SEARCH-SEVERAL", expected == seen, where="Bundle",
                      seen=f"{one} : {len(expected)} créneaux seul, {len(seen)} ensemble")  # fmt: skip


async def _narrow(ledger: Ledger, wire: Wire, search: Search, alone: Bounds) -> None:
    """Ask again for the very start of one slot: answers found right until now are what it is compared with."""
    starts = sorted({start for bounds in alone.values() for start, _ in bounds})
    if not starts or ledger.failures(Level.ERROR):
        return
    ledger.step = "recherche sur une période étroite"
    middle = starts[len(starts) // 2]
    instant = datetime.fromtimestamp(middle / 1000, UTC)
    found = await _searched(ledger, wire, replace(search, window=Window(start=instant, end=instant)))
    if found is None or ledger.failures(Level.ERROR):
        return
    seen = {one for bounds in found.values() for one in bounds}
    expected = {one for bounds in alone.values() for one in bounds if one[0] == middle}
    told = f"{len(expected)} créneaux commencent à {instant:%d/%m %H:%M} UTC, {len(seen)} reçus"
    ledger.expect("SEARCH-NARROW", seen == expected, seen=told, where="Bundle")


async def _empty(ledger: Ledger, wire: Wire, search: Search) -> None:
    ledger.step = "recherche de quelqu’un d’inconnu"
    nobody = NOBODY.get(search.flow, NOBODY_PRACTISES)
    answer = await exchange(ledger, wire, "GET", replace(search, identifiers=(nobody,)).url())
    if answer is None:
        return
    bundle = read_json(ledger, answer.body) if answer.status == 200 else None
    right = bundle is not None and bundle.get("type") == "searchset" and bundle.get("total") == 0
    entries = items(bundle.get("entry")) if bundle else []
    told = f"statut {answer.status}, total {bundle and bundle.get('total')}, {len(entries)} entrées"
    ledger.expect("SEARCH-EMPTY", right and not entries, seen=told, where="Bundle")
    ledger.meets("réponse vide", right)


async def _faulty(ledger: Ledger, wire: Wire, search: Search) -> None:
    ledger.step = "recherche fautive (date illisible)"
    url = search.url().replace("start=ge", "start=gehier-", 1)
    answer = await exchange(ledger, wire, "GET", url)
    if answer is not None:
        seen = f"{answer.status} {answer.media_type}"
        right = 400 <= answer.status < 500 and is_outcome(answer)
        ledger.expect("SEARCH-INVALID", right, seen=seen, where="statut HTTP")


async def _searched(ledger: Ledger, wire: Wire, search: Search, *, alone: bool = False) -> Bounds | None:
    """Follow the pages of one search and check them together; None when one cannot be read."""
    pages: list[Json] = []
    seen: set[str] = set()
    url, ms = search.url(), 0
    while url:
        seen.add(url)
        answer = await exchange(ledger, wire, "GET", url)
        page = _page(ledger, answer) if answer else None
        if answer is None or page is None:
            return None
        pages.append(page)
        ms += answer.ms
        url = _next_page(ledger, page, url, seen)
    limits = wire.limits
    ledger.expect("TIME-7S", ms <= limits.answer * 1000, seen=f"{ms} ms en {len(pages)} pages", where="durée")
    if alone:
        ledger.expect("TIME-1S", ms <= limits.comfort * 1000, seen=f"{ms} ms", where="durée")
    return check_pages(ledger, pages, search.question())


def _page(ledger: Ledger, answer: Exchange) -> Json | None:
    if not ledger.expect("HTTP-STATUS", answer.status == 200, seen=answer.status, where="statut HTTP"):
        return None
    if not ledger.expect("HTTP-SIZE", not answer.cut, seen=answer.cut, where="corps de la réponse"):
        return None
    written = answer.headers.get("Content-Type", "")
    if not ledger.expect("HTTP-MEDIA-TYPE", answer.media_type in MEDIA_TYPES, seen=written, where="Content-Type"):
        return None
    ledger.expect("HTTP-MEDIA-TYPE-FHIR", answer.media_type == FHIR_JSON, seen=written, where="Content-Type")
    return read_bundle(ledger, answer.body)


def _next_page(ledger: Ledger, page: Json, url: str, seen: set[str]) -> str:
    written = next((text(link.get("url")) for link in items(page.get("link")) if link.get("relation") == "next"), "")
    if not written:
        return ""
    following = urljoin(url, written)
    right = same_origin(following, url) and following not in seen and len(seen) < MOST_PAGES
    return following if ledger.expect("BUNDLE-NEXT", right, seen=written, where="Bundle.link(next)") else ""


def is_outcome(answer: Exchange) -> bool:
    """Is the body an OperationOutcome? Written in another ledger: a refusal may say anything else."""
    found = read_json(Ledger(flow=CheckedFlow.R01), answer.body)
    return found is not None and found.get("resourceType") == "OperationOutcome" and bool(items(found.get("issue")))
