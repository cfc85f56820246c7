"""Piles of paper slips on their way into the register, a row each: kept as typed until each row has come to something."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vaccinations.batch.querysets import PileQuerySet, PileRowQuerySet
from vaccinations.batch.sayings import sentence_of
from vaccinations.models.doses import Dose
from vaccinations.models.lots import Lot
from vaccinations.models.places import Facility
from vaxreg.models import User

# Longer than any cell that the register could take: what is too long is refused, never cut.
TEXT_LENGTH = 250


class Pile(models.Model):
    """One pile of slips of a facility, and what all of its slips have in common."""

    facility = models.ForeignKey(Facility, models.PROTECT, verbose_name=_("facility"), related_name="+")
    lot = models.ForeignKey(Lot, models.PROTECT, verbose_name=_("lot"), related_name="+", db_index=False)
    given_on = models.DateField(_("given on"))
    vaccinator = models.CharField(_("vaccinator"), max_length=150, blank=True, default="")
    dose_number = models.PositiveSmallIntegerField(_("dose number"), null=True, blank=True)
    opened_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("opened by"), related_name="+", db_index=False
    )
    opened_at = models.DateTimeField(_("opened at"), db_default=Now())
    closed_at = models.DateTimeField(_("finished at"), null=True)

    objects = PileQuerySet.as_manager()

    class Meta:
        verbose_name = _("pile of paper slips")
        verbose_name_plural = _("piles of paper slips")
        indexes = [models.Index(fields=["facility", "-id"], name="pile_by_facility")]

    def __str__(self) -> str:
        return _("Pile %(number)s") % {"number": self.pk}


class PileRow(models.Model):
    """One slip, as it was typed, and what came of it. Its `key` makes one dose of a row that is sent twice."""

    class State(models.TextChoices):
        DRAFT = "draft", _("not recorded yet")
        RECORDED = "recorded", _("recorded")
        ALREADY = "already", _("was recorded before")
        TRAY = "tray", _("in the tray")
        SET_ASIDE = "set-aside", _("set aside")

    pile = models.ForeignKey(Pile, models.CASCADE, verbose_name=_("pile"), related_name="rows", db_index=False)
    position = models.PositiveSmallIntegerField(_("row"))
    key = models.UUIDField(_("key of the form"), default=uuid4)
    number = models.CharField(_("number"), max_length=TEXT_LENGTH, blank=True, default="")
    full_name = models.CharField(_("full name"), max_length=TEXT_LENGTH, blank=True, default="")
    born = models.CharField(_("date of birth"), max_length=TEXT_LENGTH, blank=True, default="")
    sex = models.CharField(_("sex"), max_length=TEXT_LENGTH, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=TEXT_LENGTH, blank=True, default="")
    dose = models.CharField(_("dose"), max_length=TEXT_LENGTH, blank=True, default="")
    lot_number = models.CharField(_("lot, if another"), max_length=TEXT_LENGTH, blank=True, default="")
    given_on = models.CharField(_("day, if another"), max_length=TEXT_LENGTH, blank=True, default="")
    reason = models.CharField(_("reason, if unusual"), max_length=250, blank=True, default="")
    # How often it was saved: two pages with the same row do not write over each other unseen.
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(_("saved at"), null=True)
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    # What whoever typed it must know, each with the column it is about: [["born", "birth-unreadable"], ["", "…"]] (sayings.py).
    said = models.JSONField(default=list)
    # The codes of the warnings that were shown: a reason answers those only.
    warned = models.JSONField(default=list)
    # Nobody has the number: the row may say that the person is to be registered.
    may_register = models.BooleanField(default=False)
    # References to a dose by its id alone cannot be foreign keys on several machines.
    recorded_dose = models.ForeignKey(
        Dose, models.PROTECT, null=True, related_name="pile_rows", db_constraint=False, db_index=False
    )
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    taken_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = PileRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a pile")
        verbose_name_plural = _("rows of piles")
        ordering = ["pile", "position"]
        constraints = [
            models.UniqueConstraint(fields=["pile", "position"], name="pilerow_position_once"),
            models.CheckConstraint(
                condition=Q(state__in=["recorded", "already"], recorded_dose__isnull=False)
                | ~Q(state__in=["recorded", "already"]) & Q(recorded_dose=None),
                name="pilerow_dose_when_recorded",
            ),
        ]
        indexes = [models.Index(fields=["pile"], condition=Q(state="tray"), name="pilerow_tray")]

    def __str__(self) -> str:
        return _("Row %(number)s") % {"number": self.position}

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def in_tray(self) -> bool:
        return self.state == self.State.TRAY

    @property
    def texts(self) -> dict[str, str]:
        """What was typed, by column."""
        return {name: getattr(self, name) for name in COLUMNS}

    @property
    def is_empty(self) -> bool:
        return not any(self.texts.values())

    @property
    def sentences(self) -> list[tuple[str, str]]:
        """What there is to say of each column, and of the row as a whole."""
        return [(column, sentence_of(said)) for column, said in self.said]

    @property
    def others_said(self) -> list[str]:
        """What is to be said of the row as a whole."""
        return [sentence for column, sentence in self.sentences if column not in COLUMNS]


# In the order of the grid, which is the order of a block that is pasted.
COLUMNS = ("number", "full_name", "born", "sex", "phone", "dose", "lot_number", "given_on", "reason")
