"""The pages of the clinic desk that more than one address answers with, and what its views share."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from residents.holding import ResidentError
from residents.matching import Candidate
from residents.models import Resident
from residents.services import is_joined, look_up
from vaccinations.desk.chart import chart_of, disagreements, is_same_person, needs_confirmation, preview
from vaccinations.desk.dose_forms import DoseFields, DoseForm
from vaccinations.desk.person_forms import NotGivenForm, PersonForm, RevealForm, page_of
from vaccinations.desk.register_forms import RegisterForm, identity_of
from vaccinations.desk.scan import Scan, read_scan
from vaccinations.desk.scan_forms import BoxForm
from vaccinations.desk.visiting import latest_visit
from vaccinations.desk.workday import Workday
from vaccinations.doses import services
from vaccinations.doses.standing import standing_of
from vaccinations.models import ClinicSession, Dose, Lot, Visit
from vaccinations.querysets import LotQuerySet
from vaccinations.rulebook import rulebook
from vaccinations.screening.checklists import checklist_of
from vaccinations.screening.forms import ScreeningForm
from vaccinations.screening.services import ScreeningError, latest_screening
from vaccinations.sessions.coming import Coming, how_comes, sessions_of, sessions_today
from vaccinations.sessions.errors import SessionError, SessionFullError
from vaxreg.exports.listings import registry
from vaxreg.sealing import seal

View = Callable[..., HttpResponse]
LISTED = 20


def at_facility(view: View) -> View:
    """Tells the view where the clerk works (request.facility, .workday, .sessions); asks first where that is not known."""

    @wraps(view)
    def working(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        request.workday = Workday(request.session, request.user, timezone.localdate())
        request.facility = request.workday.facility()
        request.sessions = SimpleLazyObject(lambda: sessions_today(request.facility, timezone.now()))
        return view(request, **kwargs) if request.facility else redirect("/clinic/facility/")

    return working


def posted(view: View) -> View:
    """Pages made by POST have no address of their own: whoever comes to one by GET is led back to the box."""

    @wraps(view)
    def answering(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return view(request, **kwargs) if request.method == "POST" else redirect("/clinic/")

    return answering


def desk_page(request: HttpRequest, form: BoxForm, *, answered: Visit | None = None, **said: Visit) -> HttpResponse:
    """The box, who waits, and what was recorded today, under what just happened.

    `answered` was answered by somebody else meanwhile; `said` is one of arrived, declined, undone.
    """
    doses = Dose.objects.day_list(request.user, request.facility, request.workday.today)
    visits = Visit.objects.visible_to(request.user).at(request.facility, request.workday.today)
    context = {
        "form": form,
        "doses": doses.prefetch_related("slips")[:LISTED],
        "count": doses.count(),
        "most": LISTED,
        "waiting": visits.waiting().select_related("resident")[:LISTED],
        "not_given": visits.not_given().select_related("resident")[:LISTED],
        "may_export": registry.offers(request.user, "doses"),
        "answered": answered,
        **said,
    }
    if answered and answered.dose_id:
        context["slips"] = answered.dose.slips.all()
    return render(request, "vaccinations/desk/desk.html", context)


def lots_of(request: HttpRequest) -> LotQuerySet:
    """The lots that a dose of the chosen day may be recorded of, the facility's first."""
    return Lot.objects.to_choose_at(request.facility, request.workday.given_on)


def opened_page(request: HttpRequest) -> tuple[Resident, PersonForm] | None:
    """The person whose page sent this form, and what that page carried; None when it is too old, or no page of ours."""
    opened = PersonForm(request.POST)
    if not opened.is_valid():
        return None
    return look_up(by=request.actor, number=opened.number, purpose="clinic"), opened


