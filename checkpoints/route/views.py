"""Before leaving: what the checkpoints on the way will say. Nothing is kept, logged or read from the registry."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from checkpoints.route.forms import RouteForm
from checkpoints.route.stops import stops_on
from checkpoints.rules.deciding import all_code_names
from vaxreg.access import public
from vaxreg.limits import limited


@public
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited
def route(request):
    form = RouteForm(request.POST if request.method == "POST" else None, now=timezone.now())
    context = {"form": form}
    if form.is_bound and form.is_valid():
        facts = form.facts
        stops = stops_on(form.journey, facts)
        kinds = set().union(*(stop.kinds for stop in stops))
        context |= {"stops": stops, "facts": facts, "names": all_code_names(), "questions": form.questions(kinds)}
    elif form.is_bound:
        context["questions"] = form.sent_questions()
    return render(request, "checkpoints/route/route.html", context)
