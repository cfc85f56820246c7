"""What citizens see who register for vaccination. No account, no session, nothing read from the registry."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from vaccinations.registration import services
from vaccinations.registration.sheet import HOME, RegistrationSheet
from vaxreg.access import public
from vaxreg.codes import spaced
from vaxreg.keepsakes import Keepsake
from vaxreg.limits import limited
from vaxreg.qr import qr_svg
from vaxreg.responses import SeeOther
from vaxreg.sheets import SEND

# The registration last filed from this phone: it leads to the page with its code.
LAST_REGISTRATION = Keepsake("last-registration", "/register/", days=180)
CODE_PAGE_SECONDS = 24 * 3_600


@public
@limited
@require_http_methods(["GET", "HEAD", "POST"])
def register(request):
    act = request.POST.get("do", SEND) if request.method == "POST" else HOME
    if act == "forget":
        return LAST_REGISTRATION.drop(SeeOther("/register/"))
    if act == "mine":
        return show_mine(request)
    sheet = RegistrationSheet(request.POST, act=act, today=timezone.localdate())
    if sheet.is_complete:
        registration = services.register(answers=sheet.answers, now=timezone.now(), by=request.actor)
        return LAST_REGISTRATION.keep(SeeOther(f"/register/{registration.token}/"), registration.token)
    has_last = request.method == "GET" and LAST_REGISTRATION.is_with(request)
    template = "home.html" if sheet.is_at_start else "people.html"
    return render(request, f"vaccinations/registration/{template}", {"sheet": sheet, "has_last": has_last})


def show_mine(request):
    """The code of last time; asked for, never shown beforehand, for phones are shared."""
    registration = services.find_registration(LAST_REGISTRATION.read(request))
    if registration is None:
        return LAST_REGISTRATION.drop(SeeOther("/register/"))
    return SeeOther(f"/register/{registration.token}/")


@public
@require_safe
def registered(request, token):
    registration = services.find_registration(token)
    if registration is None:
        raise Http404
    qr = qr_svg(registration.code, title=_("Registration code %(code)s") % {"code": spaced(registration.code)})
    response = render(request, "vaccinations/registration/code.html", {"registration": registration, "qr": qr})
    response["X-Robots-Tag"] = "noindex"
    # The code stays the same, so the phone shows it without a network.
    patch_cache_control(response, private=True, max_age=0 if request.user.is_authenticated else CODE_PAGE_SECONDS)
    return response
