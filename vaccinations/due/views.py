"""Who is due for a dose: a facility's list, and the counts of an area. No number of a person in an address."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from vaccinations.desk.pages import at_facility
from vaccinations.due import lists
from vaccinations.due.forms import DueForm, PhonesForm, When
from vaccinations.due.keyset import read_place
from vaxreg.access import CLINIC_DESK, DUE_COUNTS, open_to
from vaxreg.exports.listings import registry


@open_to(CLINIC_DESK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_facility
def due(request):
    """The list; posted with a reason, the same page of it with its phones."""
    form = DueForm({"when": When.NOW.value} | request.GET.dict())
    phones = PhonesForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "phones": phones, "today": timezone.localdate(), "query": _kept(request)}
    if form.is_valid():
        context |= lists.page(
            lists.of_facility(request.facility, form.cleaned_data, context["today"]),
            after=read_place(request.GET.get("after", "")),
            before=read_place(request.GET.get("before", "")),
            by=request.actor,
            reason=phones.cleaned_data["reason"] if phones.is_valid() else "",
        )
    context |= {"is_revealed": phones.is_valid(), "may_export": registry.offers(request.user, "due")}
    return render(request, "vaccinations/due/list.html", context)


@open_to(DUE_COUNTS)
@never_cache
@require_safe
def facilities(request):
    context = {"rows": lists.by_facility(request.user, timezone.localdate()), "groups": When.labels}
    return render(request, "vaccinations/due/facilities.html", context)


def _kept(request):
    """The filters as an address carries them from page to page."""
    kept = request.GET.copy()
    for name in ("after", "before"):
        kept.pop(name, None)
    return kept.urlencode()
