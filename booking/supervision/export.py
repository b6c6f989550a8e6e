"""The figures of a period as a file: one line for each editor and step."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from agenda.models import Editor, Outcome
from agenda.supervision.figures import Figures, Period, figures_by_step
from agenda.supervision.working_days import PARIS
from sasportal.spreadsheets import BYTE_ORDER_MARK, row

HEAD = (
    "Éditeur", "Début", "Appels", "Réponses utilisables", "Disponibilité", "p50 (ms)", "p95 (ms)", "p99 (ms)",
    "Part de plus de 1 s", "Part de plus de 7 s", "Créneaux", "Rejets", *(f"Issue {one.value}" for one in Outcome),
)  # fmt: skip


def as_csv(editors: Sequence[Editor], period: Period, *, now: datetime) -> Iterator[str]:
    steps, starts = figures_by_step(period, now=now), period.steps(now)
    yield BYTE_ORDER_MARK + row(HEAD)
    for editor in editors:
        for number, figures in sorted(steps.get(editor.pk, {}).items()):
            start = starts[number].astimezone(PARIS)
            yield row([editor.name, f"{start:%Y-%m-%d %H:%M}", *cells(figures)])


def cells(figures: Figures) -> list[str]:
    shares = (figures.over_1s, figures.over_7s)
    return [
        str(figures.calls), str(figures.answered), decimal(figures.availability),
        *(str(figures.quantile(q) or "") for q in (0.5, 0.95, 0.99)),
        *map(decimal, shares), str(figures.slots), str(sum(figures.rejects.values())),
        *(str(figures.outcomes.get(one, 0)) for one in Outcome),
    ]  # fmt: skip


def decimal(value: float | None) -> str:
    """As French spreadsheets read it."""
    return "" if value is None else f"{value:.4f}".replace(".", ",")
