"""Invented people and histories for any schedule: ages and gaps lie on and around the bounds that its own rules name."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st

from vaccinations.engine.rules import GivenDose, Person, Schedule, Series
from vaccinations.engine.spans import Span

DAY = timedelta(days=1)
NEAR = st.sampled_from([-1, 0, 1])


@dataclass(frozen=True)
class History:
    person: Person
    doses: tuple[GivenDose, ...]
    on: date


def settled_day(schedule: Schedule) -> date:
    """A day after which no rule of the schedule begins or ends."""
    return max([date(2022, 1, 1), *schedule.turning_days]) + DAY


def histories(schedule: Schedule, *, since: date | None = None) -> st.SearchStrategy[History]:
    """Histories whose doses begin on that day, a settled one where none is named, judged on the day of the last or later."""
    begin = since or settled_day(schedule)

    @st.composite
    def drawn(draw: st.DrawFn) -> History:
        on, doses = begin, []
        born = born_at(begin, draw(st.sampled_from(ages_named(schedule)))) + draw(NEAR) * DAY
        for gap in draw(st.lists(st.sampled_from(_gaps(schedule)), max_size=5)):
            on = gap.after(on) + draw(NEAR) * DAY if doses else begin
            on = max([on, *(dose.given_on for dose in doses)])
            doses.append(GivenDose(product=draw(st.sampled_from(sorted(schedule.products))), given_on=on))
        observed = draw(st.sampled_from([(), *_observations(schedule)]))
        person = Person(born_on=born, sex=draw(st.sampled_from("FM")), observations=dict.fromkeys(observed))
        return History(person, tuple(doses), on + draw(st.sampled_from([0, 1, 20, 400])) * DAY)

    return drawn()


def series_of(schedule: Schedule, name: str) -> Series:
    return next(series for series in schedule.series if series.name == name)


def born_at(day: date, age: Span) -> date:
    """The birthday of somebody who is of that age on that day."""
    year, month = divmod(day.year * 12 + day.month - 1 - age.years * 12 - age.months, 12)
    return date(year, month + 1, min(day.day, 28)) - timedelta(days=age.days)


def ages_named(schedule: Schedule) -> list[Span]:
    """The ages at which some rule of the schedule begins or ends, and two of grown-ups."""
    bounds = {
        span
        for series in schedule.series
        for dose in series.doses
        for ages in dose.ages
        for span in (ages.absolute_minimum, ages.minimum, ages.maximum)
    }
    named = {span for span in bounds | set(schedule.turning_ages) if span and span.days >= 0}
    return sorted(named | {Span(years=30), Span(years=70)}, key=str)


def _gaps(schedule: Schedule) -> list[Span]:
    bounds = {
        span
        for series in schedule.series
        for dose in series.doses
        for interval in (*dose.intervals, *dose.allowable_intervals)
        for span in (interval.absolute_minimum, interval.minimum, interval.latest_recommended)
    }
    return sorted((bounds - {None}) | {Span(), Span(days=300)}, key=str)


def _observations(schedule: Schedule) -> list[tuple[str]]:
    indicated = {indication.observation for series in schedule.series for indication in series.indications}
    forbidding = {rule.observation for rule in schedule.contraindications}
    return [(code,) for code in sorted(indicated)[:2] + sorted(forbidding)[:3]]
