"""What stays chosen from one person to the next: the facility, the lot, who vaccinates, the day."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from vaccinations.desk.dose_forms import WorkdayForm
from vaccinations.desk.pages import at_facility, lots_of
from vaccinations.desk.workday import Workday
from vaccinations.models import ClinicSession
from vaccinations.sessions.coming import sessions_of
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
        _tell_other_vaccines(request, form.cleaned_data["lot"])
        return redirect("/clinic/")
    form.focus(request.GET.get("field", ""))
    return render(request, "vaccinations/desk/workday.html", {"form": form})


def _tell_other_vaccines(request, lot):
    """Says at once what every person's page would ask about; the choice stands."""
    chosen = {"now": timezone.now(), "preferred": request.workday.session_id}
    sessions = sessions_of(None, sessions=list(request.sessions), **chosen) if request.workday.is_of_today else []
    vaccines = ClinicSession.objects.visible_to(request.user).giving_instead(sessions, lot.vaccine) if lot else ()
    if vaccines:
        sentence = _("%(product)s is not given at this session, but %(vaccines)s. Each dose will need a reason.")
        messages.warning(request, sentence % {"product": lot.vaccine.name, "vaccines": ", ".join(vaccines)})
