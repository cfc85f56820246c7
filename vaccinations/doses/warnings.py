"""What is unusual about a dose that is to be recorded: each warning needs a reason, none is a block. Pure.

Real doses break rules: OpenMRS had to take its block back (openmrs-esm-patient-chart #3265). What is not known warns of
nothing; `Findings.unknowns` says what could not be checked. What the schedule says of a dose is in rule_warnings.py.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

RECENT = timedelta(minutes=30)
MOST_DOSES = 20


class Code(StrEnum):
    """Kept with the dose (Dose.warnings, 20 characters)."""

    NUMBER_TAKEN = "number-taken"
    SAME_DAY = "same-day"
    RECENT = "recent"
    FUTURE = "future"
    NUMBER_GAP = "number-gap"
    OUT_OF_ORDER = "out-of-order"
    TOO_EARLY = "too-early"
    GRACE = "grace"
    BELOW_AGE = "below-age"
    ABOVE_AGE = "above-age"
    OTHER_PRODUCT = "other-product"
    LOT_EXPIRED = "lot-expired"
    LOT_RECALLED = "lot-recalled"
    LOT_ELSEWHERE = "lot-elsewhere"
    LOT_OTHER_VACCINE = "lot-other-vaccine"
    NOT_IN_SESSION = "not-in-session"


@dataclass(frozen=True)
class DoseWarning:
    code: Code
    message: str


@dataclass(frozen=True)
class Findings:
    """What is unusual, the gravest first, and a sentence for each thing that could not be checked."""

    warnings: list[DoseWarning] = field(default_factory=list)
    unknowns: list[str] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        return [warning.code.value for warning in self.warnings]


@dataclass(frozen=True)
class Given:
    """A dose that counts in the person's history; `typed_at` is when a desk recorded it, None for an import."""

    dose_number: int
    product: str
    product_name: str
    administered_on: date
    typed_at: datetime | None = None


@dataclass(frozen=True)
class Candidate:
    """The dose that is to be recorded; the product is empty while none is chosen.

    `lot_faults` are the codes (LOT_…) of what is wrong with the lot, found by whoever keeps the lots; `lot_expires_on` is
    the day that the warning names. `session_vaccines` are the names of what the session gives where it does not give this
    product; empty where it does, and where no session is held.
    """

    dose_number: int
    administered_on: date
    product: str = ""
    product_name: str = ""
    lot_expires_on: date | None = None
    lot_faults: frozenset[str] = frozenset()
    session_vaccines: tuple[str, ...] = ()


def register_warnings(
    candidate: Candidate, history: Sequence[Given], now: datetime | None, today: date
) -> list[DoseWarning]:
    """Returns what is unusual beside the person's other doses, whatever the schedule says.

    `history` holds the doses that count, in any order. `now` is None where nobody sits at a desk who could press a key
    twice (an import writes a person's doses at once).
    """
    return [
        *_number_taken(candidate, history),
        *_same_day(candidate, history),
        *_recent(history, now),
        *_future(candidate, today),
        *_number_gap(candidate, history),
        *_out_of_order(candidate, history),
    ]


def lot_warnings(candidate: Candidate) -> list[DoseWarning]:
    """Returns what is unusual about the lot."""
    sentences = _lot_sentences(candidate)
    return [DoseWarning(code, sentence) for code, sentence in sentences if code in candidate.lot_faults]


def session_warnings(candidate: Candidate) -> list[DoseWarning]:
    """Returns the question that a product raises which the session does not give: a fridge holds more than one."""
    if not candidate.session_vaccines:
        return []
    sentence = _("%(product)s is not given at this session, but %(vaccines)s.")
    facts = {"product": candidate.product_name, "vaccines": ", ".join(candidate.session_vaccines)}
    return [DoseWarning(Code.NOT_IN_SESSION, sentence % facts)]


