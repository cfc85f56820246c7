"""Checkpoints, health declarations with their passes, and the passages recorded."""

from datetime import datetime
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from checkpoints.admission import Condition, Rule, Verdict
from checkpoints.querysets import CheckpointQuerySet, EntryRuleQuerySet, PassageQuerySet, ShiftQuerySet
from residents.birth import Birth, Precision
from residents.citizen_id import NUMBER_PATTERN
from residents.fields import CitizenIdField
from residents.models import Resident, Unit
from vaxreg.dated import Dated, DatedQuerySet, dates_in_order
from vaxreg.fields import KeyField
from vaxreg.language import named
from vaxreg.models import User


class Checkpoint(models.Model):
    """A post on the edge of an epidemic zone."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("administrative unit"), related_name="+")
    is_active = models.BooleanField(_("in use"), default=True)

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["name"]

    def __str__(self) -> str:
        return named(self)


class CheckpointAssignment(Dated):
    """An officer or lead works at this checkpoint."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("user"), related_name="checkpoint_assignments")
    checkpoint = models.ForeignKey(Checkpoint, models.CASCADE, verbose_name=_("checkpoint"), related_name="assignments")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("checkpoint assignment")
        verbose_name_plural = _("checkpoint assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "checkpoint", "in_force_from"],
                name="checkpointassignment_once_a_period",
                nulls_distinct=False,
            ),
            dates_in_order("checkpointassignment_dates_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.checkpoint}"


class Symptom(Dated):
    """A sign of illness that the declaration asks for."""

    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("symptom")
        verbose_name_plural = _("symptoms")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "in_force_from"], name="symptom_once_a_period", nulls_distinct=False
            ),
            dates_in_order("symptom_dates_in_order"),
        ]

    def __str__(self) -> str:
        return named(self)


class VehicleKind(Dated):
    """A way to travel. `has_plate`: the declaration asks for a number plate; `has_seat`: for seat, flight or train, and
    for all that the full form of 2021 asks of passengers."""

    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    has_plate = models.BooleanField(_("has a number plate"), default=True)
    has_seat = models.BooleanField(_("passengers have seats"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of vehicle")
        verbose_name_plural = _("kinds of vehicle")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "in_force_from"], name="vehiclekind_once_a_period", nulls_distinct=False
            ),
            dates_in_order("vehiclekind_dates_in_order"),
        ]

    def __str__(self) -> str:
        return named(self)


class JourneyReason(Dated):
    """Why somebody travels, as the declaration offers it."""

    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason of a journey")
        verbose_name_plural = _("reasons of journeys")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "in_force_from"], name="journeyreason_once_a_period", nulls_distinct=False
            ),
            dates_in_order("journeyreason_dates_in_order"),
        ]

    def __str__(self) -> str:
        return named(self)


