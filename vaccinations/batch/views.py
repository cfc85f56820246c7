"""Piles of paper slips, typed twenty at a time."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from vaccinations.batch import services
from vaccinations.batch.forms import PileForm
from vaccinations.batch.grid import LABELS, Line, sent_rows
from vaccinations.desk.pages import at_facility, lots_of
from vaccinations.doses.services import AlreadyVoidedError
from vaccinations.models import Pile, PileRow
from vaccinations.models.batch import TEXT_LENGTH
from vaxreg.access import CLINIC_DESK, open_to

LISTED = 50


@open_to(CLINIC_DESK)
@at_facility
def piles(request):
    """The facility's piles, and a form for a new one that starts with what sticks at the desk."""
    workday = request.workday
    initial = {"lot": workday.lot(), "given_on": workday.given_on, "vaccinator": workday.vaccinator}
    form = PileForm(request.POST or None, lots=lots_of(request), initial=initial)
    if form.is_valid():
        pile = services.open_pile(by=request.actor, facility=request.facility, **form.cleaned_data)
        return redirect("batch-pile", pk=pile.pk)
    context = {
        "form": form,
        "piles": Pile.objects.visible_to(request.user).listed_at(request.facility)[:LISTED],
        "in_tray": PileRow.objects.visible_to(request.user).in_tray_at(request.facility).count(),
    }
    return render(request, "vaccinations/batch/piles.html", context)


@open_to(CLINIC_DESK)
@at_facility
def pile(request, pk):
    """The grid. A POST brings one row or all of them; `fragment` asks for the rows alone."""
    pile = _pile(request, pk)
    if request.method == "POST" and not pile.closed_at:
        lines = _entered(request, pile)
        if "fragment" in request.POST:
            return render(request, "vaccinations/batch/_rows.html", {"lines": lines, "pile": pile})
        told = {line.row.pk: line for line in lines if line.why}
        return _grid(request, pile, told)
    return _grid(request, pile)


@open_to(CLINIC_DESK)
@at_facility
def constants(request, pk):
    """What the slips of a pile have in common, to be mended."""
    pile = _pile(request, pk)
    form = PileForm.of(pile, request.POST or None)
    if form.is_valid():
        services.change_pile(by=request.actor, pile=pile, **form.cleaned_data)
        return redirect("batch-pile", pk=pile.pk)
    return render(request, "vaccinations/batch/constants.html", {"form": form, "pile": pile})


@open_to(CLINIC_DESK)
@at_facility
def more(request, pk):
    """Twenty rows more; what was typed comes along."""
    pile = _pile(request, pk)
    if request.method == "POST" and not pile.closed_at:
        _entered(request, pile)
        services.add_rows(by=request.actor, pile=pile)
    return redirect("batch-pile", pk=pile.pk)


@open_to(CLINIC_DESK)
@at_facility
def take_back(request, pk):
    """Opens a row again that was recorded or set aside; what was typed in the others comes along."""
    pile = _pile(request, pk)
    if request.method == "POST":
        row = get_object_or_404(
            PileRow.objects.visible_to(request.user), pile=pile, pk=_number(request.POST.get("row"))
        )
        _entered(request, pile)
        try:
            services.take_back(by=request.actor, row=row)
        except (services.BatchError, AlreadyVoidedError) as error:
            messages.info(request, error.message)
    return redirect("batch-pile", pk=pile.pk)


@open_to(CLINIC_DESK)
@at_facility
def close(request, pk):
    pile = _pile(request, pk)
    if request.method == "POST":
        _entered(request, pile)
        try:
            services.close_pile(by=request.actor, pile=pile, now=timezone.now())
        except services.RowsOpenError as error:
            messages.warning(request, error.message)
            return redirect("batch-pile", pk=pile.pk)
        messages.success(request, _("The pile is finished."))
    return redirect("batch-piles")


def _pile(request, pk):
    return get_object_or_404(Pile.objects.visible_to(request.user).of_facility(request.facility), pk=pk)


def _number(text):
    if text and text.isascii() and text.isdigit() and len(text) < 18:
        return int(text)
    raise Http404


def _entered(request, pile):
    """The lines of the rows that the form brought, each as it is now."""
    act_row, _dash, act = request.POST.get("act", "").partition("-")
    everywhere = "enter" if act_row == "all" else ""
    rows = PileRow.objects.visible_to(request.user).of_pile(pile)
    return [
        _enter(request, row, texts, version, act if act_row == str(row.pk) else everywhere)
        for row, texts, version in sent_rows(rows, request.POST)
    ]


def _enter(request, row, texts, version, act):
    if max(map(len, texts.values())) > TEXT_LENGTH:
        return Line(row, refused=texts, why=_("A cell has more than %(most)s characters.") % {"most": TEXT_LENGTH})
    try:
        facts = {"texts": texts, "version": version, "act": act}
        return Line(services.enter(by=request.actor, row=row, now=timezone.now(), **facts))
    except services.BatchError as error:
        return Line(getattr(error, "row", row), refused=texts, why=error.message)


def _grid(request, pile, told=()):
    rows = PileRow.objects.visible_to(request.user).of_pile(pile)
    lines = [told[row.pk] if row.pk in told else Line(row) for row in rows]
    services.log_shown(by=request.actor, pile=pile, rows=[line.row for line in lines])
    context = {
        "pile": pile,
        "lines": lines,
        "labels": LABELS,
        "recorded": sum(line.row.state == PileRow.State.RECORDED for line in lines),
        "faulty": sum(line.is_faulty for line in lines),
        "in_tray": sum(line.row.in_tray for line in lines),
        "has_room": len(lines) < services.MOST_ROWS,
    }
    return render(request, "vaccinations/batch/pile.html", context)
