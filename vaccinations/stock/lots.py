"""What is wrong with a lot somewhere on a day, and the lot that a box says it is."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vaccinations.doses.warnings import Code
from vaccinations.models import Facility, Ledger, Lot, StockEntry, Vaccine
from vaccinations.stock.services import StockError, receive
from vaxreg import audit
from vaxreg.actors import Actor


class ExpiryDiffersError(StockError):
    """The register knows the lot with another expiry than the box says: `lot`."""

    field = "expires_on"

    def __init__(self, lot: Lot) -> None:
        super().__init__()
        self.lot = lot

    @property
    def message(self) -> str:
        day = self.lot.expires_on.strftime("%d/%m/%Y")
        return _("This lot is registered with the expiry %(day)s. Look at the box and the lot number again.") % {
            "day": day
        }


@dataclass(frozen=True)
class LotState:
    """A lot at a facility on a day: `faults` are the codes of what is unusual about giving it there."""

    usable_until: date | None = None
    faults: frozenset[Code] = frozenset()


def lot_state(lot: Lot, facility: Facility, on: date, *, vaccine: Vaccine | None = None) -> LotState:
    """Returns until when the lot may be used, and what is unusual about giving it there on that day.

    The expiry is the one in force on that day; a recall counts from its day on; LOT_ELSEWHERE is said only where a ledger
    was kept on that day, LOT_OTHER_VACCINE only where a vaccine is given. One query, of the lot as it is in the database now.
    """
    entries = StockEntry.objects.filter(lot=OuterRef("pk"), facility=facility)
    ledger = Ledger.objects.filter(facility=facility, begun_on__lte=on)
    lots = Lot.objects.with_usable_until(on).annotate(is_foreign=Q(Exists(ledger)) & ~Exists(entries))
    fresh = lots.only("vaccine_id", "expires_on", "recalled_at").get(pk=lot.pk)
    until = fresh.usable_until_then
    faults = {
        Code.LOT_EXPIRED: until is not None and until < on,
        Code.LOT_RECALLED: fresh.is_recalled and timezone.localdate(fresh.recalled_at) <= on,
        Code.LOT_ELSEWHERE: fresh.is_foreign,
        Code.LOT_OTHER_VACCINE: vaccine is not None and fresh.vaccine_id != vaccine.pk,
    }
    return LotState(until, frozenset(code for code, is_so in faults.items() if is_so))


@transaction.atomic
def receive_box(
    *, by: Actor, facility: Facility, vaccine: Vaccine, lot_number: str, expires_on: date, **facts: Any
) -> StockEntry:
    """Returns the entry of doses received, of the lot that the box says it is; `facts` are those of services.receive.

    Raises ExpiryDiffersError and what receive raises.
    """
    lot = lot_of_box(by=by, vaccine=vaccine, lot_number=lot_number, expires_on=expires_on)
    return receive(by=by, facility=facility, lot=lot, **facts)


@transaction.atomic
def lot_of_box(*, by: Actor, vaccine: Vaccine, lot_number: str, expires_on: date) -> Lot:
    """Returns the lot of that vaccine and number, registered now where nobody had it yet; letter case does not matter.

    An expiry that the register did not know is filled in. Raises ExpiryDiffersError.
    """
    # Two plants may use the same code: vaccine and number together are a lot (FIELD complaint 21).
    lot = Lot.objects.select_for_update().filter(vaccine=vaccine, lot_number__iexact=lot_number).first()
    if lot is None:
        lot, is_new = Lot.objects.get_or_create(
            vaccine=vaccine, lot_number=lot_number, defaults={"expires_on": expires_on}
        )
        if is_new:
            audit.record(by=by, action="lot.registered", subject=lot, changes=_facts(lot))
    if lot.expires_on is None:
        lot.expires_on = expires_on
        lot.save(update_fields=["expires_on"])
        audit.record(by=by, action="lot.registered", subject=lot, changes=_facts(lot))
    if lot.expires_on != expires_on:
        raise ExpiryDiffersError(lot)
    return lot


def _facts(lot: Lot) -> dict[str, object]:
    return {"lot": lot.lot_number, "vaccine": lot.vaccine.code, "expires_on": lot.expires_on}
