"""Who may pass: a pure function of facts. First the strictest outcome, and every reason that spoke.

The rules here are the ones every checkpoint starts with; they take no view on vaccination, which the law changed weekly.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Verdict(TextChoices):
    PASS = "PASS", _("PASS")
    CHECK = "CHECK", _("CHECK")
    STOP = "STOP", _("STOP")


STRICTNESS = {Verdict.STOP: 0, Verdict.CHECK: 1, Verdict.PASS: 2}


@dataclass(frozen=True)
class Facts:
    """What the desk knows of one person at one moment; unknown facts are None or empty, never a guess."""

    at: datetime
    is_registered: bool
    declared_until: datetime | None = None
    symptoms: tuple[str, ...] = ()
    had_contact: bool = False
    # Which facts differ between card, declaration and registry: "name", "birth", "sex".
    disagreements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    code: str
    outcome: Verdict
    text: str | Promise


@dataclass(frozen=True)
class Decision:
    verdict: Verdict
    reasons: tuple[Reason, ...] = field(default=())

    @property
    def codes(self) -> list[str]:
        return [reason.code for reason in self.reasons]


REASONS = {
    reason.code: reason
    for reason in (
        Reason("symptoms", Verdict.STOP, _("Has declared symptoms of illness")),
        Reason("contact", Verdict.STOP, _("Has declared contact with a case")),
        Reason("no-declaration", Verdict.CHECK, _("Has filed no declaration")),
        Reason("declaration-expired", Verdict.CHECK, _("The declaration has expired")),
        Reason("not-registered", Verdict.CHECK, _("This number is not in the registry")),
        Reason("disagreement", Verdict.CHECK, _("Card, declaration and registry do not agree")),
        Reason("declared", Verdict.PASS, _("Declaration in force, nothing to object")),
    )
}


def decide(facts: Facts) -> Decision:
    """Returns the strictest outcome and the reasons for it and for every milder objection, strictest first."""
    spoken = [REASONS[code] for code in _objections(facts)] or [REASONS["declared"]]
    spoken.sort(key=lambda reason: STRICTNESS[reason.outcome])
    return Decision(spoken[0].outcome, tuple(spoken))


def _objections(facts: Facts) -> list[str]:
    in_force = facts.declared_until is not None and facts.declared_until > facts.at
    objections = {
        "symptoms": in_force and bool(facts.symptoms),
        "contact": in_force and facts.had_contact,
        "no-declaration": facts.declared_until is None,
        "declaration-expired": facts.declared_until is not None and not in_force,
        "not-registered": not facts.is_registered,
        "disagreement": bool(facts.disagreements),
    }
    return [code for code, applies in objections.items() if applies]
