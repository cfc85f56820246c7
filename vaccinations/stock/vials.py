"""Opened vials: which are on the table, how many doses each still holds, and putting them away."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vaccinations.models import Dose, Facility, Lot, StockEntry, VialOpening
from vaccinations.stock.leftovers import Vial, doses_left
from vaccinations.stock.services import FormUsedError, StockError, hold_ledger, record_once
from vaxreg import audit
from vaxreg.actors import Actor

Reason = StockEntry.Reason
SOON = timedelta(minutes=30)


class UnusableLotError(StockError):
    """The lot is recalled or expired."""

    message = _("This lot is recalled or expired. Do not open it.")


class VialEndedError(StockError):
    """Somebody put the vial away before."""

    message = _("This vial was put away already.")


@dataclass(frozen=True)
class OpenVial:
    """A vial on the table with doses left in it, as of a moment."""

    vial: VialOpening
    left: int
    now: datetime

    @property
    def is_past(self) -> bool:
        """Whether its time is over: what is left must not be given."""
        return self.vial.use_until is not None and self.vial.use_until <= self.now

    @property
    def may_be_given(self) -> bool:
        """Whether what is left may be given, or offered to somebody on a standby list."""
        return not self.is_past and not self.vial.lot.is_recalled

    @property
    def is_nearly_past(self) -> bool:
        return not self.is_past and self.vial.use_until is not None and self.vial.use_until <= self.now + SOON

    @property
    def minutes(self) -> int | None:
        """Whole minutes that remain; None where no limit is laid down."""
        if self.vial.use_until is None:
            return None
        return max(int((self.vial.use_until - self.now).total_seconds()) // 60, 0)

    @property
    def hours(self) -> int:
        return (self.minutes or 0) // 60

    @property
    def minutes_of_hour(self) -> int:
        return (self.minutes or 0) % 60


def open_vials(facility: Facility, now: datetime) -> list[OpenVial]:
    """Returns the facility's vials with doses left, the one that must be used first in front.

    Left is what was opened less what was given of the lot since, from the vial opened first. What may be offered to a
    standby list is `sum(vial.left for vial in open_vials(facility, now) if vial.may_be_given)`. At most three queries.
    """
    on_table = list(VialOpening.objects.filter(facility=facility).on_the_table(now).select_related("lot__vaccine"))
    left = _left_by_vial(facility, on_table, now)
    found = [OpenVial(vial, left[vial.pk], now) for vial in on_table if left[vial.pk]]
    endless = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda vial: (vial.vial.use_until or endless, vial.vial.opened_at))


def _left_by_vial(facility: Facility, on_table: list[VialOpening], now: datetime) -> dict[int, int]:
    if not on_table:
        return {}
    since = timezone.localtime(on_table[0].opened_at).replace(hour=0, minute=0, second=0, microsecond=0)
    lots = {vial.lot_id for vial in on_table}
    vials, given = _vials_by_lot(facility, lots, since), _given_by_lot(facility, lots, since, now)
    return {key: left for lot in lots for key, left in doses_left(vials[lot], given[lot]).items()}


def _vials_by_lot(facility: Facility, lots: set[int], since: datetime) -> dict[int, list[Vial]]:
    """All vials opened since then, put away ones too: they took part in what was given."""
    rows = VialOpening.objects.filter(facility=facility, lot__in=lots, opened_at__gte=since)
    found = defaultdict(list)
    for row in rows.annotate(put_away_with=Sum("waste__doses")):
        wasted = -(row.put_away_with or 0)
        found[row.lot_id].append(Vial(row.pk, row.opened_at, row.doses, row.ended_at, wasted))
    return found


def _given_by_lot(facility: Facility, lots: set[int], since: datetime, now: datetime) -> dict[int, list[datetime]]:
    """When each dose was given; one without a time counts as given at the end of its day."""
    doses = Dose.objects.valid().filter(facility=facility, lot__in=lots)
    days = doses.filter(administered_on__gte=timezone.localdate(since))
    found = defaultdict(list)
    for lot, day, moment in days.values_list("lot", "administered_on", "administered_at"):
        found[lot].append(moment or min(timezone.make_aware(datetime.combine(day, time.max)), now))
    return found


@transaction.atomic
def open_vial(
    *, by: Actor, facility: Facility, lot: Lot, doses: int, opened_at: datetime, key: UUID, now: datetime
) -> VialOpening:
    """Returns the vial opened, with the time until which its vaccine lets it be used; the same form again returns the same.

    Raises UnusableLotError and FormUsedError.
    """
    today = timezone.localdate(now)
    hold_ledger(facility, today)
    there = VialOpening.objects.filter(facility=facility, idempotency_key=key).first()
    if there:
        if (there.lot_id, there.doses) != (lot.pk, doses):
            raise FormUsedError
        return there
    _refuse_unusable(lot, today)
    hours = lot.vaccine.use_within_hours
    vial = VialOpening.objects.create(
        facility=facility,
        lot=lot,
        doses=doses,
        opened_at=opened_at,
        use_until=opened_at + timedelta(hours=hours) if hours else None,
        opened_by=by.user,
        idempotency_key=key,
    )
    changes = {"lot": lot.lot_number, "doses": doses, "opened_at": opened_at, "use_until": vial.use_until}
    audit.record(by=by, action="vial.opened", subject=vial, changes=changes)
    return vial


@transaction.atomic
def put_away(*, by: Actor, vial: VialOpening, wasted: int, reason: str, note: str, now: datetime) -> StockEntry | None:
    """Returns the entry of the doses that were left in the vial, None where none were; it is put away for good.

    Raises VialEndedError.
    """
    ledger = hold_ledger(vial.facility, timezone.localdate(now))
    if not VialOpening.objects.filter(pk=vial.pk, ended_at=None).update(ended_at=now, ended_by=by.user):
        raise VialEndedError
    audit.record(by=by, action="vial.put-away", subject=vial, changes={"wasted": wasted, "reason": reason})
    if not wasted:
        return None
    facts = {"on": timezone.localdate(now), "reason": reason, "note": note, "vial": vial}
    key = uuid5(vial.idempotency_key, "put-away")
    return record_once(by, ledger, vial.lot, StockEntry.Kind.WASTED, -wasted, key=key, **facts)


@transaction.atomic
def put_all_away(*, by: Actor, facility: Facility, now: datetime, with_usable: bool) -> int:
    """Wastes what is left in the opened vials that may not be given, or in all, and returns how many doses that were."""
    hold_ledger(facility, timezone.localdate(now))
    wasted = 0
    for opened in open_vials(facility, now):
        if with_usable or not opened.may_be_given:
            reason = Reason.RECALLED if opened.vial.lot.is_recalled else Reason.OPENED_TOO_LONG
            put_away(by=by, vial=opened.vial, wasted=opened.left, reason=reason, note="", now=now)
            wasted += opened.left
    return wasted


def clear_table(*, by: Actor, facility: Facility, now: datetime) -> None:
    """Puts away the vials that are empty by the doses given; part of closing a day, and logged with it."""
    on_table = VialOpening.objects.filter(facility=facility).on_the_table(now)
    full = {opened.vial.pk for opened in open_vials(facility, now)}
    on_table.exclude(pk__in=full).update(ended_at=now, ended_by=by.user)


def usual_doses(facility: Facility, lots: Iterable[Lot]) -> dict[int, int | None]:
    """Returns how many doses a vial of each lot has: as the last one opened here, else as its vaccine usually comes."""
    last = VialOpening.objects.filter(facility=facility, lot__in=list(lots))
    known = dict(last.order_by("lot_id", "-opened_at").distinct("lot_id").values_list("lot", "doses"))
    return {lot.pk: known.get(lot.pk, lot.vaccine.doses_per_vial) for lot in lots}


def _refuse_unusable(lot: Lot, today: date) -> None:
    fresh = Lot.objects.with_usable_until(today).get(pk=lot.pk)
    if fresh.is_recalled or (fresh.usable_until_then and fresh.usable_until_then < today):
        raise UnusableLotError
