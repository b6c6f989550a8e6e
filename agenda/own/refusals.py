"""Why a change of the own agenda is refused, and what the database says of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction


class OccurrenceTaken(Exception):
    """A patient was sent there: what carries an orientation is locked."""


class OccurrencePast(Exception):
    """It has already begun."""


class OccurrenceUnknown(Exception):
    """This agenda has no such occurrence, or no longer."""


class OverlapsAnother(Exception):
    """Something is already offered at that place then; `at` is where both meet, when known."""

    def __init__(self, at: datetime | None = None) -> None:
        super().__init__(at)
        self.at = at


@contextmanager
def overlap_refused() -> Iterator[None]:
    """Turn the exclusion constraint's refusal into `OverlapsAnother`; undo what was begun inside."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") == "own_occurrence_no_overlap":
            raise OverlapsAnother from error
        raise
