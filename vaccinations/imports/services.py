"""What people do with an import: send a sheet, say what its columns are, decide, commit, take back, cancel, resume."""

from collections.abc import Collection
from typing import Any, BinaryIO

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Unit
from vaccinations.imports import columns, files, stages
from vaccinations.imports.places import give, unknown_names
from vaccinations.imports.sheet_names import key
from vaccinations.models import DoseImport, Facility, FacilityAlias, FilePart, SheetDose
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.jobs import enqueue

State = DoseImport.State
# How long a page waits for a worker that holds the import.
WAIT = "3s"


class ImportRefusedError(Exception):
    """The import does not allow it; `message` says why."""

    message = _("The import has moved on in the meantime. Look at it again.")


class BusyError(ImportRefusedError):
    message = _("The import is being written at this moment. Wait until it is done.")


class FacilitiesUnknownError(ImportRefusedError):
    message = _("Some facilities are not known yet. Say which they are, or that their doses go without.")


class NothingAcceptedError(ImportRefusedError):
    message = _("There is no new dose to commit.")


class SeenOtherwiseError(ImportRefusedError):
    message = _("The number of doses has changed since you looked. Check the counts, then commit again.")


@transaction.atomic
def receive(
    *,
    by: Actor,
    file: BinaryIO,
    name: str,
    province: Unit | None = None,
    facility: Facility | None = None,
    layout: columns.Layout | None = None,
) -> DoseImport:
    """Returns the import of a new file, which is kept with it. Nothing is read yet: a worker does, or stages.run.

    `layout` says what is known of it beforehand, like the sheet.
    """
    file_hash, size = files.hash_of(file)
    dose_import = DoseImport.objects.create(
        province=province or (facility and (facility.unit.parent or facility.unit)),
        facility=facility,
        created_by=by.user,
        file_name=name[-200:],
        file_size=size,
        file_hash=file_hash,
        layout=layout or {},
    )
    files.keep(dose_import, file)
    audit.record(by=by, action="import.received", subject=dose_import, changes={"sha256": file_hash, "size": size})
    return dose_import


def same_file(dose_import: DoseImport, among: Any) -> list[DoseImport]:
    """Returns the other imports of the same file that were not cancelled, the newest first."""
    twins = among.filter(file_hash=dose_import.file_hash).exclude(pk=dose_import.pk)
    return list(twins.exclude(state=State.CANCELLED).order_by("-pk")[:5])


def start(dose_import: DoseImport) -> None:
    """Lets a worker go on with the import."""
    enqueue(stages.advance, pk=dose_import.pk)


@transaction.atomic
def choose_columns(*, by: Actor, dose_import: DoseImport, layout: dict[str, Any]) -> DoseImport:
    """Returns the import, to be read by this layout; what was read before goes, and the province's next sheet knows it."""
    held = held_import(dose_import, State.RECEIVED, State.READ, State.CHECKED, State.MATCHED, State.REVIEW)
    for column in layout["columns"]:
        column["guessed"] = False
    columns.remember(held.province, layout["columns"])
    _change(held, layout=layout, awaits_columns=False)
    again_from(held, State.RECEIVED)
    chosen = {column["heading"]: f"{column['field']} {column['dose'] or ''}".strip() for column in layout["columns"]}
    audit.record(by=by, action="import.columns-chosen", subject=held, changes=chosen)
    return held


@transaction.atomic
def look_elsewhere(*, by: Actor, dose_import: DoseImport, sheet: str, heading_row: int) -> DoseImport:
    """Returns the import, to be opened at another sheet or row of headings; its columns are proposed anew."""
    held = held_import(dose_import, State.RECEIVED, State.READ, State.CHECKED, State.MATCHED, State.REVIEW)
    layout = {"sheet": sheet, "heading_row": heading_row}
    _change(held, layout=layout, awaits_columns=False)
    again_from(held, State.RECEIVED)
    audit.record(by=by, action="import.columns-chosen", subject=held, changes=layout)
    return held


@transaction.atomic
def name_facilities(
    *, by: Actor, dose_import: DoseImport, names: dict[str, Facility], takes_unknown: bool
) -> DoseImport:
    """Returns the import, whose names of facilities are known now: for this sheet and for the province's next.

    `takes_unknown`: doses whose facility stays unknown go to the province's placeholder.
    """
    held = held_import(dose_import, State.REVIEW)
    rows = [FacilityAlias(province=held.province, name=key(name), facility=place) for name, place in names.items()]
    FacilityAlias.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["province", "name"], update_fields=["facility"]
    )
    give(held, names)
    _change(held, takes_unknown_facilities=takes_unknown)
    chosen = {name: place.code for name, place in names.items()} | {"takes_unknown": takes_unknown}
    audit.record(by=by, action="import.facilities-named", subject=held, changes=chosen)
    return held


@transaction.atomic
def check_again(*, by: Actor, dose_import: DoseImport) -> DoseImport:
    """Returns the import, to be checked and matched anew: names of vaccines or people may have become known.

    What was decided of single doses stays; people who were registered from the sheet are found by matching.
    """
    held = held_import(dose_import, State.CHECKED, State.MATCHED, State.REVIEW)
    again_from(held, State.READ)
    audit.record(by=by, action="import.checked-again", subject=held)
    return held