class Attestation(Dated):
    """The sentence that the citizen confirms; a declaration points to the one it was filed under."""

    name = models.CharField(_("text"), max_length=500)
    name_en = models.CharField(_("English text"), max_length=500, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ["in_force_from"]
        constraints = [dates_in_order("attestation_dates_in_order")]

    def __str__(self) -> str:
        return named(self)


class TestKind(models.TextChoices):
    PCR = "pcr", _("PCR")
    ANTIGEN = "antigen", _("rapid antigen test")


class TestResult(models.TextChoices):
    NEGATIVE = "negative", _("negative")
    POSITIVE = "positive", _("positive")


class Declaration(models.Model):
    """What a citizen declared before a journey, word for word. The public never writes the registry.

    `resident` is the number as declared: no foreign key, for nobody has checked that it is in the registry.
    """

    resident = CitizenIdField(_("number declared"))
    full_name = models.CharField(_("full name"), max_length=150)
    date_of_birth = models.DateField(_("date of birth"))
    birth_precision = models.CharField(_("precision of the date of birth"), max_length=1, choices=Precision)
    phone = models.CharField(_("phone"), max_length=15)
    origin = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("origin"), related_name="+", db_index=False)
    origin_text = models.CharField(_("place of origin as declared"), max_length=150, blank=True, default="")
    destination = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("destination"), related_name="+", db_index=False
    )
    destination_text = models.CharField(_("destination as declared"), max_length=150, blank=True, default="")
    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="+", db_index=False
    )
    vehicle_kind = models.ForeignKey(
        VehicleKind, models.PROTECT, verbose_name=_("vehicle"), related_name="+", db_index=False
    )
    plate = models.CharField(_("number plate"), max_length=15, blank=True, default="")
    seat = models.CharField(_("seat"), max_length=10, blank=True, default="")
    departs_on = models.DateField(_("day of the journey"), null=True)
    journey_reason = models.ForeignKey(
        JourneyReason,
        models.PROTECT,
        null=True,
        verbose_name=_("reason of the journey"),
        related_name="+",
        db_index=False,
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Resident.Sex, blank=True, default="")
    nationality = models.CharField(_("nationality"), max_length=60, blank=True, default="")
    address = models.CharField(_("address"), max_length=250, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    insurance_number = models.CharField(_("health insurance number"), max_length=20, blank=True, default="")
    # One form makes one journey of one or more people; 0 is the person who filed it.
    journey = models.UUIDField(_("journey"), default=uuid4)
    place_in_journey = models.PositiveSmallIntegerField(_("place in the journey"), default=0)
    is_for_other = models.BooleanField(_("filed for somebody else"), default=False)
    # False: the person has no number, and `resident` is the number of the guardian, who filed.
    has_number = models.BooleanField(_("has a number"), default=True)
    # An edit is a new row; the row before it ends with `superseded_at`.
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    superseded_at = models.DateTimeField(_("superseded at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    filed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("filed at the desk by"), related_name="+", db_index=False
    )
    attestation = models.ForeignKey(
        Attestation, models.PROTECT, null=True, verbose_name=_("attestation"), related_name="+", db_index=False
    )
    test_kind = models.CharField(_("kind of test"), max_length=8, choices=TestKind, blank=True, default="")
    test_result = models.CharField(_("test result"), max_length=8, choices=TestResult, blank=True, default="")
    test_taken_at = models.DateTimeField(_("test taken at"), null=True)
    # The three questions of the domestic declaration form of 2021 (docs/glossary.md).
    places_visited = models.CharField(_("places visited in the last 14 days"), max_length=500, blank=True, default="")
    symptoms = ArrayField(models.CharField(max_length=20), verbose_name=_("symptoms"), default=list)
    had_contact = models.BooleanField(_("contact with a case"))
    attested = models.BooleanField(_("attested"))
    submitted_at = models.DateTimeField(_("received at"))
    valid_until = models.DateTimeField(_("valid until"))
    idempotency_key = models.UUIDField(_("key of the form"))

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        constraints = [
            models.UniqueConstraint(fields=["resident", "idempotency_key"], name="declaration_filed_once"),
            models.CheckConstraint(condition=Q(resident__regex=NUMBER_PATTERN), name="declaration_number_form"),
            models.CheckConstraint(condition=Q(attested=True), name="declaration_attested"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("submitted_at")), name="declaration_valid_after"),
            models.UniqueConstraint(
                fields=["resident", "journey", "place_in_journey", "version"], name="declaration_version_once"
            ),
            models.CheckConstraint(
                condition=Q(test_kind="", test_result="", test_taken_at=None)
                | ~Q(test_kind="") & ~Q(test_result="") & Q(test_taken_at__isnull=False),
                name="declaration_test_whole",
                violation_error_message=_("Enter kind, result and time of the test, or none of them."),
            ),
            models.CheckConstraint(
                condition=Q(test_taken_at=None) | Q(test_taken_at__lte=F("submitted_at")),
                name="declaration_test_past",
                violation_error_message=_("The test lies in the future. Check day and time."),
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "-submitted_at"], name="declaration_newest"),
            models.Index(fields=["plate", "-submitted_at"], name="declaration_by_plate", condition=~Q(plate="")),
        ]

    def __str__(self) -> str:
        return f"{self.submitted_at:%Y-%m-%d %H:%M}"

    @property
    def birth(self) -> Birth:
        return Birth(self.date_of_birth, self.birth_precision)


class PassKey(models.Model):
    """A key of a pass: the token in its address (22 characters) or its short code (8).

    It leads to one person's declaration, or, without a declaration, to the whole journey: `members` are the numbers under
    which its people are filed, in the order of their places.
    """

    key = KeyField(_("key"), max_length=22, primary_key=True)
    resident = CitizenIdField(_("number declared"))
    declaration = models.ForeignKey(Declaration, models.CASCADE, null=True, related_name="keys", db_constraint=False)
    journey = models.UUIDField(_("journey"))
    members = ArrayField(models.CharField(max_length=12), verbose_name=_("members"), default=list)

    class Meta:
        verbose_name = _("pass key")
        verbose_name_plural = _("pass keys")
        indexes = [models.Index(fields=["journey"], name="passkey_of_journey", condition=Q(declaration=None))]

    def __str__(self) -> str:
        return str(self.declaration_id)

    @property
    def is_token(self) -> bool:
        return len(self.key) > 8


