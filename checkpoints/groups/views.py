"""A bus, or two on a motorbike: scanned one after the other, recorded together."""

from django.contrib import messages
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.desk.forms import ProofFields, ScanForm
from checkpoints.desk.pages import at_checkpoint, show_box
from checkpoints.groups.forms import DecidedForm, GroupForm
from checkpoints.groups.members import FullGroupError, Group, Member
from checkpoints.groups.services import look_again, look_up_together, record_together
from vaxreg.access import CHECKPOINT_DESK, open_to


@open_to(CHECKPOINT_DESK)
@at_checkpoint
def group(request, checkpoint):
    """The list; a scan adds to it, a place taken out of it leaves it."""
    # A visit by GET, and a form without a list, begin a new one.
    carried = GroupForm(request.POST, officer=request.user, checkpoint=checkpoint)
    if not carried.is_valid():
        messages.error(request, carried.errors["group"][0])
    people = carried.cleaned_data.get("group") or Group.new()
    if leaving := request.POST.get("leaving"):
        return show_group(request, checkpoint, people.without(leaving), request.POST)
    if proving := request.POST.get("proving"):
        return prove(request, checkpoint, people, *proving.partition(":")[::2])
    form = ScanForm(request.POST) if request.method == "POST" else ScanForm()
    if form.is_bound and form.is_valid():
        return show_found(request, checkpoint, form, people)
    return show_group(request, checkpoint, people, request.POST, form)


def prove(request, checkpoint, people, key, found):
    """A proof of recovery of one of them, seen or not there: that one's verdict is made anew with it."""
    member = people.member(key)
    form = ProofFields({"recovered_on": request.POST.get(f"{key}-recovered_on", ""), "found": found})
    if member is None or not form.is_valid():
        return show_group(request, checkpoint, people, request.POST, proof_of=(key, form))
    newer = look_again(member=member, proof=form.proof, checkpoint=checkpoint, at=timezone.now(), by=request.actor)
    return show_group(request, checkpoint, people.changed(member, newer), request.POST)


@open_to(CHECKPOINT_DESK)
@at_checkpoint
def record_group(request, checkpoint):
    """Records everybody of the list, each with an outcome of their own; whose reason is missing stays in the list."""
    carried = GroupForm(request.POST, officer=request.user, checkpoint=checkpoint)
    if request.method != "POST" or not carried.is_valid() or not carried.cleaned_data["group"].members:
        messages.warning(request, _("There was no list to record."))
        return show_box(request, checkpoint)
    people = carried.cleaned_data["group"]
    lines = decided_lines(people, request.POST)
    ready, waiting = [line for line in lines if line.is_valid()], [line for line in lines if not line.is_valid()]
    decided = [line.decided for line in ready if line.cleaned_data["outcome"]]
    recorded = record_together(group=people, decided=decided, checkpoint=checkpoint, by=request.actor)
    if recorded or not waiting:
        messages.success(request, _("Recorded together: %(count)s.") % {"count": len(recorded)})
    if not waiting:
        return show_box(request, checkpoint)
    messages.error(request, _("Still to record, for want of a reason: %(count)s.") % {"count": len(waiting)})
    return show_group(request, checkpoint, people.of(line.member for line in waiting), lines=waiting)


def decided_lines(people, data=None):
    """A form for each of the list, named by their tickets; bound where the page has asked already."""
    lines = [(str(member.ticket.key), member) for member in people.members]
    return [
        DecidedForm(data if data and f"{key}-outcome" in data else None, prefix=key, member=member)
        for key, member in lines
    ]


def show_found(request, checkpoint, form, people=None):
    """The list with everybody whom the scan stands for."""
    people = people or Group.new()
    answers = look_up_together(
        scan=form.cleaned_data["scan"], checkpoint=checkpoint, at=timezone.now(), by=request.actor
    )
    if not answers:
        form.add_error("scan", _("Nobody is found by this. Scan the ID card or the pass of each person."))
        return show_group(request, checkpoint, people, request.POST, form)
    try:
        for answer in answers:
            people = people.joined_by(Member.of(answer, checkpoint=checkpoint, officer=request.user))
    except FullGroupError as error:
        messages.warning(request, error.message)
    return show_group(request, checkpoint, people, request.POST)


def show_vehicle(request, checkpoint, form):
    """Everybody who has declared with this plate: choose one, or record them together."""
    scan = form.cleaned_data["scan"]
    answers = look_up_together(scan=scan, checkpoint=checkpoint, at=timezone.now(), by=request.actor)
    if not answers:
        form.add_error("scan", _("No declaration in force names this plate. Scan the ID card or the pass."))
        return show_box(request, checkpoint, form)
    context = {"checkpoint": checkpoint, "form": ScanForm(), "answers": answers, "plate": scan.plate}
    return render(request, "checkpoints/groups/vehicle.html", context)


def show_group(request, checkpoint, people, data=None, form=None, lines=None, proof_of=("", None)):
    context = {"checkpoint": checkpoint, "group": people, "sealed_group": people.sealed(), "is_group": True}
    # What is missing is said when it was to be recorded, not while the next person is scanned.
    context |= {"form": form or ScanForm(), "lines": lines or decided_lines(people, data), "is_judged": bool(lines)}
    context |= {"proof_key": proof_of[0], "proof_form": proof_of[1]}
    return render(request, "checkpoints/groups/group.html", context)
