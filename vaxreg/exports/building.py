"""Makes the files of exports, a thousand rows at a time: memory does not grow with the list.

A file is made in one transaction together with the log of whom it holds: killed halfway, nothing of it is left and
the next builder begins again. It is kept in the database, encrypted, so that every machine can serve it and a backup
of the database alone opens nothing; `vaxreg.exports.files` makes of it, for each download, a file of its own.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.exports.listings import Listing, may_ask, registry
from vaxreg.exports.models import Export, ExportChunk
from vaxreg.exports.services import with_growth, withdraw
from vaxreg.jobs import enqueue, job
from vaxreg.sealing import BrokenSealError, seal_part, unseal_part

CHUNK_ROWS = 1_000
TRIED_AGAIN_SECONDS = 3_600
# One statement for a thousand people; somebody who is in the list twice left once.
LOG_PEOPLE = """
INSERT INTO vaxreg_exportedperson (resident, export_id) SELECT unnest(%s::varchar[]), %s ON CONFLICT DO NOTHING
"""


class DamagedFileError(Exception):
    """A part of the file is missing, or does not open with any of our keys."""

    message = _("The file cannot be opened any more. Ask for the list again.")


class OutgrownError(Exception):
    """The list has more people by now than may leave."""


def batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The rows in lists of `size`; no more than one list is taken from them before it is asked for."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch


def build(*, by: Actor, export: Export, now: datetime, waits: bool = True) -> Export:
    """Returns the export with its file made; as it is where it has one, waits or is over.

    A list that has outgrown what may leave goes back to be approved; that of somebody who may no longer ask is withdrawn.
    Of two builders the second waits for the first, or leaves the export to it (`waits`).
    """
    try:
        with transaction.atomic():
            rows = Export.objects.select_for_update(skip_locked=not waits).filter(pk=export.pk)
            locked = rows.first()
            return _built(by, locked, now) if locked else export
    except OutgrownError:
        return _sent_back(by, export, now)


def begin(*, by: Actor, export: Export, now: datetime) -> Export:
    """Returns the export with its file where that takes a moment; for a longer list it is a worker's job.

    One that waits for approval stays as it is.
    """
    if export.state_at(now) != Export.State.QUEUED:
        return export
    if export.people <= settings.EXPORT_AT_ONCE_PEOPLE:
        return build(by=by, export=export, now=now)
    enqueue(build_queued, pk=export.pk)
    return export


@job(given_up=lambda pk: enqueue(build_queued, pk=pk, in_seconds=TRIED_AGAIN_SECONDS))
def build_queued(pk: int) -> None:
    """Makes the file of an export. Where that fails it is tried again later, until the time of the request is over."""
    build(by=Actor.command("run_worker"), export=Export.objects.get(pk=pk), now=timezone.now(), waits=False)


def _built(by: Actor, export: Export, now: datetime) -> Export:
    """The export, locked by the caller, with its file."""
    if export.state_at(now) != Export.State.QUEUED:
        return export
    listing = registry.listings.get(export.listing)
    if listing is None or not may_ask(export.requested_by, listing):
        return withdraw(by=by, export=export, now=now)
    with translation.override(export.language):
        export.built_rows, export.built_people = _write(export, listing)
    export.built_at, export.expires_at = now, now + timedelta(hours=settings.EXPORT_HOURS)
    export.save()
    audit.record(by=by, action="export.built", subject=export, changes={"people": export.built_people})
    return export


def _write(export: Export, listing: Listing) -> tuple[int, int]:
    """Writes the parts and the log of people, and returns how many rows and people. Raises OutgrownError."""
    fields = listing.named(export.fields)
    read = listing.read(export.requested_by, export.parameters, fields).iterator(chunk_size=CHUNK_ROWS)
    rows = people = 0
    for position, batch in enumerate(batches(read, CHUNK_ROWS)):
        numbers = [row["person"] for row in batch]
        rows, people = rows + len(batch), people + numbers.count(None) + _log_people(export, set(numbers) - {None})
        if people > export.most_people:
            raise OutgrownError
        part = _packed([[field.shown(row) for field in fields] for row in batch])
        sealed = seal_part(part, purpose=_purpose(export), place=position)
        ExportChunk.objects.create(export=export, position=position, sealed=sealed)
    return rows, people


def _log_people(export: Export, numbers: set[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(LOG_PEOPLE, [sorted(numbers), export.pk])
        return cursor.rowcount


@transaction.atomic
def _sent_back(by: Actor, export: Export, now: datetime) -> Export:
    """The export, waiting for approval of as many people as there are by now."""
    export = Export.objects.select_for_update().get(pk=export.pk)
    if export.state_at(now) != Export.State.QUEUED:
        return export
    listing = registry.listings[export.listing]
    export.people = listing.count_people(export.requested_by, export.parameters)
    export.most_people, export.needs_approval = with_growth(export.people), True
    export.is_approved = export.decided_by = export.decided_at = None
    export.expires_at = now + timedelta(hours=settings.EXPORT_DECISION_HOURS)
    export.save()
    audit.record(by=by, action="export.outgrown", subject=export, changes={"people": export.people})
    return export


def refuse_damaged(export: Export) -> None:
    """Raises DamagedFileError for a file with a part missing, or sealed with a key that we have no more."""
    if not export.built_rows:
        return
    if export.chunks.count() != _parts(export):
        raise DamagedFileError
    _opened(export, 0)


def _parts(export: Export) -> int:
    return -(-export.built_rows // CHUNK_ROWS)


def stored_rows(export: Export) -> Iterator[list[Any]]:
    """The rows of the file, a part at a time. Raises DamagedFileError."""
    for position in range(_parts(export)):
        yield from _opened(export, position)


def _opened(export: Export, position: int) -> list[list[Any]]:
    chunk = ExportChunk.objects.filter(export=export, position=position).first()
    if chunk is None:
        raise DamagedFileError
    try:
        return _unpacked(unseal_part(bytes(chunk.sealed), purpose=_purpose(export), place=position))
    except BrokenSealError as error:
        raise DamagedFileError from error


def _purpose(export: Export) -> str:
    return f"export-{export.pk}"


def _packed(rows: list[list[Any]]) -> bytes:
    # Days are kept as days: a workbook can sort them.
    return zlib.compress(json.dumps(rows, default=lambda day: {"day": day.isoformat()}, ensure_ascii=False).encode())


def _unpacked(part: bytes) -> list[list[Any]]:
    return json.loads(zlib.decompress(part), object_hook=lambda found: date.fromisoformat(found["day"]))
