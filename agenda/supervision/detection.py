"""What the figures of the last hour show to be wrong, and how grave it is (flows.md, service levels)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from agenda.models import Editor, EditorCall, EditorState, Outcome
from agenda.rejects import LABELS, REMARKS, RejectReason
from agenda.supervision.anomalies import Fault, observe
from agenda.supervision.figures import NOTHING, Figures, figures_since
from agenda.supervision.models import Severity
from sasportal.wording import several

HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
# Fewer calls prove nothing about shares
ENOUGH = 20
SILENT_CALLS = 5
LEAST_AVAILABILITY = 0.95
MOST_LATE = 0.01
SLOW_MS = 1000
# Share of what was received
MANY_REJECTS = 0.05


def watch(*, now: datetime) -> None:
    """Open or refresh the tickets of every editor that is asked."""
    hour, quarter = figures_since(now - HOUR, now=now), figures_since(now - QUARTER, now=now)
    examples = examples_of(now)
    for editor_id in Editor.objects.filter(state=EditorState.ON).values_list("pk", flat=True):
        found = faults(hour.get(editor_id, NOTHING), quarter.get(editor_id, NOTHING))
        shown = (fault_with_example(fault, examples.get((editor_id, fault.detail), "")) for fault in found)
        observe(editor_id, shown, now=now)


def faults(hour: Figures, quarter: Figures) -> Iterator[Fault]:
    for rule in RULES:
        yield from rule(hour, quarter)


def silent(hour: Figures, quarter: Figures) -> Iterable[Fault]:
    if quarter.calls >= SILENT_CALLS and not quarter.answered:
        yield Fault(
            rule="silent",
            severity=Severity.BLOCKING,
            sentence=f"Aucune réponse utilisable en un quart d’heure : {several(quarter.calls, 'appel', 'appels')}.",
        )


def refused(hour: Figures, quarter: Figures) -> Iterable[Fault]:
    if count := hour.outcomes.get(Outcome.REFUSED, 0):
        yield Fault(
            rule="refused",
            severity=Severity.BLOCKING,
            sentence=f"Certificat ou accès refusé : {several(count, 'appel', 'appels')} en une heure.",
        )


def unavailable(hour: Figures, quarter: Figures) -> Iterable[Fault]:
    share = hour.availability
    if share is not None and hour.calls >= ENOUGH and share < LEAST_AVAILABILITY:
        yield Fault(
            rule="unavailable",
            severity=Severity.MAJOR,
            sentence=f"Disponibilité de {percent(share)} en une heure, sur {several(hour.calls, 'appel', 'appels')}.",
        )


def late(hour: Figures, quarter: Figures) -> Iterable[Fault]:
    share = hour.over_7s
    if share is not None and hour.measured >= ENOUGH and share > MOST_LATE:
        yield Fault(
            rule="late",
            severity=Severity.MAJOR,
            sentence=f"{percent(share)} des réponses en une heure viennent après les 7 secondes de la convention.",
        )


def slow(hour: Figures, quarter: Figures) -> Iterable[Fault]:
    p95 = hour.quantile(0.95)
    if p95 is not None and hour.measured >= ENOUGH and p95 > SLOW_MS:
        yield Fault(
            rule="slow",
            severity=Severity.MINOR,
            sentence="Plus d’une réponse sur vingt en une heure demande plus d’une seconde.",
        )


def unusable(hour: Figures, quarter: Figures) -> Iterable[Fault]:
    if count := hour.outcomes.get(Outcome.INVALID, 0):
        yield Fault(
            rule="unusable",
            severity=Severity.MAJOR,
            sentence=f"Réponse inutilisable en entier : {several(count, 'appel', 'appels')} en une heure.",
        )


def rejects(hour: Figures, quarter: Figures) -> Iterable[Fault]:
    for reason, count in sorted(hour.rejects.items()):
        label = LABELS.get(RejectReason(reason), reason) if reason in set(RejectReason) else reason
        yield Fault(
            rule="reject",
            detail=reason,
            severity=severity_of(reason, count, hour),
            sentence=f"{label} : {several(count, 'fois', 'fois')} en une heure.",
        )


def severity_of(reason: str, count: int, hour: Figures) -> Severity:
    if reason == RejectReason.STRANGER:
        return Severity.MAJOR
    if reason in REMARKS:
        return Severity.MINOR
    received = hour.slots + sum(n for code, n in hour.rejects.items() if code not in REMARKS)
    return Severity.MAJOR if count >= MANY_REJECTS * received else Severity.MINOR


Rule = Callable[[Figures, Figures], Iterable[Fault]]
RULES: tuple[Rule, ...] = (silent, refused, unavailable, late, slow, unusable, rejects)


def examples_of(now: datetime) -> dict[tuple[int, str], str]:
    """One place where each reject of the last hour stood: (editor, reason) → FHIRPath."""
    recent = EditorCall.objects.filter(at__gte=now - HOUR).exclude(broken=[]).order_by("-id")
    found: dict[tuple[int, str], str] = {}
    for editor_id, broken in recent.values_list("editor_id", "broken")[:500]:
        for reason, path in broken:
            found.setdefault((editor_id, reason), path)
    return found


def fault_with_example(fault: Fault, example: str) -> Fault:
    if fault.rule != "reject" or not example:
        return fault
    return Fault(
        rule=fault.rule, detail=fault.detail, severity=fault.severity, sentence=fault.sentence, example=example[:200]
    )


def percent(share: float) -> str:
    """ "99,2 %"; never rounded up to a whole that is not reached."""
    tenths = int(share * 1000)
    return f"{tenths // 10},{tenths % 10}\u00a0%" if tenths % 10 else f"{tenths // 10}\u00a0%"
