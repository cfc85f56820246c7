"""Filling a session: whom the rule would invite, and inviting them."""

from uuid import uuid4

from django.contrib import messages
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from vaccinations.desk.pages import at_facility
from vaccinations.sessions.candidates import OLDEST, candidates, counted
from vaccinations.sessions.errors import SessionError
from vaccinations.sessions.filling import fill_session, free_places
from vaccinations.sessions.first_doses import first_doses
from vaccinations.sessions.forms import FillForm, InviteForm
from vaccinations.sessions.pages import session_of, to_session
from vaxreg.access import CLINIC_LEADS, open_to


@open_to(CLINIC_LEADS)
@at_facility
def fill(request, pk):
    session = session_of(request, pk)
    first = first_doses(session.vaccines.all(), session.held_on)
    if request.method == "POST":
        form = InviteForm(request.POST, session=session, first=first)
        if form.is_valid() and (answer := invite(request, session, form)):
            return answer
    else:
        form = FillForm(request.GET or {"order": OLDEST}, session=session, first=first)
    context = {"form": form, "session": session, "places": len(list(free_places(session, timezone.now())))}
    if form.is_valid():
        matching = candidates(session, form.criteria, first)
        context |= {"groups": counted(matching), "key": uuid4(), "criteria": form.criteria}
        context["number"] = sum(row["number"] for row in context["groups"])
        context["proposed"] = min(context["number"], context["places"])
    return render(request, "vaccinations/sessions/fill.html", context)


def invite(request, session, form):
    said = form.cleaned_data
    facts = {"criteria": form.criteria, "count": said["count"], "key": said["key"], "now": timezone.now()}
    try:
        made = fill_session(by=request.actor, session=session, **facts)
    except SessionError as error:
        form.add_error(None, error.message)
        return None
    messages.success(
        request,
        _("%(number)s people are invited. No message is sent: print the list and call them; their page shows it too.")
        % {"number": len(made)},
    )
    return to_session(session)
