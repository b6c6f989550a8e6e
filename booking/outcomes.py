"""OperationOutcome: what happened, in French, with the place of the fault (FHIRPath)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fhir.resources.R4B.operationoutcome import OperationOutcome


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One thing to say. `code` is of FHIR's issue-type list; `path` a FHIRPath, empty for the whole."""

    code: str
    text: str
    path: str = ""
    severity: str = "error"

    def as_fhir(self) -> dict[str, Any]:
        diagnostics = f"{self.path} : {self.text}" if self.path else self.text
        issue: dict[str, Any] = {"severity": self.severity, "code": self.code, "diagnostics": diagnostics}
        return issue | ({"expression": [self.path]} if self.path else {})


class ResourceRefused(Exception):
    """The resource cannot be taken; `issues` say why, `rule` tells a broken rule from a broken form."""

    def __init__(self, issues: Sequence[Issue], *, rule: bool) -> None:
        super().__init__("resource refused")
        self.issues = tuple(issues)
        self.rule = rule


def malformed(text: str, path: str = "", code: str = "structure") -> ResourceRefused:
    return ResourceRefused([Issue(code=code, text=text, path=path)], rule=False)


def broken_rule(text: str, path: str, code: str = "business-rule") -> ResourceRefused:
    return ResourceRefused([Issue(code=code, text=text, path=path)], rule=True)


def operation_outcome(issues: Sequence[Issue]) -> str:
    """Write the OperationOutcome as JSON."""
    outcome = OperationOutcome.model_validate(
        {"resourceType": "OperationOutcome", "issue": [issue.as_fhir() for issue in issues]}
    )
    return outcome.model_dump_json()
