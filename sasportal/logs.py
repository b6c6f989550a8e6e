"""Structured logs that cannot carry what they should not: an allow-list of fields, exceptions without their words.

An exception's message may hold a rejected value, an address with its query, a name; its type and
the lines it went through say where to look without saying about whom.
"""

import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

ALLOWED_FIELDS = frozenset(
    {
        "event", "level", "logger", "timestamp", "exception",
        "editor", "flow", "outcome", "reason", "count", "counts", "duration_ms", "search", "status", "method", "route",
        "task", "step", "issue", "path_in_resource",
    }
)  # fmt: skip

Event = MutableMapping[str, Any]


def keep_allowed_fields(_logger: Any, _method: str, event: Event) -> Event:
    """Drop every field that is not on the list."""
    return {name: value for name, value in event.items() if name in ALLOWED_FIELDS or name.startswith("_")}


def exception_without_words(_logger: Any, _method: str, event: Event) -> Event:
    """Replace exception information by type and stack: `ValueError at agenda/fhir.py:12 in read; …`."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exception()
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        steps = "; ".join(f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno} in {frame.name}" for frame in frames)
        event["exception"] = f"{type(error).__name__} at {steps}"
    return event


PROCESSORS: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    exception_without_words,
    keep_allowed_fields,
]


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """Formatter of every handler: one JSON object a line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=PROCESSORS,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


structlog.configure(
    processors=[*PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