def proposed_number(history: Collection[Given], on: date) -> int:
    """Returns the free number that fits a dose of that day: smaller ones are of days before it, greater ones of days after."""
    taken = {given.dose_number: given.administered_on for given in history}
    for number in range(1, MOST_DOSES + 1):
        before = all(day <= on for other, day in taken.items() if other < number)
        after = all(on <= day for other, day in taken.items() if other > number)
        if number not in taken and before and after:
            return number
    return min(max(taken, default=0) + 1, MOST_DOSES)


def taken_sentence(given: Given, proposed: int) -> str:
    """Returns the question that a number recorded already raises: a second dose is often typed as the first."""
    facts = {"number": given.dose_number, "day": _written(given.administered_on), "proposed": proposed}
    return _("Dose %(number)d of %(day)s is recorded already. Is this dose %(proposed)d?") % facts


def _number_taken(candidate: Candidate, history: Sequence[Given]) -> list[DoseWarning]:
    proposed = proposed_number(history, candidate.administered_on)
    return [
        DoseWarning(Code.NUMBER_TAKEN, taken_sentence(given, proposed))
        for given in history
        if given.dose_number == candidate.dose_number
    ][:1]


def _same_day(candidate: Candidate, history: Sequence[Given]) -> list[DoseWarning]:
    return [
        DoseWarning(
            Code.SAME_DAY,
            _("Dose %(number)d, %(product)s, was given on the same day.")
            % {"number": given.dose_number, "product": given.product_name},
        )
        for given in history
        if given.administered_on == candidate.administered_on
    ][:1]


def _recent(history: Sequence[Given], now: datetime | None) -> list[DoseWarning]:
    typed = [given for given in history if given.typed_at]
    latest = max(typed, key=lambda given: given.typed_at, default=None)
    if latest is None or now is None or now - latest.typed_at > RECENT:
        return []
    minutes = max(1, int((now - latest.typed_at).total_seconds()) // 60)
    sentence = ngettext(
        "Dose %(number)d was recorded %(minutes)d minute ago. Is this another dose?",
        "Dose %(number)d was recorded %(minutes)d minutes ago. Is this another dose?",
        minutes,
    )
    return [DoseWarning(Code.RECENT, sentence % {"number": latest.dose_number, "minutes": minutes})]


def _future(candidate: Candidate, today: date) -> list[DoseWarning]:
    if candidate.administered_on <= today:
        return []
    return [DoseWarning(Code.FUTURE, _("This day lies in the future: record the dose when it has been given."))]


def _number_gap(candidate: Candidate, history: Sequence[Given]) -> list[DoseWarning]:
    recorded = {given.dose_number for given in history}
    missing = [number for number in range(1, candidate.dose_number) if number not in recorded]
    if not missing:
        return []
    sentence = ngettext("Dose %(missing)s is not recorded.", "Doses %(missing)s are not recorded.", len(missing))
    return [DoseWarning(Code.NUMBER_GAP, sentence % {"missing": ", ".join(map(str, missing))})]


def _out_of_order(candidate: Candidate, history: Sequence[Given]) -> list[DoseWarning]:
    for given in history:
        if given.dose_number == candidate.dose_number or given.administered_on == candidate.administered_on:
            continue
        if (candidate.dose_number < given.dose_number) == (candidate.administered_on > given.administered_on):
            facts = {"number": given.dose_number, "day": _written(given.administered_on)}
            return [
                DoseWarning(Code.OUT_OF_ORDER, _("Its number and day contradict dose %(number)d of %(day)s.") % facts)
            ]
    return []


def _lot_sentences(candidate: Candidate) -> list[tuple[Code, str]]:
    expiry = candidate.lot_expires_on
    return [
        (Code.LOT_EXPIRED, _("The lot expired on %(day)s.") % {"day": expiry and _written(expiry)}),
        (Code.LOT_RECALLED, _("The lot is recalled: it must not be used.")),
        (Code.LOT_OTHER_VACCINE, _("This lot belongs to another vaccine.")),
        (Code.LOT_ELSEWHERE, _("This facility has not received this lot.")),
    ]


def _written(day: date) -> str:
    return day.strftime("%d/%m/%Y")
