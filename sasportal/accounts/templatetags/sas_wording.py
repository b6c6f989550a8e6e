"""How numbers and lists are said in French, for templates."""

from collections.abc import Sequence

from django import template

from sasportal import wording

register = template.Library()


@register.filter
def phone(number: str) -> str:
    return wording.phone(number)


@register.filter
def several(count: int, words: str) -> str:
    """{{ 4|several:"membre,membres" }} gives "4 membres"; zero is singular in French."""
    one, many = words.split(",")
    return wording.several(count, one, many)


@register.filter
def listed(names: Sequence[str]) -> str:
    return wording.listed(names)
