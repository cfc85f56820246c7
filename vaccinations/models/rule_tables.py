"""The tables of vaccination schedules: series, their doses, and the dated rules of each dose.

One set of tables for every country: a rule that changes gets a successor row, and a dose is judged by the row in force on
its day. Products are text, the code of a vaccine in a schedule of our own and a CVX code in CDC's: a foreign schedule
names hundreds of products the register does not hold. Ages and intervals are text as the schedules write them
("18 years - 4 days"): years, months and days do not add up to a number.

Two things are JSON, because they are read only as a whole and with their row: the nested sets of conditions that let a
dose be left out (four tables deep as rows), and the conditions a risk series is for.
"""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vaccinations.engine import rules
from vaccinations.engine.spans import Span, read_span
from vaxreg.dated import Dated, DatedQuerySet, dates_in_order


def validate_span(text: str) -> None:
    """Refuses what is no length of time; kept under this name by the migration."""
    try:
        read_span(text)
    except ValueError as error:
        raise ValidationError(_("Write a length of time like “12 weeks” or “18 years - 4 days”.")) from error


def span_field(label: str) -> models.CharField:
    """A column for a length of time, empty where none is laid down."""
    return models.CharField(label, max_length=40, blank=True, default="", validators=[validate_span])


def codes_field(label: str) -> ArrayField:
    """A column for a list of codes."""
    return ArrayField(models.CharField(max_length=50), verbose_name=label, default=list, blank=True)


