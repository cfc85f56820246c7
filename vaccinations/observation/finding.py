"""Finds the dose that somebody at the observation board, or back with their slip, is asked about."""

from datetime import date

from django.http import Http404

from vaccinations.desk.scan import Scan
from vaccinations.models import AdverseEvent, AdverseEventTerm, Dose, Slip
from vaxreg.models import User

MOST_COUNTED = 99


def slip_with_code(code: str) -> Slip:
    """Returns the slip presented, wherever its dose was given: a reaction is told where the person is. Raises Http404."""
    slip = Slip.objects.with_dose().filter(pk=code).first()
    if slip is None:
        raise Http404
    return slip


def latest_slip(scan: Scan) -> Slip | None:
    """Returns the slip scanned, or that of the last dose of the number or card; None where there is none."""
    if scan.slip_code:
        return Slip.objects.filter(pk=scan.slip_code).first()
    if not scan.number:
        return None
    dose = Dose.objects.of_person(scan.number).valid().order_by("-administered_on", "-pk").first()
    return dose and dose.slips.filter(resident=dose.resident_id).first()


def current_version(slip: Slip, pk: int) -> AdverseEvent | None:
    """Returns the version of a reaction to the slip's dose that a page showed, whatever became of it since."""
    rows = AdverseEvent.objects.select_related("dose", "facility")
    return rows.filter(resident=slip.resident, dose=slip.dose_id, pk=pk).first()


def terms_on(on: date) -> list[AdverseEventTerm]:
    """Returns the terms to choose from on that day."""
    return list(AdverseEventTerm.objects.in_force(on).order_by("position", "code"))


def versions_of(event: AdverseEvent) -> list[AdverseEvent]:
    """Returns all versions of the reaction, the latest first."""
    rows = AdverseEvent.objects.filter(resident=event.resident, event=event.event).with_facts()
    return list(rows.order_by("-version"))


def unread_serious(user: User) -> int:
    """Returns how many serious reactions of the user's area they have not opened; no more than MOST_COUNTED are counted."""
    unread = AdverseEvent.objects.visible_to(user).current().filter(is_serious=True).unread_by(user)
    return unread[:MOST_COUNTED].count()
