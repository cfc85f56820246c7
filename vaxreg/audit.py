"""The audit trail: every service ends with `record`, inside its own transaction."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

# Many rows are made in the database: objects of each take ten times as long. `rows` selects (resident, object_id, changes).
INSERT_ROWS = """
INSERT INTO vaxreg_auditentry (at, user_id, address, channel, action, resident, object_type, object_id, changes)
SELECT %(by_at)s, %(by_user)s::bigint, %(by_address)s::inet, %(by_channel)s, %(action)s, resident, %(object_type)s,
    object_id::text, changes
FROM ({rows}) AS rows (resident, object_id, changes)
"""
# The same act on each of these people.
EACH = "SELECT number, %(object_id)s, %(changes)s::jsonb FROM unnest(%(residents)s::varchar[]) AS shown(number)"


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
    entry = _entry(by, action, subject, resident, _plain(changes))
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
    parameters = {
        "residents": list(residents),
        "object_id": str(subject.pk) if subject else "",
        "changes": json.dumps(_plain(changes)),
    }
    record_rows(by=by, action=action, subject=subject, rows=EACH, parameters=parameters)


def record_rows(
    *,
    by: Actor,
    action: str,
    subject: models.Model | type[models.Model] | None,
    rows: str,
    parameters: dict[str, Any] | None = None,
) -> int:
    """Writes the same act for each row of a statement, inside the database, and returns how many: for acts on 100,000 people.

    `rows` selects resident, key of the subject, and changes as jsonb; each person's own history shows the act.
    """
    actor = {
        "by_at": timezone.now(),
        "by_user": by.user.pk if by.user else None,
        "by_address": by.address,
        "by_channel": by.channel,
        "action": action,
        "object_type": subject._meta.label_lower if subject else "",
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT_ROWS.format(rows=rows), (parameters or {}) | actor)
        return cursor.rowcount


def _plain(changes: dict[str, Any] | None) -> dict[str, Any]:
    """Dates, lazy texts and UUIDs become text."""
    return json.loads(json.dumps(changes or {}, cls=DjangoJSONEncoder))


def _entry(by: Actor, action: str, subject: models.Model | None, resident: str, changes: dict[str, Any]) -> AuditEntry:
    return AuditEntry(
        user=by.user,
        address=by.address,
        channel=by.channel,
        action=action,
        resident=resident,
        object_type=subject._meta.label_lower if subject else "",
        object_id=str(subject.pk) if subject else "",
        changes=changes,
    )
