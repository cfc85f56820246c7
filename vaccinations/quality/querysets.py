"""Which rows: QuerySets of the work lists."""

from datetime import datetime
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.utils import timezone

from residents.models import Unit
from residents.querysets import NATIONAL
from vaxreg.models import User

TO_DO = ("open", "waiting")


class QualityCaseQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "QualityCaseQuerySet":
        """The cases of the provinces and wards that the user is assigned to today; asks for these at once.

        As keys, not inside the query: only so is an index of theirs read instead of all cases.
        """
        areas = Unit.objects.of(user, timezone.localdate()).values_list("level", "pk")
        keys = {level: [pk for of, pk in areas if of == level] for level in ("province", "ward")}
        inside = [Q(**{f"{level}__in": found}) for level, found in keys.items() if found]
        return self.filter(reduce(or_, inside)) if inside else self.none()

    def counted_for(self, user: User) -> "QualityCaseQuerySet":
        """The cases that the user may see in numbers: all for national roles."""
        return self if user.has_role(NATIONAL) else self.visible_to(user)

    def to_do(self) -> "QualityCaseQuerySet":
        """The cases that somebody has to decide."""
        return self.filter(state__in=TO_DO)

    def decided(self) -> "QualityCaseQuerySet":
        """The cases whose decision stands."""
        return self.filter(state="decided")

    def with_facts(self) -> "QualityCaseQuerySet":
        """With all that a list says of them."""
        return self.select_related("province", "ward", "assigned_to", "claimed_by", "sheet_dose", "pair")

    def page(self, *, after: int | None, before: int | None, size: int) -> tuple[list[models.Model], bool, bool]:
        """The cases after (or before) that key in the order in which they came, and whether some lie on each side."""
        if before is not None:
            found = list(self.filter(pk__lt=before).order_by("-pk")[: size + 1])
            return found[:size][::-1], len(found) > size, True
        rows = self.filter(pk__gt=after) if after is not None else self
        found = list(rows.order_by("pk")[: size + 1])
        return found[:size], after is not None, len(found) > size

    def next_to(self, case: models.Model) -> tuple[int | None, int | None]:
        """The keys of the case before that one, and of the case after it."""
        before = self.filter(pk__lt=case.pk).order_by("-pk").values_list("pk", flat=True).first()
        after = self.filter(pk__gt=case.pk).order_by("pk").values_list("pk", flat=True).first()
        return before, after

    def free_for(self, user: User, now: datetime) -> "QualityCaseQuerySet":
        """Those that nobody else has in work at that moment."""
        return self.filter(Q(claimed_until=None) | Q(claimed_until__lte=now) | Q(claimed_by=user))


class ReturnedListQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ReturnedListQuerySet":
        """The lists that the user sent back."""
        return self.filter(sent_by=user)

    def latest_first(self) -> "ReturnedListQuerySet":
        """The last one first, without the files."""
        return self.order_by("-pk").defer("content")
