"""The clinic desk: box, person, Enter. A person's number travels in bodies only, sealed where a page carries it on."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.holding import ResidentError
from residents.search import MOST_SHOWN
from residents.services import AlreadyRegisteredError, look_up
from vaccinations.desk import finding, registering, visiting
from vaccinations.desk.chart import is_same_person
from vaccinations.desk.dose_forms import DoseForm
from vaccinations.desk.pages import (
    at_facility,
    desk_page,
    lots_of,
    opened_page,
    person_page,
    posted,
    told,
    too_old,
    unregistered_page,
)
from vaccinations.desk.person_forms import FoundForm, NotGivenForm, RevealForm, SameForm
from vaccinations.desk.register_forms import IdentityForm, RegisterForm, known_of
from vaccinations.desk.scan import Scan, read_number
from vaccinations.desk.scan_forms import BoxForm
from vaccinations.desk.slip_pages import recorded_page
from vaccinations.doses import services
from vaccinations.models import Visit
from vaccinations.screening.checklists import checklist_of
from vaccinations.screening.forms import ScreeningForm
from vaccinations.sessions.errors import SessionError, UnknownInvitationError
from vaccinations.sessions.invitations import read_invitation
from vaxreg.access import CLINIC_DESK, open_to


@open_to(CLINIC_DESK)
@at_facility
@require_safe
def desk(request):
    return desk_page(request, BoxForm())


@open_to(CLINIC_DESK)
@at_facility
@posted
def person(request):
    """Whom the box was given or a list named: their page, or what to do about somebody not registered."""
    found = FoundForm(request.POST)
    if found.is_valid():
        return person_page(request, look_up(by=request.actor, number=found.number, purpose="clinic"))
    if "found" in request.POST:
        return too_old(request)
    if not request.POST.get("scan", "").strip():
        return redirect("/clinic/")
    form = BoxForm(request.POST)
    if not form.is_valid():
        return desk_page(request, form)
    scan = form.cleaned_data["scan"]
    if scan.query:
        return found_page(request, scan)
    number = scan.number or services.number_on_slip(scan.slip_code)
    if number is None:
        return invited_page(request, form, scan.slip_code)
    resident = look_up(by=request.actor, number=number, purpose="clinic")
    return person_page(request, resident, card_text=scan.card_text) if resident else unregistered_page(request, scan)


def invited_page(request, form, code):
    """Whose invitation the code is, if it is to a session of today; somebody not in the registry is registered first."""
    try:
        invited = read_invitation(code, facility=request.facility, sessions=list(request.sessions))
    except UnknownInvitationError:
        form.add_error("scan", _("No slip has this code, and no invitation to this facility."))
        return desk_page(request, form)
    except SessionError as error:
        form.add_error("scan", error.message)
        return desk_page(request, form)
    resident = look_up(by=request.actor, number=invited.number, purpose="clinic") if invited.number else None
    if resident:
        return person_page(request, resident, invitation=code)
    return unregistered_page(request, read_number(invited.number), invitation=code, known=known_of(invited.person))


def found_page(request, scan):
    """Who has the name or phone that was typed, among those the clerk may find and those expected here today."""
    among = finding.people_at(request.facility, user=request.user, on=request.workday.today)
    found = finding.search(by=request.actor, query=scan.query, among=among)
    context = {"form": BoxForm(), "found": found, "typed": scan.text, "most": MOST_SHOWN}
    return render(request, "vaccinations/desk/found.html", context)


@open_to(CLINIC_DESK)
@at_facility
@posted
def record(request):
    """What Enter on a person's page says: the dose, no dose and why, or that the person waits."""
    if request.POST.get("scan", "").strip():
        return person(request)
    page = opened_page(request)
    if page is None:
        return too_old(request)
    try:
        return answer(request, *page)
    except visiting.AnsweredMeanwhileError as error:
        return desk_page(request, BoxForm(), answered=error.visit)


