"""What becomes of each dose of a sheet, against what is recorded and against the rest of the sheet. All in SQL.

An outcome is the first of vaccinations.models.Outcome that applies. Of the first three:

- already recorded: the person has a dose of this number, day and vaccine;
- conflict: the person has a dose of this number with another day or vaccine, or another number on this day, or a higher number
  on an earlier day; or the sheet has;
- new: none of it. Of the same dose more than once in the sheet the first is new, the others are repeated.

Where the sheet gives one number to doses of several days, nobody knows which is right, with one exception: the earliest stays
new when the next comes no less than SHORTEST_INTERVAL days later and the dose before it is there (or it is the first). That
one contradicts nothing by itself; what follows is most likely a second dose typed as the first (250,000 in Pune alone), and
the next number is suggested. No number is ever changed but by the reviewer.
"""

from django.db.backends.utils import CursorWrapper

from residents.models import Resident
from vaccinations.imports.problems import OTHER_LOT
from vaccinations.models import Dose, Lot, SheetDose

# No schedule of the register has less between two doses: Abdala is given on days 0, 14 and 28.
SHORTEST_INTERVAL = 14
# From this share of a lot's doses on, their vaccine is the lot's.
LOT_MAJORITY = 0.9

# Doses of a known person, of which all is readable. The person as of now: a number may have been replaced since.
CANDIDATES = f"""
CREATE TEMP TABLE candidate ON COMMIT DROP AS
SELECT given.sheet_row_id AS id, given.row, given.part, person.citizen_id AS person,
    coalesce(given.decided_number, given.dose_number) AS number, given.administered_on AS day, given.vaccine_id AS vaccine,
    given.administered_on < person.date_of_birth AS is_before_birth
FROM {SheetDose._meta.db_table} AS given
JOIN {Resident._meta.db_table} AS found ON found.citizen_id = given.person
JOIN {Resident._meta.db_table} AS person ON person.citizen_id = coalesce(found.superseded_by_id, found.citizen_id)
WHERE given.dose_import_id = %(dose_import)s AND given.band IN ('same', 'link')
    AND given.vaccine_id IS NOT NULL AND given.dose_number IS NOT NULL AND given.administered_on IS NOT NULL
    AND NOT 'facility-other' = ANY (given.problems)
"""
# What these people have, under any of their numbers.
RECORDED = f"""
CREATE TEMP TABLE recorded ON COMMIT DROP AS
WITH person AS (SELECT DISTINCT person FROM candidate),
held AS (
    SELECT person, person AS resident FROM person
    UNION ALL
    SELECT alias.superseded_by_id, alias.citizen_id
    FROM {Resident._meta.db_table} AS alias JOIN person ON alias.superseded_by_id = person.person
)
SELECT held.person, dose.id, dose.dose_number AS number, dose.administered_on AS day, dose.vaccine_id AS vaccine
FROM held JOIN {Dose._meta.db_table} AS dose ON dose.resident_id = held.resident AND dose.voided_at IS NULL
"""
VERDICTS = """
CREATE TEMP TABLE verdict ON COMMIT DROP AS
WITH compared AS (
    SELECT candidate.id, min(recorded.id) FILTER (WHERE is_same) AS same_dose,
        coalesce(min(recorded.id) FILTER (WHERE recorded.number = candidate.number),
            min(recorded.id) FILTER (WHERE recorded.day = candidate.day), min(recorded.id)) AS dose,
        min(recorded.day) FILTER (WHERE recorded.number = candidate.number) AS day,
        bool_or(recorded.day = candidate.day) AS is_on_day
    FROM candidate JOIN recorded USING (person)
    CROSS JOIN LATERAL (SELECT (recorded.number, recorded.day, recorded.vaccine)
        = (candidate.number, candidate.day, candidate.vaccine)) AS comparison (is_same)
    WHERE recorded.number = candidate.number OR recorded.day = candidate.day
        OR (recorded.number < candidate.number) <> (recorded.day < candidate.day)
    GROUP BY candidate.id
),
-- Doses of which nothing is recorded, and how often each is in the sheet.
free AS (
    SELECT candidate.*, row_number() OVER (PARTITION BY person, number, day, vaccine ORDER BY row, part) AS copy
    FROM candidate WHERE id NOT IN (SELECT id FROM compared) AND NOT is_before_birth IS TRUE
),
variant AS (
    SELECT person, number, day, vaccine,
        count(*) OVER numbered AS variants, rank() OVER in_order AS place, lead(day) OVER in_order - day AS days_to_next,
        count(*) OVER (PARTITION BY person, number, day) AS on_this_day, min(day) OVER numbered AS earliest,
        min(number) OVER (PARTITION BY person, day) <> max(number) OVER (PARTITION BY person, day) AS is_same_day
    FROM free WHERE copy = 1
    WINDOW numbered AS (PARTITION BY person, number), in_order AS (PARTITION BY person, number ORDER BY day)
),
before AS (
    SELECT person, number + 1 AS number, min(day) AS day
    FROM (SELECT person, number, day FROM free UNION ALL SELECT person, number, day FROM recorded) AS doses GROUP BY 1, 2
),
numbered AS (
    SELECT variant.*, before.day < variant.day IS TRUE AS has_before, CASE
        WHEN is_same_day THEN 'file-same-day'
        WHEN variants = 1 THEN ''
        WHEN place = 1 AND on_this_day = 1 AND days_to_next >= %(interval)s
            AND (number = 1 OR before.day < variant.day) THEN ''
        ELSE 'file-differs' END AS reason
    FROM variant LEFT JOIN before USING (person, number)
),
-- Of doses that are in order otherwise: whether a higher number stands on an earlier day, or a lower one on a later.
settled AS (
    SELECT numbered.*, CASE
        WHEN reason <> '' THEN reason
        WHEN number < max(number) FILTER (WHERE reason = '') OVER earlier THEN 'file-order'
        WHEN number > min(number) FILTER (WHERE reason = '') OVER later THEN 'file-order'
        ELSE '' END AS told
    FROM numbered
    WINDOW earlier AS (PARTITION BY person ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND interval '1 day' PRECEDING),
        later AS (PARTITION BY person ORDER BY day RANGE BETWEEN interval '1 day' FOLLOWING AND UNBOUNDED FOLLOWING)
)
SELECT id, candidate.person, same_dose, coalesce(same_dose, dose) AS dose,
    CASE
        WHEN candidate.is_before_birth THEN 'unreadable'
        WHEN same_dose IS NOT NULL THEN 'already-recorded'
        WHEN compared.dose IS NOT NULL OR settled.told <> '' THEN 'conflict'
        WHEN free.copy > 1 THEN 'duplicate' ELSE 'new' END AS outcome,
    CASE
        WHEN candidate.is_before_birth THEN 'before-birth'
        WHEN same_dose IS NOT NULL THEN ''
        WHEN compared.day IS NOT NULL THEN 'recorded-differs'
        WHEN compared.is_on_day THEN 'recorded-same-day'
        WHEN compared.dose IS NOT NULL THEN 'recorded-order'
        ELSE settled.told END AS reason,
    CASE
        WHEN same_dose IS NOT NULL OR candidate.is_before_birth THEN NULL
        WHEN candidate.day - coalesce(compared.day, CASE WHEN settled.reason = 'file-differs' AND variants = 2 AND place > 1
            THEN earliest END) >= %(interval)s THEN candidate.number + 1
        WHEN settled.reason = 'file-differs' AND variants = 2 AND place = 1 AND candidate.number > 1 AND NOT has_before
            AND days_to_next >= %(interval)s THEN candidate.number - 1 END AS suggestion
FROM candidate
LEFT JOIN compared USING (id)
LEFT JOIN free USING (id)
LEFT JOIN settled ON (settled.person, settled.number, settled.day, settled.vaccine)
    = (free.person, free.number, free.day, free.vaccine)
"""
# A suggestion must not lead from one conflict into the next.
SUGGESTIONS = """
UPDATE verdict SET suggestion = NULL WHERE suggestion IS NOT NULL AND (
    EXISTS (SELECT FROM candidate WHERE candidate.person = verdict.person AND candidate.number = verdict.suggestion)
    OR EXISTS (SELECT FROM recorded WHERE recorded.person = verdict.person AND recorded.number = verdict.suggestion))
"""
# Lots known of another vaccine only; for a lot nobody knew, the sheet's own great majority says which vaccine it is of.
OTHER_LOTS = f"""
CREATE TEMP TABLE other_lot ON COMMIT DROP AS
WITH used AS (
    SELECT replace(lot_number, ' ', '') AS lot, vaccine_id AS vaccine, count(*) AS doses,
        sum(count(*)) OVER (PARTITION BY replace(lot_number, ' ', '')) AS all_doses
    FROM {SheetDose._meta.db_table}
    WHERE dose_import_id = %(dose_import)s AND lot_number <> '' AND vaccine_id IS NOT NULL GROUP BY 1, 2
),
known AS (SELECT DISTINCT replace(upper(lot_number), ' ', '') AS lot, vaccine_id AS vaccine FROM {Lot._meta.db_table})
SELECT lot, vaccine FROM used
WHERE (lot, vaccine) NOT IN (SELECT lot, vaccine FROM known)
    AND (lot IN (SELECT lot FROM known) OR doses < %(majority)s * all_doses)
"""
JUDGED = f"""
SELECT given.sheet_row_id AS id,
    CASE
        WHEN given.problems && ARRAY['ragged', 'no-dose']::varchar[] THEN 'unreadable'
        WHEN verdict.id IS NOT NULL THEN verdict.outcome
        WHEN given.band IN ('same', 'link') THEN 'unreadable'
        WHEN given.band = 'doubtful' THEN 'doubtful'
        WHEN given.band = 'none' AND given.number <> '' THEN 'doubtful'
        WHEN 'number-missing' = ANY (given.problems) THEN 'no-id'
        WHEN given.number = '' THEN 'malformed-id'
        ELSE 'disagrees' END AS outcome,
    CASE
        WHEN given.problems && ARRAY['ragged', 'no-dose']::varchar[] THEN ''
        WHEN verdict.id IS NOT NULL THEN coalesce(verdict.reason, '')
        WHEN given.band = 'doubtful' THEN 'candidate'
        WHEN given.band = 'none' AND given.number <> '' THEN 'number-unknown' ELSE '' END AS reason,
    coalesce(verdict.person, given.person) AS person, verdict.dose, verdict.suggestion,
    CASE WHEN verdict.outcome = 'new' AND other_lot.lot IS NOT NULL THEN ARRAY[%(other_lot)s]::varchar[]
        ELSE '{{}}' END AS warnings
FROM {SheetDose._meta.db_table} AS given
LEFT JOIN verdict ON verdict.id = given.sheet_row_id
LEFT JOIN other_lot ON other_lot.lot = replace(given.lot_number, ' ', '') AND other_lot.vaccine = given.vaccine_id
WHERE given.dose_import_id = %(dose_import)s
"""
KEEP = f"""
UPDATE {SheetDose._meta.db_table} AS given
SET outcome = judged.outcome, reason = judged.reason, person = judged.person, recorded_dose = judged.dose,
    suggested_number = judged.suggestion, warnings = judged.warnings
FROM judged WHERE given.sheet_row_id = judged.id
    AND (given.outcome, given.reason, given.person, given.recorded_dose, given.suggested_number, given.warnings)
    IS DISTINCT FROM (judged.outcome, judged.reason, judged.person, judged.dose, judged.suggestion, judged.warnings)
"""


