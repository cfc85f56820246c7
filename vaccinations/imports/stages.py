"""The stages of an import, each made of steps that are transactions of their own: what is done stays done.

A stage begun again goes on after its last step; reading begins anew. Every step holds the import's row and looks whether it
is still where the stage left it, so cancelling takes effect between two steps, and two workers on one import cannot mix.
"""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import Error, InterfaceError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max
from django.utils import timezone

from vaccinations.imports import aftermath, checking, columns, committing, files, judging, reverting, staging, who
from vaccinations.imports.dictionaries import Dictionaries
from vaccinations.imports.reading import UnreadableFileError, open_sheet
from vaccinations.models import COUNTS, DoseImport, SheetDose, SheetRow
from vaccinations.quality import feeding
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.jobs import enqueue, job
from vaxreg.models import User

logger = logging.getLogger(__name__)
State = DoseImport.State
Progress = Callable[[DoseImport], None]
SLICE = 20_000
# The first half of the key of the lock that one worker has on one import.
LOCKS = 20_211_002
# PostgreSQL's class of errors for a full disk, memory or table of connections.
INSUFFICIENT_RESOURCES = "53"
BUSY_SECONDS = 5
# Of each step. To plan a few large joins ANALYZE need not look at 30,000 rows a table.
SETTINGS = {"work_mem": "128MB", "default_statistics_target": "10"}


class MovedOnError(Exception):
    """The import is not any more where the stage expects it: somebody cancelled it, or chose other columns."""


class BusyError(Exception):
    """Another connection is at this import."""


def not_shown(dose_import: DoseImport) -> None:
    """Progress that nobody watches; the page reads it from the import itself."""


@job(given_up=lambda pk: fail(DoseImport.objects.get(pk=pk), "worker-died"))
def advance(pk: int) -> None:
    """Brings the import as far as it goes without a person; later, where somebody else is at it."""
    try:
        run(DoseImport.objects.get(pk=pk))
    except BusyError:
        enqueue(advance, pk=pk, in_seconds=BUSY_SECONDS)


def run(dose_import: DoseImport, progress: Progress = not_shown) -> DoseImport:
    """Returns the import after all stages that need no person, or with `failure` set.

    Raises BusyError where another connection is at it. Errors of the connection come out: whoever called begins again.
    """
    with _alone(dose_import):
        while dose_import.has_work:
            # Where somebody moved it on meanwhile, it is gone on with from there.
            with suppress(MovedOnError):
                _stage(dose_import, progress)
            dose_import = DoseImport.objects.get(pk=dose_import.pk)
    return dose_import


def _stage(dose_import: DoseImport, progress: Progress) -> None:
    try:
        STAGES[dose_import.state](dose_import, progress)
    except MovedOnError:
        raise
    except Exception as error:
        _explain(dose_import, error)


def _explain(dose_import: DoseImport, error: Exception) -> None:
    """Keeps with the import why a stage ended early; raises the error again where a new attempt may well succeed."""
    if isinstance(error, UnreadableFileError):
        fail(dose_import, error.code, row=error.row)
    elif _is_full(error):
        fail(dose_import, "disk-full")
    elif isinstance(error, committing.UnknownFacilitiesError):
        fail(dose_import, "facilities")
    elif isinstance(error, OperationalError | InterfaceError):
        raise error
    else:
        logger.exception("import %s failed in state %s", dose_import.pk, dose_import.state)
        fail(dose_import, "unexpected")


def _is_full(error: Exception) -> bool:
    if isinstance(error, Error):
        return (getattr(error.__cause__, "pgcode", None) or "").startswith(INSUFFICIENT_RESOURCES)
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def fail(dose_import: DoseImport, failure: str, *, row: int = 0) -> None:
    """Stops the work on the import where it is, until somebody resumes or cancels it."""
    rows = DoseImport.objects.filter(pk=dose_import.pk, state=dose_import.state, failure="")
    rows.update(failure=failure, failure_row=row)


