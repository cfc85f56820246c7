"""Pairs of records that may be of one person, and the searches that found them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.fields import CitizenIdField


class DuplicatePairQuerySet(models.QuerySet):
    def open_for(self, numbers: list[str]) -> "DuplicatePairQuerySet":
        """Those not decided yet in which any of these numbers is, the likeliest first, with both as they are now."""
        pairs = self.filter(Q(person_a__in=numbers) | Q(person_b__in=numbers), status="open")
        return pairs.select_related("person_a__superseded_by", "person_b__superseded_by").order_by("-score", "id")


class DuplicatePair(models.Model):
    """Two people of the registry who may be one. It only proposes: nothing is joined until somebody has looked at both."""

    class Band(models.TextChoices):
        LIKELY = "likely", _("likely one person")
        POSSIBLE = "possible", _("possibly one person")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("pair of records", "to be looked at")
        SAME = "same", _("same person")
        DIFFERENT = "different", _("different people")

    # No foreign keys in the database: two people's numbers cannot both be on one machine.
    person_a = models.ForeignKey(
        "residents.Resident",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("first person"),
    )
    person_b = models.ForeignKey(
        "residents.Resident",
        models.PROTECT,
        db_constraint=False,
        related_name="+",
        verbose_name=_("second person"),
    )
    band = models.CharField(_("likeness"), max_length=8, choices=Band)
    score = models.FloatField(_("score"))
    evidence = ArrayField(models.CharField(max_length=20), verbose_name=_("evidence"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.OPEN, db_default=Status.OPEN)
    found_at = models.DateTimeField(_("found at"), db_default=Now(), editable=False)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of records")
        verbose_name_plural = _("pairs of records")
        constraints = [
            models.UniqueConstraint(fields=["person_a", "person_b"], name="duplicatepair_once"),
            models.CheckConstraint(condition=Q(person_a__lt=F("person_b")), name="duplicatepair_in_order"),
        ]
        indexes = [
            models.Index(fields=["-score", "id"], name="duplicatepair_open", condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return f"{self.get_band_display()}, {self.get_status_display()}"


class DuplicateSearch(models.Model):
    """One pass over the registry in the order of the numbers. It goes on after `reached` until it is finished."""

    started_at = models.DateTimeField(_("started at"), db_default=Now(), editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    reached = CitizenIdField(_("reached"), blank=True, default="", db_default="", editable=False)
    registered = models.PositiveBigIntegerField(_("people registered"), default=0, db_default=0, editable=False)
    people = models.PositiveBigIntegerField(_("people looked at"), default=0, db_default=0, editable=False)
    pairs = models.PositiveBigIntegerField(_("pairs found"), default=0, db_default=0, editable=False)

    class Meta:
        verbose_name = _("search for duplicates")
        verbose_name_plural = _("searches for duplicates")
        constraints = [
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=Q(finished_at=None),
                nulls_distinct=False,
                name="duplicatesearch_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class GivenName(models.Model):
    """How many people had a given name, folded, when the last search began: a spelling that hardly anybody has is a slip."""

    name = models.TextField(_("given name"), primary_key=True)
    people = models.PositiveBigIntegerField(_("people"))

    class Meta:
        verbose_name = _("given name")
        verbose_name_plural = _("given names")

    def __str__(self) -> str:
        return self.name
