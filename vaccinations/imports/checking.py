"""Makes of a slice of staged rows what the register keeps: one statement, with the meanings of the different texts as tables.

A value that cannot be read stays empty and has its problem named; nothing is put in its place.
"""

from typing import Any

from django.db.backends.utils import CursorWrapper

from residents.cleaning import PARAMETERS, clean_name
from vaccinations.imports.dictionaries import Dictionaries
from vaccinations.imports.phones import read_phone_text
from vaccinations.models import SheetDose, SheetRow

SLICE = f"FROM {SheetRow._meta.db_table} WHERE dose_import_id = %(dose_import)s AND row BETWEEN %(first)s AND %(last)s"
DISTINCT = f"""
SELECT array_agg(DISTINCT born), array_agg(DISTINCT administered_on), array_agg(DISTINCT dose_number),
    array_agg(DISTINCT vaccine), array_agg(DISTINCT sex), array_agg(DISTINCT facility),
    array_agg(DISTINCT number) FILTER (WHERE number !~ '^(?!0+$)[0-9]{{12}}$'),
    array_agg(DISTINCT phone) FILTER (WHERE phone !~ '^(0[35789][0-9]{{8}})?$')
{SLICE}
"""
PLACES = f"SELECT DISTINCT province, ward {SLICE}"
# Zeros put back in front of a number that was cut short, too, make somebody else's: the year of birth in it tells.
# A heading that comes again on each page, a total, a signature: of them nothing can be read of a person or of a dose.
# OFFSET 0 keeps the planner from working each expression out again wherever it is named.
CHECK = rf"""
INSERT INTO {SheetDose._meta.db_table} (sheet_row_id, dose_import_id, row, part, number, full_name, born, birth_precision,
    sex, phone, province_id, ward_id, vaccine_id, dose_number, administered_on, lot_number, facility_id, problems)
SELECT id, dose_import_id, row, part, CASE WHEN is_implausible THEN '' ELSE number_read END,
    CASE WHEN length(full_name_read) > 150 THEN '' ELSE full_name_read END,
    earliest, coalesce(precision, 'U'), coalesce(sex_read, ''), coalesce(phone_read, ''), province_id, ward_id,
    vaccine_id, number_of_dose, day, CASE WHEN length(lot) > 30 THEN '' ELSE lot END, facility_id,
    CASE WHEN is_ragged THEN ARRAY['ragged'] WHEN is_no_dose THEN ARRAY['no-dose'] ELSE array_remove(ARRAY[
        CASE WHEN is_implausible THEN 'number-malformed' ELSE number_problem END,
        CASE WHEN full_name_read = '' THEN 'name-missing' WHEN length(full_name_read) > 150 THEN 'name-long' END,
        CASE WHEN precision IS NULL THEN 'birth-unreadable' END,
        CASE WHEN sex_read IS NULL THEN 'sex-unreadable' END,
        CASE WHEN phone_read IS NULL THEN 'phone-unreadable' END,
        CASE WHEN province_id IS NULL AND province <> '' THEN 'province-unknown' END,
        vaccine_problem, dose_problem, day_problem,
        CASE WHEN length(lot) > 30 THEN 'lot-long' END,
        facility_problem], NULL) END
FROM (SELECT *, number_read || coalesce(phone_read, '') = '' AND number !~ '[0-9]{{6}}' AND coalesce(precision, 'U') = 'U'
    AND coalesce(day::text, vaccine_id::text) IS NULL AS is_no_dose
FROM (
    SELECT given.id, given.dose_import_id, given.row, given.part, given.is_ragged, given.province, given.number,
        upper(regexp_replace(given.lot, '\s+', ' ', 'g')) AS lot,
        coalesce(numbers.meaning, CASE WHEN given.number ~ '^[0-9]{{12}}$' THEN given.number ELSE '' END) AS number_read,
        nullif(numbers.problem, '') AS number_problem,
        coalesce(numbers.problem = 'number-restored'
            AND residents_contradictions(numbers.meaning, '', births.earliest) <> '', false) AS is_implausible,
        {clean_name("given.full_name")} AS full_name_read,
        births.earliest, births.precision, sexes.meaning AS sex_read,
        CASE WHEN phones.written IS NULL THEN given.phone ELSE phones.meaning END AS phone_read,
        places.province_id, places.ward_id, vaccines.meaning AS vaccine_id, nullif(vaccines.problem, '') AS vaccine_problem,
        doses.meaning AS number_of_dose, nullif(doses.problem, '') AS dose_problem,
        days.meaning AS day, nullif(days.problem, '') AS day_problem,
        facilities.meaning AS facility_id, nullif(facilities.problem, '') AS facility_problem
    FROM {SheetRow._meta.db_table} AS given
    LEFT JOIN unnest(%(numbers)s::text[], %(numbers_read)s::text[], %(numbers_problem)s::text[])
        AS numbers (written, meaning, problem) ON numbers.written = given.number
    LEFT JOIN unnest(%(phones)s::text[], %(phones_read)s::text[]) AS phones (written, meaning)
        ON phones.written = given.phone
    LEFT JOIN unnest(%(births)s::text[], %(births_read)s::date[], %(births_precision)s::text[])
        AS births (written, earliest, precision) ON births.written = given.born
    LEFT JOIN unnest(%(sexes)s::text[], %(sexes_read)s::text[]) AS sexes (written, meaning) ON sexes.written = given.sex
    LEFT JOIN unnest(%(provinces)s::text[], %(wards)s::text[], %(provinces_read)s::bigint[], %(wards_read)s::bigint[])
        AS places (province, ward, province_id, ward_id) ON places.province = given.province AND places.ward = given.ward
    LEFT JOIN unnest(%(vaccines)s::text[], %(vaccines_read)s::bigint[], %(vaccines_problem)s::text[])
        AS vaccines (written, meaning, problem) ON vaccines.written = given.vaccine
    LEFT JOIN unnest(%(doses)s::text[], %(doses_read)s::int[], %(doses_problem)s::text[])
        AS doses (written, meaning, problem) ON doses.written = given.dose_number
    LEFT JOIN unnest(%(days)s::text[], %(days_read)s::date[], %(days_problem)s::text[])
        AS days (written, meaning, problem) ON days.written = given.administered_on
    LEFT JOIN unnest(%(facilities)s::text[], %(facilities_read)s::bigint[], %(facilities_problem)s::text[])
        AS facilities (written, meaning, problem) ON facilities.written = given.facility
    WHERE given.dose_import_id = %(dose_import)s AND given.row BETWEEN %(first)s AND %(last)s
    OFFSET 0
) AS read) AS sorted
ORDER BY row, part
"""
# What the reviewer has decided outlives a second check.
DECISIONS = f"""
CREATE TEMP TABLE decision ON COMMIT DROP AS
SELECT sheet_row_id, is_held, decided_number FROM {SheetDose._meta.db_table}
WHERE dose_import_id = %(dose_import)s AND row BETWEEN %(first)s AND %(last)s AND (is_held OR decided_number IS NOT NULL)
"""
DECIDED = f"""
UPDATE {SheetDose._meta.db_table} AS given SET is_held = decision.is_held, decided_number = decision.decided_number
FROM decision WHERE decision.sheet_row_id = given.sheet_row_id
"""
CLEAR = f"DELETE FROM {SheetDose._meta.db_table} WHERE dose_import_id = %(dose_import)s AND row BETWEEN %(first)s AND %(last)s"


