"""The stock of the facility where the user works: what is there, what moved, and what was counted."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from vaccinations.desk.pages import at_facility
from vaccinations.models import StockEntry, Transfer
from vaccinations.stock import services, transfers
from vaccinations.stock.area import open_since
from vaccinations.stock.forms import (
    ArrivalForm,
    CountForm,
    ReceiveForm,
    ReturnForm,
    SendForm,
    TakeBackForm,
    WasteForm,
)
from vaccinations.stock.lots import receive_box
from vaccinations.stock.services import StockError
from vaccinations.stock.sheets import sheet_of
from vaccinations.stock.vials import open_vials
from vaxreg.access import CLINIC_DESK, CLINIC_LEADS, open_to

ENTRIES = 30


@open_to(CLINIC_DESK)
@at_facility
@require_safe
def stock(request):
    sheet = sheet_of(request.facility, request.workday.today)
    vials = open_vials(request.facility, timezone.now())
    transfers_here = Transfer.objects.visible_to(request.user).listed()
    context = {
        "place": "stock",
        "sheet": sheet,
        "is_lead": request.user.has_role(CLINIC_LEADS),
        "spoiled": [opened for opened in vials if not opened.may_be_given],
        "recalled": [line for line in sheet.in_stock if line.lot.is_recalled],
        "expired": [line for line in sheet.in_stock if line.is_expired],
        "open_since": open_since(request.facility, request.workday.today),
        "arriving": transfers_here.arriving_at(request.facility),
        "sent": transfers_here.sent_from(request.facility),
    }
    return render(request, "vaccinations/stock/stock.html", context)


@open_to(CLINIC_DESK)
@at_facility
@require_safe
def entries(request):
    """The ledger, the latest entry first; a page goes on after the entry named in the address."""
    here = StockEntry.objects.visible_to(request.user).at(request.facility).listed()
    page = here.with_undo_for(request.user, request.workday.today).older_than(read_key(request.GET.get("before", "")))
    found = list(page[: ENTRIES + 1])
    shown = found[:ENTRIES]
    context = {"place": "entries", "entries": shown, "older": shown[-1].pk if len(found) > ENTRIES else None}
    return render(request, "vaccinations/stock/entries.html", context)


def read_key(text):
    """The key of a row that an address names; None where it names none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


@open_to(CLINIC_LEADS)
@at_facility
def receive(request):
    return moved(request, "receive", ReceiveForm, receive_box)


@open_to(CLINIC_LEADS)
@at_facility
def send(request):
    return moved(request, "send", SendForm, transfers.send)


@open_to(CLINIC_LEADS)
@at_facility
def return_doses(request):
    return moved(request, "return", ReturnForm, services.return_doses)


@open_to(CLINIC_DESK)
@at_facility
def waste(request):
    return moved(request, "waste", WasteForm, services.waste)


@open_to(CLINIC_DESK)
@at_facility
def count(request):
    return moved(request, "count", CountForm, services.count)


def moved(request, page, form_class, write):
    """The form of a movement at the facility; once it is written, the stock with what is on hand now."""
    sheet = sheet_of(request.facility, request.workday.today)
    form = form_class(request.POST if request.method == "POST" else None, sheet=sheet)
    facts = {"by": request.actor, "facility": request.facility, "today": request.workday.today}
    written = tried(form, lambda: write(**facts, **form.facts))
    if written is None:
        return render(request, f"vaccinations/stock/{page}.html", {"form": form})
    return told(request, written.lot)


def tried(form, write):
    """What the service wrote; None for a form not filled in, or one that the service refused: why is then told in it."""
    if form.is_valid():
        try:
            return write()
        except StockError as error:
            form.add_fault(error)
    return None


def told(request, lot):
    """Back to the stock, saying how many doses the ledger has now."""
    on_hand = sheet_of(request.facility, request.workday.today).on_hand(lot)
    facts = {"lot": lot, "n": on_hand}
    sentence = ngettext(
        "Recorded. Lot %(lot)s: %(n)d dose on hand.", "Recorded. Lot %(lot)s: %(n)d doses on hand.", on_hand
    )
    messages.success(request, sentence % facts)
    if on_hand < 0:
        messages.warning(request, _("The ledger is below zero for this lot. Look for a delivery that was not entered."))
    if lot.is_recalled:
        messages.warning(request, _("This lot is recalled. Keep it apart; return it or throw it away."))
    return redirect("/clinic/stock/")


@open_to(CLINIC_LEADS)
@at_facility
def arrival(request, pk):
    arriving = Transfer.objects.visible_to(request.user).arriving_at(request.facility)
    transfer = get_object_or_404(arriving.listed(), pk=pk)
    form = ArrivalForm(request.POST if request.method == "POST" else None)
    facts = {"by": request.actor, "transfer": transfer, "today": request.workday.today}
    entry = tried(form, lambda: transfers.confirm(**facts, **form.facts))
    if entry is None:
        return render(request, "vaccinations/stock/arrival.html", {"form": form, "transfer": transfer})
    return told(request, entry.lot)


@open_to(CLINIC_LEADS)
@at_facility
def call_back(request, pk):
    sent = Transfer.objects.visible_to(request.user).sent_from(request.facility)
    transfer = get_object_or_404(sent.listed(), pk=pk)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    facts = {"by": request.actor, "transfer": transfer, "today": request.workday.today}
    entry = tried(form, lambda: transfers.call_back(**facts, **form.facts))
    if entry is None:
        return render(request, "vaccinations/stock/call_back.html", {"form": form, "transfer": transfer})
    return told(request, entry.lot)


@open_to(CLINIC_DESK)
@at_facility
def take_back(request, pk):
    rows = StockEntry.objects.reversible_by(request.user, request.workday.today).at(request.facility)
    entry = get_object_or_404(rows.listed(), pk=pk)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    facts = {"by": request.actor, "entry": entry, "today": request.workday.today}
    reversal = tried(form, lambda: services.take_back(**facts, reason=form.cleaned_data["reason"]))
    if reversal is None:
        return render(request, "vaccinations/stock/take_back.html", {"form": form, "entry": entry})
    return told(request, entry.lot)
