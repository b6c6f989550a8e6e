"""What the database itself refuses in the own agenda."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db.models import BooleanField, CharField, F, Func, Q, Value
from django.db.models.functions import Concat

from directory.constraints import Digest, Period, check, only

__all__ = ["Digest", "OnTheQuarter", "Period", "check", "one_place_at_a_time"]


class OnTheQuarter(Func):
    """Is this instant on a quarter of an hour? True of every French wall clock at once."""

    template = "MOD(EXTRACT(EPOCH FROM %(expressions)s), 900) = 0"
    arity = 1
    output_field = BooleanField()


def one_place_at_a_time(name: str) -> ExclusionConstraint:
    """Refuse two occurrences of one practitioner at one place that share an instant."""
    where = Concat(F("national_id"), Value("|"), F("place_key"), output_field=CharField())
    return ExclusionConstraint(
        name=name,
        expressions=[
            (only(Digest(where)), RangeOperators.OVERLAPS),
            (Period(F("start"), F("end"), RangeBoundary()), RangeOperators.OVERLAPS),
        ],
        condition=Q(cancelled=False),
        violation_error_message="Cette plage en chevauche une autre du même lieu.",
    )
