"""The database's own hand in the rule tables.

Whoever changes a rule gives its schedule a new version; and a dated rule that has begun can only end, whoever asks, or be taken
back within a day of being recorded. Schedules that are loaded from a file are replaced as a whole, and not guarded.
"""

from django.db.migrations import RunSQL

GUARDED = ("agerule", "intervalrule", "productrule")
# For each table, how its rows lead to their schedule.
STAMPED = {
    "vaccinations_series": "SELECT schedule_id FROM changed",
    "vaccinations_contraindication": "SELECT schedule_id FROM changed",
    "vaccinations_seriesdose": (
        "SELECT series.schedule_id FROM changed JOIN vaccinations_series AS series ON series.id = changed.series_id"
    ),
} | {
    f"vaccinations_{rule}": (
        "SELECT series.schedule_id FROM changed JOIN vaccinations_seriesdose AS dose ON dose.id = changed.dose_id "
        "JOIN vaccinations_series AS series ON series.id = dose.series_id"
    )
    for rule in ("agerule", "intervalrule", "productrule", "skiprule")
}
EVENTS = {"INSERT": "NEW TABLE AS changed", "UPDATE": "NEW TABLE AS changed", "DELETE": "OLD TABLE AS changed"}


def stamp_rules() -> RunSQL:
    """The migration operation that gives a schedule a new version with each statement that changes its rules."""
    forwards, backwards = [], []
    for table, schedules in STAMPED.items():
        function = f"{table}_stamp"
        forwards.append(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"UPDATE vaccinations_schedule SET version = gen_random_uuid() WHERE id IN ({schedules}); RETURN NULL; END $$"
        )
        for event, rows in EVENTS.items():
            forwards.append(
                f"CREATE TRIGGER stamp_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            )
            backwards.append(f"DROP TRIGGER stamp_{event.lower()} ON {table}")
        backwards.append(f"DROP FUNCTION {function}()")
    return RunSQL(forwards, backwards)


# "Today" is Vietnam's, whatever zone the connection has.
LOCK = """
CREATE FUNCTION vaccinations_lock_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
    yesterday timestamptz := clock_timestamp() - interval '24 hours';
    movable text[] := ARRAY['in_force_until', 'ended_at'];
BEGIN
    IF OLD.in_force_from > today OR EXISTS (
        SELECT FROM vaccinations_seriesdose AS dose
        JOIN vaccinations_series AS series ON series.id = dose.series_id
        JOIN vaccinations_schedule AS schedule ON schedule.id = series.schedule_id
        WHERE dose.id = OLD.dose_id AND schedule.is_from_file
    ) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' AND OLD.recorded_at > yesterday THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - movable = to_jsonb(OLD) - movable
        AND (OLD.in_force_until IS NULL OR OLD.in_force_until >= today OR OLD.ended_at > yesterday) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a rule in force is never edited' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def lock_rules() -> RunSQL:
    """The migration operation that lets dated rules that have begun neither change nor go."""
    triggers = [
        f"CREATE TRIGGER lock_rule BEFORE UPDATE OR DELETE ON vaccinations_{table} "
        "FOR EACH ROW EXECUTE FUNCTION vaccinations_lock_rule()"
        for table in GUARDED
    ]
    undone = [f"DROP TRIGGER lock_rule ON vaccinations_{table}" for table in GUARDED]
    return RunSQL([LOCK, *triggers], [*undone, "DROP FUNCTION vaccinations_lock_rule()"])
