"""Writes of dated rules: one in force ends and a successor begins, in one act; what was entered wrongly is taken back.

A rule that has begun is never edited: doses were judged by it. The same rule often stands in many series (a booster after
any vaccine): one act changes it wherever it says the same.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vaccinations.models import AgeRule, IntervalRule, ProductRule, SeriesDose
from vaxreg import audit
from vaxreg.actors import Actor

DAY = timedelta(days=1)
REGRET = timedelta(hours=24)
TABLES = (AgeRule, IntervalRule, ProductRule)
Rule = AgeRule | IntervalRule | ProductRule
# What makes two rows of different series one rule, besides what they say.
SAME = {
    AgeRule: (),
    IntervalRule: ("is_allowable", "counted_from", "from_number", "from_products", "from_observation"),
    ProductRule: ("product", "trade_name", "manufacturer"),
}


class RuleError(Exception):
    """The rule stays as it is; `message` says why."""

    message = _("This cannot be done with the rule.")


class EndedError(RuleError):
    """Somebody ended it in the meantime, or long ago."""

    message = _("This rule has an end already, or somebody else has just changed it. Look at the rules again.")


class OrderError(RuleError):
    """The successor would begin before the rule itself, or after its end."""

    message = _("The successor must begin after the first day of this rule, and not after its end.")


class FromFileError(RuleError):
    """The schedule is not kept by hand."""

    message = _("This schedule is loaded from a file. Load a newer file instead.")


class TooLateError(RuleError):
    """Doses have been judged by it for more than a day."""

    message = _("This can be taken back for 24 hours only. End the rule, or begin another successor.")


@dataclass(frozen=True)
class Change:
    """What is to hold from a day on, with its document; without content the rule only ends the day before."""

    begins_on: date
    source: str
    content: dict[str, Any] = field(default_factory=dict)

    @property
    def only_ends(self) -> bool:
        return not self.content


def siblings_of(rule: Rule) -> list[Rule]:
    """Returns the rules of other series of the schedule that say the same of the same dose of a course, by the same document."""
    names = (*SAME[type(rule)], *rule.CONTENT, "source", "in_force_from", "in_force_until")
    same = {name: getattr(rule, name) for name in names}
    course = {"dose__series__schedule": rule.dose.series.schedule_id, "dose__course": rule.dose.course}
    rows = type(rule).objects.filter(**same, **course).exclude(pk=rule.pk).select_related("dose__series")
    place = _place_in_course(rule.dose)
    return [row for row in rows.order_by("dose__series__preference", "pk") if _place_in_course(row.dose) == place]


@transaction.atomic
def succeed(*, by: Actor, rule: Rule, change: Change, also: Collection[int] = (), now: datetime) -> list[Rule]:
    """Returns the successors, one for the rule and for each of the siblings named; they begin where these end.

    Where the rule had an end, the successor has it. Of two people who end a rule at once one is told. Raises RuleError,
    and ValidationError for content that no rule can have.
    """
    wanted = {rule.pk, *(sibling.pk for sibling in siblings_of(rule) if sibling.pk in set(also))}
    rows = list(type(rule).objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    for row in rows:
        _refuse(row, rule, change, timezone.localdate(now))
    act = uuid4()
    written = [_end(row, change, act, now) for row in rows]
    audit.record(
        by=by,
        action="rule.ended" if change.only_ends else "rule.succeeded",
        subject=rule,
        changes={
            "begins_on": change.begins_on,
            "source": change.source,
            "rules": sorted(row.pk for row in rows),
            **{
                name: [getattr(rule, name), value]
                for name, value in change.content.items()
                if getattr(rule, name) != value
            },
        },
    )
    return [successor for successor in written if successor]


@transaction.atomic
def take_back(*, by: Actor, rule: Rule, now: datetime) -> list[Rule]:
    """Returns the rules that hold again, as if the act had not been: of a successor, or of a rule that was only ended.

    Raises RuleError.
    """
    if rule.act and not rule.successors.exists():
        former = [_reopen(row) for row in _written_by(rule, now)]
    else:
        former = [_unend(row) for row in _ended_with(rule, now)]
    audit.record(
        by=by,
        action="rule.taken-back",
        subject=rule,
        changes={"began_on": rule.in_force_from, "source": rule.source, "rules": [row.pk for row in former]},
    )
    return former


def can_be_taken_back(rule: Rule, now: datetime) -> bool:
    """Whether it began, or was only ended, in the last 24 hours, and nothing has succeeded it."""
    acts = [rule.recorded_at if rule.act else None, rule.ended_at]
    return not rule.successors.exists() and any(at and at > now - REGRET for at in acts)


def _written_by(rule: Rule, now: datetime) -> list[Rule]:
    rows = list(type(rule).objects.select_for_update().filter(act=rule.act).order_by("pk"))
    if not rows or any(row.successors.exists() or row.ended_at for row in rows):
        raise EndedError
    if min(row.recorded_at for row in rows) <= now - REGRET:
        raise TooLateError
    return rows


def _ended_with(rule: Rule, now: datetime) -> list[Rule]:
    rows = type(rule).objects.select_for_update().filter(ended_at=rule.ended_at, ended_at__isnull=False).order_by("pk")
    rows = [row for row in rows if row.in_force_until == rule.in_force_until]
    if not rows or any(row.successors.exists() for row in rows):
        raise EndedError
    if rule.ended_at <= now - REGRET:
        raise TooLateError
    return rows


def _place_in_course(dose: SeriesDose) -> int:
    return dose.series.doses.filter(course=dose.course, number__lte=dose.number).count()


def can_be_succeeded(rule: Rule, today: date) -> bool:
    """Whether it is a rule kept by hand that has not ended yet and has no successor."""
    has_ended = rule.in_force_until is not None and rule.in_force_until < today
    return not (has_ended or rule.dose.series.schedule.is_from_file or rule.successors.exists())


def _refuse(row: Rule, rule: Rule, change: Change, today: date) -> None:
    if row.dose.series.schedule.is_from_file:
        raise FromFileError
    if row.in_force_until != rule.in_force_until or not can_be_succeeded(row, today):
        raise EndedError
    begun = row.in_force_from is None or row.in_force_from < change.begins_on
    if not begun or (row.in_force_until and row.in_force_until < change.begins_on):
        raise OrderError


def _end(row: Rule, change: Change, act: Any, now: datetime) -> Rule | None:
    until = row.in_force_until
    row.in_force_until, row.ended_at = change.begins_on - DAY, now
    row.save(update_fields=["in_force_until", "ended_at"])
    if change.only_ends:
        return None
    successor = type(row).objects.get(pk=row.pk)
    successor.pk, successor._state.adding = None, True
    for name, value in change.content.items():
        setattr(successor, name, value)
    successor.in_force_from, successor.in_force_until, successor.source = change.begins_on, until, change.source
    successor.succeeds, successor.act, successor.recorded_at, successor.ended_at = row, act, now, None
    successor.full_clean()
    successor.save()
    return successor


def _reopen(successor: Rule) -> Rule:
    former, until = successor.succeeds, successor.in_force_until
    successor.delete()
    return _unend(former, until)


def _unend(row: Rule, until: date | None = None) -> Rule:
    row.in_force_until, row.ended_at = until, None
    row.save(update_fields=["in_force_until", "ended_at"])
    return row
