"""The database's own hand in the rule tables: whoever changes a rule gives its schedule a new version."""

from django.db.migrations import RunSQL

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
