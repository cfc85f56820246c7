"""Where a person stands in the register's schedule: what each dose is worth, and which is due next. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from residents.birth import Birth
from residents.models import Resident
from vaccinations.engine.evaluation import DoseStatus, Reason, Verdict
from vaccinations.engine.forecast import Due
from vaccinations.engine.rules import GivenDose, Person
from vaccinations.models import MOST_DOSES, Dose, SeriesDose, Vaccine
from vaccinations.rulebook import Rulebook, rulebook
from vaccinations.schedule import Assessment, assess, next_change

Course = SeriesDose.Course
REASONS = {
    Reason.GRACE: _("early, within the days of grace"),
    Reason.TOO_YOUNG: _("below the age of the rule"),
    Reason.TOO_OLD: _("above the age of the rule"),
    Reason.TOO_SOON: _("too soon after the dose before"),
    Reason.INADVERTENT: _("a product given by mistake"),
    Reason.PRODUCT: _("a product that no rule of its day allows there"),
    Reason.SUBSTANDARD: _("expired, recalled or spoilt"),
    Reason.BEYOND: _("after the last dose of the schedule"),
}


@dataclass(frozen=True)
class NextDose:
    """The dose due next, under the number the register would give it; a day is None where no rule lays one down.

    `products` are codes of vaccines, those recommended first; none: the schedule lays none down. `is_due`: its day has come.
    """

    dose_number: int
    course: str
    earliest_on: date | None
    recommended_on: date | None
    past_due_on: date | None
    products: tuple[str, ...]
    is_due: bool = False

    @property
    def course_label(self) -> str:
        return Course(self.course).label if self.course else ""

    @cached_property
    def product_names(self) -> list[str]:
        """In the order of the products; one statement."""
        names = (
            dict(Vaccine.objects.filter(code__in=self.products).values_list("code", "name")) if self.products else {}
        )
        return [names[code] for code in self.products if code in names]


@dataclass(frozen=True)
class Standing:
    """A person on a day. Where no schedule is loaded, or none concerns the person, nothing is said."""

    status: str = ""
    completed_courses: tuple[str, ...] = ()
    next_dose: NextDose | None = None
    verdicts: tuple[tuple[Dose, Verdict], ...] = ()
    recheck_on: date | None = None

    @property
    def completed_labels(self) -> list[str]:
        return [Course(code).label for code in self.completed_courses]

    @property
    def uncounted(self) -> list[tuple[Dose, str]]:
        """The doses that do not count and would have to be given again, with why."""
        wanting = {DoseStatus.NOT_VALID, DoseStatus.SUBSTANDARD}
        return [(dose, reasons_text(verdict)) for dose, verdict in self.verdicts if verdict.status in wanting]


def reasons_text(verdict: Verdict) -> str:
    """Returns why a dose is worth what it is, in words."""
    return ", ".join(str(REASONS[reason]) for reason in verdict.reasons)


def standing_of(resident: Resident, doses: Iterable[Dose], on: date, rules: Rulebook | None = None) -> Standing:
    """Returns where the person stands on that day by these doses (their vaccines loaded), voided ones passed over."""
    schedule = (rules or rulebook()).schedule
    counted = sorted(
        (dose for dose in doses if dose.is_valid), key=lambda dose: (dose.administered_on, dose.dose_number)
    )
    history = [GivenDose(product=dose.vaccine.code, given_on=dose.administered_on) for dose in counted]
    facts = {"schedule": schedule, "history": history, "on": on}
    eldest, youngest = persons(resident.birth, resident.sex)
    judged = assess(person=eldest, **facts)
    if judged is None:
        return Standing()
    # A day on which the dose is sure to count must suit the youngest that the person can be.
    ahead = judged if eldest == youngest else assess(person=youngest, **facts)
    return Standing(
        status=judged.status,
        completed_courses=judged.completed_courses,
        next_dose=_next_dose(ahead, _next_number(counted), on),
        verdicts=tuple(zip(counted, judged.verdicts, strict=True)),
        recheck_on=next_change(person=youngest, **facts),
    )


def persons(birth: Birth, sex: str) -> tuple[Person, Person]:
    """Returns the person as old, and as young, as they can be; the same where the day of birth is known, or nothing is."""
    eldest = Person(born_on=birth.earliest, sex=sex)
    return eldest, replace(eldest, born_on=birth.latest)


def _next_number(doses: Sequence[Dose]) -> int:
    """The number after the highest recorded: a gap is for the clerk to fill, not for us to guess."""
    return min(max((dose.dose_number for dose in doses), default=0) + 1, MOST_DOSES)


def _next_dose(assessment: Assessment, number: int, on: date) -> NextDose | None:
    due = _first(assessment.openings) if assessment.openings else assessment.due
    if due is None:
        return None
    products = (*due.products, *due.others)
    if not due.is_laid_down:
        return NextDose(number, due.course, None, None, None, products)
    days = (due.earliest_on, due.recommended_on, due.past_due_on)
    return NextDose(number, due.course, *days, products, is_due=due.recommended_on <= on)


def _first(openings: tuple[Due, ...]) -> Due:
    """The first dose of whoever has none that counts: as soon as any series may begin, of whatever may begin it then."""
    dated = [due for due in openings if due.is_laid_down]
    first = min(dated or openings, key=lambda due: due.recommended_on)
    together = [due for due in openings if due.recommended_on <= first.recommended_on]
    products = dict.fromkeys(product for due in together for product in due.products)
    others = dict.fromkeys(product for due in together for product in due.others if product not in products)
    return replace(first, products=tuple(products), others=tuple(others))
