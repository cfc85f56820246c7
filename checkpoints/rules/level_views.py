"""The epidemic risk levels: to read, and for administrators to bring in from a file."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from checkpoints.rules.level_forms import MOST_PROBLEMS, PURPOSE, LevelsFileForm, SeenLevelsForm
from checkpoints.rules.level_import import LevelsError, import_levels, read_levels, try_levels
from checkpoints.rules.levels import province_levels, ward_levels
from vaxreg.access import LEVELS_WRITING, RULES_READING, open_to
from vaxreg.sealing import seal

MOST_ROWS = 100


@open_to(RULES_READING)
@require_safe
def levels(request):
    return show_levels(request, LevelsFileForm())


@open_to(LEVELS_WRITING)
def bring_in(request):
    """A file is tried first; what it would do is shown with a button that does it."""
    if request.method != "POST":
        return redirect("/rules/levels/")
    if "levels" in request.POST:
        return bring_in_seen(request, SeenLevelsForm(request.POST))
    form = LevelsFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_levels(request, form)
    try:
        trial = try_levels(by=request.actor, rows=form.rows)
    except LevelsError as error:
        form.add_error("file", error.problems[:MOST_PROBLEMS])
        return show_levels(request, form)
    context = {"trial": trial, "rows": trial.rows[:MOST_ROWS], "more": max(0, len(trial.rows) - MOST_ROWS)}
    context["sealed"] = seal(form.cleaned_data["file"], purpose=PURPOSE)
    return render(request, "checkpoints/rules/levels_tried.html", context)


def bring_in_seen(request, form):
    if not form.is_valid():
        messages.error(request, _("This was too long ago. Choose the file again."))
        return redirect("/rules/levels/")
    try:
        counts = import_levels(by=request.actor, rows=read_levels(form.cleaned_data["levels"]))
        text = _("Risk levels: %(added)d added, %(ended)d ended, %(unchanged)d unchanged.") % counts
        messages.success(request, text)
    except LevelsError as error:
        messages.error(request, error.problems[0])
    return redirect("/rules/levels/")


def show_levels(request, form):
    today = timezone.localdate()
    provinces, asked = province_levels(today), request.GET.get("province", "")
    chosen = next((row.unit for row in provinces if str(row.unit.pk) == asked), None)
    context = {"form": form, "provinces": provinces, "chosen": chosen, "today": today}
    context |= {"wards": ward_levels(chosen, today) if chosen else [], "may_write": request.user.is_administrator}
    return render(request, "checkpoints/rules/levels.html", context)
