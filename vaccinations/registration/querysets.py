"""Which registered people."""

from datetime import date

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from vaxreg.models import User


class RegisteredPersonQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "RegisteredPersonQuerySet":
        """People whom the facilities where the user works today may invite, or have invited."""
        facilities = user.facility_assignments.in_force(timezone.localdate()).values("facility")
        reached = Q(reach="facility", preferred_facility__in=facilities)
        reached |= Q(reach="ward", ward__in=_units_of(self, facilities))
        reached |= Q(reach="province", province__in=_provinces_of(self, facilities))
        invited = _appointments(self).filter(person=OuterRef("pk"), session__facility__in=facilities)
        return self.filter(reached | Exists(invited))

    def in_area_of(self, user: User) -> "RegisteredPersonQuerySet":
        """People who live in the areas the user is assigned to today."""
        units = user.area_assignments.in_force(timezone.localdate()).values("unit")
        return self.filter(Q(province__in=units) | Q(ward__in=units))

    def reaching(self, facility: models.Model) -> "RegisteredPersonQuerySet":
        """People who want to be invited to the facility: they chose it, or its ward or province. Never anybody else."""
        province = facility.unit.parent_id or facility.unit_id
        return self.filter(
            Q(reach="facility", preferred_facility=facility)
            | Q(reach="ward", ward=facility.unit_id)
            | Q(reach="province", province=province)
        )

    def waiting(self) -> "RegisteredPersonQuerySet":
        """People neither withdrawn nor with an appointment to come, nor seen without anybody having identified them."""
        appointments = _appointments(self).filter(person=OuterRef("pk"))
        live = appointments.filter(Q(state__in=["invited", "confirmed", "arrived"]) | Q(state="done", resident=None))
        return self.filter(~Exists(live), withdrawn_at=None)

    def with_standing(self) -> "RegisteredPersonQuerySet":
        """With `standing`: 0 where the clinic cancelled their last appointment, 2 where they did not come, else 1."""
        appointments = _appointments(self).filter(person=OuterRef("pk"))
        standing = Case(When(state="cancelled", then=0), When(state="no-show", then=2), default=1)
        last = appointments.order_by("-made_at", "-pk").values(standing=standing)[:1]
        return self.annotate(standing=Coalesce(Subquery(last), 1))

    def alias_number_now(self) -> "RegisteredPersonQuerySet":
        """With the alias `number_now`: the present number of whom the number given leads to; null for nobody's.

        The number alone is not believed: its holder has the same name or the same date of birth, else it was mistyped.
        """
        agrees = Q(claimed__name_key=F("name_key")) | Q(claimed__date_of_birth=F("date_of_birth"))
        holder = Case(When(agrees, then=Coalesce("claimed__superseded_by", "claimed__citizen_id")))
        return self.alias(number_now=Coalesce("resident__superseded_by", "resident_id", holder))

    def born_by(self, day: date) -> "RegisteredPersonQuerySet":
        """People surely born by that day."""
        return self.filter(surely_born_by(day))


def surely_born_by(day: date) -> Q:
    """Whether somebody was born by that day, whatever the day was: of whom only the year is known, at its end."""
    return (
        Q(birth_precision="D", date_of_birth__lte=day)
        | Q(birth_precision="M", date_of_birth__lt=day.replace(day=1))
        | Q(birth_precision="Y", date_of_birth__year__lt=day.year)
    )


def _units_of(people: RegisteredPersonQuerySet, facilities: models.QuerySet) -> models.QuerySet:
    return _facilities(people).filter(pk__in=facilities).values("unit")


def _provinces_of(people: RegisteredPersonQuerySet, facilities: models.QuerySet) -> models.QuerySet:
    return _facilities(people).filter(pk__in=facilities).values(province=Coalesce(F("unit__parent"), F("unit")))


def _appointments(people: RegisteredPersonQuerySet) -> models.QuerySet:
    return people.model._meta.get_field("appointments").related_model.objects


def _facilities(people: RegisteredPersonQuerySet) -> models.QuerySet:
    return people.model._meta.get_field("preferred_facility").related_model.objects
