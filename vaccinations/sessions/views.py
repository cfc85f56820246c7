"""Sessions of the facility where a clerk works: the list, one of them, made, changed, cancelled, printed."""

from django.contrib import messages
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vaccinations.desk.pages import at_facility
from vaccinations.models import ClinicSession
from vaccinations.sessions import planning
from vaccinations.sessions.errors import SessionError
from vaccinations.sessions.forms import CancelForm, ChangeForm, SessionForm
from vaccinations.sessions.listing import list_for_paper, sessions_of
from vaccinations.sessions.pages import session_of, session_page, to_session
from vaxreg.access import CLINIC_DESK, CLINIC_LEADS, open_to


@open_to(CLINIC_DESK)
@at_facility
@require_safe
def sessions(request):
    visible = ClinicSession.objects.visible_to(request.user)
    coming, past, older = sessions_of(request.facility, visible, timezone.localdate(), request.GET.get("before", ""))
    is_lead = request.user.has_role(CLINIC_LEADS)
    context = {"coming": coming, "past": past, "older": older, "today": timezone.localdate(), "is_lead": is_lead}
    return render(request, "vaccinations/sessions/sessions.html", context)


@open_to(CLINIC_DESK)
@at_facility
@require_safe
def session(request, pk):
    return session_page(request, session_of(request, pk))


@open_to(CLINIC_LEADS)
@at_facility
def new(request):
    form = SessionForm(request.POST if request.method == "POST" else None, today=timezone.localdate())
    if form.is_valid():
        facts = {"facility": request.facility, "plan": form.plan, "key": form.cleaned_data["key"]}
        made = planning.make_session(by=request.actor, **facts)
        messages.success(request, _("The session is planned. Invite people, or let them come."))
        return to_session(made)
    form.focus()
    return render(request, "vaccinations/sessions/form.html", {"form": form})


@open_to(CLINIC_LEADS)
@at_facility
def edit(request, pk):
    session = session_of(request, pk)
    form = ChangeForm(
        request.POST if request.method == "POST" else None,
        session=session,
        is_fixed=session.has_appointments,
        today=timezone.localdate(),
    )
    context = {"form": form, "session": session}
    if form.is_valid():
        try:
            facts = {"plan": form.plan, "now": timezone.now(), **form.confirmed}
            planning.change_session(by=request.actor, session=session, **facts)
            messages.success(request, _("The session is changed."))
            return to_session(session)
        except planning.AffectedError as error:
            context["affected"] = error.appointments
            context["form"] = form.having_seen([row.pk for row in error.appointments])
        except SessionError as error:
            form.add_error(None, error.message)
    context["form"].focus()
    return render(request, "vaccinations/sessions/form.html", context)


@open_to(CLINIC_LEADS)
@at_facility
def cancel(request, pk):
    session = session_of(request, pk)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            ended = planning.cancel_session(by=request.actor, session=session, reason=reason, now=timezone.now())
            messages.success(
                request, _("The session is cancelled. %(number)s people come first next time.") % {"number": len(ended)}
            )
            return to_session(session)
        except SessionError as error:
            form.add_error(None, error.message)
    losing = planning.losing_their_place(session, session.opens_at, session.opens_at)
    return render(request, "vaccinations/sessions/cancel.html", {"form": form, "session": session, "losing": losing})


@open_to(CLINIC_DESK)
@at_facility
@require_safe
def paper(request, pk):
    session = session_of(request, pk)
    day = list_for_paper(by=request.actor, session=session, now=timezone.now())
    return render(request, "vaccinations/sessions/paper.html", {"session": session, "day": day})