class Passage(models.Model):
    """What an officer decided for one person at one checkpoint. Append-only, in the database too (migration 0001)."""

    class Outcome(models.TextChoices):
        PASSED = "passed", _("let pass")
        TURNED_BACK = "turned-back", _("turned back")
        SENT_TO_TEST = "testing", _("sent for testing")
        SENT_TO_QUARANTINE = "quarantine", _("sent to quarantine")
        CANCELLED = "cancelled", _("cancelled")

    resident = CitizenIdField(_("number"))
    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="+", db_index=False
    )
    declaration = models.ForeignKey(
        Declaration,
        models.PROTECT,
        null=True,
        verbose_name=_("declaration"),
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    officer = models.ForeignKey(User, models.PROTECT, verbose_name=_("officer"), related_name="+", db_index=False)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=250, blank=True, default="")
    verdict = models.CharField(_("verdict"), max_length=5, choices=Verdict)
    verdict_reasons = ArrayField(
        models.CharField(max_length=40), verbose_name=_("reasons of the verdict"), default=list
    )
    # What the movement statistics count by, kept with the row: the journey as declared, and the origin's level then.
    origin = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("origin"), related_name="+", db_index=False
    )
    destination = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("destination"), related_name="+", db_index=False
    )
    origin_level = models.PositiveSmallIntegerField(_("risk level of the origin"), null=True)
    plate = models.CharField(_("number plate"), max_length=15, blank=True, default="")
    # People recorded together: a bus, or two on a motorbike.
    group = models.UUIDField(_("group"), null=True)
    is_quick = models.BooleanField(_("recorded in quick mode"), default=False)
    recovered_on = models.DateField(_("recovered on, proof seen"), null=True)
    # An undone passage stays; a row of outcome "cancelled" points to it.
    cancels = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        verbose_name=_("cancels"),
        related_name="cancellations",
        db_constraint=False,
        db_index=False,
    )
    scanned_at = models.DateTimeField(_("scanned at"))
    decided_at = models.DateTimeField(_("decided at"), db_default=Now())
    idempotency_key = models.UUIDField(_("key of the form"))

    objects = PassageQuerySet.as_manager()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [
            models.UniqueConstraint(fields=["resident", "idempotency_key"], name="passage_recorded_once"),
            models.CheckConstraint(condition=Q(resident__regex=NUMBER_PATTERN), name="passage_number_form"),
            models.CheckConstraint(
                condition=Q(outcome="passed") & ~Q(verdict="STOP") | ~Q(reason=""),
                name="passage_reason",
                violation_error_message=_("Give a reason."),
            ),
            models.UniqueConstraint(
                fields=["resident", "cancels"], name="passage_cancelled_once", condition=Q(cancels__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(outcome="cancelled", cancels__isnull=False) | ~Q(outcome="cancelled") & Q(cancels=None),
                name="passage_cancels_what",
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "-decided_at"], name="passage_by_resident"),
            # With the key, so that a list goes on exactly where its page before ended (docs/query-plans.md).
            models.Index(fields=["checkpoint", "-decided_at", "-id"], name="passage_by_checkpoint"),
            models.Index(fields=["plate", "-decided_at"], name="passage_by_plate", condition=~Q(plate="")),
        ]

    def __str__(self) -> str:
        return f"{self.decided_at:%Y-%m-%d %H:%M} {self.get_outcome_display()}"


