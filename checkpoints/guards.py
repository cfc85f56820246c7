"""The database's own guard over entry rules: one that has begun can only end, whoever asks."""

from django.db.migrations import RunSQL

LOCK = """
CREATE FUNCTION checkpoints_rule_has_begun(rule checkpoints_entryrule) RETURNS boolean LANGUAGE sql AS $$
    SELECT NOT rule.is_draft AND rule.in_force_at <= clock_timestamp()
$$;
CREATE FUNCTION checkpoints_lock_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT checkpoints_rule_has_begun(OLD) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'ended_at' = to_jsonb(OLD) - 'ended_at'
        AND (OLD.ended_at IS NULL OR OLD.ended_at > clock_timestamp()) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a rule in force is never edited' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION checkpoints_lock_condition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[] := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.rule_id] WHEN 'DELETE' THEN ARRAY[OLD.rule_id]
        ELSE ARRAY[OLD.rule_id, NEW.rule_id] END;
BEGIN
    IF EXISTS (SELECT FROM checkpoints_entryrule AS rule
        WHERE rule.id = ANY (changed) AND checkpoints_rule_has_begun(rule)) THEN
        RAISE EXCEPTION 'a rule in force is never edited' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER lock_rule BEFORE UPDATE OR DELETE ON checkpoints_entryrule
    FOR EACH ROW EXECUTE FUNCTION checkpoints_lock_rule();
CREATE TRIGGER lock_condition BEFORE INSERT OR UPDATE OR DELETE ON checkpoints_entrycondition
    FOR EACH ROW EXECUTE FUNCTION checkpoints_lock_condition();
"""
UNLOCK = """
DROP TRIGGER lock_condition ON checkpoints_entrycondition;
DROP TRIGGER lock_rule ON checkpoints_entryrule;
DROP FUNCTION checkpoints_lock_condition();
DROP FUNCTION checkpoints_lock_rule();
DROP FUNCTION checkpoints_rule_has_begun(checkpoints_entryrule);
"""


def lock_rules() -> RunSQL:
    """The migration operation that lets rules in force, and their conditions, neither change nor go."""
    return RunSQL(LOCK, UNLOCK)
