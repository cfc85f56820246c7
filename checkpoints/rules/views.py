"""The rules of entry: to read, to draft, to try on yesterday's look-ups, to put in force and to end."""

from datetime import timedelta
from functools import wraps

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Checkpoint, EntryRule
from checkpoints.rules import writing
from checkpoints.rules.deciding import all_code_names, by_state, code_names
from checkpoints.rules.forms import DayForm, MomentForm, RuleForm
from checkpoints.rules.simulation import simulate
from checkpoints.rules.writing import RuleError
from vaxreg.access import RULES_READING, RULES_WRITING, open_to


def acting(view):
    """An act on one rule: only by POST, on a rule that the user may write; afterwards the rule's page says what came of it."""

    @wraps(view)
    def guarded(request, pk):
        rule = get_object_or_404(EntryRule.objects.writable_by(request.user), pk=pk)
        if request.method != "POST":
            return redirect(f"/rules/{pk}/")
        try:
            return view(request, rule) or redirect(f"/rules/{pk}/")
        except RuleError as error:
            messages.error(request, error.message)
            return redirect(f"/rules/{pk}/")

    return guarded


@open_to(RULES_READING)
def rules(request):
    rows = EntryRule.objects.visible_to(request.user).with_conditions()
    states = by_state(rows, at=timezone.now())
    context = {"states": states, "names": all_code_names(), "may_write": request.user.has_role(RULES_WRITING)}
    return render(request, "checkpoints/rules/rules.html", context)


@open_to(RULES_READING)
def rule(request, pk):
    found = get_object_or_404(EntryRule.objects.visible_to(request.user).with_conditions(), pk=pk)
    return show_rule(request, found, MomentForm())


@open_to(RULES_WRITING)
def write(request, pk=None):
    """A new draft, or one to be changed."""
    rows = EntryRule.objects.writable_by(request.user).with_conditions()
    found = None if pk is None else get_object_or_404(rows, pk=pk)
    if found and not found.is_draft:
        messages.error(request, writing.InForceError.message)
        return redirect(f"/rules/{pk}/")
    form = RuleForm(
        request.POST if request.method == "POST" else None,
        checkpoints=list(Checkpoint.objects.ruled_by(request.user)),
        for_all=request.user.is_administrator,
        names=code_names(),
        rule=found,
    )
    if form.is_bound and form.is_valid():
        try:
            found = writing.write_draft(draft=form.draft, rule=found, by=request.actor)
            return redirect(f"/rules/{found.pk}/")
        except RuleError as error:
            form.add_error(None, error.message)
    return render(request, "checkpoints/rules/rule_form.html", {"form": form, "rule": found})


@open_to(RULES_WRITING)
@acting
def begin(request, rule):
    form, now = MomentForm(request.POST), timezone.now()
    if not form.is_valid():
        return show_rule(request, rule, form)
    writing.put_in_force(rule=rule, at=form.cleaned_data["at"] or now, now=now, by=request.actor)
    messages.success(request, _("Put in force."))


@open_to(RULES_WRITING)
@acting
def end(request, rule):
    form, now = MomentForm(request.POST), timezone.now()
    if not form.is_valid():
        return show_rule(request, rule, form)
    writing.end_rule(rule=rule, at=form.cleaned_data["at"] or now, now=now, by=request.actor)
    messages.success(request, _("The end is set."))


@open_to(RULES_WRITING)
@acting
def take_back(request, rule):
    writing.take_back(rule=rule, now=timezone.now(), by=request.actor)


@open_to(RULES_WRITING)
@acting
def delete(request, rule):
    writing.delete_draft(rule=rule, by=request.actor)
    messages.success(request, _("The draft is deleted."))
    return redirect("/rules/")


@open_to(RULES_WRITING)
@acting
def succeed(request, rule):
    successor = writing.start_successor(rule=rule, by=request.actor)
    return redirect(f"/rules/{successor.pk}/edit/")


@open_to(RULES_READING)
def simulation(request, pk):
    found = get_object_or_404(EntryRule.objects.visible_to(request.user).with_conditions(), pk=pk)
    if not found.is_draft:
        return redirect(f"/rules/{pk}/")
    form = DayForm(request.GET)
    chosen = form.cleaned_data["day"] if form.is_valid() else None
    day = chosen or timezone.localdate() - timedelta(days=1)
    checkpoints = Checkpoint.objects.rules_visible_to(request.user).covered_by(found)
    result = simulate(found, checkpoints=checkpoints, on=day)
    context = {"rule": found, "form": form, "day": day, "result": result, "names": all_code_names()}
    return render(request, "checkpoints/rules/simulation.html", context)


def show_rule(request, rule, form):
    now = timezone.now()
    context = {
        "rule": rule,
        "form": form,
        "names": all_code_names(),
        "has_begun": rule.has_begun(now),
        "has_ended": rule.has_ended(now),
        "may_write": EntryRule.objects.writable_by(request.user).filter(pk=rule.pk).exists(),
    }
    return render(request, "checkpoints/rules/rule.html", context)
