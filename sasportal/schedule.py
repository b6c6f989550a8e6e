"""What runs by the clock, in UTC. Each job reads from the rows what is due: a run missed is made up by the next."""

from celery.schedules import crontab

SCHEDULE = {
    "purge-editor-calls": {"task": "agenda.tasks.purge_editor_calls", "schedule": crontab(hour=3, minute=10)},
    "tally-calls": {"task": "agenda.supervision.tasks.tally_calls", "schedule": 30.0},
    "watch-editors": {"task": "agenda.supervision.tasks.watch_editors", "schedule": 60.0},
    "watch-returns": {"task": "booking.supervision.tasks.watch_returns", "schedule": 300.0},
    "watch-certificates": {
        "task": "agenda.supervision.tasks.watch_certificates",
        "schedule": crontab(hour=5, minute=10),
    },
    "forget-call-details": {"task": "agenda.supervision.tasks.forget_details", "schedule": crontab(hour=3, minute=40)},
    "relay-deliveries": {"task": "sasportal.outbox.tasks.relay", "schedule": 10.0},
    "purge-deliveries": {"task": "sasportal.outbox.tasks.purge_deliveries", "schedule": crontab(hour=3, minute=20)},
    "resume-member-imports": {"task": "directory.tasks.resume_imports", "schedule": 60.0},
    "purge-member-imports": {"task": "directory.tasks.purge_imports", "schedule": crontab(hour=3, minute=30)},
    "remind-structures": {"task": "directory.tasks.remind_structures", "schedule": crontab(hour=6, minute=40)},
    "refresh-own-agenda": {"task": "agenda.own.tasks.refresh_own_agenda", "schedule": crontab(hour=2, minute=20)},
    "catch-up-editor-accounts": {"task": "agenda.accounts.tasks.catch_up", "schedule": 60.0},
    "suspend-the-inactive": {
        "task": "sasportal.accounts.tasks.suspend_the_inactive",
        "schedule": crontab(hour=4, minute=10),
    },
    "remind-patients": {"task": "booking.patients.tasks.remind_patients", "schedule": 600.0},
    "forget-patients": {"task": "booking.patients.tasks.forget_patients", "schedule": crontab(minute=50)},
    "forget-ended-sessions": {
        "task": "sasportal.accounts.tasks.forget_ended_sessions",
        "schedule": crontab(minute=25),
    },
    "forget-unconfirmed-patients": {
        "task": "sasportal.accounts.patients.tasks.forget_unconfirmed",
        "schedule": crontab(hour=4, minute=30),
    },
    "forget-registrations": {
        "task": "directory.registration.tasks.forget_registrations",
        "schedule": crontab(hour=4, minute=20),
    },
}
