"""Writes which dose is due for whom (DueDose), whenever a person's doses changed, rules changed or days passed.

A row is derived from the doses, so nothing here is audited but a run over many; it can be made again at any time. Whoever
changed the doses of one person holds that person's row and calls `refresh_due` in the same transaction. What concerns many
(an import, the nightly command) goes by slices, and holds the people of a slice: of two writers the second sees all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from residents.models import Resident
from vaccinations.doses.standing import standing_of
from vaccinations.models import Dose, DueDose
from vaccinations.rulebook import Rulebook, rulebook

SLICE = 500
WRITTEN = [field.name for field in DueDose._meta.concrete_fields if field.name not in {"id", "resident"}]


@transaction.atomic
def refresh_due(*, resident: Resident, on: date) -> DueDose:
    """Returns what is due for the person after their doses changed, written in place of what was known before.

    `resident` is the person under the present number, their row held by the caller. Also for somebody without any dose,
    who may begin: whoever registers people for vaccination calls it for them.
    """
    (row,) = _write([resident], on, rulebook())
    return row


def refresh_due_of(numbers: Collection[str], on: date) -> int:
    """Returns for how many people it was worked out anew; any of a person's numbers will do. In slices of their own.

    People whose row somebody else holds at the moment are waited for. Within a transaction (an import) all slices are
    part of it.
    """
    return sum(len(_slice(part, on, skip_locked=False)) for part in _parts(sorted(numbers)))


def refresh_stale(on: date, *, at_most: int | None = None) -> Iterator[int]:
    """Works out anew what may have changed by new rules, by days that passed or by numbers that changed.

    Yields the number of people after each slice. Whoever is at a desk at the moment is passed over, as the desk works
    their dose out itself.
    """
    left, passed_over = at_most, set()
    for find in (_of_that_day, _of_other_rules, _of_old_numbers):
        while left is None or left > 0:
            size = SLICE if left is None else min(SLICE, left)
            numbers = list(find(on).exclude(resident__in=passed_over).values_list("resident", flat=True)[:size])
            if not numbers:
                break
            done = _slice(numbers, on, skip_locked=True)
            passed_over |= set(numbers) - done
            left = None if left is None else left - len(numbers)
            yield len(done)


def refresh_missing(on: date) -> Iterator[int]:
    """Works out what is due for people whose doses came in by some other way than the services; yields as above."""
    last = ""
    known = DueDose.objects.filter(resident=OuterRef("person"))
    doses = Dose.objects.valid().annotate(person=Coalesce("resident__superseded_by", "resident"))
    while True:
        missing = doses.filter(~Exists(known), resident__gt=last).order_by("resident")
        numbers = list(missing.values_list("resident", flat=True).distinct()[:SLICE])
        if not numbers:
            return
        last = numbers[-1]
        yield len(_slice(numbers, on, skip_locked=True))


def _of_that_day(on: date) -> Iterable[DueDose]:
    return DueDose.objects.filter(recheck_on__lte=on).order_by("recheck_on", "id")


def _of_other_rules(on: date) -> Iterable[DueDose]:
    """Two ranges of an index, where "not equal" would read the table."""
    version = rulebook().version
    if version is None:
        return DueDose.objects.exclude(rules_version=None)
    other = Q(rules_version__lt=version) | Q(rules_version__gt=version) | Q(rules_version=None)
    return DueDose.objects.filter(other)


def _of_old_numbers(on: date) -> Iterable[DueDose]:
    return DueDose.objects.filter(resident__in=Resident.objects.exclude(superseded_by=None).values("pk"))


def _parts(numbers: list[str]) -> Iterator[list[str]]:
    return (numbers[begin : begin + SLICE] for begin in range(0, len(numbers), SLICE))


@transaction.atomic
def _slice(numbers: Collection[str], on: date, *, skip_locked: bool) -> set[str]:
    """Returns which of the numbers were dealt with; rows of numbers that lead to nobody's record go."""
    leads = dict(Resident.objects.filter(pk__in=numbers).values_list("pk", Coalesce("superseded_by", "pk")))
    held = Resident.objects.current().filter(pk__in=set(leads.values())).order_by("pk")
    people = {person.pk: person for person in held.select_for_update(no_key=True, skip_locked=skip_locked)}
    _write(people.values(), on, rulebook())
    orphans = set(numbers) - leads.keys()
    DueDose.objects.filter(resident__in=orphans).delete()
    return orphans | {number for number, lead in leads.items() if lead in people}


def _write(people: Collection[Resident], on: date, rules: Rulebook) -> list[DueDose]:
    owners = _numbers_of(people)
    doses = defaultdict(list)
    for dose in Dose.objects.valid().filter(resident__in=owners).select_related("vaccine"):
        doses[owners[dose.resident_id]].append(dose)
    rows = [_row(person, doses[person.pk], on, rules) for person in people]
    DueDose.objects.bulk_create(rows, update_conflicts=True, unique_fields=["resident"], update_fields=WRITTEN)
    old = owners.keys() - {person.pk for person in people}
    if old:
        DueDose.objects.filter(resident__in=old).delete()
    return rows


def _numbers_of(people: Collection[Resident]) -> dict[str, str]:
    """Every number that these people have or had, and the present one it leads to."""
    present = [person.pk for person in people]
    numbers = Resident.objects.filter(Q(pk__in=present) | Q(superseded_by__in=present))
    return dict(numbers.values_list("pk", Coalesce(F("superseded_by"), F("pk"))))


def _row(person: Resident, doses: list[Dose], on: date, rules: Rulebook) -> DueDose:
    standing = standing_of(person, doses, on, rules)
    last, due = max(doses, key=lambda dose: dose.administered_on, default=None), standing.next_dose
    row = DueDose(
        resident=person.pk,
        status=standing.status,
        completed_courses=list(standing.completed_courses),
        facility_id=last.facility_id if last else None,
        rules_version=rules.version,
        computed_on=on,
        recheck_on=standing.recheck_on,
    )
    if due:
        row.dose_number, row.course, row.products = due.dose_number, due.course, list(due.products)
        row.earliest_on, row.recommended_on, row.past_due_on = due.earliest_on, due.recommended_on, due.past_due_on
    return row
