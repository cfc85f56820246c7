"""The database's own guard over the stock: what was written of it stays."""

from django.db.migrations import RunSQL

from vaxreg.guards import append_only

APPEND_ONLY = ("ledger", "stockentry", "transfer", "dayclose", "daycloseline", "lotextension")


def guard_stock() -> list[RunSQL]:
    """The migration operations that let rows of the stock be added only; an opened vial may be put away, once."""
    guards = [append_only(f"vaccinations_{table}") for table in APPEND_ONLY]
    return [*guards, append_only("vaccinations_vialopening", changeable=("ended_at", "ended_by_id"))]
