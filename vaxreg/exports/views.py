"""Asking for lists of people, deciding on requests, downloading, and the log. No personal data in an address."""

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vaxreg.access import EXPORT_APPROVING, EXPORT_ASKING, EXPORT_LOG, EXPORTS, open_to
from vaxreg.exports import building, services
from vaxreg.exports.files import csv_parts, xlsx_file
from vaxreg.exports.forms import DecisionForm, LogForm
from vaxreg.exports.listings import registry
from vaxreg.exports.log import PAGE_SIZE, read_log
from vaxreg.exports.models import Export, ExportDownload
from vaxreg.exports.watermark import watermark_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@open_to(EXPORTS)
@require_GET
def exports(request):
    now, before = timezone.now(), request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    own, has_more = Export.objects.of(request.user).page(place, PAGE_SIZE)
    waiting = Export.objects.decidable_by(request.user, now).select_related("requested_by").order_by("expires_at")
    context = {
        "listings": registry.open_to(request.user),
        "own": [(export, export.state_at(now)) for export in own],
        "older": own[-1].pk if has_more else None,
        "waiting": waiting,
        "asks": not EXPORT_ASKING.isdisjoint(request.user.role_codes),
        "approves": not EXPORT_APPROVING.isdisjoint(request.user.role_codes),
        "reads_log": request.user.has_role(EXPORT_LOG),
    }
    return render(request, "vaxreg/exports/exports.html", context)


@open_to(EXPORT_ASKING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, listing):
    found = next((one for one in registry.open_to(request.user) if one.code == listing), None)
    if found is None:
        raise Http404
    if request.method == "POST" and request.POST.get("step") in ("preview", "send"):
        return answered(request, found, found.form(request.POST, user=request.user, listing=found))
    # What the page that led here was narrowed by comes in a body: it may be about people.
    said = {name: request.POST[name] for name in found.form.base_fields if name in request.POST}
    return ask_page(request, found, found.form(user=request.user, listing=found, initial=said))


def answered(request, listing, form):
    """The preview of what a valid form asks for; once that was seen, what becomes of the request."""
    if not form.is_valid():
        return ask_page(request, listing, form)
    now, is_sent = timezone.now(), request.POST["step"] == "send"
    try:
        if is_sent and form.key:
            return sent(request, services.ask(by=request.actor, request=form.request, key=form.key, now=now))
        shown = services.preview(
            by=request.actor, listing=listing, parameters=form.parameters, codes=form.codes, now=now
        )
    except services.ExportError as error:
        form.add_error(None, error.message)
        return ask_page(request, listing, form)
    if is_sent:
        messages.warning(request, _("What you ask for is not what you looked at. Look again, then send it."))
    return ask_page(request, listing, form, preview=shown, seen=form.new_seen())


def ask_page(request, listing, form, **context):
    context |= {"listing": listing, "form": form, "unapproved": settings.EXPORT_APPROVAL_PEOPLE}
    return render(request, "vaxreg/exports/ask.html", context)


def sent(request, export):
    """Where an export that was asked for goes on: a short list is downloaded at once, any other has a page."""
    now = timezone.now()
    export = building.begin(by=request.actor, export=export, now=now)
    if export.state_at(now) == Export.State.READY and export.people <= settings.EXPORT_FREE_PEOPLE:
        return file_of(request, export, ExportDownload.Format.XLSX)
    return redirect("export", export.pk)


@open_to(EXPORTS)
@never_cache
@require_GET
def export(request, pk):
    return export_page(request, get_object_or_404(shown_to(request), pk=pk))


def shown_to(request):
    return Export.objects.visible_to(request.user).select_related("requested_by", "decided_by")


def export_page(request, export, form=None):
    now = timezone.now()
    downloads = export.downloads.select_related("user")
    context = {
        "export": export,
        "state": export.state_at(now),
        "downloads": downloads,
        "left": settings.EXPORT_MOST_DOWNLOADS - len(downloads),
        "is_own": export.requested_by == request.user,
        "form": form or DecisionForm() if Export.objects.decidable_by(request.user, now).filter(pk=export.pk) else None,
        "has_xlsx": (export.built_rows or 0) <= settings.EXPORT_XLSX_MOST_ROWS,
        "xlsx_most": settings.EXPORT_XLSX_MOST_ROWS,
    }
    return render(request, "vaxreg/exports/export.html", context)


@open_to(EXPORT_APPROVING)
@require_POST
def decide(request, pk):
    export = get_object_or_404(shown_to(request).answered_for(request.user), pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return export_page(request, export, form)
    now = timezone.now()
    said = {"is_approval": form.is_approval, "reason": form.cleaned_data["reason"]}
    try:
        export = services.decide(by=request.actor, export=export, now=now, **said)
        messages.success(request, _("You approved the request.") if form.is_approval else _("You refused the request."))
        building.begin(by=request.actor, export=export, now=now)
    except services.ExportError as error:
        messages.error(request, error.message)
    return redirect("export", export.pk)


@open_to(EXPORT_ASKING)
@require_POST
def withdraw(request, pk):
    export = get_object_or_404(Export.objects.of(request.user), pk=pk)
    services.withdraw(by=request.actor, export=export, now=timezone.now())
    messages.success(request, _("The request is withdrawn, and its file is deleted."))
    return redirect("export", export.pk)


@open_to(EXPORT_ASKING)
@never_cache
@require_POST
def download(request, pk):
    """The file, to whoever asked for it, signed in as they must be: its address alone opens nothing."""
    export = get_object_or_404(Export.objects.of(request.user), pk=pk)
    chosen = request.POST.get("format")
    return file_of(request, export, chosen if chosen in ExportDownload.Format.values else ExportDownload.Format.XLSX)


def file_of(request, export, format):
    """A file of its own for this download, which is in the log before anything leaves."""
    try:
        if export.state_at(timezone.now()) == Export.State.READY:
            building.refuse_damaged(export)
        taken = services.start_download(by=request.actor, export=export, format=format, now=timezone.now())
        return as_file(taken)
    except (services.ExportError, building.DamagedFileError) as error:
        messages.error(request, error.message)
        return redirect("export", export.pk)


def as_file(download):
    mark = watermark_of(download)
    headers = {"Content-Disposition": f'attachment; filename="{mark.file_name}.{download.format}"'}
    if download.format == ExportDownload.Format.XLSX:
        return FileResponse(xlsx_file(download.export, mark), content_type=XLSX, headers=headers)
    parts = csv_parts(download.export, mark)
    return StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8", headers=headers)


@open_to(EXPORT_LOG)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log(request):
    # Answered without a redirect: an address of the answer would have to say who was searched for.
    form = LogForm(request.POST or None)
    context = {"form": form, "now": timezone.now()}
    if form.is_valid() or not form.is_bound:
        context["page"] = read_log(by=request.actor, said=form.cleaned_data if form.is_bound else {})
    return render(request, "vaxreg/exports/log.html", context)
