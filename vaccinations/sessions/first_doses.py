"""From what age a first dose of a vaccine counts, by the register's own forecast: for people of whom no dose is known.

What is due for people of the registry is read from DueDose. Who registered without being in it has no row there, and a session
chooses among many of them at once: so the forecast is asked once for each age at which it may come out otherwise.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from vaccinations.engine.rules import Person
from vaccinations.engine.rules import Schedule as Rules
from vaccinations.engine.spans import Span
from vaccinations.models import Vaccine
from vaccinations.rulebook import rulebook
from vaccinations.schedule import assess

DAY = timedelta(days=1)


@dataclass(frozen=True)
class FirstDoses:
    """`born_by` is the last day of birth at which a first dose counts; `unruled` vaccines have no minimum age laid down.

    With a vaccine without a rule nobody can say who is too young: `born_by` is None then, and somebody has to choose ages.
    """

    born_by: date | None
    unruled: tuple[Vaccine, ...] = ()


def first_doses(vaccines: Iterable[Vaccine], on: date) -> FirstDoses:
    """Returns who is old enough on that day for a first dose of one of the vaccines. Two statements, once rules are read."""
    vaccines = list(vaccines)
    births = births_of_first_doses(rulebook().schedule, {vaccine.code for vaccine in vaccines}, on)
    unruled = tuple(vaccine for vaccine in vaccines if vaccine.code not in births)
    return FirstDoses(None if unruled else max(births.values(), default=None), unruled)


def births_of_first_doses(rules: Rules, products: Collection[str], on: date) -> dict[str, date]:
    """Returns for each product the last day of birth at which a first dose counts that day, where one is laid down. Pure."""
    found: dict[str, date] = {}
    minima = {series.doses[0].ages_on(on).minimum for series in rules.series if series.doses} - {None}
    for birth in sorted({latest_birth(age, on) for age in {*minima, *rules.turning_ages}}, reverse=True):
        for product in startable(rules, birth, on) & (set(products) - found.keys()):
            found[product] = birth
    return found


def startable(rules: Rules, birth: date, on: date) -> set[str]:
    """Returns the products with which somebody born that day may begin on the other: their first dose counts then."""
    judged = assess(schedule=rules, person=Person(born_on=birth), history=(), on=on)
    due = (
        [opening for opening in judged.openings if opening.is_laid_down and opening.earliest_on <= on] if judged else []
    )
    return {product for opening in due for product in (*opening.products, *opening.others)}


def latest_birth(age: Span, on: date) -> date:
    """Returns the last day of birth of those who have reached the age by that day."""
    day = on.replace(year=on.year - age.years, day=1)
    while age.after(day + DAY) <= on:
        day += DAY
    while age.after(day) > on:
        day -= DAY
    return day
