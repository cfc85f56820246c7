"""What is unusual about a dose that is to be recorded: each warning needs a reason, none is a block. Pure.

Real doses break rules: OpenMRS had to take its block back (openmrs-esm-patient-chart #3265). What is not known warns of
nothing; `unknowns` says what could not be checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.birth import Birth, Precision
from vaccinations.schedule import Rule

RECENT = timedelta(minutes=30)


class Code(StrEnum):
    """Kept with the dose (Dose.warnings, 20 characters)."""

    SAME_DAY = "same-day"
    RECENT = "recent"
    TOO_EARLY = "too-early"
    BELOW_AGE = "below-age"
    OTHER_PRODUCT = "other-product"
    LOT_EXPIRED = "lot-expired"
    NUMBER_GAP = "number-gap"
    OUT_OF_ORDER = "out-of-order"


@dataclass(frozen=True)
class DoseWarning:
    code: Code
    message: str


@dataclass(frozen=True)
class Given:
    """A dose that counts in the person's history; `typed_at` is when a desk recorded it, None for an import."""

    dose_number: int
    product: str
    administered_on: date
    typed_at: datetime | None


@dataclass(frozen=True)
class Candidate:
    """The dose that is to be recorded; `product` is empty while no lot is chosen."""

    dose_number: int
    product: str
    administered_on: date
    lot_expires_on: date | None = None


def warnings_of(
    *, candidate: Candidate, history: Sequence[Given], rule: Rule | None, birth: Birth, now: datetime | None
) -> list[DoseWarning]:
    """Returns what is unusual about the candidate, the gravest first.

    `rule` is the rule of the candidate's vaccine in force on its day; `history` holds the doses that count, in any order.
    `now` is None where nobody sits at a desk who could press a key twice (an import writes a person's doses at once).
    """
    return [
        *_same_day(candidate, history),
        *_recent(history, now),
        *_number_gap(candidate, history),
        *_out_of_order(candidate, history),
        *_too_early(candidate, history, rule),
        *_below_age(candidate, rule, birth),
        *_other_product(candidate, history),
        *_lot_expired(candidate),
    ]


def unknowns(*, candidate: Candidate, history: Sequence[Given], rule: Rule | None, birth: Birth) -> list[str]:
    """Returns a sentence for each thing that could not be checked for want of a fact or a rule."""
    sentences = []
    if birth.earliest is None:
        sentences.append(_("Age not checked: the date of birth is not known."))
    if rule is None:
        if candidate.product:
            sentences.append(_("Age and interval not checked: no rule is kept for this vaccine on this day."))
        return sentences
    if rule.minimum_age_years is None and birth.earliest is not None:
        sentences.append(_("Age not checked: the rule in force names no minimum age."))
    if _may_be_below_age(candidate, rule, birth):
        sentences.append(
            _("Age not certain: only the year of birth is known.")
            if birth.precision == Precision.YEAR
            else _("Age not certain: only the month of birth is known.")
        )
    if candidate.dose_number > rule.doses_in_course:
        sentences.append(_("This dose comes after the course: no rule is kept for additional and booster doses."))
    elif rule.minimum_interval_days is None and history:
        sentences.append(_("Interval not checked: the rule in force names none."))
    return sentences


def _same_day(candidate: Candidate, history: Sequence[Given]) -> list[DoseWarning]:
    return [
        DoseWarning(
            Code.SAME_DAY,
            _("Dose %(number)d, %(product)s, was given on the same day.")
            % {"number": given.dose_number, "product": given.product},
        )
        for given in history
        if given.administered_on == candidate.administered_on
    ][:1]


