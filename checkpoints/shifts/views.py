"""The officer's shift, the pace of the queue, and quick mode."""

from django.contrib import messages
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.desk.pages import at_checkpoint, show_box
from checkpoints.shifts import services
from checkpoints.shifts.forms import HandoverForm, QuickModeForm
from vaxreg.access import CHECKPOINT_DESK, open_to
from vaxreg.roles import Role


@open_to(CHECKPOINT_DESK)
@at_checkpoint
def shift(request, checkpoint):
    form = HandoverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return change_shift(request, checkpoint, form)
    return show_shift(request, checkpoint, handover_form=form)


def change_shift(request, checkpoint, form):
    """Begins the shift or ends it, and comes back to the box."""
    try:
        if form.cleaned_data["act"] == HandoverForm.START:
            services.start_shift(checkpoint=checkpoint, at=timezone.now(), by=request.actor)
            messages.success(request, _("Your shift has begun."))
        else:
            services.end_shift(note=form.cleaned_data["note"], at=timezone.now(), by=request.actor)
            messages.success(request, _("Your shift has ended."))
    except services.ShiftError as error:
        messages.error(request, error.message)
    return show_box(request, checkpoint)


@open_to({Role.CHECKPOINT_LEAD})
@at_checkpoint
def quick_mode(request, checkpoint):
    form = QuickModeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return change_quick_mode(request, checkpoint, form)
    return show_shift(request, checkpoint, quick_form=form)


def change_quick_mode(request, checkpoint, form):
    """Switches quick mode on or off, and shows what the desk is like now."""
    try:
        if form.cleaned_data["act"] == QuickModeForm.START:
            mode = services.start_quick_mode(
                checkpoint=checkpoint, reason=form.cleaned_data["reason"], at=timezone.now(), by=request.actor
            )
            checkpoint.quick_since, checkpoint.quick_reason = mode.started_at, mode.reason
        else:
            services.end_quick_mode(checkpoint=checkpoint, at=timezone.now(), by=request.actor)
            checkpoint.quick_since = checkpoint.quick_reason = None
    except services.ShiftError as error:
        messages.error(request, error.message)
    return show_shift(request, checkpoint)


def show_shift(request, checkpoint, **forms):
    now = timezone.now()
    is_lead = request.user.has_role({Role.CHECKPOINT_LEAD})
    context = {"handover_form": HandoverForm(), "quick_form": QuickModeForm(), "checkpoint": checkpoint} | forms
    context |= {"duty": services.on_duty(request.user, checkpoint, now), "meter": services.read_meter(checkpoint, now)}
    context |= {"is_lead": is_lead, "is_shift": True, "own": services.read_shift(context["duty"].shift)}
    if is_lead:
        context["follow_up"] = services.read_follow_up(checkpoint=checkpoint, at=now, by=request.actor)
    return render(request, "checkpoints/shifts/shift.html", context)
