"""What a person takes home: the slip of a dose, the confirmation of all of them; and mending what is wrong on it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.holding import ResidentError
from residents.models import Resident
from residents.services import look_up
from vaccinations.desk.chart import chart_of
from vaccinations.desk.confirmation import confirmation_of
from vaccinations.desk.mend_forms import FindSlipForm, MendForm
from vaccinations.desk.mending import MendError, is_checked, mend
from vaccinations.desk.pages import at_facility
from vaccinations.desk.slip_pages import slip_facts, slip_page
from vaccinations.doses import services
from vaccinations.models import Slip
from vaxreg.access import CLINIC_DESK, open_to


@open_to(CLINIC_DESK)
@require_safe
def slip(request, code):
    return slip_page(request, get_object_or_404(Slip.objects.visible_to(request.user).with_dose(), code=code))


@open_to(CLINIC_DESK)
@require_safe
def confirmation(request, code):
    """All doses of the person whose slip it is, on the ministry's form of seven rows."""
    slip = get_object_or_404(Slip.objects.visible_to(request.user).with_dose(), code=code)
    services.log_slip_read(by=request.actor, slip=slip)
    facts, today = slip_facts(slip), timezone.localdate()
    chart = chart_of(facts["resident"])
    form = confirmation_of(facts["resident"], chart.doses, on=today)
    return render(request, "vaccinations/desk/confirmation.html", {**facts, "form": form, "today": today})


@open_to(CLINIC_DESK)
@at_facility
def mend_slip(request):
    """Finds the person by slip and number, and mends their name or phone."""
    if "mend" in request.POST:
        return mended(request)
    # The slip's own page sends its code alone: the number is still to be told.
    sent = request.POST if "number" in request.POST else None
    form = FindSlipForm(sent, initial={"code": request.POST.get("code", "")})
    if form.is_valid() and (found := find_slip(request, form)):
        slip, person = found
        return mend_page(request, slip, person, MendForm(initial=MendForm.initial_of(slip, person, form.card_text)))
    return render(request, "vaccinations/desk/mend.html", {"form": form})


def find_slip(request, form):
    """The slip and its person, if the number is one of theirs; None with a message that does not say which of both is wrong."""
    slip = Slip.objects.visible_to(request.user).with_dose().filter(pk=form.cleaned_data["code"]).first()
    person = slip and look_up(by=request.actor, number=slip.resident, purpose="mend")
    if person and form.cleaned_data["number"].number.number in person.numbers:
        return slip, person
    form.add_error(None, _("No slip of this code belongs to this number. Check both."))
    return None


def mended(request):
    form = MendForm(request.POST)
    if form.errors.get("mend"):
        messages.warning(request, form.errors["mend"][0])
        return redirect("/clinic/mend/")
    code = form.code
    slip = get_object_or_404(Slip.objects.visible_to(request.user).with_dose(), code=code)
    if form.is_valid():
        try:
            mend(by=request.actor, slip=slip, facility=request.facility, **form.facts)
            messages.success(request, _("Mended. Print the slip again, and let the person check it."))
            return redirect("clinic-slip", code=code)
        except (MendError, ResidentError) as error:
            form.add_error(None, error.message)
    person = look_up(by=request.actor, number=slip.resident, purpose="mend")
    return mend_page(request, slip, person, form)


def mend_page(request, slip, person: Resident, form):
    context = {"form": form, "slip": slip, "resident": person, "needs_card": is_checked(person)}
    return render(request, "vaccinations/desk/mend.html", context)
