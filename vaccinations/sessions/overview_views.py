"""What a provincial manager sees: who is registered in the area, and which sessions are held there; numbers only."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from vaccinations.models import ClinicSession, RegisteredPerson
from vaccinations.sessions import overview
from vaccinations.sessions.forms import DayForm
from vaxreg.access import SESSION_FIGURES, open_to


@open_to(SESSION_FIGURES)
@require_safe
def figures(request):
    form = DayForm(request.GET or None)
    people = RegisteredPerson.objects.in_area_of(request.user)
    groups = overview.figures(people)
    context = {
        "form": form,
        "day": form.chosen,
        "groups": groups,
        "total": overview.total(groups),
        "wards": overview.figures_by_ward(people),
        "sessions": overview.coming_sessions(ClinicSession.objects.in_area_of(request.user), form.chosen),
    }
    return render(request, "vaccinations/sessions/overview.html", context)
