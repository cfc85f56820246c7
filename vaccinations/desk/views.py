"""The clinic desk. A person's number travels in bodies only, sealed where a page carries it on."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.citizen_id import CitizenId, Kind
from residents.services import AlreadyRegisteredError, ResidentError, look_up
from vaccinations.desk import registering
from vaccinations.desk.chart import chart_of, following, is_same_person, preview
from vaccinations.desk.dose_forms import DoseForm, ReplaceForm, VoidForm
from vaccinations.desk.pages import (
    at_facility,
    desk_page,
    opened_page,
    person_page,
    posted,
    slip_of,
    told,
    too_old,
    unregistered_page,
)
from vaccinations.desk.person_forms import RevealForm, SameForm
from vaccinations.desk.register_forms import IdentityForm, RegisterForm
from vaccinations.desk.scan import Scan
from vaccinations.desk.scan_forms import BoxForm
from vaccinations.desk.workday import Workday
from vaccinations.doses import services
from vaccinations.models import Dose, Lot, Slip
from vaxreg.access import CLINIC_DESK, open_to
from vaxreg.codes import spaced
from vaxreg.qr import qr_svg


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
@require_safe
def desk(request):
    return desk_page(request, BoxForm())


@open_to(CLINIC_DESK)
@at_facility
@posted
def person(request):
    """Whom the box was given: their page, or what to do about somebody not registered."""
    if not request.POST.get("scan", "").strip():
        return redirect("/clinic/")
    form = BoxForm(request.POST)
    if not form.is_valid():
        return desk_page(request, form)
    scan = form.cleaned_data["scan"]
    number = scan.number or services.number_on_slip(scan.slip_code)
    if number is None:
        form.add_error("scan", _("No slip has this code."))
        return desk_page(request, form)
    resident = look_up(by=request.actor, number=number, purpose="clinic")
    return person_page(request, resident, card_text=scan.card_text) if resident else unregistered_page(request, scan)


@open_to(CLINIC_DESK)
@at_facility
@posted
def record(request):
    if request.POST.get("scan", "").strip():
        return person(request)
    page = opened_page(request)
    if page is None:
        return too_old(request)
    resident, opened = page
    form = DoseForm(request.POST, lots=Lot.objects.usable().listed())
    if form.is_valid():
        now = timezone.now()
        facts = {
            "entry": form.entry(facility=request.facility, key=form.key, now=now),
            "reason": form.reason,
            "card_seen": bool(opened.card) and is_same_person(card=opened.card, resident=resident),
        }
        dose = told(form, services.record_dose, by=request.actor, resident=resident, now=now, **facts)
        if dose:
            request.workday.stick(lot=dose.lot_id, vaccinator=dose.vaccinator)
            return slip_of(dose)
    return person_page(request, resident, opened=opened, form=form)


@open_to(CLINIC_DESK)
@at_facility
@posted
def reveal(request):
    page = opened_page(request)
    if page is None:
        return too_old(request)
    resident, opened = page
    form = RevealForm(request.POST)
    if form.is_valid():
        services.reveal_contact(by=request.actor, resident=resident, reason=form.cleaned_data["reason"])
    return person_page(request, resident, opened=opened, reveal=form)


@open_to(CLINIC_DESK)
@at_facility
def register(request):
    """GET: a form for somebody without any number. POST: registers whoever was presented, and shows their page."""
    if request.method != "POST":
        return unregistered_page(request, Scan(""))
    identity = IdentityForm(request.POST)
    if not identity.is_valid():
        return too_old(request)
    scan = identity.scan
    form = RegisterForm(request.POST, scan=scan, home=request.facility.unit)
    if not form.is_valid():
        return unregistered_page(request, scan, form=form)
    try:
        resident = registering.register_at_clinic(
            by=request.actor, number=scan.number or None, card=scan.card, seen=identity.seen, **form.facts
        )
    except registering.PossibleDoubleError as error:
        return unregistered_page(request, scan, form=form.having_seen(error.people), doubles=error.people)
    except AlreadyRegisteredError as error:
        messages.info(request, _("This number was registered already: this is who holds it."))
        resident = error.resident
    except ResidentError as error:
        form.add_error(None, error.message)
        return unregistered_page(request, scan, form=form)
    return person_page(request, resident, card_text=scan.card_text)


@open_to(CLINIC_DESK)
@at_facility
@posted
def same(request):
    """One of the possible doubles is who stands here: the number presented now leads to them."""
    form = SameForm(request.POST)
    if not form.is_valid():
        return too_old(request)
    resident = look_up(by=request.actor, number=form.number, purpose="clinic")
    if form.presented:
        try:
            resident = registering.join_number(by=request.actor, resident=resident, number=form.presented)
        except ResidentError as error:
            messages.error(request, error.message)
        else:
            if form.presented not in resident.numbers:
                messages.warning(request, _("The number was not added: this person has another one of its kind."))
    return person_page(request, resident)


@open_to(CLINIC_DESK)
@require_safe
def slip(request, code):
    slip = get_object_or_404(Slip.objects.visible_to(request.user).with_dose(), code=code)
    services.log_slip_read(by=request.actor, slip=slip)
    context = {
        "slip": slip,
        "dose": slip.dose,
        "resident": slip.resident_now,
        # Nobody else could tell the person a number that we made up.
        "is_provisional": CitizenId(slip.resident_now.pk).kind is Kind.PROVISIONAL,
        "following": following(slip.dose),
        "replacement": slip.dose.replacements.filter(resident=slip.dose.resident_id).first(),
        "qr": qr_svg(slip.code, title=_("Slip code %(code)s") % {"code": spaced(slip.code)}),
    }
    return render(request, "vaccinations/desk/slip.html", context)


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
    lots = Lot.objects.usable(besides=dose.lot_id).listed()
    form = ReplaceForm(data, lots=lots, initial=ReplaceForm.initial_of(dose))
    now = timezone.now()
    if form.is_valid():
        facts = {
            "void_reason": form.cleaned_data["void_reason"],
            "entry": form.entry(facility=dose.facility, key=form.key, now=now),
            "reason": form.reason,
        }
        replacement = told(form, services.replace_dose, by=request.actor, dose=dose, now=now, **facts)
        if replacement:
            return slip_of(replacement)
    chart = chart_of(dose.resident).without(dose)
    check = preview(resident=dose.resident, chart=chart, now=now, **form.entered)
    look_up(by=request.actor, number=dose.resident_id, purpose="replace")
    form.focus("void_reason", is_doubtful=form.is_bound and bool(check.warnings))
    return render(request, "vaccinations/desk/replace.html", {"dose": dose, "form": form, "check": check})


def _correctable(request):
    doses = Dose.objects.correctable_by(request.user, request.workday.today)
    return doses.select_related("resident", "vaccine", "lot__vaccine", "facility")


def _voided_already(request):
    messages.info(request, services.AlreadyVoidedError.message)
    return redirect("/clinic/")
