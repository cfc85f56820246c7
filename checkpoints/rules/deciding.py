"""Which rules decide at a checkpoint at a moment."""

from collections.abc import Iterable
from datetime import datetime

from checkpoints.admission import Rule
from checkpoints.models import Checkpoint, EntryRule, TestKind, VehicleKind
from vaccinations.models import Vaccine
from vaxreg.language import named


def rules_at(checkpoint: Checkpoint, at: datetime) -> tuple[Rule, ...]:
    """Returns the rules that decide there then, in their order; the desk's one statement (`lookup`) finds the same."""
    rows = EntryRule.objects.of(checkpoint).in_force(at).prefetch_related("conditions")
    return tuple(row.terms for row in rows)


def deciding(rows: Iterable[EntryRule], *, checkpoint: int, at: datetime) -> list[EntryRule]:
    """Returns those of the loaded rows that decide there then, in their order."""
    return [
        row for row in rows if row.checkpoint_id in (None, checkpoint) and row.has_begun(at) and not row.has_ended(at)
    ]


def by_state(rows: Iterable[EntryRule], *, at: datetime) -> dict[str, list[EntryRule]]:
    """Returns the rows as 'deciding', 'coming', 'drafts' and 'ended', the ended ones latest first."""
    states = {"deciding": [], "coming": [], "drafts": [], "ended": []}
    for row in rows:
        states[_state(row, at)].append(row)
    states["ended"].sort(key=lambda row: row.ended_at, reverse=True)
    return states


def _state(row: EntryRule, at: datetime) -> str:
    if row.is_draft:
        return "drafts"
    if row.has_ended(at):
        return "ended"
    return "deciding" if row.has_begun(at) else "coming"


def code_names() -> dict[str, dict[str, str]]:
    """Returns kind of condition → code → name of all that a rule may list, in the language of the screen."""
    vehicles = {vehicle.code: named(vehicle) for vehicle in VehicleKind.objects.order_by("position", "in_force_from")}
    return {
        "doses": {vaccine.code: vaccine.name for vaccine in Vaccine.objects.all()},
        "tested": {kind.value: str(kind.label) for kind in TestKind},
        "vehicle": vehicles,
    }


def all_code_names() -> dict[str, str]:
    """Returns code → name of everything that a rule may list."""
    return {code: name for names in code_names().values() for code, name in names.items()}
