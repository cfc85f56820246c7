"""Which rules decide at a checkpoint at a moment."""

from collections.abc import Iterable
from datetime import datetime

from checkpoints.admission import Rule
from checkpoints.models import Checkpoint, EntryRule


def rules_at(checkpoint: Checkpoint, at: datetime) -> tuple[Rule, ...]:
    """Returns the rules that decide there then, in their order; the desk's one statement (`lookup`) finds the same."""
    rows = EntryRule.objects.of(checkpoint).in_force(at).prefetch_related("conditions")
    return tuple(row.terms for row in rows)


def deciding(rows: Iterable[EntryRule], *, checkpoint: int, at: datetime) -> list[EntryRule]:
    """Returns those of the loaded rows that decide there then, in their order."""
    return [
        row for row in rows if row.checkpoint_id in (None, checkpoint) and row.has_begun(at) and not row.has_ended(at)
    ]
