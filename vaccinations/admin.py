"""Vaccines, rules, facilities, lots, who works where, and a look at the doses."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from residents.admin import ByNumberAdmin
from vaccinations import clinic_admin  # noqa: F401 (registers itself)
from vaccinations.models import (
    ChronicCondition,
    ConsentText,
    Contraindication,
    Dose,
    Facility,
    FacilityAlias,
    FacilityAssignment,
    Lot,
    PriorityGroup,
    Schedule,
    Series,
    SeriesDose,
    SkipRule,
    Vaccine,
    VaccineAlias,
)
from vaccinations.rule_admin import AgeRuleInline, IntervalRuleInline, ProductRuleInline
from vaxreg.admin import UserAdmin
from vaxreg.audited_admin import AuditedInline, AuditedModelAdmin


class UsedByDosesAdmin(AuditedModelAdmin):
    """Rows that doses name: what a recorded dose says by them is not rewritten."""

    fixed_by_doses = []

    def get_readonly_fields(self, request, obj=None):
        fixed = self.fixed_by_doses if obj is not None and obj.has_doses else []
        return [*super().get_readonly_fields(request, obj), *fixed]


class VaccineAliasInline(AuditedInline):
    model = VaccineAlias
    fields = ["name"]


@admin.register(Vaccine)
class VaccineAdmin(UsedByDosesAdmin):
    fixed_by_doses = ["code", "name", "dcc_product", "dcc_holder", "dcc_prophylaxis"]
    list_display = ["name", "code", "manufacturer", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "code", "manufacturer"]
    inlines = [VaccineAliasInline]


class ContraindicationInline(AuditedInline):
    model = Contraindication


@admin.register(Schedule)
class ScheduleAdmin(AuditedModelAdmin):
    list_display = ["name", "code", "source"]
    search_fields = ["name", "code"]
    inlines = [ContraindicationInline]


@admin.register(Series)
class SeriesAdmin(AuditedModelAdmin):
    list_display = ["name", "schedule", "kind", "group", "preference"]
    list_filter = ["schedule", "kind"]
    list_select_related = ["schedule"]
    search_fields = ["name", "schedule__name"]
    autocomplete_fields = ["schedule"]


class SkipRuleInline(AuditedInline):
    model = SkipRule


@admin.register(SeriesDose)
class SeriesDoseAdmin(AuditedModelAdmin):
    list_display = ["series", "number", "course"]
    list_filter = ["series__schedule", "course"]
    list_select_related = ["series"]
    search_fields = ["series__name"]
    autocomplete_fields = ["series"]
    inlines = [AgeRuleInline, IntervalRuleInline, ProductRuleInline, SkipRuleInline]


@admin.register(PriorityGroup)
class PriorityGroupAdmin(AuditedModelAdmin):
    list_display = ["name", "code", "position", "in_force_from", "in_force_until", "source"]
    list_filter = ["in_force_until"]
    search_fields = ["name", "name_en", "code", "source"]


@admin.register(ChronicCondition)
class ChronicConditionAdmin(AuditedModelAdmin):
    list_display = ["name", "code", "position", "in_force_from", "in_force_until"]
    list_filter = ["in_force_until"]
    search_fields = ["name", "name_en", "code"]


@admin.register(ConsentText)
class ConsentTextAdmin(AuditedModelAdmin):
    list_display = ["name", "in_force_from", "in_force_until"]
    list_filter = ["in_force_until"]
    search_fields = ["name", "name_en"]


class FacilityAliasInline(AuditedInline):
    """Names that a province gave on the page of its sheet; they are taken away here, and made there."""

    model = FacilityAlias
    fields = readonly_fields = ["name", "province"]
    can_delete = True

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Facility)
class FacilityAdmin(AuditedModelAdmin):
    list_display = ["name", "code", "unit", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["unit"]
    search_fields = ["name", "name_en", "code"]
    autocomplete_fields = ["unit"]
    inlines = [FacilityAliasInline]


@admin.register(Lot)
class LotAdmin(UsedByDosesAdmin):
    fixed_by_doses = ["vaccine", "lot_number", "expires_on"]
    list_display = ["lot_number", "vaccine", "expires_on", "is_active"]
    list_filter = ["is_active", "vaccine"]
    list_select_related = ["vaccine"]
    search_fields = ["lot_number"]
    autocomplete_fields = ["vaccine"]


@admin.register(FacilityAssignment)
class FacilityAssignmentAdmin(AuditedModelAdmin):
    list_display = ["user", "facility", "in_force_from", "in_force_until"]
    list_filter = ["in_force_until"]
    list_select_related = ["user", "facility"]
    search_fields = ["user__username", "user__full_name", "facility__name"]
    autocomplete_fields = ["user", "facility"]


class FacilityAssignmentInline(AuditedInline):
    model = FacilityAssignment
    fields = ["facility", "in_force_from", "in_force_until"]
    autocomplete_fields = ["facility"]


UserAdmin.inlines.append(FacilityAssignmentInline)


@admin.register(Dose)
class DoseAdmin(ByNumberAdmin):
    list_display = [
        "masked",
        "dose_number",
        "vaccine",
        "lot",
        "administered_on",
        "facility",
        "recorded_by",
        "voided_at",
    ]
    list_select_related = ["vaccine", "lot", "facility", "recorded_by"]
    ordering = ["-pk"]
    fieldsets = [
        (None, {"fields": ["number", "dose_number", "vaccine", "lot", "facility", "vaccinator"]}),
        (_("Given"), {"fields": ["administered_on", "administered_at", "warnings", "warning_reason"]}),
        (_("Record"), {"fields": ["source", "recorded_by", "recorded_at", "replaces"]}),
        (_("Voided"), {"fields": ["voided_at", "voided_by", "void_reason"]}),
    ]

    def number_of(self, dose):
        return dose.resident_id
