"""The database's own guard over the places of a session: no way of writing a row takes one more than an hour has.

Whoever takes a place holds the session's row until the transaction ends, so the places are counted one after the other.
A row that already held its place may keep it, whatever becomes of the session; the hours of a session that closes early
are emptied first (vaccinations.sessions.planning).
"""

from django.db.migrations import RunSQL

GUARD = """
CREATE FUNCTION vaccinations_holds_place(state text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
state IN ('invited', 'confirmed', 'arrived', 'done');

CREATE FUNCTION vaccinations_take_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held vaccinations_clinicsession;
BEGIN
    IF NOT vaccinations_holds_place(NEW.state) OR (TG_OP = 'UPDATE' AND vaccinations_holds_place(OLD.state)
        AND (OLD.session_id, OLD.starts_at) = (NEW.session_id, NEW.starts_at)) THEN
        RETURN NULL;
    END IF;
    SELECT * INTO held FROM vaccinations_clinicsession WHERE id = NEW.session_id FOR NO KEY UPDATE;
    IF held.cancelled_at IS NOT NULL OR NEW.starts_at < held.opens_at OR NEW.starts_at >= held.closes_at
        OR extract(minute FROM NEW.starts_at) <> extract(minute FROM held.opens_at) THEN
        RAISE EXCEPTION 'the session has no such hour'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'appointment_in_an_hour';
    END IF;
    IF held.capacity_per_hour < (SELECT count(*) FROM vaccinations_appointment AS taken
        WHERE taken.session_id = NEW.session_id AND taken.starts_at = NEW.starts_at
        AND vaccinations_holds_place(taken.state)) THEN
        RAISE EXCEPTION 'no place is left in this hour'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'appointment_within_capacity';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER take_place AFTER INSERT OR UPDATE OF session_id, starts_at, state ON vaccinations_appointment
    FOR EACH ROW EXECUTE FUNCTION vaccinations_take_place();

CREATE FUNCTION vaccinations_keep_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM vaccinations_appointment AS taken
        WHERE taken.session_id = NEW.id AND vaccinations_holds_place(taken.state)
        GROUP BY taken.starts_at HAVING count(*) > NEW.capacity_per_hour) THEN
        RAISE EXCEPTION 'more places are taken than would be left'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'appointment_within_capacity';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_places AFTER UPDATE OF capacity_per_hour ON vaccinations_clinicsession
    FOR EACH ROW WHEN (NEW.capacity_per_hour < OLD.capacity_per_hour) EXECUTE FUNCTION vaccinations_keep_places();
"""
UNGUARD = """
DROP TRIGGER keep_places ON vaccinations_clinicsession;
DROP FUNCTION vaccinations_keep_places();
DROP TRIGGER take_place ON vaccinations_appointment;
DROP FUNCTION vaccinations_take_place();
DROP FUNCTION vaccinations_holds_place(text);
"""


def guard_places() -> RunSQL:
    """The migration operation that keeps every hour of every session within its capacity."""
    return RunSQL(GUARD, UNGUARD)
