"""Screenings judged and kept. A dose is given after a conclusion that allows it, with consent; who decides otherwise says why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from residents.models import Resident
from vaccinations.models import Screening, Visit
from vaccinations.screening.checklists import PersonalChecklist, checklist_of
from vaccinations.screening.rules import ALLOWS_DOSE, Audience, Conclusion, Result, Vitals
from vaxreg import audit
from vaxreg.actors import Actor


@dataclass(frozen=True)
class Statement:
    """What the page's screening said. `conclusion` is empty where the computed one stands, `concluded` the one that the
    page showed when it was sent; `answers` holds only what was noted.
    """

    answers: Mapping[str, dict[str, str]] = field(default_factory=dict)
    vitals: Vitals = field(default_factory=Vitals)
    conclusion: str = ""
    reason: str = ""
    concluded: str = ""
    consent: str = ""
    guardian_name: str = ""
    guardian_phone: str = ""

    @property
    def is_silent(self) -> bool:
        """Whether nothing was noted but the consent."""
        return not (self.answers or self.vitals.measured or self.conclusion)


@dataclass(frozen=True)
class Judgement:
    """A statement, the checklist it answers, and what it comes to."""

    statement: Statement
    checklist: PersonalChecklist
    result: Result

    @property
    def conclusion(self) -> str:
        return self.statement.conclusion or self.result.conclusion

    @property
    def is_overridden(self) -> bool:
        return self.conclusion != self.result.conclusion


class ScreeningError(Exception):
    """The screening does not allow what was to be recorded; `message` says what to do, at `field` of the form."""

    message = ""
    field: str | None = None


class LookAgainError(ScreeningError):
    """The conclusion asks for care, and the page had not shown it yet."""

    message = _("Look at the conclusion of the screening. If the dose is given all the same, press Enter again.")


class NotEligibleError(ScreeningError):
    message = _("By this screening no dose is given now. Record that, or choose another conclusion and say why.")
    field = "conclusion"


class ReasonMissingError(ScreeningError):
    message = _("Say why the conclusion is another one than computed.")
    field = "override_reason"


class ConsentMissingError(ScreeningError):
    message = _("Note whether the person, or the guardian, agrees.")
    field = "consent"


class ConsentRefusedError(ScreeningError):
    message = _("Without consent no dose is given. Record that no dose is given, or change the consent.")
    field = "consent"


class GuardianMissingError(ScreeningError):
    message = _("For somebody under 18, enter the name and phone of the parent or guardian who agrees.")
    field = "guardian_name"


def judge(*, resident: Resident, statement: Statement, on: date) -> Judgement:
    """Returns what the statement comes to by the checklist in force on that day."""
    checklist = checklist_of(resident, on=on)
    return Judgement(statement, checklist, checklist.conclude(dict(statement.answers), statement.vitals))


def clear_for_dose(judged: Judgement, *, earlier: Screening | None = None) -> None:
    """Returns when the screening allows a dose: this one, or an earlier one of the visit where this one is silent.

    Raises one of the ScreeningErrors.
    """
    _refuse_unreasoned(judged)
    if earlier is not None and judged.statement.is_silent:
        if not earlier.allows_dose:
            raise NotEligibleError
    elif judged.conclusion not in ALLOWS_DOSE:
        raise NotEligibleError
    elif judged.conclusion == Conclusion.CAUTION and not _was_seen(judged):
        raise LookAgainError
    _refuse_without_consent(judged)


@transaction.atomic
def keep(*, by: Actor, visit: Visit, judged: Judgement) -> Screening:
    """Returns the screening, kept with its visit."""
    _refuse_unreasoned(judged)
    said = judged.statement
    screening = Screening.objects.create(
        resident=visit.resident_id,
        visit=visit,
        audience=judged.checklist.audience or Audience.ADULT,
        documents=judged.checklist.documents,
        answers=dict(said.answers),
        **said.vitals.measured,
        usual_systolic=said.vitals.usual_systolic,
        computed=judged.result.conclusion,
        conclusion=judged.conclusion,
        override_reason=said.reason if judged.is_overridden else "",
        consent=said.consent,
        guardian_name=said.guardian_name,
        guardian_phone=said.guardian_phone,
        screened_by=by.user,
    )
    audit.record(
        by=by, action="screening.kept", subject=screening, resident=visit.resident_id, changes=_summary(screening)
    )
    return screening


def latest_screening(visit: Visit | None) -> Screening | None:
    """Returns what counts of the visit's screenings, with who recorded it."""
    if visit is None:
        return None
    rows = Screening.objects.filter(resident=visit.resident_id, visit=visit)
    return rows.select_related("screened_by").order_by("-pk").first()


def _refuse_unreasoned(judged: Judgement) -> None:
    if judged.is_overridden and not judged.statement.reason:
        raise ReasonMissingError


def _was_seen(judged: Judgement) -> bool:
    """Whether the page showed this conclusion before; who chose it themselves has seen it."""
    return judged.is_overridden or judged.statement.concluded == judged.conclusion


def _refuse_without_consent(judged: Judgement) -> None:
    said = judged.statement
    if said.consent == Screening.Consent.REFUSED:
        raise ConsentRefusedError
    if not said.consent:
        raise ConsentMissingError
    if judged.checklist.is_of_child and not (said.guardian_name and said.guardian_phone):
        raise GuardianMissingError


def _summary(screening: Screening) -> dict[str, Any]:
    """What the audit trail says: the conclusion and how it came about; the answers themselves stay with the screening."""
    return {
        "conclusion": [screening.computed, screening.conclusion],
        "consent": screening.consent,
        "override_reason": screening.override_reason,
    }
