"""What becomes of cases by acts on other pages: records merged there, or made two again, and the doses that came together."""

from django.db.models import F
from django.utils import timezone

from residents.models import Merge, Resident
from vaccinations.models import CaseDecision, Dose, QualityCase
from vaccinations.quality.choices import Choice, standing

State = QualityCase.State


def follow_merges(person: Resident) -> None:
    """Decides the cases of pairs that were merged elsewhere, and opens those whose merge was undone there.

    A case that somebody decides at this moment is left to them.
    """
    for merge in Merge.objects.filter(kept=person.pk, pair__isnull=False):
        cases = QualityCase.objects.select_for_update(skip_locked=True).filter(pair=merge.pair_id)
        case = cases.first()
        if case and case.is_to_do and not merge.is_undone:
            _decided(case, merge)
        elif case and case.state == State.DECIDED and merge.is_undone:
            _opened(case, merge)


def follow_doses(person: Resident) -> None:
    """Takes the cases of doses of one number off the lists that are no longer of one person, and puts back those that are.

    A case that somebody decides at this moment is left to them.
    """
    doses = list(Dose.objects.of_person(person.pk).values_list("pk", flat=True))
    in_conflict = set(Dose.objects.in_conflict().filter(pk__in=doses).values_list("pk", flat=True))
    held = dict(
        QualityCase.objects.select_for_update(skip_locked=True).filter(dose__in=doses).values_list("dose", "pk")
    )
    gone = QualityCase.objects.to_do().filter(pk__in=[pk for dose, pk in held.items() if dose not in in_conflict])
    again = QualityCase.objects.filter(state=State.WITHDRAWN, pk__in=[held[dose] for dose in held.keys() & in_conflict])
    changed = {"version": F("version") + 1, "claimed_by": None, "claimed_until": None}
    gone.update(state=State.WITHDRAWN, **changed)
    again.update(state=State.OPEN, recipient=person.pk, **changed)


def _decided(case: QualityCase, merge: Merge) -> None:
    facts = {"person": merge.kept, "other": merge.dropped, "merge": merge.pk}
    CaseDecision.objects.create(case=case, choice=Choice.SAME, reason=merge.reason, by=merge.by, **facts)
    _save(case, State.DECIDED)


def _opened(case: QualityCase, merge: Merge) -> None:
    stand = standing(case.decisions.all())
    if stand and stand[-1].merge == merge.pk:
        facts = {"reason": merge.undo_reason, "by": merge.undone_by, "undoes": stand[-1]}
        CaseDecision.objects.create(case=case, choice=Choice.UNDO, **facts)
        _save(case, State.OPEN)


def _save(case: QualityCase, state: str) -> None:
    case.state, case.decided_at = state, timezone.now() if state == State.DECIDED else None
    case.claimed_by = case.claimed_until = None
    case.version += 1
    case.save()
