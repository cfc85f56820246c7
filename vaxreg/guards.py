"""Append-only tables, guarded by the database itself.

TRUNCATE is refused as well, unless the session says `SET vaxreg.allow_truncate = on`, as who clears a database on purpose must.
"""

from django.db.migrations import RunSQL

# Rows are compared as JSON less the columns that may change, so one function serves every table.
CREATE_GUARD = """
CREATE OR REPLACE FUNCTION vaxreg_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF current_setting('vaxreg.allow_truncate', true) = 'on' THEN
            RETURN NULL;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def create_guard() -> RunSQL:
    """The migration operation that makes the guard's function."""
    return RunSQL(CREATE_GUARD, "DROP FUNCTION IF EXISTS vaxreg_append_only()")


def append_only(table: str, *, changeable: tuple[str, ...] = ()) -> RunSQL:
    """The migration operation that lets rows of `table` be added only; `changeable` columns may be updated."""
    arguments = ", ".join(f"'{column}'" for column in changeable)
    return RunSQL(
        [
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION vaxreg_append_only({arguments})",
            f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION vaxreg_append_only()",
        ],
        [f"DROP TRIGGER append_only_truncate ON {table}", f"DROP TRIGGER append_only ON {table}"],
    )
