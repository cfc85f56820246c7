"""How people stand on the lists of sessions."""

from types import SimpleNamespace
from typing import Any

from django import template

from vaxreg.language import named

register = template.Library()


@register.filter
def last_three(phone: str) -> str:
    """0912345678 → …678: enough to tell two people of one name apart on a list that lies about."""
    return f"…{phone[-3:]}" if phone else ""


@register.filter
def row_name(row: dict[str, Any]) -> str:
    """The name of a row of figures in the language of the screen; empty where it has none."""
    return named(SimpleNamespace(**row)) or ""
