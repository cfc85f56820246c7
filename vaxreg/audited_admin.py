"""Bases of all admin pages: every write leaves an audit entry, and lists of people give nothing away."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import ShowFacets
from django.contrib.admin.utils import NestedObjects, quote
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models, transaction
from django.forms import BaseModelFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from vaxreg import audit
from vaxreg.sealing import BrokenSealError, seal, unseal

LONGEST_SEARCH = 100
MOST_ROWS = 1_000


class BoundedPaginator(Paginator):
    """Counts no further than anybody turns pages: counting a million rows takes longer than showing fifty."""

    @cached_property
    def count(self) -> int:
        return self.object_list[:MOST_ROWS].count()


class SteadyAutocomplete(AutocompleteSelect):
    """Django's widget asks the database for whatever was posted, and stumbles over what is no key."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        keys = [text for text in value if len(text) < 19 and text.isascii() and text.isdigit()]
        return super().optgroups(name, keys, attrs)


class SteadyAutocompleteMixin:
    """For admin pages and inlines with `autocomplete_fields`."""

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = SteadyAutocomplete(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class AuditedInline(SteadyAutocompleteMixin, admin.TabularInline):
    """Rows within another row's page; AuditedModelAdmin.save_formset records them."""

    extra = 0


class AuditedModelAdmin(SteadyAutocompleteMixin, admin.ModelAdmin):
    """Records who added, changed or deleted what, with the values before and after, in the same transaction."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: models.Model, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self.record(request, obj, "changed" if change else "added", changes_of(form))

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            self.record_deletion(request, row)
            row.delete()
        forms = {id(row_form.instance): row_form for row_form in formset.forms}
        for row in rows:
            verb = "added" if row._state.adding else "changed"
            row.save()
            self.record(request, row, verb, changes_of(forms[id(row)]))
        formset.save_m2m()

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        self.record_deletion(request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        with transaction.atomic():
            for obj in queryset:
                self.record_deletion(request, obj)
            super().delete_queryset(request, queryset)

    def record(self, request: HttpRequest, obj: models.Model, verb: str, changes: dict[str, Any]) -> None:
        audit.record(by=request.actor, action=f"{obj._meta.model_name}.{verb}", subject=obj, changes=changes)

    def record_deletion(self, request: HttpRequest, obj: models.Model) -> None:
        """Records the row and every row that goes with it."""
        collector = NestedObjects(using="default")
        collector.collect([obj])
        for rows in collector.data.values():
            for row in rows:
                values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
                values.pop("password", None)
                self.record(request, row, "deleted", {name: [value, None] for name, value in values.items()})


def changes_of(form: ModelForm) -> dict[str, list[Any]]:
    """Returns field → [before, after] of the fields that a valid form changes. Of a password only that it changed."""
    return {
        name: ["", "***"] if "password" in name else [plain(form.initial.get(name)), plain(form.cleaned_data.get(name))]
        for name in form.changed_data
    }


def plain(value: Any) -> Any:
    """A value as the audit trail keeps it: objects by their key, groups by the code of their role."""
    if isinstance(value, Group):
        return value.name
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, list | models.QuerySet):
        return sorted(plain(item) for item in value)
    return value


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows that only the desks and services write; true for superusers, too."""

    actions = None
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    paginator = BoundedPaginator

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class RecordAdmin(ReadOnlyAdmin):
    """What happened at a place of work: opening a row leaves an access-log entry."""

    def number_of(self, obj: models.Model) -> str:
        """The number of the person whom the row is about; empty where it is about nobody."""
        return ""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = context["original"]
        audit.record(
            by=request.actor, action=f"{self.opts.model_name}.opened", subject=obj, resident=self.number_of(obj)
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """None: these rows have no changes by the admin, and its page would link them by their keys."""
        raise Http404(_("The audit trail has the history."))


class PersonalChangeList(ChangeList):
    """A list of people: what was searched for, and where a person is linked, never stands in an address."""

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.searched = request.searched
        self.waits = not self.searched and not self.model_admin.lists_unsearched

    def url_for_result(self, result: models.Model) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(
            name, args=(quote(self.model_admin.handle_of(result)),), current_app=self.model_admin.admin_site.name
        )


class PersonalDataAdmin(RecordAdmin):
    """Rows about people: only what was searched for is listed, masked; each row shown leaves an access-log entry.

    Searches travel sealed for the one who searched.
    """

    holds_personal_data = True
    # Where the primary key is a person's number, addresses carry a sealed handle in its place.
    seals_handles = False
    # Whether rows are listed before anything was searched for.
    lists_unsearched = False
    change_list_template = "admin/personal_change_list.html"
    change_form_template = "admin/personal_change_form.html"
    # Sorting a million rows by a column without an index is a way to stop the site.
    sortable_by = ()
    search_fields = ("pk",)
    allowed_parameters = frozenset({"q", "p", "all"})

    def number_of(self, obj: models.Model) -> str:
        return obj.resident

    def number_in(self, text: str) -> str:
        """The number of a person that the searched text is; empty where it is none."""
        raise NotImplementedError

    def find(self, queryset: models.QuerySet, text: str) -> models.QuerySet:
        """The rows that the searched text means; never by a scan of the table."""
        raise NotImplementedError

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PersonalChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self.seal_search(request)
        if request.GET.keys() - self.allowed_parameters:
            # Django would filter by any column named in the address, and show keys to pop-up windows.
            return redirect(request.path)
        try:
            request.searched = self.unsealed(request)
        except BrokenSealError:
            messages.error(request, _("This search has expired, or somebody else made it. Please search again."))
            return redirect(request.path)
        response = super().changelist_view(request, extra_context)
        self.record_listed(request, response)
        return response

    def purpose_of(self, request: HttpRequest) -> str:
        """What a search is sealed for: nobody but the user who was recorded as searching can open it."""
        return f"admin-search-{request.user.pk}"

    def seal_search(self, request: HttpRequest) -> HttpResponse:
        """Records what is searched for, and leads to the list under an address that does not tell it."""
        term = request.POST.get("term", "").strip()[:LONGEST_SEARCH]
        if not term:
            return redirect(request.path)
        audit.record(
            by=request.actor,
            action=f"{self.opts.model_name}.searched",
            resident=self.number_in(term),
            changes={"term": term},
        )
        return redirect(f"{request.path}?{urlencode({'q': seal(term, purpose=self.purpose_of(request))})}")

    def unsealed(self, request: HttpRequest) -> str:
        """What the address searches for; empty where it does not search. Raises BrokenSealError."""
        query = request.GET.get("q")
        if not query:
            return ""
        return unseal(query, purpose=self.purpose_of(request), max_age_seconds=settings.SESSION_COOKIE_AGE)

    def record_listed(self, request: HttpRequest, response: HttpResponse) -> None:
        """Records whom a page of the list shows, before it is sent."""
        # Django answers an address that it cannot read with a redirect, which shows nobody.
        context = getattr(response, "context_data", None)
        if context is None or self.lists_unsearched:
            return
        shown = {self.number_of(row) for row in context["cl"].result_list}
        audit.record_each(by=request.actor, action=f"{self.opts.model_name}.listed", residents=shown)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        if request.searched:
            return self.find(queryset, request.searched), False
        return (queryset if self.lists_unsearched else queryset.none()), False

    def handle_of(self, obj: models.Model) -> str:
        return seal(obj.pk, purpose="admin-handle") if self.seals_handles else str(obj.pk)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> models.Model | None:
        if not self.seals_handles:
            return super().get_object(request, object_id)
        try:
            key = unseal(object_id, purpose="admin-handle", max_age_seconds=settings.SESSION_COOKIE_AGE)
        except BrokenSealError:
            return None
        return self.get_queryset(request).filter(pk=key).first()

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        # Django's own message would repeat the key, and the redirect would hide that there is no such page.
        raise Http404
