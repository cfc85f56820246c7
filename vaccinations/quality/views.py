"""The work lists: what waits for a decision, and one case with both its records side by side."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from residents.forms import ReasonForm
from residents.models import Unit
from vaccinations.models import QualityCase
from vaccinations.quality import listing, pages, working
from vaccinations.quality.deciding import decide as decide_case
from vaccinations.quality.deciding import undo as undo_decision
from vaccinations.quality.errors import CaseError, StaleError, UnusualError
from vaccinations.quality.forms import AssignForm, DecisionForm, UndoForm
from vaccinations.quality.league import standings
from vaxreg.access import QUALITY, QUALITY_FIGURES, open_to
from vaxreg.exports.listings import registry

# A page that says what is wrong stands under the address of the deed: opened anew, that leads back to the case.
GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
ASSIGNED = _("Cases assigned: %(cases)d.")
UNDONE = _("The decision was taken back. The case is to be decided again.")
# The names of its fields in the page, where other forms ask for a reason too.
REVEAL = "reveal_%s"
CLAIMED = _("You have this case in work.")


def seen(request, handle):
    """The case behind the sealed end of the address, if it is one of the user's areas; else 404."""
    key = listing.key_behind(handle)
    if key is None:
        raise Http404
    return get_object_or_404(QualityCase.objects.visible_to(request.user).with_facts(), pk=key)


def address(case, narrowing, **more):
    """The address of the case within the list that it was opened from."""
    return pages.address_of(case.pk, narrowing, **more)


@open_to(QUALITY)
@never_cache
@require_safe
def cases(request):
    narrowing = listing.narrowing_of(request.GET)
    visible = QualityCase.objects.visible_to(request.user)
    edges = {name: listing.key_of(request.GET.get(name, "")) for name in ("after", "before")}
    rows, before, after = narrowing.applied(visible, request.user).with_facts().page(**edges, size=listing.PAGE)
    context = {
        "narrowing": narrowing,
        "rows": rows,
        "before": rows[0].pk if rows and before else None,
        "after": rows[-1].pk if rows and after else None,
        "kinds": pages.kinds(listing.counts(visible, narrowing, request.user)),
        "states": listing.STATES.items(),
        "whose": listing.WHOSE.items(),
        "provinces": Unit.objects.of(request.user, timezone.localdate()).provinces().order_by("name"),
        "wards": listing.offered_wards(visible, request.user),
        "colleagues": working.colleagues_in(request.user),
        "now": timezone.now(),
        "may_export": registry.offers(request.user, "quality-cases"),
        "export": narrowing.as_export,
        "sees_figures": request.user.has_role(QUALITY_FIGURES),
    }
    return render(request, "vaccinations/quality/cases.html", context)


@open_to(QUALITY)
@require_POST
def assign(request):
    narrowing = listing.narrowing_of(request.GET)
    form = AssignForm(request.POST, colleagues=working.colleagues_in(request.user))
    if not form.is_valid():
        messages.info(request, _("Choose cases and a colleague first."))
        return redirect(f"/quality/?{narrowing.query}")
    visible = QualityCase.objects.visible_to(request.user)
    facts = {"cases": visible, "keys": form.cleaned_data["case"], "to": form.cleaned_data["to"]}
    try:
        done = working.assign(by=request.actor, now=timezone.now(), **facts)
        messages.success(request, ASSIGNED % {"cases": done})
    except CaseError as error:
        messages.error(request, error.message)
    return redirect(f"/quality/?{narrowing.query}")


@open_to(QUALITY)
@never_cache
@GET_OR_POST
def case(request, handle):
    """Both records side by side; sent a reason, with numbers and phones in full."""
    found = seen(request, handle)
    reveal = ReasonForm(request.POST if request.method == "POST" else None, auto_id=REVEAL)
    return show(request, found, reveal=reveal)


