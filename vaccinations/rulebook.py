"""The schedule in use, kept in memory: read once, and again as soon as anybody changed a rule.

Every worker keeps its own. What it keeps is good while the schedule's version is the one it was read under, which is asked
with each use (one statement). The database itself gives a schedule a new version with each change of its rules
(vaccinations/guards.py), a random one: one that was rolled back never comes again with other rules.
"""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from vaccinations.engine import rules
from vaccinations.loading.schedules import schedule_terms
from vaccinations.models.rule_tables import Schedule

NO_RULES = rules.Schedule(series=())
_kept: dict[str, "Rulebook"] = {}


@dataclass(frozen=True)
class Rulebook:
    """All rules of a schedule, of all times, and the version under which they stand; None where there is no schedule."""

    version: UUID | None
    schedule: rules.Schedule


def rulebook(code: str = "") -> Rulebook:
    """Returns the rules of that schedule, of the register's own where none is named, as they are now."""
    code = code or settings.VACCINATION_SCHEDULE
    version, kept = _version(code), _kept.get(code)
    if kept is None or kept.version != version:
        kept = _kept[code] = _read(code, version)
    return kept


def _read(code: str, version: UUID | None) -> Rulebook:
    """Reads until nothing changed between the first statement and the last."""
    while version is not None:
        schedule, again = schedule_terms(code), _version(code)
        if again == version:
            return Rulebook(version, schedule)
        version = again
    return Rulebook(None, NO_RULES)


def _version(code: str) -> UUID | None:
    return Schedule.objects.filter(code=code).values_list("version", flat=True).first()
