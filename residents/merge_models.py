"""Which records were made one, by whom and why, and what the rows of the registry were before."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from residents.fields import CitizenIdField
from vaxreg.models import User


class MergeQuerySet(models.QuerySet):
    def standing(self) -> "MergeQuerySet":
        """Those that were not undone."""
        return self.filter(undone_at=None)

    def of_numbers(self, numbers: list[str]) -> "MergeQuerySet":
        """Those that concern any of these numbers, the latest first."""
        return self.filter(Q(kept__in=numbers) | Q(dropped__in=numbers)).with_people().order_by("-pk")

    def with_people(self) -> "MergeQuerySet":
        """With who merged and who undid."""
        return self.select_related("by", "undone_by")

    def visible_to(self, user: User) -> "MergeQuerySet":
        """Those of which the user may find one of the two records."""
        people = self.model._meta.apps.get_model("residents", "Resident").objects.visible_to(user).values("pk")
        return self.filter(Q(kept__in=people) | Q(dropped__in=people))


class Merge(models.Model):
    """Two records of one person made one: `dropped` leads to `kept` from then on, and nothing else was moved.

    What undoing restores: `led` has every column of the rows that lead there since, by number; `filled` has the columns of
    the kept row that took something over, as [before, after]. Only the columns that undo a merge ever change (residents.sql).
    """

    kept = CitizenIdField(_("number kept"))
    dropped = CitizenIdField(_("number that leads there"))
    by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("merged by"), related_name="+", db_index=False
    )
    at = models.DateTimeField(_("merged at"), db_default=Now())
    reason = models.CharField(_("reason"), max_length=250)
    # Of two citizen IDs, one is wrong: why these are one person all the same.
    second_reason = models.CharField(_("why two citizen IDs are of one person"), max_length=250, blank=True, default="")
    led = models.JSONField(_("rows as they were"), default=dict)
    filled = models.JSONField(_("facts taken over"), default=dict)
    # The proposal of the search for duplicates that this settled.
    pair = models.ForeignKey(
        "residents.DuplicatePair",
        models.PROTECT,
        null=True,
        verbose_name=_("pair of records"),
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("undone by"), related_name="+", db_index=False
    )
    undo_reason = models.CharField(_("reason for undoing"), max_length=250, blank=True, default="")

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of records")
        verbose_name_plural = _("merges of records")
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("dropped")) & ~Q(reason=""), name="merge_of_two_with_a_reason"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undo_reason="") | Q(undone_at__isnull=False) & ~Q(undo_reason=""),
                name="merge_undo_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["kept"], name="merge_by_kept"),
            models.Index(fields=["dropped"], name="merge_by_dropped"),
        ]

    def __str__(self) -> str:
        # Never the numbers: this text reaches titles and logs.
        return f"{self.at:%d/%m/%Y}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None