class Schedule(models.Model):
    """A country's rules for one disease."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    source = models.CharField(_("source document"), max_length=250)
    # Replaced as a whole whenever its file is loaded: nobody edits it, and its rules are not guarded.
    is_from_file = models.BooleanField(_("loaded from a file"), default=False, db_default=False, editable=False)
    # Another one with each change of a rule, given by the database (vaccinations/guards.py).
    version = models.UUIDField(_("version"), default=uuid4, db_default=RandomUUID(), editable=False)

    class Meta:
        verbose_name = _("vaccination schedule")
        verbose_name_plural = _("vaccination schedules")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Series(models.Model):
    """One way to be protected, and how it competes with the others of its group (CDSi, chapter 8)."""

    class Kind(models.TextChoices):
        STANDARD = "standard", _("for everybody")
        RISK = "risk", _("for people at risk")
        EVALUATION_ONLY = "evaluation", _("recognised, never offered")

    schedule = models.ForeignKey(
        Schedule, models.CASCADE, verbose_name=_("vaccination schedule"), related_name="series"
    )
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STANDARD)
    group = models.CharField(_("group"), max_length=20, blank=True, default="")
    equivalent_groups = codes_field(_("equivalent groups"))
    priority = models.CharField(_("priority"), max_length=5, blank=True, default="")
    preference = models.PositiveSmallIntegerField(_("order of preference"), default=1)
    is_default = models.BooleanField(_("offered where nothing was given"), default=False)
    is_product_path = models.BooleanField(_("of one product"), default=False)
    minimum_age_to_start = span_field(_("minimum age to start"))
    maximum_age_to_start = span_field(_("maximum age to start"))
    sexes = codes_field(_("sexes"))
    indications = models.JSONField(_("indications"), default=list, blank=True)

    class Meta:
        verbose_name = _("series of doses")
        verbose_name_plural = _("series of doses")
        ordering = ["schedule", "group", "preference"]
        constraints = [models.UniqueConstraint(fields=["schedule", "name"], name="series_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def terms(self) -> rules.Series:
        """The series with all its rules as the engine takes it; their rows are to be prefetched."""
        return rules.Series(
            name=self.name,
            kind=self.kind,
            group=self.group,
            equivalent_groups=frozenset(self.equivalent_groups),
            priority=self.priority,
            preference=self.preference,
            is_default=self.is_default,
            is_product_path=self.is_product_path,
            minimum_age_to_start=read_span(self.minimum_age_to_start),
            maximum_age_to_start=read_span(self.maximum_age_to_start),
            sexes=frozenset(self.sexes),
            indications=tuple(rules.Indication.read(facts) for facts in self.indications),
            doses=tuple(dose.terms for dose in self.doses.all()),
        )


class SeriesDose(models.Model):
    """A dose of a series."""

    class Course(models.TextChoices):
        BASIC = "basic", _("basic dose")
        ADDITIONAL = "additional", _("additional dose")
        BOOSTER = "booster", _("booster dose")

    series = models.ForeignKey(Series, models.CASCADE, verbose_name=_("series of doses"), related_name="doses")
    number = models.PositiveSmallIntegerField(_("dose number"))
    course = models.CharField(_("kind of dose"), max_length=10, choices=Course, blank=True, default="")
    is_recurring = models.BooleanField(_("recurring"), default=False)
    season_begins_on = models.DateField(_("season begins on"), null=True, blank=True)
    season_ends_on = models.DateField(_("season ends on"), null=True, blank=True)

    class Meta:
        verbose_name = _("dose of a series")
        verbose_name_plural = _("doses of series")
        ordering = ["series", "number"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="seriesdose_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="seriesdose_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.series} · {self.number}"

    @property
    def terms(self) -> rules.TargetDose:
        """The dose with all its rules as the engine takes it."""
        intervals, products = self.interval_rules.all(), self.product_rules.all()
        return rules.TargetDose(
            number=self.number,
            course=self.course,
            ages=tuple(rule.terms for rule in self.age_rules.all()),
            intervals=tuple(rule.terms for rule in intervals if not rule.is_allowable),
            allowable_intervals=tuple(rule.terms for rule in intervals if rule.is_allowable),
            preferable=tuple(rule.terms for rule in products if rule.use == ProductRule.Use.PREFERABLE),
            allowable=tuple(rule.terms for rule in products if rule.use == ProductRule.Use.ALLOWABLE),
            inadvertent=tuple(rule.terms for rule in products if rule.use == ProductRule.Use.INADVERTENT),
            skips=tuple(rule.terms for rule in self.skip_rules.all()),
            is_recurring=self.is_recurring,
            season_begins_on=self.season_begins_on,
            season_ends_on=self.season_ends_on,
        )


class DoseRule(Dated):
    """What all dated rules of a dose have in common.

    One that has begun is never edited: it ends and a successor begins (vaccinations/succession/), and the database refuses
    all else (vaccinations/guards.py). `act` is shared by the rows that one act wrote.
    """

    source = models.CharField(_("source document"), max_length=250, blank=True, default="")
    succeeds = models.ForeignKey(
        "self",
        models.RESTRICT,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("succeeds"),
        related_name="successors",
    )
    act = models.UUIDField(_("written together"), null=True, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    ended_at = models.DateTimeField(_("end laid down at"), null=True, editable=False)

    # The columns that say what the rule says; the others say where, when and whence.
    CONTENT: tuple[str, ...] = ()

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.dose)

    @property
    def content(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.CONTENT}

    def spans(self, *names: str) -> dict[str, Span | None]:
        """The lengths of time of these columns, empty ones None."""
        return {name: read_span(getattr(self, name)) for name in names}

    @property
    def period(self) -> dict[str, object]:
        return {"begins_on": self.in_force_from, "ends_on": self.in_force_until}


class AgeRule(DoseRule):
    """From what age a dose counts, should be given, and no longer counts."""

    CONTENT = ("absolute_minimum", "minimum", "earliest_recommended", "latest_recommended", "maximum")

    dose = models.ForeignKey(SeriesDose, models.CASCADE, verbose_name=_("dose of a series"), related_name="age_rules")
    absolute_minimum = span_field(_("absolute minimum age"))
    minimum = span_field(_("minimum age"))
    earliest_recommended = span_field(_("earliest recommended age"))
    latest_recommended = span_field(_("latest recommended age"))
    maximum = span_field(_("maximum age"))

    class Meta:
        verbose_name = _("age rule")
        verbose_name_plural = _("age rules")
        ordering = ["dose", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dose", "in_force_from"], name="agerule_once_a_period", nulls_distinct=False
            ),
            dates_in_order("agerule_dates_in_order"),
        ]

    @property
    def terms(self) -> rules.Ages:
        return rules.Ages(**self.period, **self.spans(*self.CONTENT))


class IntervalRule(DoseRule):
    """How long after something else a dose counts and should be given; all of a dose's preferable ones must be kept."""

    CONTENT = ("absolute_minimum", "minimum", "earliest_recommended", "latest_recommended")

    class From(models.TextChoices):
        PREVIOUS = "previous", _("the dose before")
        NUMBER = "number", _("the dose of a number")
        PRODUCTS = "products", _("the last dose of these products")
        OBSERVATION = "observation", _("an event")

    dose = models.ForeignKey(
        SeriesDose, models.CASCADE, verbose_name=_("dose of a series"), related_name="interval_rules"
    )
    is_allowable = models.BooleanField(_("allowed, not preferred"), default=False)
    counted_from = models.CharField(_("counted from"), max_length=11, choices=From, default=From.PREVIOUS)
    from_number = models.PositiveSmallIntegerField(_("dose number"), null=True, blank=True)
    from_products = codes_field(_("products"))
    from_observation = models.CharField(_("observation"), max_length=20, blank=True, default="")
    absolute_minimum = span_field(_("absolute minimum interval"))
    minimum = span_field(_("minimum interval"))
    earliest_recommended = span_field(_("earliest recommended interval"))
    latest_recommended = span_field(_("latest recommended interval"))

    class Meta:
        verbose_name = _("interval rule")
        verbose_name_plural = _("interval rules")
        ordering = ["dose", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(counted_from="previous", from_number=None, from_products=[], from_observation="")
                    | Q(counted_from="number", from_number__isnull=False, from_products=[], from_observation="")
                    | Q(counted_from="products", from_number=None, from_products__len__gte=1, from_observation="")
                    | Q(counted_from="observation", from_number=None, from_products=[]) & ~Q(from_observation="")
                ),
                name="intervalrule_counted_from_one_thing",
                violation_error_message=_("Say what the interval is counted from, and nothing else."),
            ),
            dates_in_order("intervalrule_dates_in_order"),
        ]

    @property
    def terms(self) -> rules.Interval:
        return rules.Interval(
            **self.period,
            **self.spans(*self.CONTENT),
            from_previous=self.counted_from == self.From.PREVIOUS,
            from_number=self.from_number,
            from_products=frozenset(self.from_products),
            from_observation=self.from_observation,
        )