def check(cursor: CursorWrapper, dictionaries: Dictionaries, *, first: int, last: int) -> None:
    """Makes the doses of the rows `first` to `last` anew. Call it in a transaction."""
    bounds = {"dose_import": dictionaries.dose_import.pk, "first": first, "last": last}
    cursor.execute(DISTINCT, bounds)
    births, days, doses, vaccines, sexes, facilities, numbers, phones = (texts or [] for texts in cursor.fetchone())
    cursor.execute(PLACES, bounds)
    places = dictionaries.places(cursor.fetchall())
    births, numbers = dictionaries.births(births), dictionaries.numbers(numbers)
    sexes = dictionaries.sexes(sexes)
    parameters = PARAMETERS | bounds
    parameters |= {
        "numbers": list(numbers),
        "numbers_read": [read.number for read in numbers.values()],
        "numbers_problem": [read.problem for read in numbers.values()],
        "phones": phones,
        "phones_read": [read_phone_text(text) for text in phones],
        "births": list(births),
        "births_read": [birth.earliest for birth in births.values()],
        "births_precision": [str(birth.precision) for birth in births.values()],
        "sexes": list(sexes),
        "sexes_read": list(sexes.values()),
        "provinces": [province for province, _ward in places],
        "wards": [ward for _province, ward in places],
        "provinces_read": [province for province, _ward in places.values()],
        "wards_read": [ward for _province, ward in places.values()],
        **_with_problems("vaccines", dictionaries.vaccines(vaccines)),
        **_with_problems("doses", dictionaries.dose_numbers(doses)),
        **_with_problems("days", dictionaries.days(days)),
        **_with_problems("facilities", dictionaries.facilities(facilities)),
    }
    cursor.execute(DECISIONS, bounds)
    cursor.execute(CLEAR, bounds)
    cursor.execute(CHECK, parameters)
    cursor.execute(DECIDED)
    cursor.execute("DROP TABLE decision")


def _with_problems(name: str, meanings: dict[str, tuple[Any, str]]) -> dict[str, list[Any]]:
    return {
        name: list(meanings),
        f"{name}_read": [meaning for meaning, _problem in meanings.values()],
        f"{name}_problem": [problem for _meaning, problem in meanings.values()],
    }
