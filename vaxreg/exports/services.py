"""Asking for a list of people, deciding on it, and taking it out. Each step is in the audit trail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.codes import new_code
from vaxreg.exports.listings import Field, Listing, may_ask, registry
from vaxreg.exports.models import Export, ExportChunk, ExportDownload
from vaxreg.models import User

MOST_PREVIEWED = 5


class ExportError(Exception):
    """A rule of exports refuses; `message` tells the user what to do."""

    message = ""


class NotAllowedError(ExportError):
    """The user holds no role that may ask for this list, or holds it no longer."""

    message = _("Your role may not export this list any more. Ask your administrator if your work needs it.")


class NobodyError(ExportError):
    """The list is empty."""

    message = _("Nobody is in this list. Check what narrows it.")


class DecidedError(ExportError):
    """Somebody has decided already, or it is too late to."""

    message = _("This request is decided already, withdrawn or expired. This is what became of it.")


class OwnRequestError(ExportError):
    """Nobody approves their own export."""

    message = _("Somebody else has to approve what you asked for.")


class NotReadyError(ExportError):
    """There is no file, or none any more."""

    message = _("There is no file to download. Ask for the list again if you still need it.")


class NoDownloadsLeftError(ExportError):
    """The file was downloaded as often as it may be."""

    message = _("This file was downloaded as often as it may be. Ask for the list again if you still need it.")


class TooLongForXlsxError(ExportError):
    """More rows than we write into a workbook."""

    message = _("The list is too long for XLSX. Choose CSV.")


@dataclass(frozen=True)
class Request:
    """What somebody asks for: which list, narrowed how, which fields, and why. `words` say it in both languages."""

    listing: Listing
    parameters: dict[str, Any]
    fields: list[str]
    words: dict[str, Any]
    purpose: str
    purpose_text: str
    case_number: str


@dataclass(frozen=True)
class Preview:
    """How many people a list holds, and a few of its rows with everything sensitive masked."""

    people: int
    fields: list[Field]
    rows: list[list[str]]
    needs_approval: bool

    @property
    def is_free(self) -> bool:
        return not self.needs_approval and self.people <= settings.EXPORT_FREE_PEOPLE


@transaction.atomic
def preview(*, by: Actor, listing: Listing, parameters: dict[str, Any], codes: list[str], now: datetime) -> Preview:
    """Returns what the list would hold; looking is logged for each person shown, masked as they are."""
    _refuse_unless_asking(by.user, listing)
    fields = listing.chosen(codes)
    # Any of them, in no order: sorting would read a whole province for five rows.
    shown = list(listing.read(by.user, parameters, fields).order_by()[:MOST_PREVIEWED])
    people = listing.count_people(by.user, parameters)
    facts = {"listing": listing.code, "parameters": parameters, "fields": codes, "people": people}
    audit.record(by=by, action="export.previewed", changes=facts)
    persons = sorted({row["person"] for row in shown} - {None})
    audit.record_each(by=by, action="export.previewed", residents=persons, changes={"listing": listing.code})
    rows = [[field.masked(row) for field in fields] for row in shown]
    return Preview(people, fields, rows, _needs_approval(by.user, people, now))


def _refuse_unless_asking(user: User | None, listing: Listing) -> None:
    if user is None or not may_ask(user, listing):
        raise NotAllowedError


def _needs_approval(user: User, people: int, now: datetime) -> bool:
    """Whether these are too many for one person's word: with those taken within a day, for a list may be cut into many."""
    taken = Export.objects.people_without_approval(user, now)
    return people + taken > settings.EXPORT_APPROVAL_PEOPLE


@transaction.atomic
def ask(*, by: Actor, request: Request, key: UUID, now: datetime) -> Export:
    """Returns the export asked for, or the one that the same form has asked for already.

    Raises NotAllowedError and NobodyError.
    """
    _refuse_unless_asking(by.user, request.listing)
    # Two tabs of one user wait for each other: what they ask for within a day is added up.
    user = User.objects.select_for_update(no_key=True).get(pk=by.user.pk)
    asked = Export.objects.filter(requested_by=user, idempotency_key=key).first()
    if asked:
        return asked
    people = request.listing.count_people(by.user, request.parameters)
    if not people:
        raise NobodyError
    export = _asked(by.user, request, key, people, now)
    changes = {name: getattr(export, name) for name in ("listing", "fields", "people", "purpose", "case_number")}
    audit.record(by=by, action="export.asked", subject=export, changes=changes | {"parameters": export.parameters})
    return export


