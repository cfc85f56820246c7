"""Who works on which case: assigned by somebody, taken into work for a while, and given back."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from vaccinations.models import QualityCase
from vaccinations.quality.errors import DecidedError, NotColleagueError, StaleError, TakenError
from vaxreg import audit
from vaxreg.access import QUALITY
from vaxreg.actors import Actor
from vaxreg.models import User


def held(case: QualityCase, *, by: Actor, now: datetime, version: int | None = None) -> QualityCase:
    """Returns the case as it is now, held until the end of the transaction. Raises TakenError, StaleError."""
    # Without a join: to a row that was waited for, PostgreSQL joins what was there before.
    found = QualityCase.objects.select_for_update().get(pk=case.pk)
    holder = found.holder(now)
    if holder is not None and holder != by.user:
        raise TakenError(holder)
    if version is not None and found.version != version:
        raise StaleError
    return found


@transaction.atomic
def claim(*, by: Actor, case: QualityCase, now: datetime) -> QualityCase:
    """Returns the case, in work with the actor for a while. Of two at once the second gets TakenError, which says who.

    Raises DecidedError too.
    """
    found = held(case, by=by, now=now)
    if not found.is_to_do:
        raise DecidedError
    found.claimed_by, found.claimed_until = by.user, now + timedelta(minutes=settings.QUALITY_CLAIM_MINUTES)
    found.save(update_fields=["claimed_by", "claimed_until"])
    audit.record(by=by, action="quality.claimed", subject=found)
    return found


@transaction.atomic
def release(*, by: Actor, case: QualityCase, now: datetime) -> QualityCase:
    """Returns the case, in work with nobody. Harmless to repeat; raises TakenError where somebody else has it."""
    found = held(case, by=by, now=now)
    if found.claimed_by_id:
        found.claimed_by = found.claimed_until = None
        found.save(update_fields=["claimed_by", "claimed_until"])
        audit.record(by=by, action="quality.released", subject=found)
    return found


@transaction.atomic
def assign(*, by: Actor, cases: QuerySet, keys: Iterable[int], to: User | None, now: datetime) -> int:
    """Returns how many of these cases are now assigned to the colleague, or to nobody; those among `cases` only.

    Left out is what somebody else has in work. Raises NotColleagueError where one lies outside the colleague's area.
    """
    rows = list(cases.to_do().free_for(by.user, now).filter(pk__in=list(keys)).select_for_update().order_by("pk"))
    if to is not None and not all(colleagues_of(case).filter(pk=to.pk).exists() for case in _one_a_place(rows)):
        raise NotColleagueError
    keys = [case.pk for case in rows]
    QualityCase.objects.filter(pk__in=keys).update(assigned_to=to)
    audit.record(by=by, action="quality.assigned", changes={"cases": keys, "to": to and to.username})
    return len(rows)


def _one_a_place(cases: Iterable[QualityCase]) -> list[QualityCase]:
    return list({(case.province_id, case.ward_id): case for case in cases}.values())


def colleagues_of(case: QualityCase) -> QuerySet:
    """Returns who may decide the case: in a role for it, and assigned to its province or ward today."""
    return _deciders(Q(unit=case.province_id) | Q(unit=case.ward_id))


def colleagues_in(user: User) -> QuerySet:
    """Returns who works on one of the user's own areas today, the user among them."""
    own = user.area_assignments.in_force(timezone.localdate()).values("unit")
    return _deciders(Q(unit__in=own) | Q(unit__parent__in=own) | Q(unit__in=_provinces(own)))


def _provinces(units: QuerySet) -> QuerySet:
    return units.exclude(unit__parent=None).values("unit__parent")


def _deciders(places: Q) -> QuerySet:
    assignments = User._meta.get_field("area_assignments").related_model.objects
    there = assignments.in_force(timezone.localdate()).filter(places).values("user")
    people = User.objects.filter(is_active=True, groups__name__in=[role.value for role in QUALITY], pk__in=there)
    return people.order_by(F("full_name").asc(), "pk").distinct()
