"""Writes the accepted doses of an import into the register: all of them in one transaction, or none."""

from dataclasses import dataclass

from django.db import connection

from residents.models import Resident
from vaccinations.imports.judging import count, judge
from vaccinations.imports.places import FILED_UNDER, placeholders
from vaccinations.imports.problems import OTHER_LOT
from vaccinations.models import Dose, DoseImport, Lot, SheetDose, SheetRow, Vaccine
from vaxreg import audit
from vaxreg.actors import Actor

ACCEPTED = f"""
FROM {SheetDose._meta.db_table} AS given
WHERE given.dose_import_id = %(dose_import)s AND given.outcome = 'new' AND NOT given.is_held"""
# Whoever writes a person's doses holds the row of the person (vaccinations.doses.services), here in the order in which
# residents.services locks two people. Desks wait for this for as long as the commit takes.
HOLD_PEOPLE = f"""
SELECT count(*) FROM (
    SELECT FROM {Resident._meta.db_table} WHERE citizen_id IN (
        SELECT coalesce(found.superseded_by_id, found.citizen_id) FROM {Resident._meta.db_table} AS found
        WHERE found.citizen_id IN (SELECT given.person {ACCEPTED}))
    ORDER BY citizen_id FOR NO KEY UPDATE) AS held
"""
# Lots that only sheets know are no choice at a desk.
ADD_LOTS = f"""
INSERT INTO {Lot._meta.db_table} (vaccine_id, lot_number, is_active)
SELECT DISTINCT ON (vaccine_id, replace(lot_number, ' ', '')) vaccine_id, lot_number, false
{ACCEPTED} AND lot_number <> '' AND NOT %(other_lot)s = ANY (given.warnings)
    AND NOT EXISTS (SELECT FROM {Lot._meta.db_table} AS lot WHERE lot.vaccine_id = given.vaccine_id
        AND replace(upper(lot.lot_number), ' ', '') = replace(given.lot_number, ' ', ''))
ORDER BY vaccine_id, replace(lot_number, ' ', ''), row
ON CONFLICT (vaccine_id, lot_number) DO NOTHING
"""
ADD_DOSES = f"""
INSERT INTO {Dose._meta.db_table} (resident_id, dose_number, vaccine_id, lot_id, facility_id, vaccinator, administered_on,
    born_on, warnings, warning_reason, source, idempotency_key, recorded_by_id, void_reason, dose_import_id, import_row)
SELECT given.person, coalesce(given.decided_number, given.dose_number), given.vaccine_id, lots.id,
    coalesce(given.facility_id, placeholders.facility), left(written.vaccinator, 150), given.administered_on,
    person.date_of_birth, given.warnings, '', '{Dose.Source.IMPORT.value}',
    md5('import ' || given.sheet_row_id)::uuid, %(user)s, '', given.dose_import_id, given.row
FROM {SheetDose._meta.db_table} AS given
JOIN {SheetRow._meta.db_table} AS written ON written.id = given.sheet_row_id
JOIN {Resident._meta.db_table} AS person ON person.citizen_id = given.person
LEFT JOIN (
    SELECT vaccine_id, replace(upper(lot_number), ' ', '') AS key, min(id) AS id FROM {Lot._meta.db_table} GROUP BY 1, 2) AS lots
    ON lots.vaccine_id = given.vaccine_id AND lots.key = replace(given.lot_number, ' ', '')
    AND NOT %(other_lot)s = ANY (given.warnings)
LEFT JOIN unnest(%(provinces)s::bigint[], %(facilities)s::bigint[]) AS placeholders (province, facility)
    ON given.facility_id IS NULL AND placeholders.province = {FILED_UNDER}
WHERE given.dose_import_id = %(dose_import)s AND given.outcome = 'new' AND NOT given.is_held
ORDER BY given.person, 2
"""
ADDED = f"""
SELECT dose.resident_id, dose.id, jsonb_build_object('dose_number', dose.dose_number, 'vaccine', vaccine.code,
    'lot', lot.lot_number, 'administered_on', dose.administered_on, 'warnings', dose.warnings,
    'import', dose.dose_import_id, 'row', dose.import_row)
FROM {Dose._meta.db_table} AS dose JOIN {Vaccine._meta.db_table} AS vaccine ON vaccine.id = dose.vaccine_id
LEFT JOIN {Lot._meta.db_table} AS lot ON lot.id = dose.lot_id
WHERE dose.dose_import_id = %(dose_import)s
"""


class UnknownFacilitiesError(Exception):
    """Accepted doses have no known facility, and nobody said that they may go without."""


class NotExactlyAcceptedError(Exception):
    """The database took another number of doses than were accepted: nothing is committed."""


@dataclass(frozen=True)
class Committed:
    """`added` doses; or None where `changed` rows are not any more what the reviewer saw, and nothing was added."""

    added: int | None
    changed: int
    counts: dict[str, int]


def commit(*, by: Actor, dose_import: DoseImport) -> Committed:
    """Writes the accepted doses, with an audit entry each. Call it in the transaction that also writes the import's state.

    What is recorded is compared once more while the people are held. Raises UnknownFacilitiesError.
    """
    parameters = {"dose_import": dose_import.pk, "other_lot": OTHER_LOT}
    with connection.cursor() as cursor:
        cursor.execute(HOLD_PEOPLE, parameters)
        changed = judge(cursor, dose_import.pk)
        counts = count(cursor, dose_import.pk)
        if changed:
            return Committed(None, changed, counts)
        cursor.execute(ADD_LOTS, parameters)
        cursor.execute(ADD_DOSES, parameters | _writing(by, dose_import))
        added = cursor.rowcount
    if added != counts.get("new", 0) - counts["held"]:
        raise NotExactlyAcceptedError
    audit.record_rows(by=by, action="dose.recorded", subject=Dose, rows=ADDED, parameters=parameters)
    return Committed(added, 0, counts)


def _writing(by: Actor, dose_import: DoseImport) -> dict[str, object]:
    places = placeholders(dose_import)
    if places and (not dose_import.takes_unknown_facilities or None in places):
        raise UnknownFacilitiesError
    return {
        "user": by.user.pk if by.user else None,
        "province": dose_import.province_id,
        "provinces": list(places),
        "facilities": list(places.values()),
    }
