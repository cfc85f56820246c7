"""The board of opened vials of the facility where the user works."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vaccinations.desk.pages import at_facility
from vaccinations.models import Lot, VialOpening
from vaccinations.sessions.standby import sessions_giving
from vaccinations.stock import vials
from vaccinations.stock.forms import OpenVialForm, PutAwayForm
from vaccinations.stock.views import tried
from vaxreg.access import CLINIC_DESK, open_to

BOARD = "/clinic/stock/vials/"


@open_to(CLINIC_DESK)
@at_facility
def board(request):
    """GET: the vials on the table and, for each lot, a form to open one. POST: opens a vial by one of these forms."""
    now = timezone.now()
    lots = Lot.objects.at(request.facility).with_usable_until(request.workday.today).listed()
    sent = OpenVialForm(request.POST, lots=lots) if request.method == "POST" else None
    if sent and tried(sent, lambda: open_one(request, sent, now)):
        return redirect(BOARD)
    usual = vials.usual_doses(request.facility, lots)
    usable = [lot for lot in lots if is_to_open(lot, usual[lot.pk], request.workday.today)]
    on_table = vials.open_vials(request.facility, now)
    vaccines = {opened.vial.lot.vaccine_id for opened in on_table if opened.may_be_given}
    context = {
        "place": "vials",
        "now": now,
        "vials": on_table,
        "left": sum(opened.left for opened in on_table),
        "spoiled": sum(opened.left for opened in on_table if not opened.may_be_given),
        "offered": sum(opened.left for opened in on_table if opened.may_be_given),
        "calling": sessions_giving(request.sessions, vaccines, now) if vaccines else [],
        "rows": [(lot, form_of(lot, usual[lot.pk], lots, sent)) for lot in usable],
        "sent": sent,
    }
    return render(request, "vaccinations/stock/vials.html", context)


def is_to_open(lot, doses, today):
    """Whether it is of the ledger and in date, and its vials hold more than the dose that empties them."""
    is_in_date = lot.usable_until_then is None or lot.usable_until_then >= today
    return lot.is_here and is_in_date and doses != 1


def form_of(lot, doses, lots, sent):
    """The form of a lot's row: the one that was sent in and refused, else a new one."""
    if sent is not None and sent.data.get("lot") == str(lot.pk):
        return sent
    return OpenVialForm(lots=lots, initial={"lot": lot, "doses": doses}, auto_id=f"id_{lot.pk}_%s")


def open_one(request, form, now):
    facts = {name: form.cleaned_data[name] for name in ("lot", "doses", "key")}
    facts |= {"facility": request.facility, "opened_at": form.opened_at(now), "now": now}
    vial = vials.open_vial(by=request.actor, **facts)
    if vial.use_until:
        until = timezone.localtime(vial.use_until).strftime("%H:%M")
        messages.success(request, _("The vial is open. Use it until %(until)s.") % {"until": until})
    else:
        messages.success(request, _("The vial is open. For this vaccine no time limit is kept: see its leaflet."))
    return vial


@open_to(CLINIC_DESK)
@at_facility
def put_away(request, pk):
    now = timezone.now()
    opened = next((there for there in vials.open_vials(request.facility, now) if there.vial.pk == pk), None)
    if opened is None:
        get_object_or_404(VialOpening.objects.visible_to(request.user), pk=pk)
        messages.info(request, vials.VialEndedError.message)
        return redirect(BOARD)
    form = PutAwayForm(request.POST if request.method == "POST" else None, initial={"wasted": opened.left})
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("wasted", "reason", "note")}
        try:
            vials.put_away(by=request.actor, vial=opened.vial, now=now, **facts)
            messages.success(request, _("The vial is put away."))
        except vials.VialEndedError as error:
            messages.info(request, error.message)
        return redirect(BOARD)
    return render(request, "vaccinations/stock/put_away.html", {"form": form, "opened": opened})


@open_to(CLINIC_DESK)
@at_facility
def put_all_away(request):
    """One key: what is left goes to waste, of the vials that may not be given or of all."""
    if request.method == "POST":
        with_usable = request.POST.get("which") == "all"
        facts = {"facility": request.facility, "now": timezone.now(), "with_usable": with_usable}
        n = vials.put_all_away(by=request.actor, **facts)
        sentence = ngettext("%(n)d dose went to waste.", "%(n)d doses went to waste.", n)
        messages.success(request, sentence % {"n": n})
    return redirect(BOARD)
