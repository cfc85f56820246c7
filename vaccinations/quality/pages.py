"""What the page of a case is made of, and where its buttons lead."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from residents.citizen_id import CitizenId
from residents.services import unmask
from vaccinations.desk.registering import RANKS
from vaccinations.models import CaseDecision, QualityCase
from vaccinations.quality.choices import Choice, choices_of, standing
from vaccinations.quality.comparing import Comparison, compared
from vaccinations.quality.forms import KEYS, USUAL_REASONS, DecisionForm
from vaccinations.quality.listing import Narrowing, handle_of, key_behind
from vaccinations.quality.working import colleagues_of
from vaxreg.actors import Actor
from vaxreg.models import User
from vaxreg.sealing import BrokenSealError, unseal

# The reason under which a letter's reading is logged.
LETTER = "letter to the commune"
# Decisions that need somebody to compare the row with.
WITH_PERSON = frozenset({Choice.SAME, Choice.DIFFERENT, Choice.SHEET_RIGHT, Choice.BOTH_RIGHT})


def address_of(key: int, narrowing: Narrowing, **more: str) -> str:
    """Returns the address of a case within the list that it is worked in."""
    query = "&".join(part for part in (narrowing.query, *[f"{name}={text}" for name, text in more.items()]) if part)
    return f"/quality/{handle_of(key)}/" + (f"?{query}" if query else "")


def kinds(counts: dict[str, int]) -> list[tuple[Any, int]]:
    """Returns the kinds of cases with how many there are."""
    return [(QualityCase.Kind(kind), cases) for kind, cases in counts.items()]


def person_in(sealed: str) -> str:
    """Returns the number sealed in an address, or nothing."""
    try:
        return unseal(sealed, purpose="quality-person") if sealed else ""
    except BrokenSealError:
        return ""


def context_of(*, by: Actor, case: QualityCase, chosen: str = "", unmasked_for: str = "") -> dict[str, Any]:
    """Returns what the page shows of the case itself; looking is logged, and why numbers were shown in full."""
    decisions = list(case.decisions.select_related("by"))
    stand = standing(decisions)
    found = compared(
        by=by, case=case, decisions=decisions, chosen=chosen, purpose="letter" if unmasked_for == LETTER else "compare"
    )
    if unmasked_for:
        for person in filter(None, (found.person, found.other)):
            unmask(by=by, resident=person, reason=unmasked_for)
    now = timezone.now()
    return {
        "case": case,
        "found": found,
        "decisions": decisions,
        "standing": stand[-1] if stand else None,
        "person_key": found.person.pk if found.person else "",
        "keep": _better(found),
        "buttons": _buttons(case, found),
        "reasons": USUAL_REASONS,
        "holder": case.holder(now),
        "is_mine": case.holder(now) == by.user,
        "is_late": _is_late(case, now),
    }


def _better(found: Comparison) -> str:
    """Which record of a pair would be kept: that of the better kind of number, else the one with more doses."""
    if found.person is None or found.other is None:
        return ""
    ranks = [
        (RANKS[CitizenId(person.pk).kind], len(history))
        for person, history in ((found.person, found.history), (found.other, found.other_history))
    ]
    return "a" if ranks[0] >= ranks[1] else "b"


def _buttons(case: QualityCase, found: Comparison) -> list[tuple[Choice, str]]:
    if case.is_of_doses and not found.against:
        return []
    offered = [choice for choice in choices_of(case) if found.person or choice not in WITH_PERSON]
    if case.state == QualityCase.State.WAITING:
        offered = [choice for choice in offered if choice != Choice.ASK]
    return [(choice, KEYS[choice]) for choice in offered]


def _is_late(case: QualityCase, now: datetime) -> bool:
    """Whether the commune has had two weeks."""
    return bool(case.asked_at and (now - case.asked_at).days >= 14 and case.is_to_do)


def around(visible: QuerySet, case: QualityCase, narrowing: Narrowing, user: User) -> dict[str, Any]:
    """Returns where the case before and the case after it in the list are, and who else could have it."""
    before, after = narrowing.applied(visible, user).next_to(case)
    return {
        "narrowing": narrowing,
        # Absolute: a form that was refused is shown under the address that it was sent to.
        "here": f"/quality/{handle_of(case.pk)}/",
        "previous": address_of(before, narrowing) if before else "",
        "next": address_of(after, narrowing) if after else "",
        "colleagues": colleagues_of(case),
    }


def after_decision(visible: QuerySet, case: QualityCase, narrowing: Narrowing, user: User) -> str:
    """Returns the address of the next case of the list; of the same one where the decision leaves it there; else of the list."""
    case.refresh_from_db(fields=["state", "version"])
    if case.state == QualityCase.State.OPEN:
        return address_of(case.pk, narrowing)
    _before, after = narrowing.applied(visible, user).next_to(case)
    last = handle_of(case.pk)
    return address_of(after, narrowing, last=last) if after else address_of(case.pk, narrowing)


def last_decided(visible: QuerySet, handle: str) -> CaseDecision | None:
    """Returns the decision made just before, if it stands: what the page of the next case offers to take back."""
    key = key_behind(handle) if handle else None
    case = visible.filter(pk=key).first() if key else None
    stand = standing(case.decisions.all()) if case else []
    return stand[-1] if stand else None


def again(form: DecisionForm, warnings: Any) -> DecisionForm:
    """Returns the form to be sent once more: what was typed stays, and the warnings shown now count as seen."""
    if warnings:
        form.data = form.data.copy()
        form.data["seen"] = ",".join(str(warning.code) for warning in warnings)
    return form
