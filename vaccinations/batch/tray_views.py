"""The tray: whose slip is this?"""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.services import look_up
from vaccinations.batch import tray
from vaccinations.batch.forms import DecisionForm
from vaccinations.batch.grid import LABELS
from vaccinations.batch.services import BatchError
from vaccinations.desk.pages import at_facility
from vaccinations.models import PileRow
from vaxreg.access import CLINIC_DESK, open_to


@open_to(CLINIC_DESK)
@at_facility
def slips(request):
    rows = PileRow.objects.visible_to(request.user).in_tray_at(request.facility)
    since = timezone.now() - tray.CLAIM
    return render(request, "vaccinations/batch/tray.html", {"rows": rows[:100], "claimed_since": since})


@open_to(CLINIC_DESK)
@at_facility
def slip(request, pk):
    """A slip beside whom it may mean, for whoever took it; a POST without a decision takes it."""
    row = get_object_or_404(PileRow.objects.visible_to(request.user), pk=pk, pile__facility=request.facility)
    if request.method != "POST" and row.taken_by_id != request.user.pk:
        return redirect("batch-tray")
    form = DecisionForm(request.POST if {"act", "candidate"} & request.POST.keys() else None)
    try:
        if form.is_valid():
            row = _decide(request, row, form.cleaned_data)
        else:
            row = tray.take(by=request.actor, row=row, now=timezone.now())
    except BatchError as error:
        messages.info(request, error.message)
        return redirect("batch-tray")
    if row.in_tray:
        return _slip_page(request, row, form)
    facts = {"row": row.position, "state": row.get_state_display()}
    messages.success(request, _("Row %(row)s: %(state)s.") % facts)
    return redirect("batch-tray")


def _decide(request, row, facts):
    common = {"by": request.actor, "row": row, "reason": facts["reason"], "now": timezone.now()}
    if facts["act"] == "person":
        person = look_up(by=request.actor, number=facts["candidate"], purpose="batch")
        return tray.decide_person(**common, person=person)
    if facts["act"] == "new":
        return tray.decide_new(**common, seen=tuple(facts["seen"]))
    return tray.set_aside(**common) if facts["act"] == "aside" else tray.give_back(**common)


def _slip_page(request, row, form):
    reading, found = tray.compare(by=request.actor, row=row, now=timezone.now())
    if not form.is_bound:
        form = DecisionForm(initial={"seen": [each.person.pk for each in found]})
    context = {"row": row, "reading": reading, "found": found, "form": form, "labels": LABELS}
    return render(request, "vaccinations/batch/slip.html", context)
