"""What the schedule has to say against a dose that is to be recorded, in sentences. Pure.

The dose is tried in the engine beside the person's others (`schedule.attempt`), by the rules in force on its day.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from residents.birth import Birth, Precision
from vaccinations.doses.warnings import (
    Candidate,
    Code,
    DoseWarning,
    Findings,
    Given,
    lot_warnings,
    register_warnings,
    session_warnings,
)
from vaccinations.engine.evaluation import Reason, Shortfall
from vaccinations.engine.rules import GivenDose, Person, Schedule
from vaccinations.engine.spans import Span
from vaccinations.schedule import Attempt, attempt


def examine(
    *,
    candidate: Candidate,
    history: Sequence[Given],
    schedule: Schedule,
    birth: Birth,
    now: datetime | None,
    today: date,
) -> Findings:
    """Returns all that is unusual about the candidate, the gravest first, and what could not be checked."""
    findings = _by_the_rules(candidate, history, schedule, birth)
    return Findings(
        warnings=[
            *register_warnings(candidate, history, now, today),
            *findings.warnings,
            *lot_warnings(candidate),
            *session_warnings(candidate),
        ],
        unknowns=findings.unknowns,
    )


def _by_the_rules(candidate: Candidate, history: Sequence[Given], schedule: Schedule, birth: Birth) -> Findings:
    unborn = [] if birth.earliest else [_("Age not checked: the date of birth is not known.")]
    if not candidate.product:
        return Findings(unknowns=unborn)
    if candidate.product not in schedule.products:
        sentence = _("Age, interval and product not checked: the schedule has no rule for this vaccine.")
        return Findings(unknowns=[*unborn, sentence])
    found = _attempt(candidate, history, schedule, birth.earliest)
    warnings = [
        *_too_early(found, candidate, history),
        *_wrong_age(found, candidate, birth),
        *_other_product(found, candidate, history),
    ]
    uncertain = _uncertain_age(found, candidate, history, schedule, birth)
    unknowns = [*unborn, *uncertain, *_not_laid_down(found, candidate, history, birth), *_unheard_of(history, schedule)]
    return Findings(warnings, unknowns)


def _attempt(candidate: Candidate, history: Sequence[Given], schedule: Schedule, born_on: date | None) -> Attempt:
    doses = [GivenDose(product=given.product, given_on=given.administered_on) for given in history]
    dose = GivenDose(product=candidate.product, given_on=candidate.administered_on)
    return attempt(schedule=schedule, person=Person(born_on=born_on), history=doses, dose=dose)


def _too_early(found: Attempt, candidate: Candidate, history: Sequence[Given]) -> list[DoseWarning]:
    """Below the absolute minimum the dose does not count; from there to the minimum it does, as in the days of grace."""
    if Reason.TOO_SOON in found.verdict.reasons:
        late = max(found.shortfalls, key=lambda shortfall: shortfall.counts_from)
        sentence = _("Too early: %(days)s after %(what)s. It counts from %(day)s (%(span)s).")
        facts = _interval_facts(late, candidate, history, late.counts_from, late.interval.absolute_minimum)
        return [DoseWarning(Code.TOO_EARLY, sentence % facts)]
    if found.spoilt:
        return [DoseWarning(Code.TOO_EARLY, _spoilt_sentence(found.spoilt[0], candidate, history))]
    if Reason.GRACE in found.verdict.reasons and found.shortfalls:
        late = max(found.shortfalls, key=lambda shortfall: shortfall.in_time_from)
        sentence = _("Early: %(days)s after %(what)s. It counts, but the rule says from %(day)s (%(span)s).")
        facts = _interval_facts(late, candidate, history, late.in_time_from, late.interval.minimum)
        return [DoseWarning(Code.GRACE, sentence % facts)]
    if Reason.GRACE in found.verdict.reasons:
        minimum = found.target.ages_on(candidate.administered_on).minimum
        sentence = _("Early: the rule says from %(age)s. The dose counts all the same.")
        return [DoseWarning(Code.GRACE, sentence % {"age": age_text(minimum)})]
    return []


def _interval_facts(
    late: Shortfall, candidate: Candidate, history: Sequence[Given], from_day: date, span: Span | None
) -> dict[str, str]:
    return {
        "days": days_text((candidate.administered_on - late.since).days),
        "what": _named(late.since, history),
        "day": _written(from_day),
        "span": span_text(span),
    }


def _spoilt_sentence(dose: GivenDose, candidate: Candidate, history: Sequence[Given]) -> str:
    days = days_text((dose.given_on - candidate.administered_on).days)
    facts = {"days": days, "what": _named(dose.given_on, history)}
    return _("Too early: %(what)s was given %(days)s later, and would not count after this one.") % facts


def _wrong_age(found: Attempt, candidate: Candidate, birth: Birth) -> list[DoseWarning]:
    age, reasons = birth.age_on(candidate.administered_on), found.verdict.reasons
    ages = found.target.ages_on(candidate.administered_on) if found.target else None
    if Reason.TOO_YOUNG in reasons and ages.absolute_minimum:
        sentence = _("Below age: %(age)d years on that day, the rule says from %(minimum)s.")
        facts = {"age": age, "minimum": age_text(ages.absolute_minimum)}
        return [DoseWarning(Code.BELOW_AGE, sentence % facts)]
    if Reason.TOO_OLD in reasons:
        sentence = _("Above age: %(age)d years on that day, the rule says below %(maximum)s.")
        return [DoseWarning(Code.ABOVE_AGE, sentence % {"age": age, "maximum": age_text(ages.maximum)})]
    return []


def _other_product(found: Attempt, candidate: Candidate, history: Sequence[Given]) -> list[DoseWarning]:
    if {Reason.PRODUCT, Reason.INADVERTENT}.isdisjoint(found.verdict.reasons):
        return []
    before = [given for given in history if given.administered_on <= candidate.administered_on]
    last = max(before, key=lambda given: given.administered_on, default=None)
    if last is None or not found.has_valid_before:
        sentence = _("%(product)s: no rule in force on that day allows it for this dose.")
        return [DoseWarning(Code.OTHER_PRODUCT, sentence % {"product": candidate.product_name})]
    sentence = _("Another product: %(product)s may not follow dose %(number)d, %(last)s, by the rules of that day.")
    facts = {"product": candidate.product_name, "number": last.dose_number, "last": last.product_name}
    return [DoseWarning(Code.OTHER_PRODUCT, sentence % facts)]


def _uncertain_age(
    found: Attempt, candidate: Candidate, history: Sequence[Given], schedule: Schedule, birth: Birth
) -> list[str]:
    """Where only the year or month of birth is known, a person may or may not have reached the age."""
    if birth.precision in {Precision.DAY, Precision.UNKNOWN} or Reason.TOO_YOUNG in found.verdict.reasons:
        return []
    at_least = _attempt(candidate, history, schedule, birth.latest)
    if Reason.TOO_YOUNG not in at_least.verdict.reasons:
        return []
    if birth.precision == Precision.YEAR:
        return [_("Age not certain: only the year of birth is known.")]
    return [_("Age not certain: only the month of birth is known.")]


def _not_laid_down(found: Attempt, candidate: Candidate, history: Sequence[Given], birth: Birth) -> Iterator[str]:
    target, on = found.target, candidate.administered_on
    if target is None:
        yield _("This dose comes after the last one of the schedule: no rule is kept for it.")
        return
    if birth.earliest and target.ages_on(on).absolute_minimum is None:
        yield _("Age not checked: the rule in force names no minimum age.")
    if any(given.administered_on <= on for given in history) and not target.intervals_on(on) and target.number > 1:
        yield _("Interval not checked: the rule in force names none.")
    if not (target.preferable or target.allowable):
        yield _("Product not checked: the rule in force names none for this dose.")


def _unheard_of(history: Sequence[Given], schedule: Schedule) -> Iterator[str]:
    """What stands in the register and not in the schedule is no basis for a second dose."""
    for given in history:
        if given.product not in schedule.products:
            facts = {"number": given.dose_number, "product": given.product_name}
            yield _("Dose %(number)d is not counted: the schedule has no rule for %(product)s.") % facts


def _named(day: date, history: Sequence[Given]) -> str:
    given = next((given for given in history if given.administered_on == day), None)
    if given is None:
        return _written(day)
    return _("dose %(number)d of %(day)s") % {"number": given.dose_number, "day": _written(day)}


def days_text(days: int) -> str:
    """Returns a number of days in words."""
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def span_text(span: Span | None) -> str:
    """Returns a length of time in words: 18 years, 3 months, 42 days."""
    if span is None:
        return days_text(0)
    parts = [
        ngettext("%(n)d year", "%(n)d years", span.years) % {"n": span.years} if span.years else "",
        ngettext("%(n)d month", "%(n)d months", span.months) % {"n": span.months} if span.months else "",
        days_text(span.days) if span.days or not (span.years or span.months) else "",
    ]
    return " ".join(filter(None, parts))


def age_text(age: Span) -> str:
    """Returns an age in words; whole years have a word of their own in Vietnamese."""
    if age.months or age.days:
        return span_text(age)
    return npgettext("age", "%(n)d year", "%(n)d years", age.years) % {"n": age.years}


def _written(day: date) -> str:
    return day.strftime("%d/%m/%Y")
