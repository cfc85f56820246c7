"""How the desk names people who have gone on: enough for the officer to recognise them, no more."""

from django import template

register = template.Library()


@register.filter
def given_name(full_name: str) -> str:
    """Nguyễn Văn An → An."""
    return full_name.split()[-1] if full_name.split() else "–"


@register.filter
def last_digits(number: str) -> str:
    """079301123456 → ···456."""
    return f"···{number[-3:]}"
