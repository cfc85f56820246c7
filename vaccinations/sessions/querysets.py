"""Which sessions, and whose places in them."""

from collections.abc import Collection
from datetime import date

from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone

from residents.models import Resident
from vaxreg.models import User


class ClinicSessionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ClinicSessionQuerySet":
        """Sessions of the facilities where the user works today."""
        return self.filter(facility__in=user.facility_assignments.in_force(timezone.localdate()).values("facility"))

    def in_area_of(self, user: User) -> "ClinicSessionQuerySet":
        """Sessions of the facilities that lie in the areas the user is assigned to today."""
        units = user.area_assignments.in_force(timezone.localdate()).values("unit")
        return self.filter(Q(facility__unit__in=units) | Q(facility__unit__parent__in=units))

    def held(self) -> "ClinicSessionQuerySet":
        """Sessions that were not cancelled."""
        return self.filter(cancelled_at=None)

    def today(self, facility: models.Model, day: date) -> "ClinicSessionQuerySet":
        """The facility's sessions of that day, the earliest first."""
        return self.held().filter(facility=facility, held_on=day).order_by("opens_at", "pk")

    def coming(self, facility: models.Model, today: date) -> "ClinicSessionQuerySet":
        """The facility's sessions of today and later, the next one first."""
        return self.filter(facility=facility, held_on__gte=today).order_by("held_on", "opens_at", "pk")

    def past(self, facility: models.Model, today: date, before: tuple[date, int] | None) -> "ClinicSessionQuerySet":
        """The facility's sessions of earlier days, the last one first; from `before` (day, key) on."""
        earlier = self.filter(facility=facility, held_on__lt=today).order_by("-held_on", "-pk")
        if before is None:
            return earlier
        day, pk = before
        return earlier.filter(Q(held_on__lt=day) | Q(held_on=day, pk__lt=pk))

    def giving_instead(self, sessions: Collection[models.Model], vaccine: models.Model) -> tuple[str, ...]:
        """The names of what these sessions give, where none of them gives this vaccine; else nothing. One query."""
        if not sessions:
            return ()
        given = dict(self.filter(pk__in=[session.pk for session in sessions]).values_list("vaccines", "vaccines__name"))
        return () if vaccine.pk in given else tuple(sorted(filter(None, given.values())))

    def with_figures(self) -> "ClinicSessionQuerySet":
        """With the number of people invited, who will come, who arrived, and of places taken."""
        return self.annotate(
            invited=_counted("invited"),
            confirmed=_counted("confirmed"),
            arrived=_counted("arrived", "done"),
            taken=_counted("invited", "confirmed", "arrived", "done"),
        )


class AppointmentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "AppointmentQuerySet":
        """Appointments at the facilities where the user works today."""
        facilities = user.facility_assignments.in_force(timezone.localdate()).values("facility")
        return self.filter(session__facility__in=facilities)

    def expected(self) -> "AppointmentQuerySet":
        """Of people who have not come yet: invited, or they said that they will come."""
        return self.filter(state__in=["invited", "confirmed"])

    def live(self) -> "AppointmentQuerySet":
        """Of people still to be seen: expected or arrived."""
        return self.filter(state__in=["invited", "confirmed", "arrived"])

    def holding(self) -> "AppointmentQuerySet":
        """Those that take a place of their hour."""
        return self.filter(state__in=["invited", "confirmed", "arrived", "done"])

    def of_person(self, number: str) -> "AppointmentQuerySet":
        """Those of the person whom the number leads to: identified before, or registered under one of their numbers."""
        numbers = Resident.objects.numbers_of(number)
        return self.filter(Q(resident__in=numbers) | Q(resident=None, person__claimed__in=numbers))

    def with_people(self) -> "AppointmentQuerySet":
        """With what a list says of each, in the order of the hours."""
        return self.select_related("session", "person__priority_group", "resident").order_by("starts_at", "pk")

    def taken_by_hour(self) -> "AppointmentQuerySet":
        """Rows of `starts_at` and `taken`: how many places of each hour are taken."""
        return self.holding().order_by().values("starts_at").annotate(taken=Count("pk"))

    def by_hour(self) -> "AppointmentQuerySet":
        """In the order in which people are to come."""
        return self.order_by("starts_at", F("arrived_at").asc(nulls_last=True), "pk")


def _counted(*states: str) -> Count:
    return Count("appointments", filter=Q(appointments__state__in=states))
