"""One line offered under a search box."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    group: str
    label: str
    value: str
