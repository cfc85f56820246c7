"""The evening's sheet of the facility where the user works: to print, to count by, to sign; and those signed before."""

from datetime import date

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vaccinations.desk.pages import at_facility
from vaccinations.models import DayClose
from vaccinations.stock.closing import AlreadyClosedError, close_day
from vaccinations.stock.closing_forms import ClosingForm
from vaccinations.stock.sheets import sheet_of
from vaccinations.stock.vials import open_vials
from vaccinations.stock.views import tried
from vaxreg.access import CLINIC_DESK, CLINIC_LEADS, open_to

CLOSES = 31


@open_to(CLINIC_DESK)
@at_facility
@require_safe
def sheet(request):
    """The sheet as it stands: with empty boxes, to be printed and counted by."""
    now = sheet_of(request.facility, request.workday.today)
    context = {"place": "sheet", "sheet": now, "vials": open_vials(request.facility, timezone.now())}
    return render(request, "vaccinations/stock/sheet.html", context | {"is_lead": request.user.has_role(CLINIC_LEADS)})


@open_to(CLINIC_LEADS)
@at_facility
def close(request):
    day = read_day(request.GET.get("day", "")) or request.workday.today
    sheet = sheet_of(request.facility, min(day, request.workday.today))
    if sheet.ledger is None:
        return redirect("/clinic/stock/")
    if sheet.is_closed:
        messages.info(request, AlreadyClosedError.message)
        return redirect("stock-closed", pk=sheet.last.pk)
    form = ClosingForm(request.POST if request.method == "POST" else None, sheet=sheet)
    found = tried(form, lambda: signed(request, sheet.day, form.counts))
    if found:
        return redirect("stock-closed", pk=found.pk)
    form.focus()
    context = {"place": "sheet", "sheet": sheet, "form": form, "vials": open_vials(request.facility, timezone.now())}
    return render(request, "vaccinations/stock/close.html", context)


def signed(request, day, counts):
    """The day closed on what was typed, or as somebody closed it before."""
    facts = {"facility": request.facility, "day": day, "counts": counts, "now": timezone.now()}
    try:
        found = close_day(by=request.actor, **facts)
    except AlreadyClosedError as error:
        messages.info(request, error.message)
        return error.close
    messages.success(request, _("The day is closed."))
    return found


def read_day(text):
    """The day that an address names; None where it names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@open_to(CLINIC_DESK)
@at_facility
@require_safe
def closed(request, pk):
    close = get_object_or_404(DayClose.objects.visible_to(request.user).listed(), pk=pk)
    return closed_page(request, close, back="/clinic/stock/sheets/")


def closed_page(request, close, *, back):
    """A signed sheet, as it was signed."""
    context = {"close": close, "lines": close.lines.listed(), "back": back}
    return render(request, "vaccinations/stock/closed.html", context)


@open_to(CLINIC_DESK)
@at_facility
@require_safe
def closes(request):
    """The closed days, the latest first; a page goes on after the day named in the address."""
    here = DayClose.objects.visible_to(request.user).at(request.facility).listed()
    found = list(here.older_than(read_day(request.GET.get("before", "")))[: CLOSES + 1])
    shown = found[:CLOSES]
    context = {"place": "sheets", "closes": shown, "older": shown[-1].day if len(found) > CLOSES else None}
    return render(request, "vaccinations/stock/closes.html", context)
