"""What the database itself refuses: what was asked, and who left in which file, never changes."""

from django.db.migrations import RunSQL

from vaxreg.guards import append_only

# What becomes of an export; all else is what was asked.
CHANGEABLE = (
    "people",
    "most_people",
    "needs_approval",
    "expires_at",
    "is_approved",
    "decided_by_id",
    "decided_at",
    "decision_reason",
    "built_at",
    "built_people",
    "built_rows",
    "withdrawn_at",
)


def keep_what_left() -> list[RunSQL]:
    """The migration operations that keep exports, their people and their downloads."""
    return [
        append_only("vaxreg_export", changeable=CHANGEABLE),
        append_only("vaxreg_exportedperson"),
        append_only("vaxreg_exportdownload"),
    ]