def _asked(user: User, request: Request, key: UUID, people: int, now: datetime) -> Export:
    needs_approval = _needs_approval(user, people, now)
    taken = Export.objects.people_without_approval(user, now)
    hours = settings.EXPORT_DECISION_HOURS if needs_approval else settings.EXPORT_HOURS
    return Export.objects.create(
        requested_by=user,
        requested_at=now,
        idempotency_key=key,
        language=get_language(),
        listing=request.listing.code,
        parameters=request.parameters,
        fields=request.fields,
        words=request.words,
        area=request.listing.area(user, request.parameters),
        purpose=request.purpose,
        purpose_text=request.purpose_text,
        case_number=request.case_number,
        people=people,
        most_people=with_growth(people) if needs_approval else settings.EXPORT_APPROVAL_PEOPLE - taken,
        needs_approval=needs_approval,
        expires_at=now + timedelta(hours=hours),
    )


def with_growth(people: int) -> int:
    """How many people an approval of so many covers: a tenth more, for lists grow while somebody decides."""
    return people + people // 10


@transaction.atomic
def decide(*, by: Actor, export: Export, is_approval: bool, reason: str, now: datetime) -> Export:
    """Returns the export, approved or refused. Of two who decide at once the second gets DecidedError.

    Raises OwnRequestError too. Whether the actor answers for the export is the caller's question (`decidable_by`).
    """
    export = Export.objects.select_for_update().get(pk=export.pk)
    if export.requested_by_id == by.user.pk:
        raise OwnRequestError
    if export.state_at(now) != Export.State.WAITING:
        raise DecidedError
    export.is_approved, export.decided_by, export.decided_at = is_approval, by.user, now
    export.decision_reason = reason
    if is_approval:
        export.expires_at = now + timedelta(hours=settings.EXPORT_HOURS)
    export.save()
    audit.record(
        by=by,
        action="export.approved" if is_approval else "export.refused",
        subject=export,
        changes={"people": export.people, "reason": reason},
    )
    return export


@transaction.atomic
def withdraw(*, by: Actor, export: Export, now: datetime) -> Export:
    """Returns the export, which nobody needs any more: its file is gone. Harmless to repeat."""
    export = Export.objects.select_for_update().get(pk=export.pk)
    if export.withdrawn_at is None:
        export.withdrawn_at = now
        export.save(update_fields=["withdrawn_at"])
        ExportChunk.objects.filter(export=export).delete()
        audit.record(by=by, action="export.withdrawn", subject=export)
    return export


@transaction.atomic
def start_download(*, by: Actor, export: Export, format: str, now: datetime) -> ExportDownload:
    """Returns a download with a code of its own: in the log before the first byte leaves, however far it gets.

    Raises NotReadyError, NoDownloadsLeftError, TooLongForXlsxError and, for somebody whose role has ended, NotAllowedError.
    """
    export = Export.objects.select_for_update().select_related("requested_by").get(pk=export.pk)
    _refuse_download(by, export, format, now)
    download = ExportDownload.objects.create(
        code=new_code(), export=export, user=by.user, at=now, address=by.address, format=format
    )
    changes = {name: getattr(export, name) for name in ("listing", "fields", "purpose", "case_number")}
    changes |= {"code": download.code, "format": format, "people": export.built_people}
    audit.record(by=by, action="export.downloaded", subject=export, changes=changes)
    return download


def _refuse_download(by: Actor, export: Export, format: str, now: datetime) -> None:
    listing = registry.listings.get(export.listing)
    if export.requested_by != by.user or export.state_at(now) != Export.State.READY:
        raise NotReadyError
    if listing is None or not may_ask(by.user, listing):
        raise NotAllowedError
    if export.downloads.count() >= settings.EXPORT_MOST_DOWNLOADS:
        raise NoDownloadsLeftError
    if format == ExportDownload.Format.XLSX and export.built_rows > settings.EXPORT_XLSX_MOST_ROWS:
        raise TooLongForXlsxError


@transaction.atomic
def purge(*, by: Actor, now: datetime) -> int:
    """Deletes the files whose time is over, and returns how many there were. What left of whom stays known."""
    kept = ExportChunk.objects.filter(export__expires_at__lte=now)
    over = list(Export.objects.filter(pk__in=kept.values("export")).select_for_update(skip_locked=True))
    ExportChunk.objects.filter(export__in=over).delete()
    for export in over:
        audit.record(by=by, action="export.deleted", subject=export)
    return len(over)