def judge(cursor: CursorWrapper, dose_import_id: int) -> int:
    """Gives every dose of the import its outcome, and returns of how many it differs from what they had.

    Call it in a transaction. It may be repeated as often as need be: what is recorded changes, and so do decisions.
    """
    parameters = {
        "dose_import": dose_import_id,
        "interval": SHORTEST_INTERVAL,
        "majority": LOT_MAJORITY,
        "other_lot": OTHER_LOT,
    }
    for name, statement in (("candidate", CANDIDATES), ("recorded", RECORDED), ("verdict", VERDICTS)):
        cursor.execute(statement, parameters)
        cursor.execute(f"ANALYZE {name}")
    cursor.execute(SUGGESTIONS)
    cursor.execute(OTHER_LOTS, parameters)
    cursor.execute(f"CREATE TEMP TABLE judged ON COMMIT DROP AS {JUDGED}", parameters)
    cursor.execute("ANALYZE judged")
    cursor.execute(
        f"SELECT count(*) FROM judged JOIN {SheetDose._meta.db_table} AS given ON given.sheet_row_id = judged.id"
        " WHERE given.outcome <> judged.outcome"
    )
    (changed,) = cursor.fetchone()
    cursor.execute(KEEP)
    cursor.execute("DROP TABLE candidate, recorded, verdict, other_lot, judged")
    return changed


def count(cursor: CursorWrapper, dose_import_id: int) -> dict[str, int]:
    """Returns how many doses of the import have each outcome, and under "held" how many new ones are held back."""
    cursor.execute(
        f"SELECT outcome, count(*), count(*) FILTER (WHERE is_held) FROM {SheetDose._meta.db_table}"
        " WHERE dose_import_id = %s GROUP BY outcome",
        [dose_import_id],
    )
    rows = cursor.fetchall()
    held = sum(held for outcome, _doses, held in rows if outcome == "new")
    return {outcome: doses for outcome, doses, _held in rows} | {"held": held}
