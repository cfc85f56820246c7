"""Who may pass: entry rules and their conditions."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from checkpoints.admission import Condition, Rule, Verdict
from checkpoints.models.places import Checkpoint
from checkpoints.querysets import EntryRuleQuerySet


class EntryRule(models.Model):
    """When all its conditions hold, the rule speaks: its outcome and its reason. Never edited once in force."""

    checkpoint = models.ForeignKey(
        Checkpoint,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("checkpoint"),
        related_name="rules",
        help_text=_("Empty: all checkpoints."),
    )
    # Of the rules that every registry starts with; what a passage and the access log call it (`key`).
    code = models.SlugField(_("code"), max_length=20, blank=True, default="", editable=False, db_index=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    outcome = models.CharField(_("outcome"), max_length=5, choices=Verdict)
    reason = models.CharField(_("reason"), max_length=150)
    reason_en = models.CharField(_("reason in English"), max_length=150, blank=True)
    source = models.CharField(_("source document"), max_length=250, blank=True, default="")
    is_draft = models.BooleanField(_("draft"), default=True)
    in_force_at = models.DateTimeField(_("in force from"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    succeeds = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("succeeds"),
        related_name="successors",
    )

    objects = EntryRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry rule")
        verbose_name_plural = _("entry rules")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_draft=True) | Q(in_force_at__isnull=False),
                name="entryrule_dated",
                violation_error_message=_("Say from when the rule is in force, or keep it as a draft."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(in_force_at=None) | Q(ended_at__gt=F("in_force_at")),
                name="entryrule_dates_in_order",
                violation_error_message=_("The rule ends before it begins."),
            ),
            models.UniqueConstraint(fields=["code"], name="entryrule_code_once", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def key(self) -> str:
        return self.code or f"rule:{self.pk}"

    @property
    def terms(self) -> Rule:
        """The rule as the pure modules take it."""
        conditions = tuple(condition.terms for condition in self.conditions.all())
        return Rule(self.key, Verdict(self.outcome), self.reason, self.reason_en, conditions)

    def has_begun(self, at: datetime) -> bool:
        """Whether it decides or has decided: from then on it can only end."""
        return not self.is_draft and self.in_force_at <= at

    def has_ended(self, at: datetime) -> bool:
        return self.ended_at is not None and self.ended_at <= at


class EntryCondition(models.Model):
    """One condition of a rule: what must hold, or with `is_negated` must not."""

    class Kind(models.TextChoices):
        DECLARED = "declared", _("declaration in force")
        EXPIRED = "expired", _("declaration expired")
        SYMPTOMS = "symptoms", _("symptoms declared")
        CONTACT = "contact", _("contact declared")
        REGISTERED = "registered", _("number in the registry")
        DISAGREEMENT = "disagreement", _("card, declaration and registry disagree")
        ORIGIN_LEVEL = "origin-level", _("from a unit of level ≥ n")
        YOUNGER_THAN = "younger-than", _("younger than n years")
        DOSES = "doses", _("at least n doses of the products listed, the last at least d days ago")
        TESTED = "tested", _("negative test of the kinds listed, at most h hours ago")
        POSITIVE = "positive", _("positive test declared")
        RECOVERED = "recovered", _("recovered at most m months ago, proof seen")
        VEHICLE = "vehicle", _("vehicle of the kinds listed")

    rule = models.ForeignKey(EntryRule, models.CASCADE, verbose_name=_("entry rule"), related_name="conditions")
    kind = models.CharField(_("condition"), max_length=12, choices=Kind)
    is_negated = models.BooleanField(_("must not hold"), default=False)
    number = models.PositiveSmallIntegerField(
        _("number n"), null=True, blank=True, help_text=_("Level, years, doses or months.")
    )
    days = models.PositiveSmallIntegerField(_("days d"), null=True, blank=True)
    hours = models.PositiveSmallIntegerField(_("hours h"), null=True, blank=True)
    codes = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("list"),
        default=list,
        blank=True,
        help_text=_("Codes of vaccines, kinds of test or vehicles, separated by commas. Empty: any."),
    )

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["origin-level", "younger-than", "doses", "recovered"])
                | Q(number__isnull=False, number__gte=1),
                name="entrycondition_number",
                violation_error_message=_("This condition needs its number."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="tested") | Q(hours__isnull=False, hours__gte=1),
                name="entrycondition_hours",
                violation_error_message=_("Say how many hours old the test may be."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="vehicle") | ~Q(codes=[]),
                name="entrycondition_vehicles",
                violation_error_message=_("Choose at least one vehicle."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def terms(self) -> Condition:
        """The condition as the pure modules take it."""
        return Condition(self.kind, self.is_negated, self.number, self.days, self.hours, tuple(self.codes))