@contextmanager
def _alone(dose_import: DoseImport) -> Iterator[None]:
    """Holds a lock that lives as long as this connection. Raises BusyError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, dose_import.pk])
        if not cursor.fetchone()[0]:
            raise BusyError
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, dose_import.pk])


@contextmanager
def step(dose_import: DoseImport) -> Iterator[CursorWrapper]:
    """One step of a stage in a transaction; what it changes of the import is to be saved by it. Raises MovedOnError."""
    with transaction.atomic():
        where = {name: getattr(dose_import, name) for name in ("pk", "state", "revision")}
        if not DoseImport.objects.select_for_update().filter(**where, failure="").exists():
            raise MovedOnError
        with connection.cursor() as cursor:
            for name, value in SETTINGS.items():
                cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
            yield cursor


def _save(dose_import: DoseImport, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(dose_import, name, value)
    dose_import.save(update_fields=list(changes))


def read(dose_import: DoseImport, progress: Progress) -> None:
    """received → read: the rows of the file into the staging table, as they are written."""
    with files.opened(dose_import) as file:
        layout = dose_import.layout
        sheet = open_sheet(file, name=layout.get("sheet", ""), heading_row=layout.get("heading_row", 0))
        if not layout.get("columns"):
            layout = columns.propose(sheet, dose_import.province)
            awaits = bool(columns.doubts_of(layout))
            with step(dose_import):
                _save(dose_import, layout=layout, awaits_columns=awaits)
            if awaits:
                return
        rows = doses = 0
        with step(dose_import):
            clear(dose_import)
        for lines in staging.chunks(sheet.rows(), layout):
            with step(dose_import) as cursor:
                staging.stage(cursor, dose_import.pk, lines)
                done, total = sheet.progress()
                _save(dose_import, done=done, total=total)
            rows, doses = rows + len({line[0] for line in lines}), doses + len(lines)
            progress(dose_import)
    if not rows:
        raise UnreadableFileError("no-rows")
    with step(dose_import):
        _save(dose_import, state=State.READ, rows=rows, doses=doses, done=0, total=rows)


def clear(dose_import: DoseImport) -> None:
    """Removes what was staged of the import."""
    SheetDose.objects.filter(dose_import=dose_import)._raw_delete(SheetDose.objects.db)
    SheetRow.objects.filter(dose_import=dose_import)._raw_delete(SheetRow.objects.db)


def check(dose_import: DoseImport, progress: Progress) -> None:
    """read → checked: the values as the register keeps them."""
    dictionaries = Dictionaries(dose_import, timezone.localdate())
    _by_slices(
        dose_import,
        progress,
        State.CHECKED,
        lambda cursor, first, last: checking.check(cursor, dictionaries, first=first, last=last),
    )


def find_people(dose_import: DoseImport, progress: Progress) -> None:
    """checked → matched: who the rows are."""
    _by_slices(
        dose_import,
        progress,
        State.MATCHED,
        lambda cursor, first, last: who.find_people(cursor, dose_import.pk, first=first, last=last),
    )


def _by_slices(
    dose_import: DoseImport, progress: Progress, then: str, work: Callable[[CursorWrapper, int, int], Any]
) -> None:
    """Does the work on one slice of rows after the other, from where it was left; `done` is the last row done."""
    last_row = SheetRow.objects.filter(dose_import=dose_import).aggregate(last=Max("row"))["last"] or 0
    while dose_import.done < last_row:
        with step(dose_import) as cursor:
            last = min(dose_import.done + SLICE, last_row)
            work(cursor, dose_import.done + 1, last)
            _save(dose_import, done=last, total=last_row)
        progress(dose_import)
    with step(dose_import) as cursor:
        cursor.execute(f"ANALYZE {SheetDose._meta.db_table}")
        _save(dose_import, state=then, done=0, total=last_row)


def judge(dose_import: DoseImport, progress: Progress) -> None:
    """matched → review: what becomes of each dose."""
    with step(dose_import) as cursor:
        judging.judge(cursor, dose_import.pk)
        _save(dose_import, state=State.REVIEW, done=0, total=0, **counted(judging.count(cursor, dose_import.pk)))
    progress(dose_import)


def counted(counts: dict[str, int]) -> dict[str, int]:
    """Returns the columns of DoseImport that say how many doses have each outcome."""
    return {column: counts.get(outcome, 0) for outcome, column in COUNTS.items()} | {"count_held": counts["held"]}


def _asker(user: User | None) -> Actor:
    """Who asked a worker to act; nobody signed in where a command did."""
    return Actor(user=user, address=None, channel="worker") if user else Actor.command("import_doses")


def commit(dose_import: DoseImport, progress: Progress) -> None:
    """committing → committed, in one transaction; back to review where the register has changed since."""
    by = _asker(dose_import.committed_by)
    with step(dose_import):
        committed = committing.commit(by=by, dose_import=dose_import)
        changes = counted(committed.counts) | {"changed_meanwhile": committed.changed}
        if committed.added is None:
            _save(dose_import, state=State.REVIEW, committed_by=None, **changes)
        else:
            changes |= {"added": committed.added, "committed_at": timezone.now(), "state": State.COMMITTED}
            _save(dose_import, **changes)
            audit.record(by=by, action="import.committed", subject=dose_import, changes=shown_counts(dose_import))
            feeding.feed_from_import(dose_import)
            aftermath.begin(dose_import)
    progress(dose_import)


def shown_counts(dose_import: DoseImport) -> dict[str, Any]:
    """Returns what the audit trail keeps of an import: its counts."""
    return {
        "rows": dose_import.rows,
        "doses": dose_import.doses,
        "added": dose_import.added,
        **{outcome.value: number for outcome, number in dose_import.counts.items()},
    }


def revert(dose_import: DoseImport, progress: Progress) -> None:
    """reverting → reverted, in one transaction."""
    by = _asker(dose_import.ended_by)
    with step(dose_import):
        # Cases before people, as whoever decides takes them.
        feeding.withdraw_import(dose_import)
        taken_back = reverting.revert(by=by, dose_import=dose_import)
        _save(dose_import, state=State.REVERTED, taken_back=taken_back, ended_at=timezone.now())
        audit.record(
            by=by,
            action="import.reverted",
            subject=dose_import,
            changes={
                "reason": dose_import.end_reason,
                "taken_back": taken_back,
                "left": dose_import.added - taken_back,
            },
        )
        aftermath.begin(dose_import)
    progress(dose_import)


STAGES: dict[str, Callable[[DoseImport, Progress], None]] = {
    State.RECEIVED: read,
    State.READ: check,
    State.CHECKED: find_people,
    State.MATCHED: judge,
    State.COMMITTING: commit,
    State.REVERTING: revert,
}
