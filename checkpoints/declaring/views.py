"""What citizens see: the declaration and the pass. No account, no session, nothing read from the registry."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from checkpoints.declaring import changing, filing, passes
from checkpoints.declaring.sheet import JOURNEY, Sheet, as_sent
from vaxreg.access import CHECKPOINT_DESK, public
from vaxreg.keepsakes import Keepsake
from vaxreg.limits import limited
from vaxreg.responses import SeeOther
from vaxreg.sealing import seal
from vaxreg.sheets import KEEP, SEND

# The pass last filed from this phone: it leads to what was declared. /declare/ and /route/ read it.
LAST_PASS = Keepsake("last-pass", "/", days=60)
# What the route is asked with.
ROUTE_PASS = "route-pass"


@public
@limited
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request):
    act = request.POST.get("do", SEND) if request.method == "POST" else JOURNEY
    if act == "forget":
        return LAST_PASS.drop(SeeOther("/declare/"))
    if act == "same":
        return declare_same(request)
    sheet = Sheet(request.POST, act=act, today=timezone.localdate())
    if sheet.is_complete:
        _declarations, token = filing.file_journey(people=sheet.answers, by=request.actor)
        return LAST_PASS.keep(SeeOther(f"/p/{token}/"), token)
    return show_sheet(request, sheet, has_last=request.method == "GET" and LAST_PASS.is_with(request))


def declare_same(request):
    """The journey and the person of last time; asked for, never shown beforehand, for phones are shared."""
    declaration = changing.recall_journey(token=LAST_PASS.read(request), by=request.actor)
    if declaration is None:
        return LAST_PASS.drop(SeeOther("/declare/"))
    sheet = Sheet(as_sent([declaration], is_change=False), act=KEEP, today=timezone.localdate())
    response = show_sheet(request, sheet)
    add_never_cache_headers(response)
    return response


def show_sheet(request, sheet, **context):
    # What the phone has kept is offered on a page opened anew, not in the middle of filling one in.
    context |= {"sheet": sheet, "hours": settings.DECLARATION_VALID_HOURS, "is_begun": request.method == "POST"}
    template = "declare.html" if sheet.is_at_start else "declare_people.html"
    return render(request, f"checkpoints/declaring/{template}", context)


@public
@require_safe
def show_pass(request, token):
    found = find_or_404(token)
    now = timezone.now()
    is_officer = request.user.is_authenticated and request.user.has_role(CHECKPOINT_DESK)
    url = request.build_absolute_uri(f"/p/{token}/")
    members = [(member, passes.qr_svg(request.build_absolute_uri(f"/p/{member.token}/"))) for member in found.members]
    context = {"pass": found, "url": url, "is_expired": found.is_expired(now), "is_officer": is_officer}
    context["sealed_pass"] = seal(token, purpose=ROUTE_PASS)
    response = render(
        request, "checkpoints/declaring/pass.html", {**context, "members": members, "qr": passes.qr_svg(url)}
    )
    response["X-Robots-Tag"] = "noindex"
    # The page says the same until the pass ends, so the phone shows it without a network. Officers get a form besides.
    seconds = 0 if request.user.is_authenticated else found.seconds_left(now)
    patch_cache_control(response, private=True, max_age=seconds)
    return response


def find_or_404(token):
    found = passes.find_pass(token)
    if found is None:
        raise Http404
    return found
