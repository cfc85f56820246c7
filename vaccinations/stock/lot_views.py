"""Lots for the whole country: the list, one lot, what is done to it, and who got it. No personal data in an address."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from vaccinations.models import Facility, Lot
from vaccinations.stock import recalls
from vaccinations.stock import recipients as got
from vaccinations.stock.lot_forms import ExtensionForm, LotSearchForm, RecallForm, RevealForm
from vaccinations.stock.views import read_key, tried
from vaxreg.access import LOT_KEEPING, STOCK_READING, open_to
from vaxreg.exports.listings import registry

PAGE = 50


@open_to(STOCK_READING)
@require_safe
def lots(request):
    """All lots, the one registered last first; a page goes on after the lot named in the address."""
    form = LotSearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    page = Lot.objects.numbered(text).older_than(read_key(request.GET.get("before", "")))
    found = list(page.with_usable_until(timezone.localdate())[: PAGE + 1])
    shown = found[:PAGE]
    context = {
        "place": "lots",
        "form": form,
        "lots": shown,
        "q": text,
        "older": shown[-1].pk if len(found) > PAGE else None,
    }
    return render(request, "vaccinations/stock/lots.html", context)


@open_to(STOCK_READING)
@require_safe
def lot(request, pk):
    lot = found_lot(pk)
    context = {
        "lot": lot,
        "places": got.places_of(lot, list(Facility.objects.within_area_of(request.user).values_list("pk", flat=True))),
        "extensions": lot.extensions.select_related("recorded_by").order_by("-in_force_from", "-pk"),
        "acts": recalls.acts_upon(lot),
        "keeps_lots": request.user.has_role(LOT_KEEPING),
    }
    return render(request, "vaccinations/stock/lot.html", context)


def found_lot(pk):
    lots = Lot.objects.with_usable_until(timezone.localdate()).select_related("vaccine")
    return get_object_or_404(lots, pk=pk)


@open_to(LOT_KEEPING)
def recall(request, pk):
    lot = found_lot(pk)

    def write(form):
        recalls.recall(by=request.actor, lot=lot, now=timezone.now(), **words(form))
        return _("The lot is recalled everywhere. Below: where it still is, and who got it.")

    return acted(request, lot, "recall", RecallForm, write)


@open_to(LOT_KEEPING)
def lift(request, pk):
    lot = found_lot(pk)

    def write(form):
        recalls.lift_recall(by=request.actor, lot=lot, **words(form))
        return _("The recall is lifted. That there was one stays on record.")

    return acted(request, lot, "lift", RecallForm, write)


@open_to(LOT_KEEPING)
def extend(request, pk):
    lot = found_lot(pk)

    def write(form):
        recalls.extend(by=request.actor, lot=lot, **form.facts)
        return _("The extension is recorded.")

    return acted(request, lot, "extend", ExtensionForm, write)


def words(form):
    return {name: form.cleaned_data[name] for name in ("document", "reason")}


def acted(request, lot, page, form_class, write):
    """The form of an act upon the lot; once it is done, the lot's page."""
    form = form_class(request.POST if request.method == "POST" else None)
    done = tried(form, lambda: write(form))
    if done is None:
        return render(request, f"vaccinations/stock/{page}.html", {"form": form, "lot": lot})
    messages.success(request, done)
    return redirect("stock-lot", pk=lot.pk)


@open_to(LOT_KEEPING)
@never_cache
def recipients(request, pk):
    """Who got the lot inside the area, a page at a time; a phone is shown for a reason, one at a time."""
    lot, after = found_lot(pk), got.read_place(request.GET.get("after", ""))
    area = Facility.objects.within_area_of(request.user)
    facilities = list(area.values_list("pk", flat=True))
    chosen = area.filter(pk=read_key(request.GET.get("facility", ""))).first()
    narrowed = [chosen.pk] if chosen else facilities
    form = RevealForm(request.POST if request.method == "POST" else None)
    if form.errors:
        form.fields["reason"].widget.attrs["autofocus"] = True
    context = {
        "lot": lot,
        "form": form,
        "revealed": revealed(request, lot, facilities, form),
        "chosen": chosen,
        "page": got.list_recipients(by=request.actor, lot=lot, facilities=narrowed, after=after),
        "places": got.places_of(lot, facilities),
        "days": got.counts_by_day(lot, narrowed),
        "may_export": lot.is_recalled and registry.offers(request.user, "recall"),
    }
    return render(request, "vaccinations/stock/recipients.html", context)


def revealed(request, lot, facilities, form):
    """The dose whose recipient's phone is shown this once; None where nobody's was asked for with a reason."""
    dose = got.doses_of(lot, facilities).filter(pk=form.cleaned_data["dose"]).first() if form.is_valid() else None
    if dose is None:
        return None
    return got.reveal_phone(by=request.actor, lot=lot, dose=dose, reason=form.cleaned_data["reason"])