def show(request, found, *, form=None, undo_form=None, reveal=None, warnings=()):
    """The page of a case; with a form that was sent, what is wrong with it."""
    narrowing = listing.narrowing_of(request.GET)
    is_unmasked = bool(reveal and reveal.is_valid())
    reason = reveal.cleaned_data["reason"] if is_unmasked else ""
    chosen = pages.person_in(request.GET.get("person", ""))
    context = pages.context_of(by=request.actor, case=found, chosen=chosen, unmasked_for=reason)
    visible = QualityCase.objects.visible_to(request.user)
    context |= pages.around(visible, found, narrowing, request.user)
    initial = {"version": found.version, "person": context["person_key"], "keep": context["keep"]}
    context["form"] = form or DecisionForm(case=found, initial=initial)
    context["undo_form"] = undo_form or UndoForm(initial={"version": found.version})
    context |= {"reveal": reveal or ReasonForm(auto_id=REVEAL), "is_unmasked": is_unmasked, "warnings": warnings}
    context |= {"last": pages.last_decided(visible, request.GET.get("last", ""))}
    return render(request, "vaccinations/quality/case.html", context)


@open_to(QUALITY)
@never_cache
@GET_OR_POST
def decide(request, handle):
    """Carries the decision out and goes on to the next case; where that cannot be, says why on the page of this one."""
    found, narrowing = seen(request, handle), listing.narrowing_of(request.GET)
    if request.method != "POST":
        return redirect(address(found, narrowing))
    form, warnings = DecisionForm(request.POST, case=found), ()
    if form.is_valid():
        facts = {"decision": form.decision, "version": form.cleaned_data["version"]}
        try:
            decide_case(by=request.actor, case=found, now=timezone.now(), **facts)
            visible = QualityCase.objects.visible_to(request.user)
            return redirect(pages.after_decision(visible, found, narrowing, request.user))
        except StaleError as error:
            messages.warning(request, error.message)
            return redirect(address(found, narrowing))
        except CaseError as error:
            form.add_error(None, str(error.message))
            warnings = error.warnings if isinstance(error, UnusualError) else ()
    return show(request, found, form=pages.again(form, warnings), warnings=warnings)


@open_to(QUALITY)
@never_cache
@GET_OR_POST
def undo(request, handle):
    found, narrowing, form = seen(request, handle), listing.narrowing_of(request.GET), UndoForm(request.POST)
    if request.method != "POST":
        return redirect(address(found, narrowing))
    if not form.is_valid():
        return show(request, found, undo_form=form)
    said = form.cleaned_data
    return done(request, found, narrowing, undo_decision, UNDONE, reason=said["reason"], version=said["version"])


@open_to(QUALITY)
@require_POST
def claim(request, handle):
    return done(request, seen(request, handle), listing.narrowing_of(request.GET), working.claim, CLAIMED)


@open_to(QUALITY)
@require_POST
def release(request, handle):
    return done(request, seen(request, handle), listing.narrowing_of(request.GET), working.release, "")


def done(request, found, narrowing, write, said, **facts):
    """Lets the service write, says what came of it, and leads to the page of the case."""
    try:
        write(by=request.actor, case=found, now=timezone.now(), **facts)
        if said:
            messages.success(request, said)
    except CaseError as error:
        messages.error(request, error.message)
    return redirect(address(found, narrowing))


@open_to(QUALITY)
@never_cache
@require_safe
def letter(request, handle):
    """The question to the commune, to be printed: with all that it needs to find the person, and so logged."""
    found = seen(request, handle)
    context = pages.context_of(by=request.actor, case=found, unmasked_for=pages.LETTER)
    return render(request, "vaccinations/quality/letter.html", context | {"today": timezone.localdate()})


@open_to(QUALITY_FIGURES)
@require_safe
def provinces(request):
    """The league table: matched, waiting, oldest waiting."""
    now = timezone.now()
    context = {"standings": standings(request.user, now), "now": now, "limit": settings.SMALLEST_COUNT_SHOWN}
    context["decides"] = request.user.has_role(QUALITY)
    return render(request, "vaccinations/quality/provinces.html", context)