@transaction.atomic
def hold(*, by: Actor, dose_import: DoseImport, doses: Collection[int], is_held: bool) -> DoseImport:
    """Returns the import, of which these new doses are held back from the commit, or not any more."""
    held = held_import(dose_import, State.REVIEW)
    rows = SheetDose.objects.filter(dose_import=held, pk__in=doses, outcome="new")
    rows.update(is_held=is_held)
    return _recounted(by, held, {"held" if is_held else "released": len(doses)})


@transaction.atomic
def hold_warned(*, by: Actor, dose_import: DoseImport, warning: str, is_held: bool) -> DoseImport:
    """Returns the import, of which all new doses with that warning are held back, or not any more."""
    held = held_import(dose_import, State.REVIEW)
    SheetDose.objects.filter(dose_import=held, outcome="new", warnings__contains=[warning]).update(is_held=is_held)
    return _recounted(by, held, {"held" if is_held else "released": warning})


@transaction.atomic
def take_suggestions(*, by: Actor, dose_import: DoseImport, doses: Collection[int] | None = None) -> DoseImport:
    """Returns the import, in which these conflicts (all, without a choice) have the dose number that was suggested."""
    held = held_import(dose_import, State.REVIEW)
    rows = SheetDose.objects.filter(dose_import=held, outcome="conflict", suggested_number__isnull=False)
    if doses is not None:
        rows = rows.filter(pk__in=doses)
    taken = list(rows.values_list("pk", "row", "suggested_number"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {SheetDose._meta.db_table} SET decided_number = suggested_number WHERE sheet_row_id = ANY (%s)",
            [[pk for pk, _row, _number in taken]],
        )
    again_from(held, State.MATCHED)
    changes = {"rows": {str(row): number for _pk, row, number in taken}}
    audit.record(by=by, action="import.numbers-decided", subject=held, changes=changes)
    return held


@transaction.atomic
def ask_commit(*, by: Actor, dose_import: DoseImport, seen: int) -> DoseImport:
    """Returns the import, which a worker commits now. `seen` is how many new doses the reviewer was shown.

    Raises SeenOtherwiseError, NothingAcceptedError, FacilitiesUnknownError, BusyError.
    """
    held = held_import(dose_import, State.REVIEW)
    if held.accepted != seen:
        raise SeenOtherwiseError
    if not seen:
        raise NothingAcceptedError
    if not held.takes_unknown_facilities and unknown_names(held):
        raise FacilitiesUnknownError
    _change(held, state=State.COMMITTING, committed_by=by.user, changed_meanwhile=0)
    audit.record(by=by, action="import.commit-asked", subject=held, changes={"doses": seen})
    start(held)
    return held


@transaction.atomic
def ask_revert(*, by: Actor, dose_import: DoseImport, reason: str) -> DoseImport:
    """Returns the import, which a worker takes back now."""
    held = held_import(dose_import, State.COMMITTED)
    _change(held, state=State.REVERTING, ended_by=by.user, end_reason=reason)
    audit.record(by=by, action="import.revert-asked", subject=held, changes={"reason": reason})
    start(held)
    return held


@transaction.atomic
def cancel(*, by: Actor, dose_import: DoseImport) -> DoseImport:
    """Returns the import, given up: its file and all its rows are removed at once. Raises BusyError while it is written."""
    held = held_import(dose_import, *(state for state in State if state not in FINAL))
    _change(
        held, state=State.CANCELLED, failure="", ended_by=by.user, ended_at=timezone.now(), purged_at=timezone.now()
    )
    stages.clear(held)
    FilePart.objects.filter(dose_import=held).delete()
    audit.record(by=by, action="import.cancelled", subject=held)
    return held


@transaction.atomic
def resume(*, by: Actor, dose_import: DoseImport) -> DoseImport:
    """Returns the import, to be taken up again where it failed."""
    held = held_import(dose_import, *(state for state in State if state not in FINAL | {State.REVIEW}), State.REVERTING)
    _change(held, failure="", failure_row=0)
    audit.record(by=by, action="import.resumed", subject=held, changes={"failure": dose_import.failure})
    start(held)
    return held


FINAL = frozenset({State.COMMITTED, State.REVERTING, State.REVERTED, State.CANCELLED})


def held_import(dose_import: DoseImport, *states: str) -> DoseImport:
    """Returns the import as it is now, held until the end of the transaction. Raises BusyError, ImportRefusedError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
    try:
        held = DoseImport.objects.select_for_update().get(pk=dose_import.pk)
    except OperationalError as error:
        raise BusyError from error
    if held.state not in states:
        raise ImportRefusedError
    return held


def again_from(held: DoseImport, state: str) -> None:
    """Lets a worker begin again after that stage."""
    fresh = {"failure": "", "failure_row": 0, "done": 0, "total": 0, "changed_meanwhile": 0}
    _change(held, state=state, revision=held.revision + 1, **fresh)
    start(held)


def _change(held: DoseImport, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(held, name, value)
    held.save(update_fields=list(changes))


def _recounted(by: Actor, held: DoseImport, changes: dict[str, Any]) -> DoseImport:
    _change(held, count_held=SheetDose.objects.filter(dose_import=held, outcome="new", is_held=True).count())
    audit.record(by=by, action="import.doses-held", subject=held, changes=changes)
    return held
