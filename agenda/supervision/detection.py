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
MOST_LOST = 0.05
MOST_LATE = 0.01
SLOW_MS = 1000
# Share of what was received
MANY_REJECTS = 0.05
# Calls kept back by the breaker are a consequence, and no fault of their own
WAYS = {
    "refused": (Outcome.REFUSED,),
    "unusable": (Outcome.INVALID,),
    "late": (Outcome.TIMEOUT,),
    "unreachable": (Outcome.UNREACHABLE, Outcome.OVERLOAD),
}
SENTENCES = {
    "refused": "Certificat ou accès refusé",
    "unusable": "Réponse inutilisable en entier",
    "late": "Réponse après les 7 secondes de la convention",
    "unreachable": "Injoignable ou surchargé",
}
SILENT = " Aucune réponse utilisable depuis un quart d’heure."


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


def failing(hour: Figures, quarter: Figures) -> Iterable[Fault]:
    """One fault for each way of failing; an editor that does not answer at all makes its main one blocking."""
    counts = {way: sum(hour.outcomes.get(outcome, 0) for outcome in WAYS[way]) for way in WAYS}
    silent = quarter.calls >= SILENT_CALLS and not quarter.answered
    main = max(counts, key=lambda way: counts[way]) if silent else ""
    for way, count in counts.items():
        severity = Severity.BLOCKING if way == main else gravity(way, count, hour)
        if severity:
            yield Fault(
                rule=way,
                severity=severity,
                sentence=f"{SENTENCES[way]} : {several(count, 'appel', 'appels')} sur {hour.calls} en une heure."
                + (SILENT if way == main else ""),
            )


def gravity(way: str, count: int, hour: Figures) -> Severity | None:
    """How grave it is while the editor answers other calls; None: what may happen."""
    match way:
        case "refused":
            return Severity.BLOCKING if count else None
        case "unusable":
            return Severity.MAJOR if count else None
        case "late":
            return Severity.MAJOR if hour.measured >= ENOUGH and (hour.over_7s or 0) > MOST_LATE else None
        case "unreachable":
            return Severity.MAJOR if hour.calls >= ENOUGH and count > MOST_LOST * hour.calls else None
        case _:
            raise ValueError(way)


def slow(hour: Figures, quarter: Figures) -> Iterable[Fault]:
    p95 = hour.quantile(0.95)
    if p95 is not None and hour.measured >= ENOUGH and p95 > SLOW_MS:
        yield Fault(
            rule="slow",
            severity=Severity.MINOR,
            sentence="Plus d’une réponse sur vingt en une heure demande plus d’une seconde.",
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
RULES: tuple[Rule, ...] = (failing, slow, rejects)


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