class ProductRule(DoseRule):
    """A product that may stand for a dose of a series, while in force: what may follow what."""

    CONTENT = ("use", "from_age", "before_age", "is_forecast")

    class Use(models.TextChoices):
        PREFERABLE = "preferable", _("recommended")
        ALLOWABLE = "allowable", _("counts")
        INADVERTENT = "inadvertent", _("given by mistake, does not count")

    dose = models.ForeignKey(
        SeriesDose, models.CASCADE, verbose_name=_("dose of a series"), related_name="product_rules"
    )
    use = models.CharField(_("use"), max_length=11, choices=Use, default=Use.PREFERABLE)
    product = models.CharField(_("product"), max_length=50)
    product_name = models.CharField(_("name of the product"), max_length=150, blank=True, default="")
    trade_name = models.CharField(_("trade name"), max_length=100, blank=True, default="")
    manufacturer = models.CharField(_("manufacturer"), max_length=20, blank=True, default="")
    volume_ml = models.DecimalField(_("volume, ml"), max_digits=4, decimal_places=2, null=True, blank=True)
    from_age = span_field(_("from age"))
    before_age = span_field(_("before age"))
    is_forecast = models.BooleanField(_("offered as the next dose"), default=False)

    class Meta:
        verbose_name = _("product rule")
        verbose_name_plural = _("product rules")
        ordering = ["dose", "pk"]
        constraints = [dates_in_order("productrule_dates_in_order")]

    @property
    def terms(self) -> rules.ProductUse:
        return rules.ProductUse(
            **self.period,
            **self.spans("from_age", "before_age"),
            product=self.product,
            trade_name=self.trade_name,
            manufacturer=self.manufacturer,
            is_forecast=self.is_forecast,
        )


class SkipRule(models.Model):
    """When a dose may be left out: sets of conditions, as `rules.SkipSet.read` takes them."""

    class Context(models.TextChoices):
        EVALUATION = "evaluation", _("judging a dose given")
        FORECAST = "forecast", _("looking ahead")
        BOTH = "both", _("both")

    dose = models.ForeignKey(SeriesDose, models.CASCADE, verbose_name=_("dose of a series"), related_name="skip_rules")
    context = models.CharField(_("when"), max_length=10, choices=Context, default=Context.BOTH)
    needs_all_sets = models.BooleanField(_("needs all sets"), default=False)
    sets = models.JSONField(_("sets of conditions"), default=list)

    class Meta:
        verbose_name = _("rule for leaving out a dose")
        verbose_name_plural = _("rules for leaving out a dose")
        ordering = ["dose", "pk"]

    def __str__(self) -> str:
        return str(self.dose)

    def clean(self) -> None:
        try:
            _terms = self.terms
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValidationError({"sets": _("These sets cannot be read.")}) from error

    @property
    def terms(self) -> rules.Skip:
        sets = tuple(rules.SkipSet.read(facts) for facts in self.sets)
        return rules.Skip(rules.Context(self.context), sets, self.needs_all_sets)


class Contraindication(models.Model):
    """An observation that forbids products of a schedule, or all of them where none is named."""

    schedule = models.ForeignKey(
        Schedule, models.CASCADE, verbose_name=_("vaccination schedule"), related_name="contraindications"
    )
    observation = models.CharField(_("observation"), max_length=20)
    title = models.CharField(_("title"), max_length=250, blank=True, default="")
    products = codes_field(_("products"))
    from_age = span_field(_("from age"))
    before_age = span_field(_("before age"))

    class Meta:
        verbose_name = _("contraindication")
        verbose_name_plural = _("contraindications")
        ordering = ["schedule", "observation"]

    def __str__(self) -> str:
        return self.title or self.observation

    @property
    def terms(self) -> rules.Contraindication:
        return rules.Contraindication(
            observation=self.observation,
            products=frozenset(self.products),
            from_age=read_span(self.from_age),
            before_age=read_span(self.before_age),
        )
