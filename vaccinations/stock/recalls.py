"""Acts upon a lot for the whole country: recalled, the recall lifted, its expiry extended. Each names its document."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vaccinations.models import Lot, LotExtension
from vaccinations.stock.services import FormUsedError, StockError
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

ACTS = ("lot.registered", "lot.recalled", "lot.recall-lifted", "lot.extended")


class AlreadyRecalledError(StockError):
    """Somebody recalled the lot before."""

    message = _("This lot is recalled already.")


class NotRecalledError(StockError):
    """There is no recall to lift."""

    message = _("This lot is not recalled.")


class ShorterExpiryError(StockError):
    """An extension ends no earlier than the box says."""

    message = _("An extension cannot end before the expiry on the box.")


@transaction.atomic
def recall(*, by: Actor, lot: Lot, document: str, reason: str, now: datetime) -> Lot:
    """Returns the lot, whose use stops everywhere at once. Raises AlreadyRecalledError.

    A dose that is being recorded at that moment is not held up: whoever got the lot is always counted from the doses.
    """
    lot = _hold(lot)
    if lot.is_recalled:
        raise AlreadyRecalledError
    lot.recalled_at, lot.recall_document, lot.recall_reason = now, document, reason
    lot.save(update_fields=["recalled_at", "recall_document", "recall_reason"])
    changes = {"lot": lot.lot_number, "document": document, "reason": reason}
    audit.record(by=by, action="lot.recalled", subject=lot, changes=changes)
    return lot


@transaction.atomic
def lift_recall(*, by: Actor, lot: Lot, document: str, reason: str) -> Lot:
    """Returns the lot, usable again; that it was recalled, by whom and why stays in the audit trail. Raises NotRecalledError."""
    lot = _hold(lot)
    if not lot.is_recalled:
        raise NotRecalledError
    changes = {
        "lot": lot.lot_number,
        "document": document,
        "reason": reason,
        "recalled_at": lot.recalled_at,
        "recall_document": lot.recall_document,
        "recall_reason": lot.recall_reason,
    }
    lot.recalled_at, lot.recall_document, lot.recall_reason = None, "", ""
    lot.save(update_fields=["recalled_at", "recall_document", "recall_reason"])
    audit.record(by=by, action="lot.recall-lifted", subject=lot, changes=changes)
    return lot


@transaction.atomic
def extend(*, by: Actor, lot: Lot, usable_until: date, document: str, in_force_from: date, key: UUID) -> LotExtension:
    """Returns the extension, which counts for doses given from `in_force_from` on; the same form again returns the same.

    Raises ShorterExpiryError and FormUsedError.
    """
    lot = _hold(lot)
    facts = {"usable_until": usable_until, "document": document, "in_force_from": in_force_from}
    there = lot.extensions.filter(idempotency_key=key).first()
    if there:
        if any(getattr(there, name) != value for name, value in facts.items()):
            raise FormUsedError
        return there
    if lot.expires_on and usable_until < lot.expires_on:
        raise ShorterExpiryError
    extension = LotExtension.objects.create(lot=lot, **facts, recorded_by=by.user, idempotency_key=key)
    audit.record(by=by, action="lot.extended", subject=lot, changes={"lot": lot.lot_number, **facts})
    return extension


def acts_upon(lot: Lot) -> list[AuditEntry]:
    """Returns what was done to the lot, the latest first."""
    entries = AuditEntry.objects.filter(object_type=lot._meta.label_lower, object_id=str(lot.pk), action__in=ACTS)
    return list(entries.select_related("user").order_by("-at", "-pk"))


def _hold(lot: Lot) -> Lot:
    return Lot.objects.select_for_update(no_key=True, of=("self",)).select_related("vaccine").get(pk=lot.pk)
