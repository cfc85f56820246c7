"""The slip as pages show and print it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.citizen_id import CitizenId, Kind
from vaccinations.desk.chart import following
from vaccinations.doses import services
from vaccinations.models import Slip, Visit
from vaxreg.codes import spaced
from vaxreg.qr import qr_svg


def slip_facts(slip: Slip) -> dict[str, Any]:
    """What is printed on the slip."""
    return {
        "slip": slip,
        "dose": slip.dose,
        "resident": slip.resident_now,
        # Nobody else could tell the person a number that we made up.
        "is_provisional": CitizenId(slip.resident_now.pk).kind is Kind.PROVISIONAL,
        "following": following(slip.dose, timezone.localdate()),
        "stay": slip.dose.observations.filter(resident=slip.dose.resident_id).first(),
        "qr": qr_svg(slip.code, title=_("Slip code %(code)s") % {"code": spaced(slip.code)}),
    }


def slip_page(request: HttpRequest, slip: Slip, *, visit: Visit | None = None) -> HttpResponse:
    """The slip beside the box for the next person: what an Enter that records answers with, and the slip's own page."""
    services.log_slip_read(by=request.actor, slip=slip)
    replacement = slip.dose.replacements.filter(resident=slip.dose.resident_id).first()
    context = {**slip_facts(slip), "visit": visit, "replacement": replacement}
    return render(request, "vaccinations/desk/slip.html", context)


def recorded_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What follows the Enter that recorded, in one response: the slip to print and check, and the box."""
    slips = Slip.objects.visible_to(request.user).with_dose()
    return slip_page(request, slips.get(dose=visit.dose_id, resident=visit.dose.resident_id), visit=visit)
