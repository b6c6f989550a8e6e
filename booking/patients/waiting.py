"""One at a time: whoever does the same waits for the other's transaction."""

from django.db import connection


def wait_for_others(what: str, who: str) -> None:
    """One at a time for this name, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{what}:{who}"])
