"""The spelling of searches, which accounts share."""

from sasportal.spelling import plain, plain_sql

__all__ = ["plain", "plain_sql"]