def _recent(history: Sequence[Given], now: datetime | None) -> list[DoseWarning]:
    typed = [given for given in history if given.typed_at]
    latest = max(typed, key=lambda given: given.typed_at, default=None)
    if latest is None or now is None or now - latest.typed_at > RECENT:
        return []
    minutes = max(0, int((now - latest.typed_at).total_seconds()) // 60)
    sentence = ngettext(
        "Dose %(number)d was recorded %(minutes)d minute ago. Is this another dose?",
        "Dose %(number)d was recorded %(minutes)d minutes ago. Is this another dose?",
        minutes,
    )
    return [DoseWarning(Code.RECENT, sentence % {"number": latest.dose_number, "minutes": minutes})]


def _number_gap(candidate: Candidate, history: Sequence[Given]) -> list[DoseWarning]:
    recorded = {given.dose_number for given in history}
    missing = [number for number in range(1, candidate.dose_number) if number not in recorded]
    if not missing:
        return []
    sentence = ngettext("Dose %(missing)s is not recorded.", "Doses %(missing)s are not recorded.", len(missing))
    return [DoseWarning(Code.NUMBER_GAP, sentence % {"missing": ", ".join(map(str, missing))})]


def _out_of_order(candidate: Candidate, history: Sequence[Given]) -> list[DoseWarning]:
    for given in history:
        earlier_number = candidate.dose_number < given.dose_number
        if earlier_number == (candidate.administered_on > given.administered_on) and (
            candidate.administered_on != given.administered_on
        ):
            facts = {"number": given.dose_number, "day": given.administered_on.strftime("%d/%m/%Y")}
            return [
                DoseWarning(Code.OUT_OF_ORDER, _("Its number and day contradict dose %(number)d of %(day)s.") % facts)
            ]
    return []


def _too_early(candidate: Candidate, history: Sequence[Given], rule: Rule | None) -> list[DoseWarning]:
    """The interval counts to the nearest dose before or after: a dose typed in late may lie before a recorded one."""
    if rule is None or rule.minimum_interval_days is None:
        return []
    apart = [(abs((candidate.administered_on - given.administered_on).days), given.dose_number) for given in history]
    days, number = min([pair for pair in apart if pair[0]], default=(None, None))
    if days is None or days >= rule.minimum_interval_days:
        return []
    sentence = ngettext(
        "Too early: %(days)d day from dose %(number)d, the rule says at least %(minimum)d.",
        "Too early: %(days)d days from dose %(number)d, the rule says at least %(minimum)d.",
        days,
    )
    return [
        DoseWarning(Code.TOO_EARLY, sentence % {"days": days, "number": number, "minimum": rule.minimum_interval_days})
    ]


def _below_age(candidate: Candidate, rule: Rule | None, birth: Birth) -> list[DoseWarning]:
    age = birth.age_on(candidate.administered_on)
    if rule is None or rule.minimum_age_years is None or age is None or age >= rule.minimum_age_years:
        return []
    sentence = _("Below age: %(age)d years on that day, the rule says from %(minimum)d.")
    return [DoseWarning(Code.BELOW_AGE, sentence % {"age": age, "minimum": rule.minimum_age_years})]


def _may_be_below_age(candidate: Candidate, rule: Rule, birth: Birth) -> bool:
    """Whether the rule's age lies between the greatest and the least that the person can be."""
    least, greatest = birth.least_age_on(candidate.administered_on), birth.age_on(candidate.administered_on)
    if rule.minimum_age_years is None or least is None:
        return False
    return least < rule.minimum_age_years <= greatest


def _other_product(candidate: Candidate, history: Sequence[Given]) -> list[DoseWarning]:
    before = max(history, key=lambda given: given.administered_on, default=None)
    if before is None or not candidate.product or before.product == candidate.product:
        return []
    sentence = _("Another product: dose %(number)d was %(product)s.")
    return [DoseWarning(Code.OTHER_PRODUCT, sentence % {"number": before.dose_number, "product": before.product})]


def _lot_expired(candidate: Candidate) -> list[DoseWarning]:
    expiry = candidate.lot_expires_on
    if expiry is None or candidate.administered_on <= expiry:
        return []
    return [DoseWarning(Code.LOT_EXPIRED, _("The lot expired on %(day)s.") % {"day": expiry.strftime("%d/%m/%Y")})]
