"""Removes what imports need no longer: the file and the settled rows some time after the end, and sheets nobody reviewed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from vaccinations.imports import services
from vaccinations.models import DoseImport, FilePart, Outcome, SheetDose, SheetRow
from vaxreg.actors import Actor

State = DoseImport.State
# Rows of the other outcomes wait for somebody, however long that takes.
SETTLED = (Outcome.NEW, Outcome.ALREADY_RECORDED, Outcome.DUPLICATE)


CLEAR = f"""
WITH gone AS (
    DELETE FROM {SheetDose._meta.db_table} WHERE dose_import_id = %s AND outcome = ANY (%s) RETURNING sheet_row_id)
DELETE FROM {SheetRow._meta.db_table} WHERE id IN (SELECT sheet_row_id FROM gone)
"""


def purge(*, by: Actor, now: datetime) -> int:
    """Returns how many imports were cleared away: committed, taken back or left unreviewed IMPORT_KEPT_DAYS ago."""
    before = now - timedelta(days=settings.IMPORT_KEPT_DAYS)
    left = DoseImport.objects.exclude(state__in=services.FINAL).filter(created_at__lt=before)
    for dose_import in left:
        services.cancel(by=by, dose_import=dose_import)
    ended = Q(state=State.COMMITTED, committed_at__lt=before) | Q(state=State.REVERTED, ended_at__lt=before)
    settled = list(DoseImport.objects.filter(ended, purged_at=None))
    for dose_import in settled:
        _clear(dose_import, now)
    return len(left) + len(settled)


@transaction.atomic
def _clear(dose_import: DoseImport, now: datetime) -> None:
    """The doses recorded keep the import and the row they came from."""
    FilePart.objects.filter(dose_import=dose_import).delete()
    with connection.cursor() as cursor:
        cursor.execute(CLEAR, [dose_import.pk, list(SETTLED)])
    dose_import.purged_at = now
    dose_import.save(update_fields=["purged_at"])
