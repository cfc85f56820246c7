"""People come to a session: the box, the person at it, and what is undone again."""

from django.contrib import messages
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from residents.services import look_up
from vaccinations.desk import arrivals
from vaccinations.desk.pages import at_facility
from vaccinations.desk.visiting import VisitError
from vaccinations.sessions import arriving
from vaccinations.sessions.arrival_forms import AppointmentForm, ArrivalForm, BookForm, WalkInForm
from vaccinations.sessions.errors import AlreadyArrivedError, DoubtfulPersonError, SessionError, SessionFullError
from vaccinations.sessions.invitations import read_invitation
from vaccinations.sessions.pages import appointment_in, session_of, session_page, to_session
from vaxreg.access import CLINIC_DESK, open_to
from vaxreg.codes import spaced


@open_to(CLINIC_DESK)
@at_facility
@require_POST
def arrive(request, pk):
    """The box was given a card, a number or a code; or a person without any is at the desk."""
    session, form = session_of(request, pk), ArrivalForm(request.POST)
    if not form.is_valid():
        return session_page(request, session, form=form)
    scan, chosen = form.cleaned_data["scan"], form.cleaned_data["appointment"]
    if scan and scan.slip_code:
        return invitation_page(request, session, form, scan.slip_code)
    invitation = appointment_in(request, session, chosen) if chosen else None
    if scan is None and (invitation is None or "without" not in request.POST):
        form.add_error("scan", _("Scan the card or type a number first."))
        return session_page(request, session, form=form, invitation=invitation)
    resident = look_up(by=request.actor, number=scan.number, purpose="session") if scan else None
    if scan and resident is None:
        form.add_error("scan", _("This number is not in the registry. Register the person at the clinic desk first."))
        return session_page(request, session, form=form, invitation=invitation)
    own = invitation or arriving.appointment_of(session=session, resident=resident)
    if own is None:
        return session_page(request, session, stranger=resident)
    return note_arrival(request, session, form, own, resident)


def invitation_page(request, session, form, code):
    """Whose the code is: now the person's own card is to be scanned."""
    try:
        found = read_invitation(code, facility=session.facility, sessions=[session])
    except SessionError as error:
        form.add_error("scan", error.message)
        return session_page(request, session, form=form)
    return session_page(request, session, invitation=found)


def note_arrival(request, session, form, appointment, resident):
    facts = {"resident": resident, "reason": form.cleaned_data["reason"], "now": timezone.now()}
    asked = {"invitation": appointment}
    try:
        arrived = arrivals.note(by=request.actor, appointment=appointment, **facts)
    except DoubtfulPersonError as error:
        form.add_error("reason", error.message)
        asked["doubtful"] = resident
    except SessionFullError as error:
        form.add_error(None, error.message)
        asked = {"stranger": resident, "offer": error.offer}
    except SessionError as error:
        form.add_error(None, error.message)
    else:
        messages.success(request, _("Arrived."))
        return to_session(session, arrived.starts_at)
    return session_page(request, session, form=form, **asked)


@open_to(CLINIC_DESK)
@at_facility
@require_POST
def walk_in(request, pk):
    session, form = session_of(request, pk), WalkInForm(request.POST)
    if not form.is_valid():
        return too_old(request, session)
    resident = look_up(by=request.actor, number=form.cleaned_data["person"]["number"], purpose="session")
    try:
        taken = arrivals.admit(by=request.actor, session=session, resident=resident, now=timezone.now())
    except SessionFullError as error:
        return session_page(request, session, stranger=resident, offer=error.offer, refusal=error.message)
    except SessionError as error:
        return session_page(request, session, stranger=resident, refusal=error.message)
    messages.success(request, _("Taken without an invitation."))
    return to_session(session, taken.starts_at)


@open_to(CLINIC_DESK)
@at_facility
@require_POST
def book(request, pk):
    """The place that was offered where this hour is full."""
    session, form = session_of(request, pk), BookForm(request.POST)
    if not form.is_valid():
        return too_old(request, session)
    said = form.cleaned_data
    resident = look_up(by=request.actor, number=said["person"]["number"], purpose="session")
    facts = {"session": session_of(request, said["session"]), "starts_at": said["starts_at"], "now": timezone.now()}
    try:
        booked = arriving.book_place(by=request.actor, resident=resident, **facts)
    except AlreadyArrivedError as error:
        refusal = _("This person has an appointment already: %(session)s.") % {"session": error.appointment.session}
        return session_page(request, session, stranger=resident, refusal=refusal)
    except SessionError as error:
        offer = getattr(error, "offer", None)
        return session_page(request, session, stranger=resident, refusal=error.message, offer=offer)
    told = {"session": booked.session, "hour": f"{booked.starts_at:%H:%M}", "code": spaced(booked.code)}
    messages.success(request, _("Booked: %(session)s, at %(hour)s. Code to write down: %(code)s") % told)
    return to_session(session)


@open_to(CLINIC_DESK)
@at_facility
@require_POST
def undo(request, pk):
    session, form = session_of(request, pk), AppointmentForm(request.POST)
    if not form.is_valid():
        return to_session(session)
    appointment = appointment_in(request, session, form.cleaned_data["appointment"])
    try:
        arrivals.undo(by=request.actor, appointment=appointment, now=timezone.now())
        messages.success(request, _("The arrival is undone."))
    except (SessionError, VisitError) as error:
        messages.error(request, error.message)
    return to_session(session, appointment.starts_at)


@open_to(CLINIC_DESK)
@at_facility
@require_POST
def missed(request, pk):
    session = session_of(request, pk)
    number = arriving.mark_no_shows(by=request.actor, session=session, now=timezone.now())
    messages.success(request, _("%(number)s did not come. Their places are free.") % {"number": number})
    return to_session(session)


def too_old(request, session):
    messages.warning(request, _("This page was too old. Scan the card again."))
    return to_session(session)
