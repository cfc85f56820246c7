"""What stays chosen from one person to the next: the facility, the lot, who vaccinates, the day."""

from django.shortcuts import redirect, render
from django.utils import timezone

from vaccinations.desk.dose_forms import WorkdayForm
from vaccinations.desk.pages import at_facility, lots_of
from vaccinations.desk.workday import Workday
from vaccinations.models import ClinicSession
from vaxreg.access import CLINIC_DESK, open_to


@open_to(CLINIC_DESK)
def facility(request):
    workday = Workday(request.session, request.user, timezone.localdate())
    facilities = workday.facilities()
    if request.method == "POST":
        chosen = next((place for place in facilities if str(place.pk) == request.POST.get("facility")), None)
        if chosen:
            workday.choose(chosen)
            return redirect("/clinic/")
    return render(request, "vaccinations/desk/facility.html", {"facilities": facilities, "current": workday.facility()})


@open_to(CLINIC_DESK)
@at_facility
def workday(request):
    """The form to change what sticks; ?field= names where the keyboard starts."""
    data = request.POST if request.method == "POST" else None
    sessions = ClinicSession.objects.visible_to(request.user).today(request.facility, request.workday.today)
    facts = {"lots": lots_of(request), "sessions": sessions, "initial": WorkdayForm.initial_of(request.workday)}
    form = WorkdayForm(data, **facts)
    if form.is_valid():
        request.workday.stick(**form.chosen)
        return redirect("/clinic/")
    form.focus(request.GET.get("field", ""))
    return render(request, "vaccinations/desk/workday.html", {"form": form})
