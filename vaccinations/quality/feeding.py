"""How cases come into the work lists: from the commit of a sheet, and from the search for duplicates. Each thing once, in SQL."""

from django.db import connection
from django.db.models import F

from residents.models import DuplicatePair, Resident, Unit
from vaccinations.models import Dose, DoseImport, QualityCase, SheetDose

Kind, State = QualityCase.Kind, QualityCase.State
CASES = QualityCase._meta.db_table
# Outcomes of rows that wait for a person's decision; what cannot be read is mended in the sheet and sent again.
OUTCOMES = (Kind.NO_ID, Kind.MALFORMED_ID, Kind.DISAGREES, Kind.DOUBTFUL, Kind.CONFLICT)
# A row waits where its sheet came from; without that, in the province that it names, or where its person lives.
FROM_IMPORT = f"""
INSERT INTO {CASES} (kind, sheet_dose_id, dose_import_id, province_id, ward_id)
SELECT given.outcome, given.sheet_row_id, given.dose_import_id, place.province, ward.id
FROM {SheetDose._meta.db_table} AS given
LEFT JOIN {Resident._meta.db_table} AS person ON person.citizen_id = given.person
CROSS JOIN LATERAL (SELECT coalesce(%(province)s::bigint, given.province_id, person.province_id)) AS place (province)
LEFT JOIN {Unit._meta.db_table} AS ward ON ward.id = given.ward_id AND ward.parent_id = place.province
WHERE given.dose_import_id = %(dose_import)s AND given.outcome = ANY (%(outcomes)s)
ORDER BY given.row, given.part
ON CONFLICT (sheet_dose_id) DO NOTHING
"""
# Pairs of records that nobody has decided, the likeliest first.
FROM_PAIRS = f"""
INSERT INTO {CASES} (kind, pair_id, province_id, ward_id)
SELECT '{Kind.PAIR}', pair.id, coalesce(first.province_id, second.province_id), coalesce(first.ward_id, second.ward_id)
FROM {DuplicatePair._meta.db_table} AS pair
JOIN {Resident._meta.db_table} AS first ON first.citizen_id = pair.person_a_id AND first.superseded_by_id IS NULL
JOIN {Resident._meta.db_table} AS second ON second.citizen_id = pair.person_b_id AND second.superseded_by_id IS NULL
WHERE pair.status = '{DuplicatePair.Status.OPEN}'
    AND NOT EXISTS (SELECT FROM {CASES} AS known WHERE known.pair_id = pair.id)
ORDER BY pair.score DESC, pair.id
ON CONFLICT (pair_id) DO NOTHING
"""


def feed_from_import(dose_import: DoseImport) -> int:
    """Returns how many rows of the committed sheet came into the work lists. Call it in the transaction of the commit."""
    parameters = {
        "dose_import": dose_import.pk,
        "province": dose_import.province_id,
        "outcomes": [str(outcome) for outcome in OUTCOMES],
    }
    return _fed(FROM_IMPORT, parameters)


def feed_from_pairs() -> int:
    """Returns how many pairs of records came into the work lists: those that nobody has looked at."""
    return _fed(FROM_PAIRS, {})


def feed_from_doses(person: Resident) -> int:
    """Returns how many pairs of doses of one number came into the work lists: the person has them under two numbers."""
    doses = Dose.objects.in_conflict().filter(resident__superseded_by=person.pk)
    cases = [
        QualityCase(kind=Kind.CONFLICT, dose=pk, recipient=person.pk, province=person.province, ward=person.ward)
        for pk in doses.values_list("pk", flat=True)
    ]
    return len(QualityCase.objects.bulk_create(cases, ignore_conflicts=True))


def withdraw_import(dose_import: DoseImport) -> int:
    """Returns how many cases are off the lists because their sheet was taken back. What was decided stays, and its doses."""
    cases = QualityCase.objects.to_do().filter(dose_import=dose_import)
    return cases.update(state=State.WITHDRAWN, claimed_by=None, claimed_until=None, version=F("version") + 1)


def _fed(statement: str, parameters: dict[str, object]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount
