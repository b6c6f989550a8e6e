"""A regulator's account as FrPractitionerRegul, and what an editor says of it (flows.md, INT_R02)."""

import re
from collections.abc import Sequence

import msgspec
from fhir.resources.R4B.practitioner import Practitioner

from agenda.accounts.models import LONGEST_MESSAGE
from agenda.accounts.states import AccountState
from agenda.fhir import LONGEST_STRING, CodeableConcept, Text, Wire
from agenda.identifiers import IDNPS
from agenda.texts import clean
from sasportal.accounts.identifiers import TECHNICAL_ID

PROFILE = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/FrPractitionerRegul"
IDENTIFIER_TYPES = "http://interopsante.org/fhir/CodeSystem/fr-v2-0203"
TYPE_OF = {IDNPS: "IDNPS", TECHNICAL_ID: "INTRN"}
MOST_ISSUES = 5
_MARKUP = re.compile(r"</?[a-zA-Z!][^>]*>?")


def practitioner(state: AccountState) -> bytes:
    """Write the account as the profile wants it; the platform is always its source."""
    kind = {"coding": [{"system": IDENTIFIER_TYPES, "code": TYPE_OF[state.system]}]}
    resource = Practitioner.model_validate(
        {
            "meta": {"source": TECHNICAL_ID, "profile": [PROFILE]},
            "identifier": [{"type": kind, "system": state.system, "value": state.value}],
            "active": state.active,
            "name": [{"family": state.family, "given": [state.given]}],
            "telecom": [{"system": "email", "value": state.email}],
        }
    )
    return resource.model_dump_json().encode()


class Issue(Wire, frozen=True):
    severity: Text | None = None
    code: Text | None = None
    diagnostics: str | None = None
    details: CodeableConcept | None = None


class OperationOutcome(Wire, frozen=True, tag_field="resourceType", tag="OperationOutcome"):
    issue: list[Issue] | None = None

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(one.code for one in self.issue or () if one.code)

    @property
    def is_error(self) -> bool:
        return any(one.severity in {"error", "fatal"} for one in self.issue or ())

    @property
    def message(self) -> str:
        """What was said, in plain text: neither markup nor control characters, bounded."""
        return sentence([_words(one) for one in (self.issue or ())[:MOST_ISSUES]])


NOTHING_SAID = OperationOutcome()
_outcome = msgspec.json.Decoder(OperationOutcome)


def read_outcome(body: bytes) -> OperationOutcome:
    """Read the words of an answer; anything else than an OperationOutcome says nothing."""
    try:
        return _outcome.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return NOTHING_SAID


def sentence(parts: Sequence[str]) -> str:
    return clean(" ".join(filter(None, parts)), LONGEST_MESSAGE)


def _words(issue: Issue) -> str:
    said = (issue.details.text if issue.details else None) or issue.diagnostics or issue.code or ""
    return _MARKUP.sub(" ", said[:LONGEST_STRING])
