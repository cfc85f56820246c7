"""Checkpoints, health declarations with their passes, and the passages recorded."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from checkpoints.admission import Verdict
from checkpoints.querysets import CheckpointQuerySet, PassageQuerySet
from residents.birth import Birth, Precision
from residents.citizen_id import NUMBER_PATTERN
from residents.fields import CitizenIdField
from residents.models import Unit
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
    """A way to travel; `has_plate` says whether the declaration asks for a number plate."""

    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    has_plate = models.BooleanField(_("has a number plate"), default=True)
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
        ]
        indexes = [models.Index(fields=["resident", "-submitted_at"], name="declaration_newest")]

    def __str__(self) -> str:
        return f"{self.submitted_at:%Y-%m-%d %H:%M}"

    @property
    def birth(self) -> Birth:
        return Birth(self.date_of_birth, self.birth_precision)


class PassKey(models.Model):
    """A key that leads to a declaration: the token in the pass's address (22 characters) or its short code (8)."""

    key = KeyField(_("key"), max_length=22, primary_key=True)
    resident = CitizenIdField(_("number declared"))
    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="keys", db_constraint=False)

    class Meta:
        verbose_name = _("pass key")
        verbose_name_plural = _("pass keys")

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
        ]
        indexes = [
            models.Index(fields=["resident", "-decided_at"], name="passage_by_resident"),
            models.Index(fields=["checkpoint", "-decided_at"], name="passage_by_checkpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.decided_at:%Y-%m-%d %H:%M} {self.get_outcome_display()}"
