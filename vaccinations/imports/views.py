"""The pages of imports: send a sheet, say what its columns are, review, commit, take back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vaccinations.imports import listing, review, services
from vaccinations.imports.columns import DOUBTS, doubts_of
from vaccinations.imports.dictionaries import Dictionaries
from vaccinations.imports.failures import is_of_file, sentence_of
from vaccinations.imports.forms import (
    ColumnsForm,
    CommitForm,
    FacilitiesForm,
    RevertForm,
    RowsForm,
    TableForm,
    UploadForm,
    text_of,
)
from vaccinations.imports.places import unknown_names
from vaccinations.imports.problems import OTHER_LOT
from vaccinations.imports.registering import register_people
from vaccinations.imports.reverting import built_on
from vaccinations.models import Dose, DoseImport, Facility, Outcome
from vaxreg.access import IMPORTS, open_to
from vaxreg.exports.listings import registry

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])
MOST_LISTED = 200
# Of which outcomes rows can be chosen in the list, and where somebody who chose none is led back to.
DECIDED = frozenset({Outcome.NEW, Outcome.CONFLICT, Outcome.DOUBTFUL, Outcome.NO_ID, Outcome.MALFORMED_ID})
OF_ACTION = {"take": "conflict", "register": "no-id"}
REGISTERED = _("People registered from the sheet: %(people)d.")
NOT_REGISTERED = _(
    "Not registered: rows %(rows)s. Their birth is not known, their number contradicts it, or they may be somebody "
    "registered."
)


@open_to(IMPORTS)
@require_safe
def imports(request):
    page = listing.page(DoseImport.objects.visible_to(request.user), before=request.GET.get("before", ""))
    return render(request, "vaccinations/imports/imports.html", {"page": page, "owners": listing.owners(request.user)})


@open_to(IMPORTS)
@GET_OR_POST
def new(request):
    owners = listing.owners(request.user)
    if not owners:
        return render(request, "vaccinations/imports/nowhere.html")
    too_large = getattr(request, "upload_was_too_large", False)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*data, owners=owners, was_too_large=too_large)
    if form.is_valid():
        file = form.cleaned_data["file"]
        owner = {"facility" if isinstance(form.chosen_owner, Facility) else "province": form.chosen_owner}
        dose_import = services.receive(by=request.actor, file=file, name=file.name, **owner)
        services.start(dose_import)
        return redirect("import", pk=dose_import.pk)
    return render(request, "vaccinations/imports/new.html", {"form": form})


def visible(request, pk):
    """The import with that key, if it is one of the user's provinces or facilities; else 404."""
    seen = DoseImport.objects.visible_to(request.user).select_related("province", "facility", "created_by")
    return get_object_or_404(seen, pk=pk)


@open_to(IMPORTS)
@never_cache
@require_safe
def one(request, pk):
    dose_import = visible(request, pk)
    context = {
        "dose_import": dose_import,
        "stages": listing.stages_of(dose_import),
        "failure": sentence_of(dose_import),
        "can_resume": not is_of_file(dose_import),
        "waiting": review.waiting_of(dose_import, request.user),
        "twins": services.same_file(dose_import, DoseImport.objects.visible_to(request.user)),
    }
    if dose_import.rows is not None and dose_import.state in listing.JUDGED:
        context["groups"] = review.groups(dose_import)
        context["rejected"] = review.rejected_of(dose_import) if registry.offers(request.user, "rejected") else 0
    if dose_import.state == DoseImport.State.REVIEW:
        context["unknown_facilities"] = unknown_names(dose_import)
    return render(request, "vaccinations/imports/import.html", context)


@open_to(IMPORTS)
@never_cache
@GET_OR_POST
def columns(request, pk):
    dose_import = visible(request, pk)
    if not dose_import.columns or not dose_import.can_be_read_again:
        messages.info(request, services.ImportRefusedError.message)
        return redirect("import", pk=pk)
    data = request.POST if request.method == "POST" else None
    layout, dictionaries = dose_import.layout, Dictionaries(dose_import, timezone.localdate())
    looks_elsewhere = bool(data) and "heading_row" in data
    table = TableForm(data if looks_elsewhere else None, layout=layout)
    form = ColumnsForm(None if looks_elsewhere else data, layout=layout, dictionaries=dictionaries)
    if table.is_valid():
        said = {"sheet": "", **table.cleaned_data}
        return done(request, pk, services.look_elsewhere, dose_import=dose_import, **said)
    if form.is_valid():
        return done(request, pk, services.choose_columns, dose_import=dose_import, layout=form.chosen)
    doubts = [DOUBTS[code] for code in doubts_of(layout)] if dose_import.awaits_columns else []
    context = {"dose_import": dose_import, "form": form, "table": table, "doubts": doubts}
    return render(request, "vaccinations/imports/columns.html", context)


def done(request, pk, write, **facts):
    """Lets the service write, says why where it refuses, and leads to the import's page."""
    try:
        write(by=request.actor, **facts)
    except services.ImportRefusedError as error:
        messages.error(request, error.message)
    return redirect("import", pk=pk)


