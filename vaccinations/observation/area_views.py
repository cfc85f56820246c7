"""Reactions for whoever answers for an area: serious ones at once. The list names nobody; opening one is logged."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from vaccinations.models import AdverseEvent
from vaccinations.observation.finding import terms_on, unread_serious, versions_of
from vaccinations.observation.reactions import person_of, read_reaction
from vaxreg.access import AREA_REPORTS, open_to
from vaxreg.keyset import key_text, read_key

PAGE = 50


@open_to(AREA_REPORTS)
@require_safe
def adverse_events(request):
    """The latest versions of the area's reactions, the newest first; ?show=all adds those that are not serious."""
    shows_all = request.GET.get("show") == "all"
    events = AdverseEvent.objects.visible_to(request.user).current().listed(serious_only=not shows_all)
    page = list(events.with_unread(request.user).before(read_key(request.GET.get("before", "")))[: PAGE + 1])
    older = key_text(page[PAGE - 1].recorded_at, page[PAGE - 1].pk) if len(page) > PAGE else ""
    context = {"events": page[:PAGE], "older": older, "shows_all": shows_all, "names": term_names()}
    context["unread"] = unread_serious(request.user)
    return render(request, "vaccinations/observation/adverse_events.html", context)


@open_to(AREA_REPORTS)
@require_safe
def adverse_event(request, pk):
    """One reaction with its person, and all that was known of it before."""
    visible = AdverseEvent.objects.visible_to(request.user).with_facts()
    event = get_object_or_404(visible, pk=pk)
    versions = versions_of(event)
    latest = versions[0]
    read_reaction(by=request.actor, event=latest)
    context = {"event": latest, "versions": versions, "resident": person_of(latest), "names": term_names()}
    return render(request, "vaccinations/observation/adverse_event.html", context)


def term_names():
    return {term.code: str(term) for term in terms_on(timezone.localdate())}
