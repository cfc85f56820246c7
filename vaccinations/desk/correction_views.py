"""Voids and replaces doses: a clerk their own of the day, a lead any of the facility."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.services import look_up
from vaccinations.desk.chart import chart_of, preview
from vaccinations.desk.dose_forms import ReplaceForm, VoidForm
from vaccinations.desk.pages import at_facility, told
from vaccinations.doses import services
from vaccinations.models import Dose, Lot
from vaxreg.access import CLINIC_DESK, open_to


@open_to(CLINIC_DESK)
@at_facility
def void(request, pk):
    dose = get_object_or_404(_correctable(request), pk=pk)
    if not dose.is_valid:
        return _voided_already(request)
    form = VoidForm(request.POST or None)
    if form.is_valid():
        try:
            services.void_dose(by=request.actor, dose=dose, reason=form.cleaned_data["reason"])
        except services.AlreadyVoidedError:
            return _voided_already(request)
        messages.success(request, _("The dose was voided. It stays in the history as voided."))
        return redirect("/clinic/")
    look_up(by=request.actor, number=dose.resident_id, purpose="void")
    return render(request, "vaccinations/desk/void.html", {"dose": dose, "form": form})


@open_to(CLINIC_DESK)
@at_facility
def replace(request, pk):
    dose = get_object_or_404(_correctable(request), pk=pk)
    if not dose.is_valid and request.method != "POST":
        return _voided_already(request)
    data = request.POST if request.method == "POST" else None
    lots = Lot.objects.to_choose_at(dose.facility, dose.administered_on, besides=dose.lot_id)
    form = ReplaceForm(data, lots=lots, initial=ReplaceForm.initial_of(dose))
    now = timezone.now()
    if form.is_valid():
        facts = {
            "void_reason": form.cleaned_data["void_reason"],
            "entry": form.entry(facility=dose.facility, key=form.key, now=now),
            "reason": form.reason,
        }
        replacement = told(form, None, services.replace_dose, by=request.actor, dose=dose, now=now, **facts)
        if replacement:
            return redirect("clinic-slip", code=replacement.slips.get(resident=replacement.resident_id).code)
    chart = chart_of(dose.resident).without(dose)
    check = preview(resident=dose.resident, chart=chart, now=now, facility=dose.facility, **form.entered)
    look_up(by=request.actor, number=dose.resident_id, purpose="replace")
    form.focus("void_reason", is_doubtful=form.is_bound and bool(check.warnings))
    return render(request, "vaccinations/desk/replace.html", {"dose": dose, "form": form, "check": check})


def _correctable(request):
    doses = Dose.objects.correctable_by(request.user, request.workday.today)
    return doses.select_related("resident", "vaccine", "lot__vaccine", "facility")


def _voided_already(request):
    messages.info(request, services.AlreadyVoidedError.message)
    return redirect("/clinic/")
