"""Calling people: from the standby list, and those whose day has changed."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from vaccinations.desk.pages import at_facility
from vaccinations.models import RegisteredPerson
from vaccinations.sessions import standby
from vaccinations.sessions.arrival_forms import CallForm, PhoneForm
from vaccinations.sessions.errors import SessionError
from vaccinations.sessions.pages import session_of, to_session
from vaxreg.access import CLINIC_DESK, open_to


@open_to(CLINIC_DESK)
@at_facility
@require_safe
def standby_list(request, pk):
    session = session_of(request, pk)
    people = standby.list_standby(by=request.actor, session=session)
    is_held_now = not session.is_cancelled and session.hour_now(timezone.now()) is not None
    context = {"session": session, "people": people, "is_held_now": is_held_now}
    context["leftovers"] = standby.leftovers(session, timezone.now())
    return render(request, "vaccinations/sessions/standby.html", context)


@open_to(CLINIC_DESK)
@at_facility
@require_POST
def call(request, pk):
    """Somebody of the list was called and comes: a place is kept for them."""
    session, form = session_of(request, pk), CallForm(request.POST)
    if form.is_valid():
        person = person_of(request, form.cleaned_data["person"])
        try:
            made = standby.call_in(by=request.actor, session=session, person=person, now=timezone.now())
            messages.success(request, _("A place is kept. They come on their own card."))
            return to_session(session, made.starts_at)
        except SessionError as error:
            messages.error(request, error.message)
    return to_session(session)


@open_to(CLINIC_DESK)
@at_facility
@require_POST
def phone(request, pk):
    """Asks why, and then shows the number once."""
    session, form = session_of(request, pk), PhoneForm(request.POST)
    if not form.is_valid() and "person" in form.errors:
        return to_session(session)
    person = person_of(request, form.cleaned_data["person"])
    number = ""
    if form.is_valid() and form.cleaned_data["reason"]:
        number = standby.reveal_phone(by=request.actor, person=person, reason=form.cleaned_data["reason"])
    elif "reason" in request.POST and not form.errors:
        form.add_error("reason", _("Say why: it is kept."))
    if "reason" not in request.POST:
        form = PhoneForm(initial={"person": person.pk})
    context = {"session": session, "person": person, "form": form, "number": number}
    return render(request, "vaccinations/sessions/phone.html", context)


def person_of(request, pk):
    return get_object_or_404(RegisteredPerson.objects.visible_to(request.user), pk=pk)
