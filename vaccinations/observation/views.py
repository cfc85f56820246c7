"""The observation board, and the reactions of whoever was given a dose. No address names a person: a slip's code does."""

from uuid import uuid4

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.services import look_up
from vaccinations.desk.pages import at_facility
from vaccinations.doses.services import log_slip_read
from vaccinations.models import Observation
from vaccinations.observation import services
from vaccinations.observation.finding import current_version, latest_slip, slip_with_code, terms_on
from vaccinations.observation.forms import REACTION, BoardForm, EarlyForm, ReactionForm, TapForm, quick_rows
from vaccinations.observation.reactions import ReactionError, amend, known_of, reactions_of, report
from vaccinations.observation.rules import is_early
from vaxreg.access import CLINIC_DESK, open_to
from vaxreg.sealing import seal

MOST_SITTING = 200


@open_to(CLINIC_DESK)
@at_facility
def board(request):
    """Who sits here since when. POST: a slip scanned, or somebody released."""
    if request.method != "POST":
        return board_page(request)
    if "release" in request.POST:
        return released(request, request.POST.get("release", ""))
    form = BoardForm(request.POST)
    if not form.is_valid():
        return board_page(request, form=form)
    if form.cleaned_data["scan"]:
        return scanned(request, form)
    return (
        released(request, form.cleaned_data["first"])
        if form.cleaned_data["first"]
        else redirect("/clinic/observation/")
    )


def board_page(request, *, form=None, early=None, early_form=None):
    """`early` is somebody whose time is not over, and who is to be released for a reason."""
    now = timezone.now()
    sitting = Observation.objects.visible_to(request.user).at(request.facility).sitting().for_board()
    sitting = list(sitting[:MOST_SITTING])
    first = next((each for each in sitting if not is_early(now, each.ends_at)), None)
    form = form or BoardForm(initial={"first": first and first.pk})
    context = {"sitting": sitting, "now": now, "first": first, "form": form, "early": early, "early_form": early_form}
    return render(request, "vaccinations/observation/board.html", context)


def released(request, pk):
    """The board again: somebody went home, or why they do not yet."""
    here = Observation.objects.visible_to(request.user).at(request.facility).for_board()
    observation = get_object_or_404(here, pk=pk if str(pk).isdecimal() and len(str(pk)) < 19 else 0)
    form = EarlyForm(request.POST) if "reason" in request.POST else EarlyForm(initial={"release": observation.pk})
    reason = form.cleaned_data["reason"] if form.is_bound and form.is_valid() else ""
    try:
        services.release(by=request.actor, observation=observation, now=timezone.now(), reason=reason)
    except services.EarlyError:
        return board_page(request, early=observation, early_form=form)
    except services.AlreadyReleasedError as error:
        other = error.observation
        at, by = timezone.localtime(other.released_at), other.released_by or "–"
        messages.info(request, _("Released before, at %(at)s by %(by)s.") % {"at": f"{at:%H:%M}", "by": by})
    else:
        messages.success(request, _("%(name)s was released.") % {"name": observation.resident.full_name})
    return board_page(request)


def scanned(request, form):
    """The page of the reactions of whoever's slip or card it is."""
    slip = latest_slip(form.cleaned_data["scan"])
    if slip is None:
        form.add_error("scan", _("No dose is recorded for this slip or number."))
        return board_page(request, form=form)
    return redirect("clinic-reaction", code=slip.code)


@open_to(CLINIC_DESK)
@at_facility
def reaction(request, code):
    """What is known of the reactions to the dose on that slip; a tap or the form adds to it. ?new=1: another reaction."""
    slip = slip_with_code(code)
    now, terms = timezone.now(), terms_on(timezone.localdate())
    if request.method == "POST":
        tap = "tap" in request.POST
        form = TapForm(request.POST) if tap else ReactionForm(request.POST, terms=terms)
        if form.is_valid() and written(request, slip, form, now=now):
            return redirect("clinic-reaction", code=code)
        # What a tap could not say is told above; the fields start anew.
        form = form if not tap else None
    else:
        form = None
    return reaction_page(request, slip, terms, form=form, now=now)


def written(request, slip, form, *, now):
    """Whether what was entered is kept; the form or a message says why not."""
    latest = current_version(slip, form.latest) if form.latest else None
    known = known_of(latest) if latest else None
    said = form.reaction(known, now=now) if isinstance(form, TapForm) else form.reaction
    source = "site" if timezone.localdate(said.onset_at) == slip.dose.administered_on else "later"
    try:
        if latest:
            amend(by=request.actor, latest=latest, reaction=said, now=now)
        else:
            facts = {"dose": slip.dose, "facility": request.facility, "key": form.key, "source": source}
            report(by=request.actor, reaction=said, now=now, **facts)
    except ReactionError as error:
        messages.error(request, error.message)
        form.add_error(None, error.message)
        return False
    messages.success(request, _("The reaction is recorded."))
    return True


def reaction_page(request, slip, terms, *, form, now):
    person = look_up(by=request.actor, number=slip.resident, purpose="reaction")
    log_slip_read(by=request.actor, slip=slip)
    events = reactions_of(person.numbers)
    latest = next((event for event in events if event.dose_id == slip.dose_id), None)
    if "new" in request.GET:
        latest = None
    page = {"key": str(uuid4()), "latest": latest and latest.pk}
    known = known_of(latest) if latest else None
    form = form or ReactionForm(terms=terms, initial=ReactionForm.initial_of(known, now=now))
    context = {
        "slip": slip,
        "resident": person,
        "events": events,
        "latest": latest,
        "form": form,
        # Of this page, also under what was sent from the one before: what somebody else added since is on it.
        "page": seal(page, purpose=REACTION),
        "quick": list(quick_rows(terms)),
        "names": {term.code: str(term) for term in terms},
    }
    return render(request, "vaccinations/observation/reaction.html", context)
