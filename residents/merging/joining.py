"""Makes two records one, and two again: the rows of the registry that a merge changes, and what they were before.

Both people are held by the caller (residents.holding). Nobody is asked here whether they are one person.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Field, GeneratedField, Q

from residents.birth import Precision
from residents.citizen_id import CitizenId, Kind
from residents.duplicate_models import DuplicatePair
from residents.merge_models import Merge
from residents.models import Resident
from residents.querysets import ResidentQuerySet
from vaxreg.actors import Actor

COLUMNS: dict[str, Field] = {
    column.attname: column for column in Resident._meta.concrete_fields if not isinstance(column, GeneratedField)
}
BIRTH_FROM_VAGUE_TO_EXACT = (Precision.UNKNOWN, Precision.YEAR, Precision.MONTH, Precision.DAY)
# What a record takes over, and gives back: of columns that belong together all or none.
TAKEN_OVER = (("date_of_birth", "birth_precision"), ("province_id", "ward_id"), ("sex",), ("phone",), ("address",))
Image = dict[str, Any]


def join(*, by: Actor, kept: Resident, dropped: Resident, reason: str, second_reason: str = "") -> Merge:
    """Returns the merge: all numbers of the person dropped lead to the one kept in one step, who learns what they lacked."""
    led = {row.pk: _image(row) for row in _leading(dropped)}
    before = _image(kept)
    complete(kept, dropped)
    after = _image(kept)
    lead(dropped, to=kept)
    return Merge.objects.create(
        kept=kept.pk,
        dropped=dropped.pk,
        by=by.user,
        reason=reason,
        second_reason=second_reason,
        led=led,
        filled={name: [before[name], after[name]] for name in COLUMNS if before[name] != after[name]},
        pair=_settled(kept, dropped),
    )


def part(merge: Merge) -> tuple[Resident, Resident]:
    """Returns the two people, each a record of their own again: the rows that were led away are what they were, to the letter.

    Of the one kept that goes which was taken over; what was corrected since stays.
    """
    for number, image in merge.led.items():
        Resident.objects.filter(pk=number).update(**_values(image))
    kept = Resident.objects.get(pk=merge.kept)
    given_back = {name: merge.filled[name][0] for name in _unchanged(kept, merge.filled)}
    Resident.objects.filter(pk=kept.pk).update(**_values(given_back))
    settled = DuplicatePair.objects.filter(pk=merge.pair_id, status=DuplicatePair.Status.SAME)
    settled.update(status=DuplicatePair.Status.OPEN)
    people = Resident.objects.in_bulk([merge.kept, merge.dropped])
    return people[merge.kept], people[merge.dropped]


def is_as_left(merge: Merge) -> bool:
    """Whether all that the merge led away still leads to the person kept, and they to nobody."""
    rows = dict(Resident.objects.filter(pk__in=[merge.kept, *merge.led]).values_list("pk", "superseded_by"))
    return rows.pop(merge.kept) is None and set(rows.values()) == {merge.kept}


def are_two_citizen_ids(one: str, other: str) -> bool:
    """Whether both are numbers of 12 digits, of which nobody has two."""
    return one != other and {CitizenId(number).kind for number in (one, other)} == {Kind.CITIZEN_ID}


def complete(person: Resident, other: Resident) -> None:
    """Adds to the person what only the other record knows; nothing that contradicts what is there."""
    for name in ("sex", "phone", "address", "province_id"):
        setattr(person, name, getattr(person, name) or getattr(other, name))
    if person.province_id == other.province_id:
        # A ward lies in its province.
        person.ward_id = person.ward_id or other.ward_id
    if person.birth.agrees_with(other.birth):
        exactness = BIRTH_FROM_VAGUE_TO_EXACT.index
        person.birth = max(person.birth, other.birth, key=lambda birth: exactness(birth.precision))
    person.save()


def lead(person: Resident, *, to: Resident) -> None:
    """Makes the person's number and all that lead to it lead to another, so that following is always one step."""
    _leading(person).update(superseded_by=to)


def _leading(person: Resident) -> ResidentQuerySet:
    return Resident.objects.filter(Q(pk=person.pk) | Q(superseded_by=person))


def _settled(kept: Resident, dropped: Resident) -> DuplicatePair | None:
    """The open proposal that these two are one, answered now."""
    first, second = sorted([kept.pk, dropped.pk])
    pair = DuplicatePair.objects.filter(person_a=first, person_b=second, status=DuplicatePair.Status.OPEN).first()
    if pair:
        pair.status = DuplicatePair.Status.SAME
        pair.save(update_fields=["status"])
    return pair


def _image(row: Resident) -> Image:
    """Every column as JSON has it; moments to the microsecond."""
    values = {name: getattr(row, name) for name in COLUMNS}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _values(image: Image) -> dict[str, Any]:
    """The columns of an image as the database takes them."""
    return {name: COLUMNS[name].to_python(value) for name, value in image.items() if name != "citizen_id"}


def _unchanged(kept: Resident, filled: dict[str, list[Any]]) -> Iterable[str]:
    """The columns that were taken over and are still so, with those that belong to them."""
    now = _image(kept)
    for together in TAKEN_OVER:
        changed = [name for name in together if name in filled]
        if all(now[name] == filled[name][1] for name in changed):
            yield from changed
