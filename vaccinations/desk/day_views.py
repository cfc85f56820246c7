"""Days in numbers: a facility's for whoever leads it, all of an area's for the provincial manager. No person is named."""

from django.shortcuts import render
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
    form = DayForm.asked(request.GET)
    on = form.chosen
    is_lead = request.user.has_role({Role.CLINIC_LEAD})
    whose = {} if is_lead else {"user_id": request.user.pk}
    [day] = days_of([request.facility], on)
    context = {
        "form": form,
        "on": on,
        "today": timezone.localdate(),
        "day": day,
        "is_lead": is_lead,
        "clerks": clerks_of(request.facility, since=on, until=on, **whose),
        "clerks_lately": clerks_of(request.facility, since=on - LOOK_BACK, until=on, **whose),
        "corrections": corrections_of(request.facility, on) if is_lead else [],
    }
    return render(request, "vaccinations/desk/day.html", context)


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
