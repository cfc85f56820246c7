"""The seven rows of the confirmation of vaccination: three basic doses, an additional one, three boosters.

The form is appendix 4 of Decision 3588/QĐ-BYT as replaced by Decision 43/QĐ-BYT of 7 January 2022. Which row a dose belongs
into is what the schedule says it is; a dose that satisfies none of its doses stands under the rows, and is not guessed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from residents.models import Resident
from vaccinations.engine.rules import Course, GivenDose, Person
from vaccinations.loading.schedules import schedule_terms
from vaccinations.models import Dose, Schedule, SeriesDose
from vaccinations.schedule import assess

SCHEDULE = "vn"
ROWS = {Course.BASIC: 3, Course.ADDITIONAL: 1, Course.BOOSTER: 3}


@dataclass(frozen=True)
class Row:
    """A line of the form: the kind of dose, its number of that kind, and the dose if it was given."""

    course: str
    number: int
    dose: Dose | None

    @property
    def label(self) -> str:
        return SeriesDose.Course(self.course).label


@dataclass(frozen=True)
class Confirmation:
    rows: list[Row]
    others: list[Dose]


def confirmation_of(resident: Resident, doses: Iterable[Dose], *, on: date) -> Confirmation:
    """Returns the form filled with the person's doses that count, and those that have no place in it."""
    counted = sorted(
        (dose for dose in doses if dose.is_valid), key=lambda dose: (dose.administered_on, dose.dose_number)
    )
    placed: dict[str, list[Dose]] = {course: [] for course in ROWS}
    others = []
    for dose, course in zip(counted, _courses(resident, counted, on), strict=True):
        if course in ROWS and len(placed[course]) < ROWS[course]:
            placed[course].append(dose)
        else:
            others.append(dose)
    return Confirmation(rows=list(_rows(placed)), others=others)


def _rows(placed: dict[str, list[Dose]]) -> Iterable[Row]:
    for course, size in ROWS.items():
        for index in range(size):
            yield Row(course, index + 1, placed[course][index] if index < len(placed[course]) else None)


def _courses(resident: Resident, doses: list[Dose], on: date) -> list[str]:
    """What each dose is to the person by the register's schedule; '' where it is nothing to it, or no schedule is loaded."""
    nothing = [""] * len(doses)
    try:
        schedule = schedule_terms(SCHEDULE)
    except Schedule.DoesNotExist:
        return nothing
    person = Person(born_on=resident.date_of_birth, sex=resident.sex)
    history = [GivenDose(product=dose.vaccine.code, given_on=dose.administered_on) for dose in doses]
    judged = assess(schedule=schedule, person=person, history=history, on=on)
    if judged is None:
        return nothing
    series = next(series for series in schedule.series if series.name == judged.series)
    courses = {target.number: target.course for target in series.doses}
    return [courses.get(verdict.number, "") for verdict in judged.verdicts]
