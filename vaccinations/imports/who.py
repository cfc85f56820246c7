"""Asks residents.matching who the rows of a slice are."""

from django.db.backends.utils import CursorWrapper

from residents.matching import ROWS, match
from vaccinations.models import SheetDose, SheetRow

FILL = f"""
INSERT INTO who (row_id, number, number_written, full_name, folded_name, name_key, born, birth_precision, sex, phone,
    province_id, ward_id)
SELECT given.sheet_row_id, given.number, written.number, given.full_name, residents_fold(given.full_name),
    residents_name_key(given.full_name), given.born, given.birth_precision, given.sex, given.phone, given.province_id,
    given.ward_id
FROM {SheetDose._meta.db_table} AS given
JOIN {SheetRow._meta.db_table} AS written ON written.id = given.sheet_row_id
WHERE given.dose_import_id = %(dose_import)s AND given.row BETWEEN %(first)s AND %(last)s
    AND NOT written.is_ragged AND NOT 'no-dose' = ANY (given.problems)
"""
KEEP = f"""
UPDATE {SheetDose._meta.db_table} AS given
SET person = who.person, band = who.band, score = who.score, evidence = who.evidence, rival = who.rival
FROM who WHERE who.row_id = given.sheet_row_id
"""


def find_people(cursor: CursorWrapper, dose_import_id: int, *, first: int, last: int) -> dict[str, int]:
    """Fills in the people of the rows `first` to `last`, and returns how many are in each band. Call it in a transaction."""
    # A copy in memory: judging writes each row anew, which the table of all imports should see once.
    cursor.execute(f"CREATE TEMP TABLE who ({ROWS}) ON COMMIT DROP")
    cursor.execute(FILL, {"dose_import": dose_import_id, "first": first, "last": last})
    cursor.execute("ANALYZE who")
    bands = match(cursor, "who")
    cursor.execute(KEEP)
    cursor.execute("DROP TABLE who")
    return bands
