"""Status, answers to an invitation, and withdrawal, for whoever knows the code and the date of birth.

Every page is the answer to a POST: no address leads to anybody. Nothing is kept between two of them but what the page
carries sealed.
"""

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vaccinations.registration import services
from vaccinations.registration.forms import OPENED, IdentityForm, OpenedForm
from vaccinations.registration.standing import standings
from vaccinations.sessions import replies
from vaccinations.sessions.errors import SessionError
from vaxreg.access import public
from vaxreg.errors import too_many_requests
from vaxreg.limits import count_request, limited
from vaxreg.qr import qr_svg
from vaxreg.sealing import seal

# So often an hour a date of birth can be tried with one code.
TRIES, TRIES_SECONDS = 10, 3_600
TOLD = {
    "confirm": _("You will come. Thank you: your place is kept."),
    "decline": _("Your place is free for somebody else. You are waiting for another day."),
    "come": _("You will come after all: your place is kept."),
    "withdraw": _("The registration is withdrawn."),
    "restore": _("You are registered again, at your old place in the order."),
}
REPLIES = {"confirm": replies.confirm, "decline": replies.decline, "come": replies.come_after_all}


@public
@limited
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request):
    act = request.POST.get("do", "open")
    if request.method != "POST" or act == "open":
        return identify(request)
    opened = OpenedForm(request.POST)
    if not opened.is_valid():
        return identity_page(request, IdentityForm(), is_late=True)
    shown = opened.cleaned_data["opened"]
    standing = next(one for one in standings(shown["people"], timezone.now()) if one.person.pk == opened.chosen)
    if act == "ask-withdraw":
        return render(
            request, "vaccinations/registration/withdraw.html", {"standing": standing, "sealed": opened.sealed}
        )
    return status_page(request, shown, told=done(request, act, standing))


def identify(request):
    form = IdentityForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return identity_page(request, form)
    said = form.cleaned_data
    if count_request(f"registration:{said['code']}", seconds=TRIES_SECONDS) > TRIES:
        return too_many_requests(request)
    try:
        people = services.open_registration(**said, by=request.actor)
    except services.NotOpenedError as error:
        form.add_error(None, error.message)
        return identity_page(request, form)
    return status_page(request, {"people": [person.pk for person in people]})


def identity_page(request, form, **context):
    return render(request, "vaccinations/registration/identity.html", {"form": form, **context})


def status_page(request, shown, told=None):
    found = standings(shown["people"], timezone.now())
    lines = [(one, qr_svg(one.invitation.code, title="QR") if one.invitation else None) for one in found]
    context = {"lines": lines, "sealed": seal(shown, purpose=OPENED), "told": told}
    return render(request, "vaccinations/registration/status.html", context)


def done(request, act, standing):
    """What the page says of a button: (whether it did, the sentence); None for a button of no page of ours."""
    facts = {"now": timezone.now(), "by": request.actor}
    try:
        if act in ("withdraw", "restore"):
            getattr(services, act)(person=standing.person, **facts)
        elif act in REPLIES and standing.appointment:
            REPLIES[act](appointment=standing.appointment, **facts)
        else:
            return None
    except (SessionError, services.RegistrationError) as error:
        return False, error.message
    return True, TOLD[act]
