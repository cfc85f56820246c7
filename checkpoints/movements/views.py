"""Movements in numbers, the days of a checkpoint, its passages, and contact tracing. No personal data in an address."""

import csv
from datetime import timedelta

from django.conf import settings
from django.http import HttpResponseBadRequest, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from checkpoints.models import Checkpoint, Passage
from checkpoints.movements import flows, reports
from checkpoints.movements.forms import DayForm, MovementForm, PassagesForm, TracingForm
from checkpoints.movements.tracing import Inquiry, trace
from vaxreg.access import MOVEMENT_DETAILS, MOVEMENTS, TRACING, open_to
from vaxreg.exports.listings import registry
from vaxreg.keyset import read_key

PAGE_SIZE = 50
FILTERS = ("since", "until", "checkpoint", "outcome")


@open_to(MOVEMENTS)
@require_safe
def overview(request):
    form, selection = selected(request)
    context = {**place(request, "overview"), "form": form, "selection": selection}
    context["limit"] = settings.SMALLEST_COUNT_SHOWN
    if selection:
        context |= reports.overview(selection, timezone.localdate())
    return render(request, "checkpoints/movements/overview.html", context)


def place(request, name):
    """What the pages' own navigation knows, and the filters as an address carries them from page to page."""
    kept = {name: request.GET[name] for name in FILTERS if name in request.GET}
    return {"place": name, "details": request.user.has_role(MOVEMENT_DETAILS), "query": urlencode(kept)}


@open_to(MOVEMENT_DETAILS)
@require_safe
def wards(request):
    form, selection = selected(request)
    context = {**place(request, "wards"), "form": form, "selection": selection}
    if selection and selection.is_exact:
        context |= reports.wards(selection, request.GET.get("province", ""), timezone.localdate())
    return render(request, "checkpoints/movements/wards.html", context)


@open_to(MOVEMENTS)
@require_safe
def counts(request):
    """The counts as CSV, without small numbers: what is downloaded leaves the area."""
    _form, selection = selected(request, leaves_area=True)
    if selection is None:
        return HttpResponseBadRequest(_("Choose the days again."), content_type="text/plain; charset=utf-8")
    covered = flows.coverage(selection, timezone.localdate())
    rows = reports.csv_rows(flows.export(selection=selection, covered=covered, by=request.actor))
    name = f"movements-{selection.since:%Y%m%d}-{selection.until:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8", headers=headers)


def lines(rows):
    """Each row as a line of CSV; the mark in front tells Excel that it is UTF-8."""
    writer = csv.writer(Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow(row)


class Echo:
    def write(self, text):
        return text


def selected(request, *, leaves_area=False):
    """The form of the filters, and what they select: exact figures only of checkpoints of the user's own area."""
    own = set(Checkpoint.objects.within_area_of(request.user).values_list("pk", flat=True))
    checkpoints = Checkpoint.objects.counted_for(request.user)
    day = timezone.localdate() - timedelta(days=0 if own and not leaves_area else 1)
    defaults = {"since": day.isoformat(), "until": day.isoformat()}
    form = MovementForm(defaults | request.GET.dict(), checkpoints=checkpoints)
    if not form.is_valid():
        return form, None
    said = form.cleaned_data
    return form, flows.Selection(
        checkpoints=form.chosen,
        since=said["since"],
        until=said["until"],
        outcome=said["outcome"],
        is_exact=not leaves_area and own.issuperset(form.chosen),
    )


@open_to(MOVEMENT_DETAILS)
@require_safe
def day(request):
    form = about_checkpoint(request, DayForm)
    context = {**place(request, "day"), "form": form}
    if form.is_valid():
        checkpoint, on = form.cleaned_data["checkpoint"], form.cleaned_data["day"]
        context |= reports.hours(checkpoint, on, timezone.localdate())
    return render(request, "checkpoints/movements/day.html", context)


@open_to(MOVEMENT_DETAILS)
@never_cache
@require_safe
def passages(request):
    form = about_checkpoint(request, PassagesForm)
    context = {**place(request, "passages"), "form": form}
    if form.is_valid():
        context |= reports.passages(
            form.cleaned_data,
            Passage.objects.overseen_by(request.user),
            after=read_key(request.GET.get("after", "")),
            before=read_key(request.GET.get("before", "")),
            size=PAGE_SIZE,
            by=request.actor,
        )
    return render(request, "checkpoints/movements/passages.html", context)


def about_checkpoint(request, form):
    """The form of one checkpoint and one day; without a choice it is the first one, today."""
    checkpoints = Checkpoint.objects.within_area_of(request.user)
    first = next(iter(checkpoints), None)
    defaults = {"checkpoint": first.pk if first else "", "day": timezone.localdate().isoformat()}
    return form(defaults | request.GET.dict(), checkpoints=checkpoints)


@open_to(TRACING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tracing(request):
    # Answered without a redirect: an address of the answer would have to say whom it shows.
    checkpoints = Checkpoint.objects.traceable_by(request.user)
    form = TracingForm(request.POST or None, checkpoints=checkpoints)
    context = {"form": form, "most": settings.TRACING_MOST_SHOWN, "has_area": checkpoints.exists()}
    context["may_export"] = registry.offers(request.user, "traced")
    if form.is_valid():
        context["traced"] = trace(inquiry=Inquiry(**form.cleaned_data), among=checkpoints, by=request.actor)
    return render(request, "checkpoints/movements/tracing.html", context)
