"""A curve small enough for a table cell, as the points of an SVG polyline; the figures stand in a table beside it."""

from collections.abc import Sequence

WIDTH, HEIGHT = 120, 28
# Response times are judged against the second of the convention: a curve below it stays low
LEAST_TOP_MS = 1000


def lines(values: Sequence[int | None], *, top: int) -> list[str]:
    """Return "x,y x,y …" for each run of known values; a gap is a gap, not a zero."""
    step = WIDTH / max(len(values) - 1, 1)
    runs: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        runs[-1].append(f"{number * step:.1f},{HEIGHT - 2 - (HEIGHT - 4) * min(value / top, 1):.1f}")
    return [" ".join(run if len(run) > 1 else [*run, _nudged(run[0])]) for run in runs if run]


def top_of(values: Sequence[int | None]) -> int:
    return max([LEAST_TOP_MS, *(value for value in values if value is not None)])


def _nudged(point: str) -> str:
    """A lone point still has to be seen: a short stroke."""
    x, y = point.split(",")
    return f"{float(x) + 2:.1f},{y}"
