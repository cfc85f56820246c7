"""Audit entries in words."""

from django import template

from vaxreg.acts import act_label
from vaxreg.models import AuditEntry

register = template.Library()


@register.filter
def act(entry: AuditEntry) -> str:
    return act_label(entry.action)


@register.filter
def facts(entry: AuditEntry, is_unmasked: bool) -> str:
    """Which facts the entry is about, and their values (before → after) where personal data may be shown."""
    if not is_unmasked:
        return ", ".join(entry.changes)
    return "; ".join(f"{name}: {_value(value)}" for name, value in entry.changes.items())


def _value(value: object) -> str:
    return " → ".join(str(part or "–") for part in value) if isinstance(value, list) else str(value)
