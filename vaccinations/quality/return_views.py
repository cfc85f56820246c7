"""Work lists that come back as files: sent, applied by a worker, and what became of each row."""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from vaccinations.models import ReturnedList
from vaccinations.quality.forms import ReturnForm
from vaccinations.quality.returning import WHY_NOT, receive, sentence_of
from vaxreg.access import QUALITY, open_to
from vaxreg.exports.listings import registry

MOST_LISTS, MOST_FAULTS = 25, 500


@open_to(QUALITY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lists(request):
    form = ReturnForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        file = form.cleaned_data["file"]
        return redirect("quality-list", pk=receive(by=request.actor, file=file, name=file.name).pk)
    context = {
        "form": form,
        "lists": ReturnedList.objects.visible_to(request.user).latest_first()[:MOST_LISTS],
        "may_export": registry.offers(request.user, "quality-cases"),
    }
    return render(request, "vaccinations/quality/lists.html", context)


@open_to(QUALITY)
@never_cache
@require_safe
def one(request, pk):
    returned = get_object_or_404(ReturnedList.objects.visible_to(request.user), pk=pk)
    faults = returned.faults()
    rows = [(row, WHY_NOT.get(row.fault, row.fault)) for row in faults[:MOST_FAULTS]]
    context = {"returned": returned, "rows": rows, "failure": sentence_of(returned), "now": timezone.now()}
    return render(request, "vaccinations/quality/list.html", context | {"faults": faults.count()})
