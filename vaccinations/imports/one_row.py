"""Records the dose of one row of a committed sheet, once a person has said whose it is: by the rules of a commit.

Where it was given, its lot and its vaccinator are what a commit would have taken; the person's row is held and every rule of
the dose register is looked at, as at a desk (vaccinations.doses.services).
"""

from datetime import datetime
from uuid import uuid4

from django.db.models import Value
from django.db.models.functions import Replace, Upper
from django.utils.translation import gettext_lazy as _

from residents.models import Resident
from vaccinations.doses.services import DoseError, Entry, Reason, record_dose, replace_dose
from vaccinations.imports.places import placeholder_of
from vaccinations.models import Dose, Facility, Lot, SheetDose
from vaxreg.actors import Actor


class RowUnreadableError(DoseError):
    """Vaccine, dose number or day of the row cannot be read: nothing is put in their place."""

    message = _("The dose of this row cannot be read. Ask the commune, mend the row and send it again.")


class NowhereError(DoseError):
    """Neither the facility of the row nor a province is known."""

    message = _("Neither the facility nor the province of this dose is known. Mend the row and send it again.")


def record_row(
    *,
    by: Actor,
    row: SheetDose,
    person: Resident,
    now: datetime,
    reason: Reason,
    dose_number: int | None = None,
    replaces: Dose | None = None,
) -> Dose:
    """Returns the dose of the row, recorded for the person; instead of `replaces`, which is voided with the reason.

    `dose_number`: another one than the row says. Raises RowUnreadableError, NowhereError and what record_dose raises.
    """
    entry = _entry(row, person, dose_number)
    if replaces is None:
        return record_dose(by=by, resident=person, entry=entry, now=now, reason=reason)
    return replace_dose(by=by, dose=replaces, void_reason=reason.text, entry=entry, now=now, reason=reason)


def _entry(row: SheetDose, person: Resident, dose_number: int | None) -> Entry:
    number = dose_number or row.decided_number or row.dose_number
    if number is None or row.vaccine is None or row.administered_on is None:
        raise RowUnreadableError
    return Entry(
        dose_number=number,
        vaccine=row.vaccine,
        lot=_lot(row),
        facility=_facility(row, person),
        administered_on=row.administered_on,
        administered_at=None,
        vaccinator=row.sheet_row.vaccinator[:150],
        key=uuid4(),
        source=Dose.Source.IMPORT,
        dose_import=row.dose_import,
        import_row=row.row,
    )


def _facility(row: SheetDose, person: Resident) -> Facility:
    province = row.dose_import.province or row.province or person.province
    if row.facility is None and province is None:
        raise NowhereError
    return row.facility or placeholder_of(province)


def _lot(row: SheetDose) -> Lot | None:
    """The lot as a commit takes it: none where it is known of other vaccines only; a new one is no choice at a desk."""
    if not row.lot_number:
        return None
    key = Replace(Upper("lot_number"), Value(" "), Value(""))
    known = list(Lot.objects.alias(key=key).filter(key=row.lot_number.replace(" ", "")).order_by("pk"))
    own = [lot for lot in known if lot.vaccine_id == row.vaccine_id]
    if known:
        return own[0] if own else None
    return Lot.objects.get_or_create(vaccine=row.vaccine, lot_number=row.lot_number, defaults={"is_active": False})[0]
