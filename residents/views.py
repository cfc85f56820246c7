"""Staff search, and the page of a person. Nothing personal is in an address: a person's is sealed."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from residents.forms import ReasonForm, SearchForm
from residents.merging.services import likely_doubles, merges_of
from residents.models import Resident, Unit
from residents.querysets import NATIONAL
from residents.search import MOST_SHOWN, search
from residents.services import look_up, unmask
from vaxreg.access import MERGING, PEOPLE_SEARCH, open_to
from vaxreg.exports.listings import registry
from vaxreg.exports.log import downloads_with
from vaxreg.roles import Role
from vaxreg.sealing import BrokenSealError, unseal

# Who sees what was done to a person's record, and who looked at it.
HISTORY_READERS = frozenset({Role.AUDITOR, Role.PROVINCIAL_MANAGER})
MOST_ENTRIES = 100


@open_to(PEOPLE_SEARCH)
@never_cache
@require_http_methods(["GET", "POST"])
def search_people(request):
    # Answered without a redirect: an address of the answer would have to say what was searched for.
    units = Unit.objects.searchable_by(request.user, timezone.localdate())
    form = SearchForm(request.POST or None, units=units, offers_wards=request.user.has_role(NATIONAL))
    context = {"form": form, "most": MOST_SHOWN, "may_export": registry.offers(request.user, "people")}
    if form.is_valid():
        context["found"] = search(
            by=request.actor,
            query=form.cleaned_data["q"],
            among=Resident.objects.visible_to(request.user),
            birth_year=form.cleaned_data["birth_year"],
            unit=form.area,
        )
    return render(request, "residents/search.html", context)


@open_to(PEOPLE_SEARCH)
@never_cache
@require_http_methods(["GET", "POST"])
def person(request, handle):
    resident = opened(request, handle)
    form = ReasonForm(request.POST or None)
    is_unmasked = form.is_valid()
    if is_unmasked:
        unmask(by=request.actor, resident=resident, reason=form.cleaned_data["reason"])
    context = {"resident": resident, "numbers": resident.numbers, "form": form, "is_unmasked": is_unmasked}
    if request.user.has_role(MERGING | HISTORY_READERS):
        context["merges"] = merges_of(context["numbers"])
    if request.user.has_role(MERGING):
        context |= {"may_merge": True, "doubles": likely_doubles(context["numbers"])}
    if request.user.has_role(HISTORY_READERS):
        context["history"] = resident.history[:MOST_ENTRIES]
        context["downloads"] = downloads_with(context["numbers"])[:MOST_ENTRIES]
    return render(request, "residents/person.html", context)


def opened(request, handle):
    """The person behind the sealed address, if the user may find them today; looking is logged. 404 otherwise."""
    try:
        number = unseal(handle, purpose="resident", max_age_seconds=settings.SESSION_COOKIE_AGE)
    except BrokenSealError as error:
        raise Http404 from error
    visible = Resident.objects.visible_to(request.user).select_related("province", "ward")
    resident = look_up(by=request.actor, number=number, purpose="page", among=visible)
    if resident is None:
        raise Http404
    return resident
