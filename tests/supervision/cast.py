"""Calls that were made, and editors they were made to."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from agenda.models import Editor, EditorCall, Flow, Outcome
from tests.agenda.cast import register


def editor(name: str = "Alpha", **more: Any) -> Editor:
    return register(f"http://127.0.0.1:1/{name.lower()}", name, **more)


def calls(
    whose: Editor, count: int, *, at: datetime, outcome: Outcome = Outcome.OK, ms: int = 120, slots: int = 0,
    rejects: Mapping[str, int] | None = None, reused: bool = False, broken: list[list[str]] | None = None,
) -> None:  # fmt: skip
    EditorCall.objects.bulk_create(
        EditorCall(
            editor=whose, at=at, flow=Flow.R01, practitioners=1, duration_ms=ms, outcome=outcome, slots=slots,
            rejects=dict(rejects or {}), reused=reused, broken=broken or [],
        )
        for _ in range(count)
    )  # fmt: skip


def ago(now: datetime, **units: float) -> datetime:
    return now - timedelta(**units)
