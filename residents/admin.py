"""Administrative units, who works for which, and a look at the registry."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.citizen_id import MalformedNumberError, grouped, read_number
from residents.models import AreaAssignment, Merge, Resident, Unit
from residents.names import fold, name_key
from residents.templatetags.people import masked_number
from vaxreg.admin import UserAdmin
from vaxreg.audited_admin import AuditedInline, AuditedModelAdmin, PersonalDataAdmin


class ByNumberAdmin(PersonalDataAdmin):
    """Rows found by the number of the person, which they carry as `resident`."""

    search_help_text = _("The number of a person.")
    readonly_fields = ["number"]

    def number_in(self, text):
        try:
            return read_number(text).number
        except MalformedNumberError:
            return ""

    def find(self, queryset, text):
        number = self.number_in(text)
        # Under all numbers of the person; of somebody not registered under the one declared.
        return (
            queryset.filter(resident__in=[number, *Resident.objects.numbers_of(number)]) if number else queryset.none()
        )

    @admin.display(description=_("number"))
    def masked(self, row):
        return masked_number(self.number_of(row))

    @admin.display(description=_("number"))
    def number(self, row):
        # Not the field itself: Django would make a link of it that carries the number.
        return grouped(self.number_of(row))


@admin.register(Unit)
class UnitAdmin(AuditedModelAdmin):
    list_display = ["code", "name", "kind", "parent", "in_force_from", "in_force_until"]
    list_filter = ["level", "kind", "in_force_from", "in_force_until"]
    list_select_related = ["parent"]
    search_fields = ["=code", "name", "name_en"]
    autocomplete_fields = ["parent", "successor"]


@admin.register(AreaAssignment)
class AreaAssignmentAdmin(AuditedModelAdmin):
    list_display = ["user", "unit", "in_force_from", "in_force_until"]
    list_filter = ["in_force_until"]
    list_select_related = ["user", "unit"]
    search_fields = ["user__username", "user__full_name", "unit__name"]
    autocomplete_fields = ["user", "unit"]


class AreaAssignmentInline(AuditedInline):
    model = AreaAssignment
    fields = ["unit", "in_force_from", "in_force_until"]
    autocomplete_fields = ["unit"]


UserAdmin.inlines.append(AreaAssignmentInline)


@admin.register(Resident)
class ResidentAdmin(ByNumberAdmin):
    seals_handles = True
    list_display = ["full_name", "masked", "birth", "sex", "ward", "province", "source"]
    list_select_related = ["ward", "province"]
    ordering = ["pk"]
    search_help_text = _("A number, a phone number, or a full name from its beginning or with all its words.")
    fieldsets = [
        (None, {"fields": ["full_name", "number", "birth", "sex", "phone", "address", "ward", "province"]}),
        (_("Record"), {"fields": ["source", "recorded_at", "verified_at", "contradicted", "leads_to"]}),
    ]
    readonly_fields = ["number", "birth", "contradicted", "leads_to"]

    def number_of(self, resident):
        return resident.pk

    def find(self, queryset, text):
        number = self.number_in(text)
        if number:
            return queryset.filter(Q(pk=number) | Q(phone=number))
        digits = "".join(text.split())
        if digits.isascii() and digits.isdigit():
            return queryset.filter(phone=digits).exclude(phone="")
        return queryset.filter(Q(name_key=name_key(text)) | Q(folded_name__startswith=fold(text)))

    @admin.display(description=_("date of birth"))
    def birth(self, resident):
        return str(resident.birth) or _("unknown")

    @admin.display(description=_("contradicts the number"))
    def contradicted(self, resident):
        names = {"sex": _("sex"), "birth_year": _("year of birth")}
        return ", ".join(str(names[fact]) for fact in resident.contradictions.split())

    @admin.display(description=_("superseded by"))
    def leads_to(self, resident):
        # Not the field itself: Django would make a link of it that carries the number.
        return grouped(resident.superseded_by_id) if resident.is_alias else ""


@admin.register(Merge)
class MergeAdmin(ByNumberAdmin):
    """Who made which records one. What the rows were before is for undoing, and shown nowhere."""

    list_display = ["at", "masked", "led_away", "by", "is_undone"]
    list_display_links = ["at"]
    list_select_related = ["by"]
    ordering = ["-pk"]
    fields = ["number", "led_away", "at", "by", "reason", "second_reason", "undone_at", "undone_by", "undo_reason"]
    readonly_fields = ["number", "led_away"]

    def number_of(self, merge):
        return merge.kept

    def find(self, queryset, text):
        number = self.number_in(text)
        return queryset.filter(Q(kept=number) | Q(dropped=number)) if number else queryset.none()

    @admin.display(description=_("number that leads there"))
    def led_away(self, merge):
        return masked_number(merge.dropped)

    @admin.display(description=_("undone"), boolean=True)
    def is_undone(self, merge):
        return merge.is_undone
