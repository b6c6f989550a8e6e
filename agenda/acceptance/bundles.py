"""Every rule of an answer, in the order of its flow."""

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from agenda.acceptance.answers import Question, check_forms, gather, read_bundle
from agenda.acceptance.associations import agendas_of_associations
from agenda.acceptance.communities import check_communities
from agenda.acceptance.elements import Json, items, text
from agenda.acceptance.ledger import Ledger
from agenda.acceptance.practitioners import agendas_of_practitioners, check_practitioners
from agenda.acceptance.rules import CheckedFlow
from agenda.acceptance.slots import check_slots
from agenda.instants import read_instant
from agenda.windows import Window

Bounds = dict[str, set[tuple[int, int]]]


def check_pages(ledger: Ledger, pages: Sequence[Json], question: Question) -> Bounds:
    """Check all pages of one answer; return the bounds of the slots of each owner."""
    answer = gather(ledger, pages, question)
    match ledger.flow:
        case CheckedFlow.SOS:
            agendas = agendas_of_associations(ledger, answer)
        case _:
            check_practitioners(ledger, answer)
            agendas = agendas_of_practitioners(ledger, answer)
    bounds = check_slots(ledger, answer, agendas)
    if ledger.flow is CheckedFlow.R04:
        check_communities(ledger, answer)
    check_forms(ledger, answer)
    return bounds


def check_pasted(flow: CheckedFlow, body: bytes, *, identifiers: frozenset[str] | None = None) -> Ledger:
    """Check an answer that somebody pasted; its window is the one its own link[self] names, if any."""
    ledger = Ledger(flow=flow)
    bundle = read_bundle(ledger, body)
    if bundle is not None:
        check_pages(ledger, [bundle], Question(window=window_of(bundle), identifiers=identifiers))
    return ledger


def window_of(bundle: Json) -> Window | None:
    """The window written in link[self]; a `+` is one here, whatever forms say."""
    url = next((text(link.get("url")) for link in items(bundle.get("link")) if link.get("relation") == "self"), "")
    try:
        pieces = [unquote(piece).rpartition("=") for piece in urlsplit(url).query.split("&")]
    except ValueError:
        return None
    found = {}
    for name, _, value in pieces:
        if name in {"start", "_has:Slot:schedule:start"} and (instant := read_instant(value[2:])):
            found[value[:2]] = instant.utc
    return Window(start=found["ge"], end=found["le"]) if found.keys() == {"ge", "le"} else None
