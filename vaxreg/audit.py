"""The audit trail: every service ends with `record`, inside its own transaction."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from vaxreg.actors import Actor
from vaxreg.models import AuditEntry


def record(
    *,
    by: Actor,
    action: str,
    subject: models.Model | None = None,
    resident: str = "",
    changes: dict[str, Any] | None = None,
) -> AuditEntry:
    """Writes who did `action` to `subject` (and to which person), from where, and what changed.

    `action` is a stable code such as "dose.recorded"; `changes` maps a field to its value or to [before, after].
    """
    entry = _entry(by, action, subject, resident, changes)
    entry.save(force_insert=True)
    return entry


def record_each(
    *,
    by: Actor,
    action: str,
    residents: Iterable[str],
    subject: models.Model | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    """Writes the same act once for each person, in one statement, so that every one's own history shows it."""
    AuditEntry.objects.bulk_create(_entry(by, action, subject, resident, changes) for resident in residents)


def _entry(
    by: Actor, action: str, subject: models.Model | None, resident: str, changes: dict[str, Any] | None
) -> AuditEntry:
    return AuditEntry(
        user=by.user,
        address=by.address,
        channel=by.channel,
        action=action,
        resident=resident,
        object_type=subject._meta.label_lower if subject else "",
        object_id=str(subject.pk) if subject else "",
        # Dates, lazy texts and UUIDs become text.
        changes=json.loads(json.dumps(changes or {}, cls=DjangoJSONEncoder)),
    )
