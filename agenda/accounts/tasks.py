"""Celery's door to regulators' accounts. Delivered twice or late, the job does what is missing and no more."""

from celery import shared_task

from agenda.accounts import asking


@shared_task(ignore_result=True)
def catch_up() -> None:
    """Send what is due and on no way."""
    asking.catch_up()
