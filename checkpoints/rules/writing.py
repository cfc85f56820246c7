"""Writes of entry rules. A rule is a draft until somebody puts it in force; from then on it can only end and be succeeded."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkpoints.admission import Condition
from checkpoints.models import Checkpoint, EntryCondition, EntryRule
from vaxreg import audit
from vaxreg.actors import Actor


class RuleError(Exception):
    """The rule stays as it is; `message` says why."""

    message = _("This cannot be done with the rule.")


class NotYoursError(RuleError):
    message = _(
        "You write rules for the checkpoints assigned to you; those for all checkpoints are the administrators'."
    )


class InForceError(RuleError):
    message = _("A rule in force is never edited. End it, or start a successor.")


class PastError(RuleError):
    message = _("The moment must not be in the past: passages have been decided since.")


class OrderError(RuleError):
    message = _("A rule must begin before it ends, and after the rule that it succeeds.")


@dataclass(frozen=True)
class Draft:
    """What a rule is to say."""

    checkpoint: Checkpoint | None
    outcome: str
    reason: str
    reason_en: str
    source: str
    position: int
    conditions: tuple[Condition, ...]

    @property
    def columns(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "conditions"}


@transaction.atomic
def write_draft(*, draft: Draft, rule: EntryRule | None = None, by: Actor) -> EntryRule:
    """Returns the draft, new or rewritten; the same one where the same new draft is sent again. Raises RuleError."""
    _refuse_foreign(draft.checkpoint, by)
    if rule is None:
        rule = _same_draft(draft) or EntryRule()
        if rule.pk:
            return rule
    else:
        rule = _locked(rule, by)
        if not rule.is_draft:
            raise InForceError
    for name, value in draft.columns.items():
        setattr(rule, name, value)
    rule.save()
    rule.conditions.all().delete()
    EntryCondition.objects.bulk_create(_row(rule, condition) for condition in draft.conditions)
    audit.record(by=by, action="entryrule.drafted", subject=rule, changes=_said(rule))
    return rule


@transaction.atomic
def delete_draft(*, rule: EntryRule, by: Actor) -> None:
    """Removes a draft. Raises RuleError for a rule that is none."""
    rule = _locked(rule, by)
    if not rule.is_draft:
        raise InForceError
    audit.record(by=by, action="entryrule.deleted", subject=rule, changes=_said(rule))
    rule.delete()


@transaction.atomic
def put_in_force(*, rule: EntryRule, at: datetime, now: datetime, by: Actor) -> EntryRule:
    """Returns the rule, in force from that moment; the rule that it succeeds ends then. A second time changes nothing.

    Raises RuleError.
    """
    rule = _locked(rule, by)
    if not rule.is_draft:
        return rule
    _refuse_past(at, now)
    former = rule.succeeds and EntryRule.objects.select_for_update().get(pk=rule.succeeds_id)
    if former and not former.has_ended(at):
        _end(former, at, by)
    rule.is_draft, rule.in_force_at = False, at
    rule.save(update_fields=["is_draft", "in_force_at"])
    audit.record(by=by, action="entryrule.begun", subject=rule, changes=_said(rule) | {"in_force_at": at})
    return rule


@transaction.atomic
def end_rule(*, rule: EntryRule, at: datetime, now: datetime, by: Actor) -> EntryRule:
    """Returns the rule, ended at that moment; one that has ended stays as it is. Raises RuleError."""
    rule = _locked(rule, by)
    if rule.has_ended(now):
        return rule
    _refuse_past(at, now)
    _end(rule, at, by)
    return rule


@transaction.atomic
def take_back(*, rule: EntryRule, now: datetime, by: Actor) -> EntryRule:
    """Returns the rule as a draft again, where it has not begun yet. Raises RuleError."""
    rule = _locked(rule, by)
    if rule.has_begun(now):
        raise InForceError
    if not rule.is_draft:
        rule.is_draft, rule.in_force_at, rule.ended_at = True, None, None
        rule.save(update_fields=["is_draft", "in_force_at", "ended_at"])
        audit.record(by=by, action="entryrule.taken-back", subject=rule)
    return rule


@transaction.atomic
def start_successor(*, rule: EntryRule, by: Actor) -> EntryRule:
    """Returns a draft that says the same and will end the rule when put in force; the one there is where there is one.

    Raises RuleError.
    """
    rule = _locked(rule, by)
    if rule.is_draft:
        return rule
    begun = rule.successors.filter(is_draft=True).first()
    if begun:
        return begun
    draft = _draft_of(rule)
    successor = EntryRule.objects.create(succeeds=rule, **draft.columns)
    EntryCondition.objects.bulk_create(_row(successor, condition) for condition in draft.conditions)
    audit.record(by=by, action="entryrule.drafted", subject=successor, changes=_said(successor))
    return successor


def _locked(rule: EntryRule, by: Actor) -> EntryRule:
    rule = EntryRule.objects.select_for_update(of=("self",)).select_related("checkpoint").get(pk=rule.pk)
    _refuse_foreign(rule.checkpoint, by)
    return rule


def _refuse_foreign(checkpoint: Checkpoint | None, by: Actor) -> None:
    if by.user is None or by.user.is_administrator:
        return
    if checkpoint is None or not Checkpoint.objects.ruled_by(by.user).filter(pk=checkpoint.pk).exists():
        raise NotYoursError


def _refuse_past(at: datetime, now: datetime) -> None:
    if at < now:
        raise PastError


def _end(rule: EntryRule, at: datetime, by: Actor) -> None:
    if rule.is_draft or at <= rule.in_force_at:
        raise OrderError
    if rule.ended_at == at:
        return
    before, rule.ended_at = rule.ended_at, at
    rule.save(update_fields=["ended_at"])
    audit.record(by=by, action="entryrule.ended", subject=rule, changes={"ended_at": [before, at]})


def _same_draft(draft: Draft) -> EntryRule | None:
    rows = EntryRule.objects.filter(Q(**draft.columns), is_draft=True, succeeds=None).prefetch_related("conditions")
    return next((row for row in rows if row.terms.conditions == draft.conditions), None)


def _draft_of(rule: EntryRule) -> Draft:
    names = ("checkpoint", "outcome", "reason", "reason_en", "source", "position")
    return Draft(**{name: getattr(rule, name) for name in names}, conditions=rule.terms.conditions)


def _row(rule: EntryRule, condition: Condition) -> EntryCondition:
    return EntryCondition(rule=rule, **asdict(condition) | {"codes": list(condition.codes)})


def _said(rule: EntryRule) -> dict[str, Any]:
    draft = _draft_of(rule)
    conditions = [{name: value for name, value in asdict(one).items() if value} for one in draft.conditions]
    checkpoint = draft.checkpoint and draft.checkpoint.pk
    return draft.columns | {"checkpoint": checkpoint, "conditions": conditions, "succeeds": rule.succeeds_id}