def answer(request, resident, opened):
    """What follows the deed that was sent; the person's page again where a form or a service refuses it."""
    form = DoseForm(request.POST, lots=lots_of(request))
    form.is_valid()
    on = form.entered["on"] or request.workday.today
    screening = ScreeningForm(request.POST, checklist=checklist_of(resident, on=on))
    not_given = NotGivenForm(declining(request, screening))
    deeds = {"wait": let_wait, "not-given": decline}
    deed = deeds.get(request.POST.get("act"), decline if not_given.is_chosen else give)
    if deed is not give:
        form.allow_gaps()
    parts = {"form": form, "screening": screening, "not_given": not_given}
    response = deed(request, resident, opened, **parts) if screening.is_valid() and not_given.is_valid() else None
    return response or person_page(request, resident, opened=opened, **parts)


def arrival_of(request, opened, form):
    """How the person comes, and why without a place if the page asked."""
    chosen = {"session": request.workday.session_id, "sessions": list(request.sessions)}
    return opened.arrival(reason=form.reason, **chosen)


def declining(request, screening):
    """What was said of not giving a dose; the button under a conclusion that forbids it says all at once."""
    if "decline" in request.POST and screening.is_valid():
        suggestion = screening.suggestion
        return {"not_given_reason": suggestion["reason"], "not_given_text": suggestion["text"]}
    return request.POST


def give(request, resident, opened, *, form, screening, not_given):
    """The dose recorded: its slip and the box; or None, and the forms say why."""
    if not form.is_valid():
        return None
    now = timezone.now()
    facts = {
        "entry": form.entry(facility=request.facility, key=form.key, now=now),
        "reason": form.reason,
        "card_seen": bool(opened.card) and is_same_person(card=opened.card, resident=resident),
        "screening": screening.statement,
        "seen": opened.seen,
        "arrival": arrival_of(request, opened, form),
    }
    visit = told(form, screening, visiting.give, by=request.actor, resident=resident, now=now, **facts)
    if not visit:
        return None
    entry = facts["entry"]
    request.workday.stick(lot=entry.lot.pk, vaccinator=entry.vaccinator, given_on=entry.administered_on)
    return recorded_page(request, visit)


def decline(request, resident, opened, *, form, screening, not_given):
    """The desk again, with the visit that was answered "not given"."""
    facts = {"facility": request.facility, "now": timezone.now(), "seen": opened.seen, **not_given.facts}
    arrival = arrival_of(request, opened, form)
    facts |= {"screening": screening.statement, "arrival": arrival}
    visit = told(form, screening, visiting.decline, by=request.actor, resident=resident, **facts)
    return desk_page(request, BoxForm(), declined=visit) if visit else None


def let_wait(request, resident, opened, *, form, screening, not_given):
    """The desk again, with the person on the list of those who wait, and what was noted of them kept."""
    arrival = arrival_of(request, opened, form)
    facts = {"facility": request.facility, "now": timezone.now(), "screening": screening.statement, "arrival": arrival}
    visit = told(form, screening, visiting.arrive, by=request.actor, resident=resident, **facts)
    return desk_page(request, BoxForm(), arrived=visit) if visit else None


@open_to(CLINIC_DESK)
@at_facility
@posted
def undo_visit(request, pk):
    """Takes back that no dose was given, or that somebody had come."""
    visits = Visit.objects.visible_to(request.user).select_related("resident", "facility")
    visit = get_object_or_404(visits, pk=pk)
    undo = visiting.cancel if visit.is_waiting else visiting.reopen
    try:
        undo(by=request.actor, visit=visit, now=timezone.now())
    except (visiting.VisitError, ResidentError) as error:
        messages.warning(request, error.message)
        return desk_page(request, BoxForm())
    return desk_page(request, BoxForm(), undone=visit)


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
        registering.log_offered(by=request.actor, offered=error.candidates)
        return unregistered_page(request, scan, form=form.having_seen(error.candidates), doubles=error.candidates)
    except AlreadyRegisteredError as error:
        messages.info(request, _("This number was registered already: this is who holds it."))
        resident = error.resident
    except ResidentError as error:
        form.add_error(None, error.message)
        return unregistered_page(request, scan, form=form)
    return person_page(request, resident, card_text=scan.card_text, invitation=identity.invitation)


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
