"""What was verified and what was found: every check is written here, the ones that hold too."""

import json
from collections import Counter
from dataclasses import dataclass, field

from agenda.acceptance.rules import RULES, CheckedFlow, Level, Rule, rules_of
from agenda.texts import clean

LONGEST_SEEN = 160
MOST_TOLD = 10  # of one rule


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One place where a rule does not hold: what was seen, and where (FHIRPath, or a part of the exchange)."""

    step: str
    seen: str
    where: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One exchange: what for, how it ended, how long it took."""

    name: str
    outcome: str
    ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A rule and what became of it; `findings` are the first of `failed`."""

    rule: Rule
    verified: int
    failed: int
    findings: tuple[Finding, ...]

    @property
    def state(self) -> str:
        if not self.verified:
            return "non vérifiée"
        return "non respectée" if self.failed else "respectée"


@dataclass
class Ledger:
    """`step` names the exchange under way; `steps` and `situations` are told as they are."""

    flow: CheckedFlow
    step: str = ""
    steps: list[Step] = field(default_factory=list)
    situations: dict[str, bool] = field(default_factory=dict)
    verified: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # entries that findings named

    def expect(self, rule_id: str, holds: object, *, seen: object = "", where: str = "") -> bool:
        """Note that the rule was verified here, and what was seen where it does not hold."""
        self.verified[rule_id] += 1
        if holds:
            return True
        self.failed[rule_id] += 1
        told = self.findings.setdefault(rule_id, [])
        if len(told) < MOST_TOLD:
            told.append(Finding(step=self.step, seen=shown(seen), where=where))
        self.broken.add(_entry(where))
        return False

    def meets(self, situation: str, met: object = True) -> None:
        """Note whether a situation worth checking was met at all."""
        self.situations[situation] = self.situations.get(situation, False) or bool(met)

    def is_broken(self, path: str) -> bool:
        """Was something found already in the entry this path leads into?"""
        return _entry(path) in self.broken

    def lines(self) -> list[Line]:
        return [self._line(rule) for rule in rules_of(self.flow)]

    def failures(self, level: Level | None = None) -> list[str]:
        """The ids of the rules that do not hold."""
        return sorted(rule for rule in self.failed if level in {None, RULES[rule].level})

    def _line(self, rule: Rule) -> Line:
        return Line(
            rule=rule,
            verified=self.verified[rule.id],
            failed=self.failed[rule.id],
            findings=tuple(self.findings.get(rule.id, ())),
        )


def _entry(path: str) -> str:
    return path.partition(".resource")[0]


def shown(value: object) -> str:
    """A value as the report shows it: one line, no control character, not too long."""
    if value is None or value == "":
        return "absent"
    written = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return clean(written[: 2 * LONGEST_SEEN], LONGEST_SEEN)
