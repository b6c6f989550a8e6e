"""One line for each editor, and the anomalies below: the words and figures the board prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from agenda.models import Editor, EditorState
from agenda.rejects import LABELS
from agenda.supervision import sparkline
from agenda.supervision.breakers import paused
from agenda.supervision.certificates import days_left
from agenda.supervision.detection import QUARTER, percent
from agenda.supervision.figures import NOTHING, Figures, Period, figures_by_step, figures_since, whole
from agenda.supervision.light import Light, light
from agenda.supervision.models import Anomaly, Severity, WatchedCertificate
from agenda.supervision.working_days import PARIS, working_days_left
from booking.supervision.returns import Returns, returns_since
from sasportal.wording import NARROW, clock, dated, several

UNKNOWN = "–"
SEVERITY_TONES = {Severity.MINOR: "info", Severity.MAJOR: "warning", Severity.BLOCKING: "error"}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One step of the curve, in words."""

    when: str
    calls: int
    availability: str
    p50: str
    p95: str


@dataclass(frozen=True, kw_only=True)
class Line:
    editor: Editor
    light: Light
    figures: Figures
    returns: Returns
    points: tuple[Point, ...]
    curve50: tuple[str, ...]
    curve95: tuple[str, ...]
    certificates: tuple["Certificate", ...]
    anomalies: int

    @property
    def on(self) -> bool:
        return self.editor.state == EditorState.ON

    @property
    def availability(self) -> str:
        return share(self.figures.availability)

    @property
    def p50(self) -> str:
        return milliseconds(self.figures.quantile(0.5))

    @property
    def p95(self) -> str:
        return milliseconds(self.figures.quantile(0.95))

    @property
    def p99(self) -> str:
        return milliseconds(self.figures.quantile(0.99))

    @property
    def over_1s(self) -> str:
        return share(self.figures.over_1s)

    @property
    def over_7s(self) -> str:
        return share(self.figures.over_7s)

    @property
    def rejects(self) -> list[tuple[str, int]]:
        """Most frequent first: (reason in words, count)."""
        ranked = sorted(self.figures.rejects.items(), key=lambda one: (-one[1], one[0]))
        return [(label_of(reason), count) for reason, count in ranked]

    @property
    def came_back(self) -> str:
        return f"{self.returns.returned} sur {self.returns.opened}" if self.returns.opened else UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Certificate:
    label: str
    subject: str
    left: int
    expires_on: str

    @property
    def tone(self) -> str:
        return "error" if self.left <= 7 else "warning" if self.left <= 60 else "success"

    @property
    def words(self) -> str:
        return "expiré" if self.left < 0 else several(self.left, "jour", "jours")


@dataclass(frozen=True, kw_only=True)
class Ticket:
    anomaly: Anomaly
    tone: str
    label: str
    opened: str
    seen: str
    due: str
    left: str
    overdue: bool


def lines(editors: Sequence[Editor], period: Period, *, now: datetime) -> list[Line]:
    """Read everything the board shows of these editors, in six queries whatever their number."""
    keys = [editor.pk for editor in editors]
    steps = figures_by_step(period, now=now, editor_id=keys[0] if len(keys) == 1 else 0)
    recent = figures_since(now - QUARTER, now=now)
    held_back, back = paused(keys), returns_since(period.start(now), now=now)
    watched, tickets = certificates_of(keys, now), open_tickets(keys)
    return [
        _line(editor, steps.get(editor.pk, {}), recent.get(editor.pk, NOTHING), period, now,
              held_back=editor.pk in held_back, returns=back.get(editor.pk, Returns()),
              certificates=watched.get(editor.pk, ()), anomalies=tickets.get(editor.pk, 0))
        for editor in editors
    ]  # fmt: skip


