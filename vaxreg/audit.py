"""The audit trail: every service ends with `record`, inside its own transaction."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

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


# What `record_rows` is given as its rows: a statement that selects (resident, object_id, changes as jsonb).
INSERT_ROWS = """
INSERT INTO vaxreg_auditentry (at, user_id, address, channel, action, resident, object_type, object_id, changes)
SELECT now(), %(by_user)s::bigint, %(by_address)s::inet, %(by_channel)s, %(action)s, resident, %(object_type)s, object_id::text,
    changes
FROM ({rows}) AS rows (resident, object_id, changes)
"""


def record_rows(
    *, by: Actor, action: str, subject: type[models.Model], rows: str, parameters: dict[str, Any] | None = None
) -> int:
    """Writes the same act for each row of a statement, inside the database, and returns how many: for acts on 100,000 people.

    `rows` selects resident, key of the subject, and changes as jsonb; each person's own history shows the act.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_ROWS.format(rows=rows),
            (parameters or {})
            | {
                "by_user": by.user.pk if by.user else None,
                "by_address": by.address,
                "by_channel": by.channel,
                "action": action,
                "object_type": subject._meta.label_lower,
            },
        )
        return cursor.rowcount
