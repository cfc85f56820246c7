"""The audit trail: every service ends with `record`, inside its own transaction."""

import json
from collections.abc import Collection
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
    return AuditEntry.objects.create(
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


def record_each(*, by: Actor, action: str, residents: Collection[str]) -> None:
    """Writes one entry a person, in one statement: `action` concerned each of these numbers."""
    AuditEntry.objects.bulk_create(
        AuditEntry(user=by.user, address=by.address, channel=by.channel, action=action, resident=number)
        for number in sorted(residents)
    )