def _line(
    editor: Editor, steps: Mapping[int, Figures], recent: Figures, period: Period, now: datetime, *,
    held_back: bool, returns: Returns, certificates: tuple[Certificate, ...], anomalies: int,
) -> Line:  # fmt: skip
    starts = period.steps(now)
    by_step = [steps.get(number, NOTHING) for number in range(len(starts))]
    p50s, p95s = ([one.quantile(q) for one in by_step] for q in (0.5, 0.95))
    top = sparkline.top_of(p95s)
    return Line(
        editor=editor,
        light=light(editor.state, recent, paused=held_back),
        figures=whole(steps.values()),
        returns=returns,
        points=tuple(point(start, one, period) for start, one in zip(starts, by_step, strict=True) if one.calls),
        curve50=tuple(sparkline.lines(p50s, top=top)),
        curve95=tuple(sparkline.lines(p95s, top=top)),
        certificates=certificates,
        anomalies=anomalies,
    )


def point(start: datetime, figures: Figures, period: Period) -> Point:
    local = start.astimezone(PARIS)
    return Point(
        when=f"{local:%d/%m/%Y}" if period.step.days else f"{local:%d/%m} à {clock(local)}",
        calls=figures.calls,
        availability=share(figures.availability),
        p50=milliseconds(figures.quantile(0.5)),
        p95=milliseconds(figures.quantile(0.95)),
    )


def certificates_of(keys: Sequence[int], now: datetime) -> dict[int, tuple[Certificate, ...]]:
    found: dict[int, tuple[Certificate, ...]] = {}
    for row in WatchedCertificate.objects.filter(editor__in=keys).order_by("expires_at"):
        one = Certificate(
            label=row.get_use_display(),
            subject=row.subject,
            left=days_left(row, now),
            expires_on=dated(row.expires_at.astimezone(PARIS).date()),
        )
        found[row.editor_id] = (*found.get(row.editor_id, ()), one)
    return found


def open_tickets(keys: Sequence[int]) -> dict[int, int]:
    counted: dict[int, int] = {}
    for editor_id in Anomaly.objects.filter(editor__in=keys, closed_at=None).values_list("editor_id", flat=True):
        counted[editor_id] = counted.get(editor_id, 0) + 1
    return counted


def tickets(keys: Sequence[int], *, now: datetime) -> list[Ticket]:
    """Open anomalies of these editors, the nearest deadline first (one query)."""
    today = now.astimezone(PARIS).date()
    found = Anomaly.objects.filter(editor__in=keys, closed_at=None).select_related("editor")
    return [ticket(anomaly, today) for anomaly in found]


def ticket(anomaly: Anomaly, today: date) -> Ticket:
    left = working_days_left(today, anomaly.due_on)
    words = f"en retard de {working_days(-left)}" if left < 0 else f"reste {working_days(left)}"
    return Ticket(
        anomaly=anomaly,
        tone=SEVERITY_TONES[Severity(anomaly.severity)],
        label=anomaly.get_severity_display().capitalize(),
        opened=moment(anomaly.opened_at),
        seen=moment(anomaly.seen_at),
        due=dated(anomaly.due_on),
        left=words if left else "dernier jour",
        overdue=left < 0,
    )


def working_days(count: int) -> str:
    return several(count, "jour ouvré", "jours ouvrés")


def moment(instant: datetime) -> str:
    local = instant.astimezone(PARIS)
    return f"{local:%d/%m} à {clock(local)}"


def label_of(reason: str) -> str:
    return next((label for code, label in LABELS.items() if code == reason), reason)


def share(value: float | None) -> str:
    return UNKNOWN if value is None else percent(value)


def milliseconds(value: int | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value}{NARROW}ms" if value < 1000 else f"{value / 1000:.1f}".replace(".", ",") + f"{NARROW}s"


@dataclass(frozen=True, kw_only=True)
class Closed:
    anomaly: Anomaly
    label: str
    opened: str
    closed: str
    why: str


def closed(anomaly: Anomaly) -> Closed:
    return Closed(
        anomaly=anomaly,
        label=anomaly.get_severity_display().capitalize(),
        opened=moment(anomaly.opened_at),
        closed=moment(anomaly.closed_at or anomaly.seen_at),
        why=anomaly.note or "N’a plus été vue depuis 24 heures.",
    )
