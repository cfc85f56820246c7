"""Takes an import back: voids exactly the doses that it added, but for those that something has been built on since."""

from django.db import connection

from residents.models import Resident
from vaccinations.models import CaseDecision, Dose, DoseImport, Slip
from vaxreg import audit
from vaxreg.actors import Actor

# Voided since: somebody else has dealt with it, and its replacement stands. Besides, on a dose of an import can have been
# built: a slip handed to the person; a dose recorded later, which was counted and judged with this one in view. A dose that
# somebody's decision in the work lists recorded is taken back there.
OF_PERSON = f"""
SELECT coalesce(found.superseded_by_id, found.citizen_id) AS person, dose.*
FROM {Dose._meta.db_table} AS dose JOIN {Resident._meta.db_table} AS found ON found.citizen_id = dose.resident_id"""
BUILT_ON = f"""
SELECT dose.id, CASE
    WHEN EXISTS (SELECT FROM {CaseDecision._meta.db_table} AS decision WHERE decision.dose = dose.id) THEN 'decided'
    WHEN EXISTS (SELECT FROM {Slip._meta.db_table} AS slip WHERE slip.dose_id = dose.id) THEN 'slip'
    WHEN EXISTS (
        SELECT FROM {Resident._meta.db_table} AS number
        JOIN {Dose._meta.db_table} AS later ON later.resident_id = number.citizen_id
        WHERE (number.citizen_id = dose.person OR number.superseded_by_id = dose.person)
            AND later.voided_at IS NULL AND later.dose_import_id IS DISTINCT FROM dose.dose_import_id
            AND later.recorded_at > dose.recorded_at AND later.administered_on >= dose.administered_on) THEN 'later-dose'
    END AS reason
FROM ({OF_PERSON} WHERE dose.dose_import_id = %(dose_import)s AND dose.voided_at IS NULL) AS dose
"""
HOLD_PEOPLE = f"""
SELECT count(*) FROM (
    SELECT FROM {Resident._meta.db_table}
    WHERE citizen_id IN (SELECT person FROM ({OF_PERSON} WHERE dose.dose_import_id = %(dose_import)s) AS doses)
    ORDER BY citizen_id FOR NO KEY UPDATE) AS held
"""
VOID = f"""
UPDATE {Dose._meta.db_table} AS dose SET voided_at = now(), voided_by_id = %(user)s, void_reason = %(reason)s
FROM ({BUILT_ON}) AS built_on WHERE built_on.id = dose.id AND built_on.reason IS NULL
RETURNING dose.id
"""
VOIDED = f"""
SELECT resident_id, id, jsonb_build_object('reason', %(reason)s::text, 'import', dose_import_id, 'row', import_row)
FROM {Dose._meta.db_table} WHERE id = ANY (%(voided)s)
"""


def revert(*, by: Actor, dose_import: DoseImport) -> int:
    """Voids the doses of the import and returns how many. Call it in the transaction that also writes the import's state."""
    parameters = {
        "dose_import": dose_import.pk,
        "user": by.user.pk if by.user else None,
        # Not translated: it is kept with the doses, whoever looks at them.
        "reason": f"Import {dose_import.pk}: {dose_import.end_reason}"[:250],
    }
    with connection.cursor() as cursor:
        cursor.execute(HOLD_PEOPLE, parameters)
        cursor.execute(VOID, parameters)
        voided = [pk for (pk,) in cursor.fetchall()]
    audit.record_rows(
        by=by, action="dose.voided", subject=Dose, rows=VOIDED, parameters=parameters | {"voided": voided}
    )
    return len(voided)


def built_on(dose_import: DoseImport) -> dict[int, str]:
    """Returns the doses of the import that taking it back leaves: their keys, and 'decided', 'slip' or 'later-dose'."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, reason FROM ({BUILT_ON}) AS found WHERE reason IS NOT NULL ORDER BY id",
            {"dose_import": dose_import.pk},
        )
        return dict(cursor.fetchall())