@open_to(IMPORTS)
@never_cache
@GET_OR_POST
def facilities(request, pk):
    dose_import = visible(request, pk)
    if dose_import.state != DoseImport.State.REVIEW:
        return redirect("import", pk=pk)
    names = unknown_names(dose_import)
    places = list(Facility.objects.importable_by(request.user, dose_import))
    initial = {"takes_unknown": dose_import.takes_unknown_facilities}
    data = request.POST if request.method == "POST" else None
    form = FacilitiesForm(data, initial=initial, names=names[:MOST_LISTED], facilities=places)
    if form.is_valid():
        facts = {"names": form.chosen, "takes_unknown": form.cleaned_data["takes_unknown"]}
        return done(request, pk, services.name_facilities, dose_import=dose_import, **facts)
    context = {
        "dose_import": dose_import,
        "form": form,
        "offered": [text_of(place) for place in places],
        "nameless": dict(names).get("", 0),
        "left": max(0, len(names) - MOST_LISTED),
    }
    return render(request, "vaccinations/imports/facilities.html", context)


@open_to(IMPORTS)
@never_cache
@require_safe
def rows(request, pk):
    dose_import = visible(request, pk)
    if dose_import.state not in listing.JUDGED:
        return redirect("import", pk=pk)
    chosen = {name: request.GET.get(name, "") for name in ("outcome", "cause")}
    if chosen["cause"] not in review.CAUSE_CODES:
        chosen["cause"] = ""
    edges = {name: request.GET.get(name, "") for name in ("after", "before")}
    page = review.page(by=request.actor, dose_import=dose_import, **chosen, **edges)
    context = {
        "dose_import": dose_import,
        "page": page,
        **chosen,
        "label": Outcome(chosen["outcome"]).label if chosen["outcome"] in Outcome.values else "",
        "cause_label": review.cause_label(chosen["cause"]) if chosen["cause"] else "",
        "outcomes": Outcome,
        "decides": dose_import.state == DoseImport.State.REVIEW and chosen["outcome"] in DECIDED,
    }
    return render(request, "vaccinations/imports/rows.html", context)


@open_to(IMPORTS)
@require_POST
def decide(request, pk):
    """Holds rows back or lets them go, or takes the dose numbers suggested; of those chosen, or of a whole kind."""
    dose_import, form = visible(request, pk), RowsForm(request.POST)
    if not form.is_valid():
        messages.error(request, services.ImportRefusedError.message)
        return redirect("import", pk=pk)
    action, doses = form.cleaned_data["action"], form.cleaned_data["dose"]
    is_held = action.startswith("hold")
    if action.endswith("lots"):
        return done(request, pk, services.hold_warned, dose_import=dose_import, warning=OTHER_LOT, is_held=is_held)
    if not doses and action != "take-all":
        messages.info(request, _("Choose rows first."))
        return redirect(f"/imports/{pk}/rows/?outcome={OF_ACTION.get(action, 'new')}")
    if action == "take-all":
        return done(request, pk, services.take_suggestions, dose_import=dose_import)
    if action == "take":
        return done(request, pk, services.take_suggestions, dose_import=dose_import, doses=doses)
    if action == "register":
        return registered(request, dose_import, doses)
    done(request, pk, services.hold, dose_import=dose_import, doses=doses, is_held=is_held)
    return redirect(f"/imports/{pk}/rows/?outcome=new")


def registered(request, dose_import, doses):
    """Registers the people of the rows chosen, and says of which rows nobody could be."""
    try:
        people = register_people(by=request.actor, dose_import=dose_import, doses=doses)
    except services.ImportRefusedError as error:
        messages.error(request, error.message)
        return redirect("import", pk=dose_import.pk)
    if people.people:
        messages.success(request, REGISTERED % {"people": people.people})
    if people.refused:
        messages.warning(request, NOT_REGISTERED % {"rows": ", ".join(map(str, people.refused))})
    return redirect("import", pk=dose_import.pk)


@open_to(IMPORTS)
@never_cache
@GET_OR_POST
def commit(request, pk):
    dose_import = visible(request, pk)
    form = CommitForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return done(request, pk, services.ask_commit, dose_import=dose_import, seen=form.cleaned_data["seen"])
    if dose_import.state != DoseImport.State.REVIEW or not dose_import.accepted:
        return redirect("import", pk=pk)
    context = {"dose_import": dose_import, "form": form, "unknown_facilities": unknown_names(dose_import)}
    return render(request, "vaccinations/imports/commit.html", context)


@open_to(IMPORTS)
@never_cache
@GET_OR_POST
def revert(request, pk):
    dose_import = visible(request, pk)
    form = RevertForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return done(request, pk, services.ask_revert, dose_import=dose_import, reason=form.cleaned_data["reason"])
    if dose_import.state != DoseImport.State.COMMITTED:
        return redirect("import", pk=pk)
    left = built_on(dose_import)
    doses = Dose.objects.imported_by(request.user, dose_import)
    context = {
        "dose_import": dose_import,
        "form": form,
        "left": len(left),
        "rows": review.left_rows(by=request.actor, dose_import=dose_import, doses=doses, why=left),
    }
    return render(request, "vaccinations/imports/revert.html", context)


@open_to(IMPORTS)
@require_POST
def cancel(request, pk):
    return done(request, pk, services.cancel, dose_import=visible(request, pk))


@open_to(IMPORTS)
@require_POST
def resume(request, pk):
    return done(request, pk, services.resume, dose_import=visible(request, pk))


@open_to(IMPORTS)
@require_POST
def check_again(request, pk):
    return done(request, pk, services.check_again, dose_import=visible(request, pk))
