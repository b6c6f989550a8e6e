"""National numbers as people know them, for templates."""

from django import template

from directory.numbers import bare as without_prefix

register = template.Library()


@register.filter
def bare(national_id: str) -> str:
    return without_prefix(national_id)
