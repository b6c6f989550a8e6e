"""Logs are structured and carry no personal data."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog

from sasportal.logs import formatter


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    logger = logging.getLogger("agenda.test")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)


def only_line(stream: io.StringIO) -> dict:
    (line,) = stream.getvalue().splitlines()
    found = json.loads(line)
    found.pop("timestamp")
    return found


def test_fields_outside_the_list_are_dropped(written: io.StringIO) -> None:
    structlog.get_logger("agenda.test").warning("editor answered", editor="Alpha", outcome="OK", patient="Anne Tenue")
    assert only_line(written) == {
        "event": "editor answered", "editor": "Alpha", "outcome": "OK", "level": "warning", "logger": "agenda.test",
    }  # fmt: skip


def test_extra_fields_of_plain_loggers_are_dropped_too(written: io.StringIO) -> None:
    logging.getLogger("agenda.test").warning("slow", extra={"body": "secret", "duration_ms": 12})
    assert only_line(written) == {"event": "slow", "duration_ms": 12, "level": "warning", "logger": "agenda.test"}


def test_an_exception_says_where_and_not_what(written: io.StringIO) -> None:
    try:
        raise ValueError("Anne Tenue, 06 39 98 00 00")
    except ValueError:
        logging.getLogger("agenda.test").exception("reading failed")
    line = only_line(written)
    assert "Tenue" not in json.dumps(line)
    assert re.fullmatch(
        r"ValueError at test_logs\.py:\d+ in test_an_exception_says_where_and_not_what", line["exception"]
    )
