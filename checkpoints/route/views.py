"""Before leaving: what the checkpoints on the way will say. Nothing is kept, logged or read from the registry."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from checkpoints.declaring.passes import are_of_one_journey
from checkpoints.declaring.views import LAST_PASS, ROUTE_PASS
from checkpoints.route.declared import declared_with, journey_of
from checkpoints.route.forms import RouteForm
from checkpoints.route.pass_forms import PassAddressForm, PassRouteForm, SealedPassForm
from checkpoints.route.stops import stops_on
from checkpoints.rules.deciding import all_code_names
from vaxreg.access import public
from vaxreg.errors import too_many_requests
from vaxreg.limits import count_request, limited
from vaxreg.sealing import seal

# Whoever holds a pass may try this often an hour to tell the date of birth declared with it.
TRIES, TRIES_SECONDS = 10, 3_600


@public
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited
def route(request):
    sent = request.POST if request.method == "POST" else request.GET
    if "sealed_pass" in sent:
        return by_sealed_pass(request, SealedPassForm(sent))
    if "pass_address" in sent and request.method == "POST":
        return by_address(request, PassAddressForm(sent))
    return by_questions(request, RouteForm(sent if request.method == "POST" else None, now=timezone.now()))


def by_questions(request, form, address_form=None, **context):
    context |= {"form": form, "address_form": address_form or PassAddressForm()}
    if form.is_bound and form.is_valid():
        stops = stops_on(form.journey, form.people)
        context |= {"stops": stops, "names": all_code_names(), "questions": form.questions(kinds_at(stops))}
    elif form.is_bound:
        context["questions"] = form.sent_questions()
    return render(request, "checkpoints/route/route.html", context)


def kinds_at(stops):
    return set().union(*(stop.kinds for stop in stops))


def by_address(request, form):
    if not form.is_valid():
        return by_questions(request, RouteForm(now=timezone.now()), form)
    return by_pass(request, form.cleaned_data["pass_address"], is_sent=False)


def by_sealed_pass(request, form):
    token = form.cleaned_data["sealed_pass"] if form.is_valid() else ""
    if not declared_with(token):
        return by_questions(request, RouteForm(now=timezone.now()), is_late=True)
    return by_pass(request, token, is_sent=request.method == "POST")


def by_pass(request, token, *, is_sent):
    """What the checkpoints will say to all who travel with the pass: at once on the phone that filed it."""
    declarations, now = declared_with(token), timezone.now()
    is_own = are_of_one_journey(token, LAST_PASS.read(request))
    if is_sent and not is_own and count_request(f"route:{token}", seconds=TRIES_SECONDS) > TRIES:
        return too_many_requests(request)
    asked = request.POST if is_sent else PassRouteForm.proposed(declarations, now) if is_own else None
    form = PassRouteForm(asked, declarations=declarations, is_own=is_own, now=now)
    context = {"form": form, "sealed_pass": seal(token, purpose=ROUTE_PASS)}
    if form.is_bound and form.is_valid():
        stops = stops_on(journey_of(declarations, form.at), form.people)
        context |= {"stops": stops, "names": all_code_names()}
        context["questions"] = form.questions(kinds_at(stops)) if form.may_ask else []
    elif form.is_bound:
        context["questions"] = form.sent_questions()
    return render(request, "checkpoints/route/pass.html", context)
