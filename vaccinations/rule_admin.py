"""Dated rules of the schedule in the administration: listed with their documents, ended and succeeded, never edited."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from vaccinations.models import AgeRule, IntervalRule, ProductRule, Schedule
from vaccinations.succession import services
from vaccinations.succession.forms import SuccessorForm, written_span
from vaccinations.succession.simulation import simulate
from vaxreg.audited_admin import AuditedInline, AuditedModelAdmin

# Bounds as a list says them.
SHORT = {
    "absolute_minimum": _("counts from %(span)s"),
    "minimum": _("given from %(span)s"),
    "earliest_recommended": _("recommended from %(span)s"),
    "latest_recommended": _("recommended before %(span)s"),
    "maximum": _("counts before %(span)s"),
    "from_age": _("from the age of %(span)s"),
    "before_age": _("before the age of %(span)s"),
}


class ReadOnlyInline(AuditedInline):
    """Rules on the page of their dose: each leads to its own page, where it is ended and succeeded."""

    show_change_link = True

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class AgeRuleInline(ReadOnlyInline):
    model = AgeRule


class IntervalRuleInline(ReadOnlyInline):
    model = IntervalRule


class ProductRuleInline(ReadOnlyInline):
    model = ProductRule


class ScheduleFilter(admin.SimpleListFilter):
    title = _("vaccination schedule")
    parameter_name = "schedule"

    def lookups(self, request, model_admin):
        return list(Schedule.objects.values_list("code", "name"))

    def queryset(self, request, queryset):
        return queryset.filter(dose__series__schedule__code=self.value()) if self.value() else queryset


class InForceFilter(admin.SimpleListFilter):
    title = _("in force")
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("now", _("today")), ("later", _("later")), ("ended", _("ended"))]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        match self.value():
            case "now":
                return queryset.in_force(today)
            case "later":
                return queryset.filter(in_force_from__gt=today)
            case "ended":
                return queryset.filter(in_force_until__lt=today)
        return queryset


class RuleAdmin(AuditedModelAdmin):
    list_display = ["dose", "course", "what", "in_force_from", "in_force_until", "source"]
    list_filter = [ScheduleFilter, InForceFilter, "dose__course"]
    list_select_related = ["dose__series"]
    search_fields = ["dose__series__name", "source"]
    autocomplete_fields = ["dose"]
    ordering = ["dose__series__schedule", "dose__series__preference", "dose", "in_force_from"]
    change_form_template = "admin/vaccinations/rule.html"

    @admin.display(description=_("kind of dose"))
    def course(self, rule):
        return rule.dose.get_course_display() or "–"

    @admin.display(description=_("rule"))
    def what(self, rule):
        said = {
            name: written_span(getattr(rule, name)) for name in rule.CONTENT if name in SHORT and getattr(rule, name)
        }
        product = [rule.product, rule.get_use_display()] if isinstance(rule, ProductRule) else []
        return "; ".join([*product, *(SHORT[name] % {"span": span} for name, span in said.items())])

    def has_change_permission(self, request, obj=None):
        """A row is never edited; what may be done with it is done on pages of its own."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        name = f"vaccinations_{self.opts.model_name}"
        own = [
            path("<object_id>/succeed/", self.admin_site.admin_view(self.succeed), name=f"{name}_succeed"),
            path("<object_id>/take-back/", self.admin_site.admin_view(self.take_back), name=f"{name}_take_back"),
        ]
        return own + super().get_urls()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        rule = self.get_object(request, object_id)
        if rule:
            extra_context = {**(extra_context or {}), **self.possible(request, rule)}
        return super().change_view(request, object_id, form_url, extra_context)

    def possible(self, request, rule):
        """What may be done with the rule: each a link on its page."""
        may = self.may_write(request)
        return {
            "can_succeed": may and services.can_be_succeeded(rule, timezone.localdate()),
            "can_take_back": may and services.can_be_taken_back(rule, timezone.now()),
            "successors": rule.successors.all(),
        }

    def may_write(self, request):
        return super().has_change_permission(request)

    def rule_of(self, request, object_id):
        if not self.may_write(request):
            raise PermissionDenied
        rule = self.get_object(request, object_id)
        if rule is None:
            raise Http404
        return rule

    def succeed(self, request, object_id):
        """GET: the form. POST: what it would change and how many doses it concerns; confirmed, it is done."""
        rule = self.rule_of(request, object_id)
        siblings = services.siblings_of(rule)
        form = SuccessorForm(request.POST or None, rule=rule, siblings=siblings)
        context = {"rule": rule, "form": form, "title": _("End this rule and begin its successor")}
        if form.is_valid():
            facts = {
                "rule": rule,
                "change": form.change,
                "also": form.also_changed,
                "by": request.actor,
                "now": timezone.now(),
            }
            try:
                # What is put in force is what was tried: answers changed since are tried first.
                if "confirm" in request.POST and request.POST.get("tried") == form.fingerprint:
                    return self.done(request, rule, services.succeed(**facts))
                context["forecast"] = simulate(**facts, on=timezone.localdate())
            except services.RuleError as error:
                form.add_error(None, error.message)
        return self.page(request, "admin/vaccinations/succeed.html", context)

    def done(self, request, rule, successors):
        sentence = ngettext(
            "The rule ends, and its successor is recorded.",
            "%(n)d rules end, and their successors are recorded.",
            len(successors),
        )
        if not successors:
            sentence = _("The rule ends.")
        messages.success(request, sentence % {"n": len(successors)} if successors else sentence)
        messages.info(request, _("Doses due are worked out anew in the coming night, or by refresh_due."))
        return self.to_page_of(successors[0] if successors else rule)

    def take_back(self, request, object_id):
        rule = self.rule_of(request, object_id)
        if request.method == "POST":
            try:
                former = services.take_back(by=request.actor, rule=rule, now=timezone.now())
            except services.RuleError as error:
                messages.error(request, error.message)
                return self.to_page_of(rule)
            messages.success(request, _("Taken back: what held before holds again."))
            return self.to_page_of(former[0])
        return self.page(request, "admin/vaccinations/take_back.html", {"rule": rule, "title": _("Take this back")})

    def page(self, request, template, context):
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "what": self.what(context["rule"])}
        return TemplateResponse(request, template, shared | context)

    def to_page_of(self, rule):
        return redirect(f"admin:vaccinations_{self.opts.model_name}_change", rule.pk)


for table in services.TABLES:
    admin.site.register(table, RuleAdmin)
