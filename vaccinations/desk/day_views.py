"""Days in numbers: a facility's for whoever leads it, all of an area's for the provincial manager. No person is named."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from vaccinations.desk.day import LOOK_BACK, clerks_of, corrections_of, days_of
from vaccinations.desk.day_forms import DayForm
from vaccinations.desk.pages import at_facility
from vaccinations.models import Facility
from vaxreg.access import AREA_REPORTS, CLINIC_DESK, open_to
from vaxreg.roles import Role

PAGE = 100


@open_to(CLINIC_DESK)
@at_facility
@require_safe
def facility_day(request):
    """The day of the facility; of the clerks a lead sees all, and everybody else themselves."""
    is_lead = request.user.has_role({Role.CLINIC_LEAD})
    context = day_context(request, request.facility, whose=None if is_lead else request.user.pk)
    if is_lead:
        context["corrections"] = corrections_of(request.facility, context["on"])
    return render(request, "vaccinations/desk/day.html", context)


@open_to(AREA_REPORTS)
@require_safe
def facility_of_area(request, pk):
    """The same day as the facility's own lead sees it, for the manager: without the entries, which are about people."""
    listed = Facility.objects.within_area_of(request.user).select_related("unit")
    facility = get_object_or_404(listed, pk=pk)
    context = day_context(request, facility) | {"stock_page": f"/stock/facilities/{pk}/"}
    return render(request, "vaccinations/desk/day_of_area.html", context)


def day_context(request, facility, whose=None):
    """The facility's day; of its clerks all, or one."""
    form = DayForm.asked(request.GET)
    on = form.chosen
    [day] = days_of([facility], on)
    return {
        "form": form,
        "on": on,
        "today": timezone.localdate(),
        "day": day,
        "is_own": whose is not None,
        "clerks": clerks_of(facility, since=on, until=on, user_id=whose),
        "clerks_lately": clerks_of(facility, since=on - LOOK_BACK, until=on, user_id=whose),
    }


@open_to(AREA_REPORTS)
@require_safe
def facilities(request):
    """The day of each facility of the area, by code; ?after= goes on after a code."""
    form = DayForm.asked(request.GET)
    listed = Facility.objects.within_area_of(request.user).after(request.GET.get("after", "")[:50])
    page = list(listed[: PAGE + 1])
    further = page[PAGE - 1].code if len(page) > PAGE else ""
    context = {"form": form, "on": form.chosen, "today": timezone.localdate(), "further": further}
    context["days"] = days_of(page[:PAGE], form.chosen)
    return render(request, "vaccinations/desk/facilities.html", context)
