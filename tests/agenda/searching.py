"""Searches planned, kept and asked by the tests themselves, in the worker's stead."""

import threading
import time

from django.db import connections

from agenda import jobs, streams
from agenda.aggregation import DEADLINE_SECONDS
from agenda.progress import Progress
from agenda.searches import Search, landed


def keep(search: Search, *, deadline: float | None = None) -> Search:
    until = time.time() + DEADLINE_SECONDS if deadline is None else deadline
    streams.keep(search.id, search, streams.Round(number=0, editor_id=0, deadline=until))
    return search


def job(search: Search) -> threading.Thread:
    """A worker's thread that runs the job of this search and leaves no connection behind."""

    def run() -> None:
        try:
            jobs.run(search.id)
        finally:
            connections.close_all()

    return threading.Thread(target=run)


def progress_of(search: Search) -> Progress:
    progress = Progress(search, now=search.opened_at)
    for one in landed(search):
        progress.take(one)
    return progress


def asked(search: Search) -> Progress:
    """Run the job of this search here and take everything that landed."""
    jobs.run(keep(search).id)
    return progress_of(search)


def outcomes(progress: Progress) -> list[tuple[str, str]]:
    return [(one.name, one.outcome.value if one.outcome else "") for one in progress.editors]
