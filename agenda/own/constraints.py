"""What the database itself refuses in the own agenda, written without any extension."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import BigIntegerField, BooleanField, CharField, F, Func, Q, Value
from django.db.models.functions import Concat


class OnTheQuarter(Func):
    """Is this instant on a quarter of an hour? True of every French wall clock at once."""

    template = "MOD(EXTRACT(EPOCH FROM %(expressions)s), 900) = 0"
    arity = 1
    output_field = BooleanField()


class Digest(Func):
    """60 bits of MD5 as a number: the same on every PostgreSQL version, unlike its hash functions."""

    template = "('x' || substr(md5(%(expressions)s), 1, 15))::bit(60)::bigint"
    arity = 1
    output_field = BigIntegerField()


def only(number: Func) -> Func:
    """Return the range of this single number: core GiST compares ranges, not numbers or texts."""
    return Func(number, number, Value("[]"), function="int8range", output_field=BigIntegerRangeField())


class Period(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


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


def check(name: str, condition: Any, message: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=message)
