"""Audit entries in words. Here are acts on a person; the code of an act that has no words is shown as it is."""

from django import template
from django.utils.translation import gettext_lazy as _

from vaxreg.models import AuditEntry

register = template.Library()
ACTS = {
    "resident.registered": _("Registered"),
    "resident.read": _("Looked up"),
    "resident.search": _("Searched for"),
    "resident.listed": _("Shown in a list of people found"),
    "resident.opened": _("Opened in the administration"),
    "resident.unmasked": _("Shown in full"),
    "resident.verified": _("Card seen"),
    "resident.updated": _("Facts corrected"),
    "resident.number_corrected": _("Number corrected"),
    "resident.alias_added": _("Older number added"),
    "dose.recorded": _("Dose recorded"),
    "dose.voided": _("Dose voided"),
    "declaration.filed": _("Declaration filed"),
    "passage.recorded": _("Passage recorded"),
    "resident.traced": _("Shown in contact tracing"),
}


@register.filter
def act(entry: AuditEntry) -> str:
    return ACTS.get(entry.action, entry.action)


@register.filter
def facts(entry: AuditEntry, is_unmasked: bool) -> str:
    """Which facts the entry is about, and their values (before → after) where personal data may be shown."""
    if not is_unmasked:
        return ", ".join(entry.changes)
    return "; ".join(f"{name}: {_value(value)}" for name, value in entry.changes.items())


def _value(value: object) -> str:
    return " → ".join(str(part or "–") for part in value) if isinstance(value, list) else str(value)
