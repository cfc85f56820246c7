"""What citizens see: the declaration and the pass. No account, no session, nothing read from the registry."""

from django.conf import settings
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from checkpoints import passes
from checkpoints.forms import DeclarationForm
from checkpoints.services import file_declaration
from vaxreg.access import CHECKPOINT_DESK, public
from vaxreg.limits import limited


class SeeOther(HttpResponseRedirect):
    """The answer to a form that was sent is on another page, to be fetched by GET."""

    status_code = 303


@public
@limited
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request):
    form = DeclarationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _declaration, token = file_declaration(answers=form.answers, by=request.actor)
        return SeeOther(f"/p/{token}/")
    return render(request, "checkpoints/declare.html", {"form": form, "hours": settings.DECLARATION_VALID_HOURS})


@public
@require_safe
def show_pass(request, token):
    found = passes.find_pass(token)
    if found is None:
        raise Http404
    now = timezone.now()
    is_officer = request.user.is_authenticated and request.user.has_role(CHECKPOINT_DESK)
    url = request.build_absolute_uri()
    context = {"pass": found, "url": url, "is_expired": found.is_expired(now), "is_officer": is_officer}
    response = render(request, "checkpoints/pass.html", {**context, "qr": passes.qr_svg(url)})
    response["X-Robots-Tag"] = "noindex"
    # The page says the same until the pass ends, so the phone shows it without a network. Officers get a form besides.
    seconds = 0 if request.user.is_authenticated else found.seconds_left(now)
    patch_cache_control(response, private=True, max_age=seconds)
    return response
