"""Expressions for what the database itself refuses, written without any extension of PostgreSQL."""

from typing import Any

from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField
from django.db import models
from django.db.models import BigIntegerField, Func, Value


class Digest(Func):
    """60 bits of MD5 as a number: the same on every PostgreSQL version, unlike its hash functions."""

    template = "('x' || substr(md5(%(expressions)s), 1, 15))::bit(60)::bigint"
    arity = 1
    output_field = BigIntegerField()


class NumberRange(Func):
    function = "INT8RANGE"
    output_field = BigIntegerRangeField()


class Period(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def only(number: Func) -> Func:
    """Return the range of this single number: core GiST compares ranges, not numbers or texts."""
    return Func(number, number, Value("[]"), function="int8range", output_field=BigIntegerRangeField())


def check(name: str, condition: Any, message: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=message)
