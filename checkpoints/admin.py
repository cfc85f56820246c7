"""Checkpoints, what the declaration asks, who works where, and a look at declarations and passages."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from checkpoints.models import (
    Checkpoint,
    CheckpointAssignment,
    Declaration,
    Passage,
    Symptom,
    TrustedSigner,
    VehicleKind,
)
from residents.admin import number_in
from residents.citizen_id import grouped
from residents.templatetags.people import masked_number
from vaxreg.admin import UserAdmin
from vaxreg.audited_admin import AuditedInline, AuditedModelAdmin, PersonalDataAdmin


@admin.register(Checkpoint)
class CheckpointAdmin(AuditedModelAdmin):
    list_display = ["name", "code", "unit", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["unit"]
    search_fields = ["name", "name_en", "code"]
    autocomplete_fields = ["unit"]


@admin.register(Symptom)
class SymptomAdmin(AuditedModelAdmin):
    list_display = ["name", "code", "position", "in_force_from", "in_force_until"]
    list_filter = ["in_force_until"]
    search_fields = ["name", "name_en", "code"]


@admin.register(VehicleKind)
class VehicleKindAdmin(AuditedModelAdmin):
    list_display = ["name", "code", "has_plate", "position", "in_force_from", "in_force_until"]
    list_filter = ["has_plate", "in_force_until"]
    search_fields = ["name", "name_en", "code"]


@admin.register(TrustedSigner)
class TrustedSignerAdmin(AuditedModelAdmin):
    list_display = ["country", "kid", "is_active"]
    list_filter = ["is_active", "country"]
    search_fields = ["kid", "country"]
    # A key and its certificate come from a trust list (load_trusted_signers); here it is only taken out of use.
    readonly_fields = ["kid", "country", "certificate"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(CheckpointAssignment)
class CheckpointAssignmentAdmin(AuditedModelAdmin):
    list_display = ["user", "checkpoint", "in_force_from", "in_force_until"]
    list_filter = ["in_force_until"]
    list_select_related = ["user", "checkpoint"]
    search_fields = ["user__username", "user__full_name", "checkpoint__name"]
    autocomplete_fields = ["user", "checkpoint"]


class CheckpointAssignmentInline(AuditedInline):
    model = CheckpointAssignment
    fields = ["checkpoint", "in_force_from", "in_force_until"]
    autocomplete_fields = ["checkpoint"]


UserAdmin.inlines.append(CheckpointAssignmentInline)


class ByNumberAdmin(PersonalDataAdmin):
    """Rows that carry a person's number as text."""

    ordering = ["-pk"]
    search_help_text = _("The number of a person.")
    readonly_fields = ["number"]

    def find(self, queryset, text):
        number = number_in(text)
        return queryset.filter(resident=number) if number else queryset.none()

    @admin.display(description=_("number"))
    def masked(self, row):
        return masked_number(row.resident)

    @admin.display(description=_("number"))
    def number(self, row):
        return grouped(row.resident)


@admin.register(Declaration)
class DeclarationAdmin(ByNumberAdmin):
    list_display = ["masked", "submitted_at", "valid_until", "checkpoint", "origin", "destination"]
    list_select_related = ["checkpoint", "origin", "destination"]
    fieldsets = [
        (None, {"fields": ["number", "full_name", "born", "phone"]}),
        (
            _("Journey"),
            {
                "fields": [
                    "origin",
                    "origin_text",
                    "destination",
                    "destination_text",
                    "checkpoint",
                    "vehicle_kind",
                    "plate",
                ]
            },
        ),
        (_("Answers"), {"fields": ["places_visited", "symptoms", "had_contact", "attested"]}),
        (_("Record"), {"fields": ["submitted_at", "valid_until"]}),
    ]
    readonly_fields = ["number", "born"]

    @admin.display(description=_("date of birth"))
    def born(self, declaration):
        return str(declaration.birth)


@admin.register(Passage)
class PassageAdmin(ByNumberAdmin):
    list_display = ["masked", "decided_at", "checkpoint", "outcome", "verdict", "officer"]
    list_select_related = ["checkpoint", "officer"]
    fields = [
        "number",
        "checkpoint",
        "officer",
        "outcome",
        "reason",
        "verdict",
        "verdict_reasons",
        "scanned_at",
        "decided_at",
        "declaration",
    ]
