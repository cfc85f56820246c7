"""Rules in words: "If … and …, then …". Pure: what codes are called is given."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkpoints.admission import Condition, Rule

Names = Mapping[str, str]
# Kinds without terms of their own: what holds, and its contrary.
PLAIN = {
    "declared": (gettext_lazy("a declaration is in force"), gettext_lazy("no declaration is in force")),
    "expired": (gettext_lazy("the declaration has expired"), gettext_lazy("no declaration has expired")),
    "symptoms": (gettext_lazy("signs of illness are declared"), gettext_lazy("no sign of illness is declared")),
    "contact": (gettext_lazy("contact with a case is declared"), gettext_lazy("no contact with a case is declared")),
    "positive": (gettext_lazy("a positive test is declared"), gettext_lazy("no positive test is declared")),
    "registered": (gettext_lazy("the number is in the registry"), gettext_lazy("the number is not in the registry")),
    "disagreement": (
        gettext_lazy("card, declaration and registry disagree"),
        gettext_lazy("card, declaration and registry agree"),
    ),
}


def clauses(rule: Rule, names: Names) -> list[str]:
    """Returns the rule's conditions as parts of a sentence; empty for a rule that always speaks."""
    return [clause(condition, names) for condition in rule.conditions]


def clause(condition: Condition, names: Names) -> str:
    """Returns one condition as part of a sentence, with what its codes are called."""
    if condition.kind in PLAIN:
        return str(PLAIN[condition.kind][condition.is_negated])
    return TERMS[condition.kind](condition, _listed(condition, names))


def _listed(condition: Condition, names: Names) -> str:
    # Translators: the last two of a list of alternatives: "PCR or rapid antigen test".
    return _(" or ").join(str(names.get(code, code)) for code in condition.codes)


def _from_level(condition: Condition, _codes: str) -> str:
    if condition.is_negated:
        return _("the journey starts where the risk level is below %d") % condition.number
    return _("the journey starts where the risk level is %d or higher") % condition.number


def _younger(condition: Condition, _codes: str) -> str:
    if condition.is_negated:
        return _("the person is %d years old or older") % condition.number
    return _("the person is younger than %d years") % condition.number


def _doses(condition: Condition, codes: str) -> str:
    said = {"number": condition.number, "days": condition.days or 0, "codes": codes or _("any vaccine")}
    if condition.is_negated:
        text = _("there are not %(number)d doses of %(codes)s given at least %(days)d days ago")
    else:
        text = _("there are at least %(number)d doses of %(codes)s given at least %(days)d days ago")
    return text % said


def _tested(condition: Condition, codes: str) -> str:
    said = {"hours": condition.hours, "codes": codes or _("any kind")}
    if condition.is_negated:
        return _("there is no negative test (%(codes)s) of the last %(hours)d hours") % said
    return _("there is a negative test (%(codes)s) of the last %(hours)d hours") % said


def _recovered(condition: Condition, _codes: str) -> str:
    if condition.is_negated:
        return _("there is no proof of recovery in the last %d months") % condition.number
    return _("there is proof of recovery in the last %d months") % condition.number


def _vehicle(condition: Condition, codes: str) -> str:
    if condition.is_negated:
        return _("the vehicle is not: %s") % codes
    return _("the vehicle is: %s") % codes


TERMS = {
    "origin-level": _from_level,
    "younger-than": _younger,
    "doses": _doses,
    "tested": _tested,
    "recovered": _recovered,
    "vehicle": _vehicle,
}
