"""What a check found, for a shell, a program, or a printer."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from agenda.acceptance.ledger import Ledger, Line
from agenda.acceptance.rules import Level
from sasportal.wording import several


@dataclass(frozen=True, kw_only=True)
class Report:
    """A ledger closed: of what, when, and its lines sorted by what matters to whoever reads."""

    subject: str
    at: datetime
    ledger: Ledger

    @property
    def errors(self) -> list[Line]:
        return self._failed(Level.ERROR)

    @property
    def warnings(self) -> list[Line]:
        return self._failed(Level.WARNING)

    @property
    def respected(self) -> list[Line]:
        return [line for line in self.ledger.lines() if line.verified and not line.failed]

    @property
    def unverified(self) -> list[Line]:
        return [line for line in self.ledger.lines() if not line.verified]

    @property
    def verdict(self) -> str:
        if self.errors:
            return "non conforme"
        return "conforme, avec des avertissements" if self.warnings else "conforme"

    @property
    def situations_met(self) -> list[str]:
        return [name for name, met in self.ledger.situations.items() if met]

    @property
    def situations_missing(self) -> list[str]:
        return [name for name, met in self.ledger.situations.items() if not met]

    def _failed(self, level: Level) -> list[Line]:
        return [line for line in self.ledger.lines() if line.failed and line.rule.level is level]


def as_json(report: Report) -> dict[str, Any]:
    return {
        "subject": report.subject,
        "flow": report.ledger.flow.value,
        "at": report.at.isoformat(timespec="seconds"),
        "verdict": report.verdict,
        "errors": len(report.errors),
        "warnings": len(report.warnings),
        "steps": [asdict(step) for step in report.ledger.steps],
        "situations": report.ledger.situations,
        "rules": [_rule_as_json(line) for line in report.ledger.lines()],
    }


def _rule_as_json(line: Line) -> dict[str, Any]:
    return {
        "id": line.rule.id,
        "level": line.rule.level.value,
        "title": line.rule.title,
        "mend": line.rule.mend,
        "verified": line.verified,
        "failed": line.failed,
        "findings": [asdict(finding) for finding in line.findings],
    }


def as_html(report: Report) -> str:
    """A page that stands alone: no address of ours in it, fit to be sent and printed."""
    return render_to_string("acceptance/report.html", {"report": report})


def as_text(report: Report) -> Iterator[str]:
    """Lines for a shell: what failed first, and where."""
    yield f"{report.subject} – {report.ledger.flow.label}"
    for step in report.ledger.steps:
        yield f"  {step.name} : {step.outcome}{f', {step.ms} ms' if step.ms is not None else ''}"
    for line in (*report.errors, *report.warnings):
        yield ""
        yield f"{line.rule.level.label.upper()} {line.rule.id} – {line.rule.title} ({line.failed} fois)"
        for finding in line.findings:
            yield f"    {finding.where} : {finding.seen} ({finding.step})"
        yield f"    → {line.rule.mend}"
    yield ""
    if report.situations_missing:
        yield f"Situations non rencontrées : {', '.join(report.situations_missing)}."
    counts = (
        several(len(report.respected), "règle respectée", "règles respectées"),
        several(len(report.errors), "erreur", "erreurs"),
        several(len(report.warnings), "avertissement", "avertissements"),
        several(len(report.unverified), "règle non vérifiée", "règles non vérifiées"),
    )
    yield f"{report.verdict.capitalize()} : {', '.join(counts)}."
