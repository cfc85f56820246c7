"""The database's own guards over the clinic's tables, as operations for migrations."""

from django.db.migrations import RunSQL

from vaxreg.guards import append_only

VISIT_CHANGES = (
    "outcome",
    "not_given_reason",
    "not_given_text",
    "dose_id",
    "closed_at",
    "closed_by_id",
    "undone_at",
    "undone_by_id",
)


def guard_decisions() -> list[RunSQL]:
    """The migration operation that lets a decision on two doses of one number be undone, and nothing else."""
    return [append_only("vaccinations_conflictdecision", changeable=("undone_at", "undone_by_id", "undo_reason"))]


def guard_clinic() -> list[RunSQL]:
    """The migration operations that keep the clinic's records from being rewritten."""
    return [
        append_only("vaccinations_visit", changeable=VISIT_CHANGES),
        append_only("vaccinations_mend"),
        append_only("vaccinations_screening"),
        append_only("vaccinations_observation", changeable=("released_at", "released_by_id", "early_reason")),
        append_only("vaccinations_adverseevent", changeable=("superseded_at",)),
    ]
