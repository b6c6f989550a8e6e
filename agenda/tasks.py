"""Celery's door to the agenda: ids in, one domain call. Delivered twice, a job does nothing twice."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready, worker_shutdown
from django.db import close_old_connections
from django.utils import timezone

from agenda import jobs, recheck
from agenda.loops import editor_loop, stop_editor_loop
from agenda.models import Editor, EditorCall, EditorState

KEEP_CALLS = timedelta(days=90)


@shared_task(ignore_result=True)
def ask_editors(search_id: str, round_number: int = 0, editor_id: int = 0) -> None:
    """Ask every editor of a search at once (one job per search)."""
    jobs.run(UUID(search_id), round_number=round_number, editor_id=editor_id)


@shared_task(ignore_result=True, acks_late=False)
def ask_one(search_id: str, editor_id: int, national_id: str, token: str) -> None:
    """Ask one practitioner of one editor again; somebody waits for the answer about one second."""
    recheck.answer(UUID(search_id), editor_id=editor_id, national_id=national_id, token=token)


@shared_task(ignore_result=True)
def purge_editor_calls() -> None:
    """Forget the calls nobody supervises any more."""
    EditorCall.objects.filter(at__lt=timezone.now() - KEEP_CALLS).delete()


@worker_ready.connect
def warm_up(**_: object) -> None:
    """Open the loop, the TLS contexts and a few connections before the first search needs them."""
    loop = editor_loop()
    targets = map(jobs.target_of, Editor.objects.filter(state=EditorState.ON))
    loop.warm([target.peer for target in targets if target.peer])
    close_old_connections()


@worker_shutdown.connect
def close(**_: object) -> None:
    stop_editor_loop()
