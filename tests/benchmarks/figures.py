"""What a benchmark says: one figure, beside its goal and the alternative measured in the same run."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`value` in `unit`; `alternative` is what it was compared with, in the same unit."""

    what: str
    value: float
    unit: str
    goal: str
    reached: bool
    alternative: str = ""

    def row(self) -> str:
        mark = "ok  " if self.reached else "MISS"
        beside = f"  | {self.alternative}" if self.alternative else ""
        return f"{mark} {self.what:<62} {self.value:>10.1f} {self.unit:<6} goal {self.goal}{beside}"