class RiskLevel(Dated):
    """The epidemic risk level of a unit: 1 (low) to 4 (very high). A ward without one of its own takes its province's."""

    unit = models.ForeignKey(Unit, models.CASCADE, verbose_name=_("administrative unit"), related_name="risk_levels")
    level = models.PositiveSmallIntegerField(_("level"))
    source = models.CharField(_("source document"), max_length=250, blank=True, default="")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk level")
        verbose_name_plural = _("risk levels")
        ordering = ["unit", "in_force_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "in_force_from"], name="risklevel_once_a_period", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=4),
                name="risklevel_range",
                violation_error_message=_("The level is 1, 2, 3 or 4."),
            ),
            dates_in_order("risklevel_dates_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.level}"


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


class Shift(models.Model):
    """One officer's time at one checkpoint."""

    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="shifts", db_index=False
    )
    officer = models.ForeignKey(User, models.PROTECT, verbose_name=_("officer"), related_name="+")
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    handover_note = models.CharField(_("hand-over note"), max_length=1000, blank=True, default="")

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        constraints = [
            models.UniqueConstraint(fields=["officer"], name="shift_one_open", condition=Q(ended_at=None)),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="shift_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["checkpoint", "-started_at"], name="shift_by_checkpoint")]

    def __str__(self) -> str:
        return f"{self.checkpoint} {self.started_at:%Y-%m-%d %H:%M}"


class QuickMode(models.Model):
    """A time when a checkpoint recorded everybody by scan alone, and why."""

    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="quick_modes", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=250)
    started_at = models.DateTimeField(_("started at"))
    started_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("started by"), related_name="+", db_index=False)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("ended by"), related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("quick mode")
        verbose_name_plural = _("quick modes")
        constraints = [
            models.UniqueConstraint(fields=["checkpoint"], name="quickmode_one_open", condition=Q(ended_at=None)),
            models.CheckConstraint(condition=~Q(reason=""), name="quickmode_reason"),
        ]
        indexes = [models.Index(fields=["checkpoint", "-started_at"], name="quickmode_by_checkpoint")]

    def __str__(self) -> str:
        return f"{self.checkpoint} {self.started_at:%Y-%m-%d %H:%M}"


class CheckpointHour(models.Model):
    """A finished hour of a checkpoint: how many passages of each outcome, and how long they took.

    The row with an empty outcome is the whole hour: its median cannot be made of those of the outcomes.
    """

    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="hours", db_index=False
    )
    hour = models.DateTimeField(_("hour"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Passage.Outcome, blank=True, default="")
    passages = models.PositiveIntegerField(_("passages"))
    median_seconds = models.FloatField(_("median seconds from scan to decision"), null=True)

    class Meta:
        verbose_name = _("hour of a checkpoint")
        verbose_name_plural = _("hours of checkpoints")
        constraints = [models.UniqueConstraint(fields=["checkpoint", "hour", "outcome"], name="checkpointhour_once")]

    def __str__(self) -> str:
        return f"{self.checkpoint} {self.hour:%Y-%m-%d %H}"


class MovementCount(models.Model):
    """How many people one day went from here to there through a checkpoint, by outcome and by the origin's level then."""

    day = models.DateField(_("day"))
    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="+", db_index=False
    )
    origin = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("origin"), related_name="+", db_index=False
    )
    destination = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("destination"), related_name="+", db_index=False
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Passage.Outcome)
    origin_level = models.PositiveSmallIntegerField(_("risk level of the origin"), null=True)
    people = models.PositiveIntegerField(_("people"))

    class Meta:
        verbose_name = _("movement count")
        verbose_name_plural = _("movement counts")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "checkpoint", "origin", "destination", "outcome", "origin_level"],
                name="movementcount_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.people}"


class ProvinceMovement(models.Model):
    """The same people by province, without levels: what leaves the area is made of these cells, and matrices read them.

    Some tens of times fewer rows than MovementCount (docs/query-plans.md).
    """

    day = models.DateField(_("day"))
    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="+", db_index=False
    )
    origin = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("origin"), related_name="+", db_index=False
    )
    destination = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("destination"), related_name="+", db_index=False
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Passage.Outcome)
    people = models.PositiveIntegerField(_("people"))

    class Meta:
        verbose_name = _("movement between provinces")
        verbose_name_plural = _("movements between provinces")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "checkpoint", "origin", "destination", "outcome"],
                name="provincemovement_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.people}"


class ClosedDay(models.Model):
    """A day whose passages are counted in CheckpointHour and MovementCount: without this row, no count is no zero."""

    day = models.DateField(_("day"), primary_key=True)
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")

    def __str__(self) -> str:
        return str(self.day)


class TrustedSigner(models.Model):
    """A signer certificate of digital COVID certificates that the desk believes."""

    kid = models.CharField(_("key identifier"), max_length=24, help_text=_("First 8 bytes of the SHA-256, in base64."))
    country = models.CharField(_("country"), max_length=2)
    certificate = models.TextField(_("certificate (PEM)"))
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("trusted signer")
        verbose_name_plural = _("trusted signers")
        constraints = [models.UniqueConstraint(fields=["kid", "country"], name="trustedsigner_once")]

    def __str__(self) -> str:
        return f"{self.country} {self.kid}"
