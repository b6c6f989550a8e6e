"""The answer to a search, all its pages together: envelope, entries, and what a reference leads to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from agenda.acceptance.elements import Json, items, obj, text
from agenda.acceptance.ledger import Ledger, shown
from agenda.acceptance.rules import CheckedFlow
from agenda.asking import MOST_ENTRIES
from agenda.bundles import AnswerUnusable, guard
from agenda.windows import Window

BOM = b"\xef\xbb\xbf"
# OperationOutcome: a searchset may carry remarks on the search itself
OF_PRACTITIONERS = {"Slot", "Schedule", "Practitioner", "PractitionerRole", "OperationOutcome"}
TYPES = {
    CheckedFlow.R01: OF_PRACTITIONERS,
    CheckedFlow.R04: OF_PRACTITIONERS | {"HealthcareService", "Organization"},
    CheckedFlow.SOS: {"Slot", "Schedule", "Location", "Organization", "OperationOutcome"},
}
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What was asked. Of a pasted answer, window and identifiers may not be known."""

    window: Window | None = None
    identifiers: frozenset[str] | None = None  # prefixed
    loopback: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    path: str
    resource: Json

    @property
    def kind(self) -> str:
        return text(self.resource.get("resourceType"))


@dataclass
class Answer:
    question: Question
    entries: list[Entry]
    _named: dict[str, Entry] = field(default_factory=dict)

    def of(self, kind: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind]

    def name(self, name: str, entry: Entry) -> bool:
        """Give an entry a name to be found by; False when another resource has it already."""
        return self._named.setdefault(name, entry).resource == entry.resource

    def found(self, ledger: Ledger, reference: str, kind: str, where: str) -> Entry | None:
        """What a reference leads to, if it is of this kind."""
        if reference:
            ledger.expect("REFERENCE-RELATIVE", not _ABSOLUTE.match(reference), seen=reference, where=where)
        entry = self._named.get(reference) or self._named.get("/".join(reference.rsplit("/", 2)[-2:]))
        return entry if entry and entry.kind == kind else None


def read_bundle(ledger: Ledger, body: bytes) -> Json | None:
    """Open one page strictly; None when nothing in it can be looked at."""
    bundle = read_json(ledger, body)
    if bundle is None:
        return None
    kind, type_ = bundle.get("resourceType"), bundle.get("type")
    right = kind == "Bundle" and type_ == "searchset"
    return bundle if ledger.expect("BUNDLE-SEARCHSET", right, seen=f"{kind} {type_ or ''}", where="Bundle") else None


def read_json(ledger: Ledger, body: bytes) -> Json | None:
    try:
        guard(written := body.removeprefix(BOM))
        value: Any = msgspec.json.decode(written)
    except AnswerUnusable as error:
        why = error.why
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        why = str(error)
    else:
        ledger.expect("JSON-STRICT", True)
        return obj(value)
    ledger.expect("JSON-STRICT", False, seen=why, where="corps de la réponse")
    return None


def gather(ledger: Ledger, pages: Sequence[Json], question: Question) -> Answer:
    """Check the envelope of all pages together and index what they hold."""
    answer = Answer(question=question, entries=[])
    for number, page in enumerate(pages, start=1):
        bundle = "Bundle" if number == 1 else f"Bundle(page {number})"
        links = {text(link.get("relation")): text(link.get("url")) for link in items(page.get("link"))}
        ledger.expect("BUNDLE-SELF", links.get("self"), seen=", ".join(links) or None, where=f"{bundle}.link")
        for index, written in enumerate(items(page.get("entry"))[:MOST_ENTRIES]):
            _add(ledger, answer, written, f"{bundle}.entry[{index}]")
    slots = len(answer.of("Slot"))
    totals = [shown(page.get("total")) for page in pages]
    ledger.expect("BUNDLE-TOTAL", set(totals) == {str(slots)}, where="Bundle.total",
                  seen=f"total {', '.join(dict.fromkeys(totals))} ; {slots} Slot")  # fmt: skip
    return answer


def _add(ledger: Ledger, answer: Answer, written: Json, path: str) -> None:
    resource = written.get("resource")
    entry = Entry(path=f"{path}.resource", resource=obj(resource))
    full_url = text(written.get("fullUrl"))
    ledger.expect("BUNDLE-FULLURL", full_url, seen=None, where=f"{path}.fullUrl")
    if not ledger.expect("BUNDLE-FOREIGN", entry.kind in TYPES[ledger.flow], seen=entry.kind, where=entry.path):
        return
    answer.entries.append(entry)
    name = f"{entry.kind}/{text(entry.resource.get('id'))}"
    ledger.expect("BUNDLE-UNIQUE", answer.name(name, entry), seen=name, where=f"{entry.path}.id")
    if full_url and full_url != name:
        ledger.expect("BUNDLE-UNIQUE", answer.name(full_url, entry), seen=full_url, where=f"{path}.fullUrl")


def check_forms(ledger: Ledger, answer: Answer) -> None:
    """Validate each resource against FHIR itself; what a rule of ours already named is not said twice."""
    for entry in answer.entries:
        if ledger.is_broken(entry.path):
            continue
        try:
            get_fhir_model_class(entry.kind).model_validate(entry.resource)
        except ValidationError as error:
            for one in error.errors(include_input=False, include_url=False, include_context=False):
                ledger.expect("RESOURCE-FORM", False, seen=one["msg"], where=entry.path + _path(one["loc"]))
        except (LookupError, TypeError, ValueError, AttributeError):  # what the library trips over, it does not name
            ledger.expect("RESOURCE-FORM", False, seen="ressource contenue de type inconnu", where=entry.path)
        else:
            ledger.expect("RESOURCE-FORM", True)


def _path(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in loc)
