"""The Celery application: queues, safety of messages, discovery of tasks."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sasportal.settings")

JOBS = (
    "agenda.accounts", "agenda.own", "agenda.supervision", "booking.patients", "booking.supervision",
    "directory.registration", "sasportal.accounts.patients",
)  # fmt: skip
app = Celery("sasportal", include=["sasportal.worker", *(f"{package}.tasks" for package in JOBS)])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# A web process calls .delay() from threads that never saw this module imported first.
app.set_default()
