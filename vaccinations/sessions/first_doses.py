"""From what age a first dose of a vaccine counts, by the schedule: for people of whom no dose is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from vaccinations.engine.rules import Kind
from vaccinations.engine.rules import Schedule as Rules
from vaccinations.engine.spans import Span
from vaccinations.loading.schedules import VIETNAM, schedule_terms
from vaccinations.models import Schedule, Vaccine

DAY = timedelta(days=1)


@dataclass(frozen=True)
class FirstDoses:
    """`born_by` is the last day of birth at which a first dose counts; `unruled` vaccines have no minimum age laid down.

    With a vaccine without a rule nobody can say who is too young: `born_by` is None then, and somebody has to choose ages.
    """

    born_by: date | None
    unruled: tuple[Vaccine, ...] = ()


def first_doses(vaccines: Iterable[Vaccine], on: date) -> FirstDoses:
    """Returns who is old enough on that day for a first dose of one of the vaccines. Nine statements at most."""
    vaccines = list(vaccines)
    try:
        rules = schedule_terms(VIETNAM)
    except Schedule.DoesNotExist:
        return FirstDoses(None, tuple(vaccines))
    births = {vaccine: born_by(rules, vaccine.code, on) for vaccine in vaccines}
    unruled = tuple(vaccine for vaccine, day in births.items() if day is None)
    return FirstDoses(None if unruled else max(births.values(), default=None), unruled)


def born_by(rules: Rules, product: str, on: date) -> date | None:
    """Returns the last day of birth at which a first dose of the product counts on that day; None: not laid down."""
    firsts = [series.doses[0] for series in rules.series if series.kind == Kind.STANDARD and series.doses]
    offered = [dose for dose in firsts if any(use.product == product and use.holds(on) for use in dose.preferable)]
    minima = [dose.ages_on(on).minimum for dose in offered]
    return max(latest_birth(span, on) for span in minima) if minima and all(minima) else None


def latest_birth(age: Span, on: date) -> date:
    """Returns the last day of birth of those who have reached the age by that day."""
    day = on.replace(year=on.year - age.years, day=1)
    while age.after(day + DAY) <= on:
        day += DAY
    while age.after(day) > on:
        day -= DAY
    return day
