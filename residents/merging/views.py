"""Two records side by side, made one and two again. Addresses carry both numbers sealed, or the key of the merge."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from residents.holding import ResidentError
from residents.merging.comparing import lines, side_of
from residents.merging.forms import MergeForm, OtherNumberForm, UndoForm
from residents.merging.registry import registry
from residents.merging.services import DependedUponError, hindrances_of, merge, undo_merge
from residents.models import Merge, Resident
from residents.services import look_up, unmask
from residents.templatetags.people import handle, merge_handle
from residents.views import opened
from vaxreg.access import MERGING, open_to
from vaxreg.sealing import BrokenSealError, unseal


@open_to(MERGING)
@never_cache
@require_http_methods(["GET", "POST"])
def find_other(request, handle):
    """Asks for the number of the other record of a person."""
    person, form = opened(request, handle), OtherNumberForm(request.POST or None)
    if form.is_valid():
        other = look_up(by=request.actor, number=form.cleaned_data["number"].number, purpose="merge")
        if other is None:
            form.add_error("number", _("Nobody is registered under this number. Check it digit by digit."))
        elif other == person:
            form.add_error("number", _("This number is this record's own already."))
        else:
            return redirect("resident-merge", pair=merge_handle(person, other))
    return render(request, "residents/merging/find.html", {"form": form, "resident": person})


@open_to(MERGING)
@never_cache
@require_http_methods(["GET", "POST"])
def compare(request, pair):
    """Shows both records, and makes them one."""
    first, second = pair_of(request, pair)
    if first == second:
        messages.info(request, _("These two numbers are of one record already."))
        return redirect("resident", handle=handle(first))
    sides = side_of(first), side_of(second)
    form = MergeForm(request.POST or None, sides=sides)
    is_unmasked = "show" in request.POST and bool(form.reason_to_see)
    if is_unmasked:
        show_both(request, first, second, form.reason_to_see)
        # Only the reason was asked for: what else is missing is said when the records are to be merged.
        form.errors.clear()
    elif "merge" in request.POST and form.is_valid():
        made = told(form, merge, by=request.actor, **form.facts)
        if made:
            messages.success(request, _("The records are one now. You can undo it here."))
            return redirect("merge", pk=made.pk)
    context = {
        "form": form,
        "sides": sides,
        "lines": lines(*sides, is_unmasked=is_unmasked),
        "is_unmasked": is_unmasked,
    }
    context["contradictions"] = registry.contradict(sides[0].numbers + sides[1].numbers)
    context["in_scope"] = in_scope(request, first, second)
    return render(request, "residents/merging/compare.html", context)


@open_to(MERGING)
@never_cache
@require_http_methods(["GET", "POST"])
def merged(request, pk):
    """What a merge did, what is to be decided since, and its undoing."""
    made = get_object_or_404(Merge.objects.visible_to(request.user).with_people(), pk=pk)
    later = [] if made.is_undone else registry.later(made)
    form = UndoForm(request.POST or None, has_later=bool(later))
    hindrances = [] if made.is_undone else hindrances_of(made)
    if form.is_valid() and told(form, undo_merge, by=request.actor, merge=made, **form.cleaned_data):
        messages.success(request, _("The merge is undone: these are two records again, as they were."))
        return redirect("merge", pk=made.pk)
    person = look_up(by=request.actor, number=made.kept, purpose="merge")
    context = {"merge": made, "form": form, "later": later, "hindrances": hindrances, "resident": person}
    context |= {"moved": registry.counts(list(made.led)), "contradictions": registry.contradict(person.numbers)}
    context["in_scope"] = in_scope(request, person)
    return render(request, "residents/merging/merged.html", context)


def pair_of(request, sealed):
    """Both people of the address, one of whom the user may find; looking at each is logged. 404 otherwise."""
    try:
        numbers = unseal(sealed, purpose="merge", max_age_seconds=settings.SESSION_COOKIE_AGE)
    except BrokenSealError as error:
        raise Http404 from error
    people = [look_up(by=request.actor, number=number, purpose="merge") for number in numbers]
    if None in people or not in_scope(request, *people):
        raise Http404
    return people


def in_scope(request, *people):
    """The numbers of those whom the user may find by name, and whose pages open."""
    return set(Resident.objects.visible_to(request.user).in_bulk([person.pk for person in people]))


def show_both(request, first, second, reason):
    """Logs why both numbers are shown in full."""
    for person in (first, second):
        unmask(by=request.actor, resident=person, reason=reason)


def told(form, service, **facts):
    """What the service returns; None where it refuses, which the form then says."""
    try:
        return service(**facts)
    except DependedUponError as error:
        for hindrance in error.hindrances:
            form.add_error(None, hindrance)
    except ResidentError as error:
        form.add_error(None, error.message)
