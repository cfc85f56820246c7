"""Records of one person made one by somebody who looked at both, and two again.

No row of another table is moved: doses, declarations and passages stay where they were written, and are read for every
number of the person (docs/decisions/0016-merging-people.md). So none can be lost or doubled, and undoing is exact.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from residents.holding import ResidentError, hold_people
from residents.merge_models import Merge, MergeQuerySet
from residents.merging.joining import are_two_citizen_ids, is_as_left, join, part
from residents.merging.registry import registry
from residents.models import DuplicatePair, Resident
from vaxreg import audit
from vaxreg.actors import Actor

CHANGED_SINCE = _(
    "The number of this person was corrected since, or the record merged with another. Undo that first, then this."
)


class SamePersonError(ResidentError):
    """Both numbers lead to one person."""

    message = _("These two numbers are of one record already.")


class LeadsElsewhereError(ResidentError):
    """One of the records is no person's own any more: it leads to another."""

    message = _("One of these records was merged with another in the meantime. Open the record that it leads to.")


class TwoCitizenIdsError(ResidentError):
    """Both have a citizen ID, and nobody has said why they are one person all the same."""

    message = _("Both records have a citizen ID of 12 digits, and nobody has two. Say how you know that one is wrong.")


class MergeUndoneError(ResidentError):
    """Somebody undid the merge before."""

    message = _("This merge was undone already.")


class DependedUponError(ResidentError):
    """Later acts stand on the merge: `hindrances` says which must be undone first."""

    message = _("This merge cannot be undone yet.")

    def __init__(self, hindrances: list[str | Promise]) -> None:
        super().__init__()
        self.hindrances = hindrances


class LaterRecordsError(ResidentError):
    """Rows were written for the person kept since the merge, and nobody has said that they are theirs."""

    message = _("Something was recorded since the merge. Say that it belongs to the person kept, or correct it first.")


@transaction.atomic
def merge(*, by: Actor, keep: Resident, drop: Resident, reason: str, second_reason: str = "") -> Merge:
    """Returns the merge: every number of `drop` leads to `keep` from now on, who learns what only the other record knew.

    Of two that merge the same records at one moment, one succeeds. Raises SamePersonError, LeadsElsewhereError,
    TwoCitizenIdsError without a `second_reason` where both have a citizen ID, and ChangedMeanwhileError.
    """
    kept, dropped = hold_people(keep.pk, drop.pk)
    if kept == dropped:
        raise SamePersonError
    if (kept, dropped) != (keep, drop):
        raise LeadsElsewhereError
    if are_two_citizen_ids(kept.pk, dropped.pk) and not second_reason:
        raise TwoCitizenIdsError
    merged = join(by=by, kept=kept, dropped=dropped, reason=reason, second_reason=second_reason)
    registry.refresh(kept)
    changes = {"number": [dropped.pk, kept.pk], "reason": reason, "second_reason": second_reason}
    # In the history of both, which may be two again.
    people, changes = [kept.pk, dropped.pk], changes | {"facts": sorted(merged.filled)}
    audit.record_each(by=by, action="resident.merged", residents=people, subject=merged, changes=changes)
    return merged


@transaction.atomic
def undo_merge(*, by: Actor, merge: Merge, reason: str, later_stay: bool = False) -> Merge:
    """Returns the merge, undone: both people and all their numbers are what they were, to the letter.

    What was written for the person kept since stays with them, which somebody must say (`later_stay`) where it can be meant
    for the other. Raises MergeUndoneError, DependedUponError, LaterRecordsError, ChangedMeanwhileError.
    """
    hold_people(merge.kept, merge.dropped)
    undone = {"undone_at": timezone.now(), "undone_by": by.user, "undo_reason": reason}
    if not Merge.objects.standing().filter(pk=merge.pk).update(**undone):
        raise MergeUndoneError
    merge.refresh_from_db()
    if hindrances := hindrances_of(merge):
        raise DependedUponError(hindrances)
    if not later_stay and registry.later(merge):
        raise LaterRecordsError
    registry.refresh(*part(merge))
    people = [merge.kept, merge.dropped]
    changes = {"number": people, "reason": reason}
    audit.record_each(by=by, action="resident.parted", residents=people, subject=merge, changes=changes)
    return merge


def merges_of(numbers: list[str]) -> MergeQuerySet:
    """Returns the merges of any of a person's numbers, undone ones too, the latest first; with who did it."""
    return Merge.objects.of_numbers(numbers)


def likely_doubles(numbers: list[str]) -> list[Resident]:
    """Returns who may be the person of these numbers, by the open proposals of the search; each once, the likeliest first."""
    found = {}
    for pair in DuplicatePair.objects.open_for(numbers):
        for row in (pair.person_a, pair.person_b):
            person = row.superseded_by or row
            found[person.pk] = person
    return [person for number, person in found.items() if number not in numbers]


def hindrances_of(merge: Merge) -> list[str | Promise]:
    """Returns what must be undone before the merge can be; nothing else changes the answer but such acts."""
    return [*([] if is_as_left(merge) else [CHANGED_SINCE]), *registry.hinder(merge)]
