"""Checkpoints, what the declaration asks, who works where, and a look at declarations, passages and shifts."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from checkpoints.models import (
    Attestation,
    Checkpoint,
    CheckpointAssignment,
    Declaration,
    EntryCondition,
    EntryRule,
    JourneyReason,
    Passage,
    QuickMode,
    RiskLevel,
    Shift,
    Symptom,
    TrustedSigner,
    VehicleKind,
)
from residents.admin import ByNumberAdmin
from vaxreg.admin import UserAdmin
from vaxreg.audited_admin import AuditedInline, AuditedModelAdmin, ReadOnlyAdmin, RecordAdmin


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
    list_display = ["name", "code", "has_plate", "has_seat", "position", "in_force_from", "in_force_until"]
    list_filter = ["has_plate", "has_seat", "in_force_until"]
    search_fields = ["name", "name_en", "code"]


@admin.register(RiskLevel)
class RiskLevelAdmin(AuditedModelAdmin):
    list_display = ["unit", "level", "in_force_from", "in_force_until", "source"]
    list_filter = ["level", "in_force_until"]
    list_select_related = ["unit"]
    search_fields = ["unit__name", "unit__name_en", "unit__code"]
    autocomplete_fields = ["unit"]


class EntryConditionInline(admin.TabularInline):
    model = EntryCondition
    extra = 0


@admin.register(EntryRule)
class EntryRuleAdmin(ReadOnlyAdmin):
    """To look at; /rules/ is where they are written, put in force and ended."""

    list_display = ["reason", "checkpoint", "outcome", "position", "is_draft", "in_force_at", "ended_at"]
    list_filter = ["is_draft", "outcome"]
    list_select_related = ["checkpoint"]
    inlines = [EntryConditionInline]


@admin.register(JourneyReason)
class JourneyReasonAdmin(AuditedModelAdmin):
    list_display = ["name", "code", "position", "in_force_from", "in_force_until"]
    list_filter = ["in_force_until"]
    search_fields = ["name", "name_en", "code"]


@admin.register(Attestation)
class AttestationAdmin(AuditedModelAdmin):
    list_display = ["name", "in_force_from", "in_force_until"]
    list_filter = ["in_force_until"]


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


@admin.register(Declaration)
class DeclarationAdmin(ByNumberAdmin):
    ordering = ["-pk"]
    list_display = ["masked", "submitted_at", "valid_until", "checkpoint", "origin", "destination"]
    list_select_related = ["checkpoint", "origin", "destination"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("number", "full_name", "born", "sex", "nationality"),
                    *("phone", "email", "address", "insurance_number"),
                ]
            },
        ),
        (
            _("Journey"),
            {
                "fields": [
                    "origin",
                    "origin_text",
                    "destination",
                    "destination_text",
                    "checkpoint",
                    "journey_reason",
                    "departs_on",
                    "vehicle_kind",
                    "plate",
                    "seat",
                ]
            },
        ),
        (
            _("Answers"),
            {
                "fields": [
                    "places_visited",
                    "symptoms",
                    "had_contact",
                    "test_kind",
                    "test_result",
                    "test_taken_at",
                    "attested",
                    "attestation",
                ]
            },
        ),
        (
            _("Record"),
            {
                "fields": [
                    "submitted_at",
                    "valid_until",
                    "is_for_other",
                    "has_number",
                    "filed_by",
                    "version",
                    "superseded_at",
                    "withdrawn_at",
                ]
            },
        ),
    ]
    readonly_fields = ["number", "born"]

    @admin.display(description=_("date of birth"))
    def born(self, declaration):
        return str(declaration.birth)


@admin.register(Passage)
class PassageAdmin(ByNumberAdmin):
    ordering = ["-pk"]
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


@admin.register(Shift)
class ShiftAdmin(RecordAdmin):
    ordering = ["-pk"]
    list_display = ["checkpoint", "officer", "started_at", "ended_at"]
    list_filter = ["checkpoint"]
    list_select_related = ["checkpoint", "officer"]
    # The note may tell of people: only who opens the row reads it.
    fields = ["checkpoint", "officer", "started_at", "ended_at", "handover_note"]


@admin.register(QuickMode)
class QuickModeAdmin(RecordAdmin):
    ordering = ["-pk"]
    list_display = ["checkpoint", "started_at", "started_by", "ended_at", "ended_by", "reason"]
    list_filter = ["checkpoint"]
    list_select_related = ["checkpoint", "started_by", "ended_by"]
    fields = ["checkpoint", "reason", "started_at", "started_by", "ended_at", "ended_by"]
