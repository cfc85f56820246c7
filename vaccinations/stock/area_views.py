"""The stock of the facilities of a manager's area."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from vaccinations.models import DayClose, Facility
from vaccinations.stock import area
from vaccinations.stock.sheet_views import closed_page
from vaccinations.stock.sheets import sheet_of
from vaccinations.stock.views import read_key
from vaxreg.access import STOCK_READING, open_to

CLOSES = 7


@open_to(STOCK_READING)
@require_safe
def overview(request):
    today, show = timezone.localdate(), request.GET.get("show", "")
    found = area.overview(
        Facility.objects.within_area_of(request.user).named(),
        show=show,
        after=read_key(request.GET.get("after", "")),
        today=today,
    )
    context = {"place": "area", "overview": found, "show": show}
    return render(request, "vaccinations/stock/area.html", context)


@open_to(STOCK_READING)
@require_safe
def facility(request, pk):
    places = Facility.objects.within_area_of(request.user).select_related("unit")
    place = get_object_or_404(places, pk=pk)
    closes = DayClose.objects.within_area_of(request.user).at(place).listed()[:CLOSES]
    context = {"sheet": sheet_of(place, timezone.localdate()), "closes": closes}
    return render(request, "vaccinations/stock/facility.html", context)


@open_to(STOCK_READING)
@require_safe
def closed(request, pk):
    close = get_object_or_404(DayClose.objects.within_area_of(request.user).listed(), pk=pk)
    return closed_page(request, close, back=f"/stock/facilities/{close.facility_id}/")
