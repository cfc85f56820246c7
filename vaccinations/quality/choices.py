"""Which decisions a case knows, and where they leave it. Pure."""

from collections.abc import Iterable

from vaccinations.models import CaseDecision, QualityCase

Choice, Kind, State = CaseDecision.Choice, QualityCase.Kind, QualityCase.State
OF_ROW = (Choice.SAME, Choice.DIFFERENT, Choice.REGISTER_RIGHT, Choice.ASK, Choice.NEW_PERSON)
CHOICES = {
    Kind.NO_ID: OF_ROW,
    Kind.MALFORMED_ID: OF_ROW,
    Kind.DISAGREES: OF_ROW,
    Kind.DOUBTFUL: OF_ROW,
    Kind.PAIR: (Choice.SAME, Choice.DIFFERENT, Choice.ASK),
    Kind.CONFLICT: (Choice.REGISTER_RIGHT, Choice.SHEET_RIGHT, Choice.BOTH_RIGHT, Choice.ASK),
}


OF_DOSES = (Choice.FIRST_RIGHT, Choice.SECOND_RIGHT, Choice.BOTH_RIGHT, Choice.ASK)


def choices_of(case: QualityCase) -> tuple[Choice, ...]:
    """Returns the decisions that the case knows, in the order of the page."""
    if case.is_of_doses:
        return OF_DOSES
    return CHOICES[Kind(case.kind)]


def state_after(kind: str, choices: Iterable[str]) -> State:
    """Returns the state of a case of that kind after these decisions, of which none was taken back.

    That a row is not this person decides nothing yet: it may be another.
    """
    state = State.OPEN
    for choice in choices:
        if choice == Choice.ASK:
            state = State.WAITING
        elif choice != Choice.DIFFERENT or kind == Kind.PAIR:
            state = State.DECIDED
    return state


def standing(decisions: Iterable[CaseDecision]) -> list[CaseDecision]:
    """Returns the decisions that were not taken back, in their order."""
    found = list(decisions)
    undone = {decision.undoes_id for decision in found}
    return [decision for decision in found if decision.pk not in undone and decision.choice != Choice.UNDO]


def ruled_out(decisions: Iterable[CaseDecision]) -> frozenset[str]:
    """Returns the numbers of those who were found to be somebody else than the row means."""
    return frozenset(decision.other for decision in standing(decisions) if decision.choice == Choice.DIFFERENT)
