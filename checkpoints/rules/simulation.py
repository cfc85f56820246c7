"""What a draft rule would have answered on a day's real look-ups, from the facts that the access log has kept."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from checkpoints.admission import Decision, Facts, Rule, Verdict, decide, facts_from_json
from checkpoints.answering.recent import CODE as PASSED_HERE
from checkpoints.models import Checkpoint, EntryRule
from checkpoints.rules.deciding import deciding
from vaxreg.models import AuditEntry

# Judged in about a second.
MOST_LOOK_UPS = 5_000
MOST_SHOWN = 50


@dataclass(frozen=True)
class Change:
    """One look-up that the draft would have answered otherwise; whose it was is not said."""

    at: datetime
    checkpoint: Checkpoint
    before: Verdict
    decision: Decision


@dataclass(frozen=True)
class Simulation:
    """Counts by outcome: `rows` of (verdict, before, after). `is_cut`: only the latest look-ups of the day were judged."""

    look_ups: int
    rows: tuple[tuple[Verdict, int, int], ...]
    changes: tuple[Change, ...]
    changed: int
    is_cut: bool


def simulate(draft: EntryRule, *, checkpoints: Iterable[Checkpoint], on: date) -> Simulation:
    """Returns how the day's look-ups there were answered, and how they would have been with the draft in force as well.

    A draft that succeeds a rule is tried in its place. Two queries for the rules, one for the look-ups, whatever their number.
    """
    checkpoints = {checkpoint.pk: checkpoint for checkpoint in checkpoints}
    looks = _looks(checkpoints, on)
    rules = _rules_with(draft)
    before, after, changes = Counter(), Counter(), []
    for at, checkpoint, kept in looks[:MOST_LOOK_UPS]:
        was = Verdict(kept["verdict"])
        decision = _decide(facts_from_json(kept["facts"]), rules, draft, int(checkpoint), at)
        would_be = was if _was_recent(kept) and not _stops(draft, decision) else decision.verdict
        before[was] += 1
        after[would_be] += 1
        if was != would_be:
            changes.append(Change(at, checkpoints[int(checkpoint)], was, decision))
    return Simulation(
        look_ups=sum(before.values()),
        rows=tuple((verdict, before[verdict], after[verdict]) for verdict in Verdict),
        changes=tuple(changes[:MOST_SHOWN]),
        changed=len(changes),
        is_cut=len(looks) > MOST_LOOK_UPS,
    )


def _was_recent(kept: dict) -> bool:
    """Whether the person had passed there shortly before: then only a STOP that is news is heard."""
    return PASSED_HERE in kept["rules"]


def _stops(draft: EntryRule, decision: Decision) -> bool:
    return any(reason.code == draft.key and reason.outcome == Verdict.STOP for reason in decision.reasons)


def _looks(checkpoints: dict[int, Checkpoint], on: date) -> list[tuple[datetime, str, dict]]:
    begin = timezone.make_aware(datetime.combine(on, time.min))
    entries = AuditEntry.objects.filter(
        object_type=Checkpoint._meta.label_lower,
        object_id__in=[str(pk) for pk in checkpoints],
        at__gte=begin,
        at__lt=begin + timedelta(days=1),
        action="resident.read",
        changes__has_key="facts",
    )
    return list(entries.order_by("-at").values_list("at", "object_id", "changes")[: MOST_LOOK_UPS + 1])


def _rules_with(draft: EntryRule) -> dict[int, tuple[EntryRule, Rule]]:
    """All rules that ever decided with the draft among them, each with its terms, in their order."""
    rows = list(EntryRule.objects.filter(is_draft=False).exclude(pk=draft.succeeds_id).prefetch_related("conditions"))
    rows = sorted([*(row for row in rows if row.pk != draft.pk), draft], key=lambda row: (row.position, row.pk))
    return {row.pk: (row, row.terms) for row in rows}


def _decide(
    facts: Facts, rules: dict[int, tuple[EntryRule, Rule]], draft: EntryRule, checkpoint: int, at: datetime
) -> Decision:
    rows = [row for row, _terms in rules.values() if row.pk != draft.pk]
    chosen = {row.pk for row in deciding(rows, checkpoint=checkpoint, at=at)} | {draft.pk}
    return decide(facts, [terms for pk, (_row, terms) in rules.items() if pk in chosen])
