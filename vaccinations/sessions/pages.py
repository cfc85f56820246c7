"""The page of a session, with which more than one address answers, and what the views of sessions share."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from vaccinations.models import Appointment, ClinicSession
from vaccinations.sessions.arrival_forms import PERSON, ArrivalForm
from vaccinations.sessions.arriving import missing
from vaccinations.sessions.listing import list_hour, to_invite_anew
from vaxreg.access import CLINIC_LEADS
from vaxreg.sealing import seal


def session_of(request: HttpRequest, pk: int) -> ClinicSession:
    """The session, if it is of a facility where the user works; 404 otherwise."""
    visible = ClinicSession.objects.visible_to(request.user).select_related("facility__unit")
    return get_object_or_404(visible, pk=pk)


def appointment_in(request: HttpRequest, session: ClinicSession, pk: int) -> Appointment:
    """The appointment of that session; 404 for one of another session."""
    return get_object_or_404(Appointment.objects.visible_to(request.user).filter(pk=pk), session_id=session.pk)


def to_session(session: ClinicSession, hour: Any = None) -> HttpResponse:
    """Back to the page, at that hour."""
    return redirect(f"/clinic/sessions/{session.pk}/" + (f"?hour={hour:%H:%M}" if hour else ""))


def session_page(
    request: HttpRequest, session: ClinicSession, *, form: ArrivalForm | None = None, **asked: Any
) -> HttpResponse:
    """The page. `asked` is what the box was given and what to do about it: an invitation, a stranger, an offer."""
    now = timezone.now()
    day = list_hour(by=request.actor, session=session, wanted=request.GET.get("hour", ""), now=now)
    stranger = asked.get("stranger")
    context = {
        "session": session,
        "day": day,
        "form": form or ArrivalForm(),
        "is_lead": request.user.has_role(CLINIC_LEADS),
        "is_held_now": not session.is_cancelled and session.hour_now(now) is not None,
        "is_over": session.ends <= now,
        "missed": missing(session, now).count(),
        "again": to_invite_anew(session),
        "sealed": seal({"number": stranger.pk}, purpose=PERSON) if stranger else "",
        **asked,
    }
    return render(request, "vaccinations/sessions/session.html", context)
