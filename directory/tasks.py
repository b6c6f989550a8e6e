"""Celery's door to the directory: ids in, one domain call. Delivered twice or late, a job does what is missing."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from directory.communities import reminders
from directory.communities.importing import imports, jobs


@shared_task(ignore_result=True)
def work_on_import(import_id: str) -> None:
    """Check or apply an import of members for a few seconds, and ask to go on while something is left."""
    if jobs.work(UUID(import_id)):
        imports.wake(UUID(import_id))


@shared_task(ignore_result=True)
def resume_imports() -> None:
    """Go on with imports that a lost worker left in the middle."""
    jobs.resume(now=timezone.now())


@shared_task(ignore_result=True)
def purge_imports() -> None:
    """Forget the files of members sent a month ago."""
    jobs.purge(now=timezone.now())


@shared_task(ignore_result=True)
def remind_structures() -> None:
    """Ask managers to vouch for the profile of their structure."""
    reminders.remind(now=timezone.now())
