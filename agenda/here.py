"""Ask the editors of a search in this very process: for the shell, where no worker need run."""

import asyncio
from collections.abc import Mapping

from django.utils import timezone

from agenda import jobs, streams
from agenda.aggregation import Aggregator, Questionnaire, Target
from agenda.breaker import Breakers
from agenda.client import EditorClient
from agenda.progress import Progress
from agenda.reports import CallReport, Landed
from agenda.searches import Search


def ask_here(search: Search) -> Progress:
    """Ask every editor, wait for all of them (7 s at most), and write the calls down."""
    reports = asyncio.run(_ask(search, jobs.targets_of(search.questions)))
    jobs.write_down(reports, search_id=search.id)
    progress = Progress(search, now=timezone.now())
    for number, report in enumerate(reports):
        progress.take(Landed(event_id=f"0-{number + 1}", report=report))
    progress.take(Landed(event_id=f"0-{len(reports) + 1}"))
    return progress


async def _ask(search: Search, targets: Mapping[int, Target]) -> list[CallReport]:
    questionnaire = Questionnaire(
        search_id=search.id, questions=search.questions, window=search.window, zone=search.zone
    )
    valkey = streams.async_store()
    try:
        async with EditorClient() as client:
            aggregator = Aggregator(client, Breakers(valkey))
            return await aggregator.ask_all(questionnaire, targets, _nobody_listens)
    finally:
        await valkey.aclose()


async def _nobody_listens(report: CallReport, reuse_key: str) -> None:
    return