def person_page(
    request: HttpRequest,
    resident: Resident,
    *,
    card_text: str = "",
    invitation: str = "",
    opened: PersonForm | None = None,
    form: DoseForm | None = None,
    not_given: NotGivenForm | None = None,
    screening: ScreeningForm | None = None,
    reveal: RevealForm | None = None,
) -> HttpResponse:
    """The page of a person whose reading was logged. `opened` is what it carried when it was sent in."""
    chart, now = chart_of(resident), timezone.now()
    visit = latest_visit(resident=resident, facility=request.facility, on=request.workday.given_on)
    page = (
        opened.page if opened else page_of(resident, card_text=card_text, visit=visit, now=now, invitation=invitation)
    )
    card = read_scan(page["card"]).card if page["card"] else None
    form = form or DoseForm(lots=lots_of(request), initial=_proposal(request, chart, page))
    rules = rulebook()
    coming = coming_of(request, resident, visit, page["invitation"])
    where = {"facility": request.facility, "sessions": sessions_for(request, coming)}
    check = preview(resident=resident, chart=chart, now=now, rules=rules, **where, **form.entered)
    if coming and coming.is_full and not form.no_place:
        form.no_place = SessionFullError.message
    screening = screening or ScreeningForm(checklist=checklist_of(resident, on=request.workday.given_on))
    not_given = not_given or NotGivenForm()
    if not (screening.focus() or not_given.focus()):
        form.focus("scan", is_doubtful=bool(check.warnings or form.no_place))
    context = {
        "coming": coming,
        "resident": resident,
        "chart": chart,
        "check": check,
        "standing": standing_of(resident, chart.doses, timezone.localdate(now), rules),
        "visit": visit,
        "screened": latest_screening(visit),
        "screening": screening,
        "form": form,
        "lot_text": form.lot_text,
        "not_given": not_given,
        "forms": [each for each in (form, screening, not_given) if each and each.errors],
        "person": seal(page, purpose=PersonForm.base_fields["person"].purpose),
        "disagreements": disagreements(card=card, resident=resident) if card else [],
        "card_agrees": bool(card) and is_same_person(card=card, resident=resident),
        "reveal": reveal or RevealForm(),
        "is_revealed": bool(reveal) and reveal.is_valid(),
    }
    return render(request, "vaccinations/desk/person.html", context)


def coming_of(request: HttpRequest, resident: Resident, visit: Visit | None, invitation: str) -> Coming | None:
    """How the person comes to today's sessions; None while doses of another day are typed, or where they were seen without."""
    was_seen = visit and not visit.is_waiting and not visit.appointment_id
    if was_seen or not request.workday.is_of_today:
        return None
    facts = {"preferred": request.workday.session_id, "invitation": invitation}
    return how_comes(resident, sessions=list(request.sessions), now=timezone.now(), **facts)


def sessions_for(request: HttpRequest, coming: Coming | None) -> list[ClinicSession]:
    """Which of today's sessions a dose of the person may belong to; none while doses of another day are typed."""
    if not request.workday.is_of_today:
        return []
    facts = {"sessions": list(request.sessions), "now": timezone.now(), "preferred": request.workday.session_id}
    return sessions_of(coming and coming.appointment, **facts)


def unregistered_page(
    request: HttpRequest,
    scan: Scan,
    *,
    form: RegisterForm | None = None,
    doubles: Sequence[Candidate] = (),
    **identity: Any,
) -> HttpResponse:
    """What to do about somebody not registered; `doubles` may be the same person under another number.

    `identity` is the code of an invitation, and what is known of its person.
    """
    old_number = scan.card.old_number if scan.card else ""
    holder = look_up(by=request.actor, number=old_number, purpose="clinic") if old_number else None
    if form is None:
        initial = {
            "identity": identity_of(scan, invitation=identity.get("invitation", "")),
            **identity.get("known", {}),
        }
        form = RegisterForm(scan=scan, home=request.facility.unit, initial=initial)
    if not (holder and needs_confirmation(card=scan.card, holder=holder)):
        form.fields.pop("is_holder", None)
    context = {
        "scan": scan,
        "form": form,
        "holder": holder,
        "holder_joins": bool(holder) and is_joined(scan.card, holder),
        "doubles": doubles,
    }
    return render(request, "vaccinations/desk/unregistered.html", context)


def too_old(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("This page was too old. Look the person up again."))
    return redirect("/clinic/")


def told(form: DoseFields, noted: ScreeningForm | None, write: Callable[..., Any], /, **facts: Any) -> Any:
    """What the service wrote, or None when it refused: why is then told in the form, or in that of the screening."""
    try:
        return write(**facts)
    except services.ImpossibleDoseError as error:
        form.add_faults(error.faults)
    except services.AlreadyRecordedError as error:
        form.taken, form.proposed = error.dose, error.proposed
        form.add_error("dose_number", error.message)
    except services.NeedsReasonError as error:
        form.add_error("warning_reason", error.message)
    except SessionError as error:
        form.no_place = error.message
        form.add_error("warning_reason", error.message)
    except (services.DoseError, ResidentError) as error:
        form.add_error(None, error.message)
    except ScreeningError as error:
        noted.tell(error)
    return None


def _proposal(request: HttpRequest, chart: Any, page: dict[str, Any]) -> dict[str, Any]:
    workday = request.workday
    return {
        "person": page,
        "dose_number": chart.next_number,
        "lot": workday.lot(),
        "administered_on": workday.given_on,
        # Empty at first: who sits at the screen is seldom who holds the syringe.
        "vaccinator": workday.vaccinator,
    }
