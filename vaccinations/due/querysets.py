"""Which rows: the QuerySet of doses due."""

from datetime import date

from django.db import models
from django.db.models import Q

from residents.models import Resident


class DueDoseQuerySet(models.QuerySet):
    def due(self) -> "DueDoseQuerySet":
        """Those of whom a dose is missing."""
        return self.filter(dose_number__isnull=False)

    def at(self, facility: models.Model) -> "DueDoseQuerySet":
        """Those whose last dose was given there."""
        return self.filter(facility=facility)

    def taking(self, product: str) -> "DueDoseQuerySet":
        """Those for whom that product would count, and those for whom the schedule lays none down."""
        return self.filter(Q(products__contains=[product]) | Q(products=[]))

    def aged(self, least: int | None, most: int | None, on: date) -> "DueDoseQuerySet":
        """Those who are of these ages in years on that day, counted from the earliest day they can have been born."""
        people = Resident.objects.all()
        if least is not None:
            people = people.filter(date_of_birth__lte=_years_before(on, least))
        if most is not None:
            people = people.filter(date_of_birth__gt=_years_before(on, most + 1))
        if least is None and most is None:
            return self
        return self.filter(resident__in=people.values("pk"))

    def page(self, after: tuple[date | None, int] | None, size: int) -> tuple[list[models.Model], bool]:
        """The page that follows the place, by the day recommended and then by the row; and whether one follows it."""
        found = list(self._beyond(after, "gt").order_by("recommended_on", "id")[: size + 1])
        return found[:size], len(found) > size

    def page_before(self, before: tuple[date | None, int], size: int) -> tuple[list[models.Model], bool]:
        """The page that the place follows, in the same order; and whether one comes before it."""
        found = list(self._beyond(before, "lt").order_by("-recommended_on", "-id")[: size + 1])
        return found[:size][::-1], len(found) > size

    def _beyond(self, place: tuple[date | None, int] | None, side: str) -> "DueDoseQuerySet":
        if place is None:
            return self
        on, pk = place
        if on is None:
            return self.filter(**{f"id__{side}": pk})
        return self.filter(Q(**{f"recommended_on__{side}": on}) | Q(recommended_on=on, **{f"id__{side}": pk}))


def _years_before(day: date, years: int) -> date:
    """The latest birthday of somebody who is that many years old; 28 February for one of 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
