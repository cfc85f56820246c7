"""The audit trail: every service ends with `record`, inside its own transaction."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

# Five hundred people seen at once are five hundred rows: made in the database, for objects of each take ten times as long.
EACH = """
INSERT INTO vaxreg_auditentry (at, user_id, address, channel, action, resident, object_type, object_id, changes)
SELECT %(at)s, %(user_id)s, %(address)s::inet, %(channel)s, %(action)s, number, %(object_type)s, %(object_id)s, %(changes)s
FROM unnest(%(residents)s::varchar[]) AS shown(number)
"""


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
    facts = vars(_entry(by, action, subject, "", _plain(changes)))
    parameters = {name: facts[name] for name in ("user_id", "address", "channel", "action", "object_type", "object_id")}
    parameters |= {"at": timezone.now(), "residents": list(residents), "changes": json.dumps(facts["changes"])}
    with connection.cursor() as cursor:
        cursor.execute(EACH, parameters)


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
