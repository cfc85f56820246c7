"""What the clinic asks by which document, and a look at its records."""

from django.contrib import admin

from residents.admin import ByNumberAdmin
from vaccinations.models import (
    AdverseEvent,
    AdverseEventTerm,
    ConflictDecision,
    Mend,
    Observation,
    Screening,
    ScreeningItem,
    Visit,
    VitalLimit,
)
from vaxreg.audited_admin import AuditedModelAdmin


@admin.register(ScreeningItem)
class ScreeningItemAdmin(AuditedModelAdmin):
    list_display = ["number", "name", "audience", "conclusion", "in_force_from", "in_force_until"]
    list_display_links = ["name"]
    list_filter = ["audience", "in_force_from", "in_force_until"]
    search_fields = ["name", "name_en", "code", "source"]


@admin.register(VitalLimit)
class VitalLimitAdmin(AuditedModelAdmin):
    list_display = ["vital", "audience", "lowest", "highest", "in_force_from", "in_force_until"]
    list_filter = ["audience", "in_force_from", "in_force_until"]
    search_fields = ["source"]


@admin.register(AdverseEventTerm)
class AdverseEventTermAdmin(AuditedModelAdmin):
    list_display = ["name", "code", "meddra_term", "position", "in_force_from", "in_force_until"]
    list_filter = ["in_force_until"]
    search_fields = ["name", "name_en", "code"]


class OfResidentAdmin(ByNumberAdmin):
    """Rows that name their person by a foreign key."""

    ordering = ["-pk"]
    exclude = ["resident"]

    def number_of(self, row):
        return row.resident_id


@admin.register(Visit)
class VisitAdmin(OfResidentAdmin):
    list_display = ["masked", "visited_on", "facility", "outcome", "not_given_reason", "closed_by", "undone_at"]
    list_select_related = ["facility", "closed_by"]
    exclude = ["resident", "dose"]


@admin.register(Observation)
class ObservationAdmin(OfResidentAdmin):
    list_display = ["masked", "facility", "begun_at", "ends_at", "released_at", "released_by", "early_reason"]
    list_select_related = ["facility", "released_by"]
    exclude = ["resident", "dose"]


@admin.register(Screening)
class ScreeningAdmin(ByNumberAdmin):
    list_display = ["masked", "screened_at", "computed", "conclusion", "override_reason", "consent", "screened_by"]
    list_select_related = ["screened_by"]
    ordering = ["-pk"]
    exclude = ["resident", "visit"]


@admin.register(Mend)
class MendAdmin(ByNumberAdmin):
    list_display = ["masked", "mended_at", "facility", "facts", "reason", "card_seen", "mended_by"]
    list_select_related = ["facility", "mended_by"]
    ordering = ["-pk"]
    exclude = ["resident", "dose"]


@admin.register(ConflictDecision)
class ConflictDecisionAdmin(ByNumberAdmin):
    list_display = ["masked", "decided_at", "verdict", "reason", "decided_by", "undone_at"]
    list_select_related = ["decided_by"]
    ordering = ["-pk"]
    exclude = ["resident", "kept", "other", "replacement"]


@admin.register(AdverseEvent)
class AdverseEventAdmin(ByNumberAdmin):
    list_display = ["masked", "recorded_at", "version", "severity", "is_serious", "outcome", "facility"]
    list_select_related = ["facility"]
    ordering = ["-pk"]
    exclude = ["resident", "dose"]
