"""The facilities of a sheet: which names are not known, and the placeholder that doses of unknown facilities go to."""

from django.db import connection

from residents.models import Resident, Unit
from vaccinations.imports.sheet_names import key
from vaccinations.models import DoseImport, Facility, SheetDose, SheetRow
from vaccinations.querysets import UNKNOWN_FACILITY

UNKNOWN_NAMES = f"""
SELECT written.facility, count(*)
FROM {SheetDose._meta.db_table} AS given JOIN {SheetRow._meta.db_table} AS written ON written.id = given.sheet_row_id
WHERE given.dose_import_id = %s AND given.facility_id IS NULL AND NOT 'facility-other' = ANY (given.problems)
    AND NOT written.is_ragged AND NOT 'no-dose' = ANY (given.problems)
GROUP BY 1 ORDER BY 2 DESC, 1
"""
GIVE = f"""
UPDATE {SheetDose._meta.db_table} AS given
SET facility_id = places.facility, problems = array_remove(given.problems, 'facility-unknown')
FROM {SheetRow._meta.db_table} AS written
JOIN unnest(%s::text[], %s::bigint[]) AS places (name, facility) ON places.name = written.facility
WHERE written.id = given.sheet_row_id AND given.dose_import_id = %s AND given.facility_id IS NULL
"""
# The province under which a dose of an unknown facility is filed: the sheet's own, else the row's, else the person's.
FILED_UNDER = "coalesce(%(province)s::bigint, given.province_id, person.province_id)"
PROVINCES = f"""
SELECT DISTINCT {FILED_UNDER}
FROM {SheetDose._meta.db_table} AS given JOIN {Resident._meta.db_table} AS person ON person.citizen_id = given.person
WHERE given.dose_import_id = %(dose_import)s AND given.outcome = 'new' AND NOT given.is_held AND given.facility_id IS NULL
"""


def unknown_names(dose_import: DoseImport) -> list[tuple[str, int]]:
    """Returns the names of facilities that are not known, '' for none, with the number of their doses; the most first."""
    with connection.cursor() as cursor:
        cursor.execute(UNKNOWN_NAMES, [dose_import.pk])
        return cursor.fetchall()


def give(dose_import: DoseImport, places: dict[str, Facility]) -> None:
    """Gives the doses whose facility is written so, or with other accents and signs, their facilities."""
    by_key = {key(name): place for name, place in places.items()}
    texts = {text: by_key[key(text)].pk for text, _doses in unknown_names(dose_import) if key(text) in by_key}
    with connection.cursor() as cursor:
        cursor.execute(GIVE, [list(texts), list(texts.values()), dose_import.pk])


def placeholders(dose_import: DoseImport) -> dict[int, int]:
    """Returns for each province that accepted doses of unknown facilities are filed under its placeholder, made where missing.

    The key None stands for doses of which no province is known.
    """
    with connection.cursor() as cursor:
        cursor.execute(PROVINCES, {"province": dose_import.province_id, "dose_import": dose_import.pk})
        provinces = [province for (province,) in cursor.fetchall()]
    units = Unit.objects.in_bulk([province for province in provinces if province])
    return {province: placeholder_of(units[province]).pk if province else 0 for province in provinces}


def placeholder_of(province: Unit) -> Facility:
    """Returns the placeholder of the province; not in use, so that no desk can choose it."""
    facts = {
        "name": f"Chưa rõ cơ sở ({province.name})",
        "name_en": f"Facility not known ({province.name_en})",
        "unit": province,
        "is_active": False,
    }
    return Facility.objects.get_or_create(code=f"{UNKNOWN_FACILITY}{province.code}", defaults=facts)[0]
