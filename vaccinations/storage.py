"""How tables are stored, where it is not as usual: operations for the migrations."""

from django.db.migrations import RunSQL


def leave_room(table: str, *, filled_percent: int) -> RunSQL:
    """The migration operation that leaves room in each page of `table`, so that its rows are updated in place (HOT)."""
    return RunSQL(f"ALTER TABLE {table} SET (fillfactor = {filled_percent})", f"ALTER TABLE {table} RESET (fillfactor)")
