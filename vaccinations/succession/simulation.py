"""How many recorded doses would be judged otherwise under a change of the rules, before anybody makes it. Reads only.

Only doses of the days on which the change would hold can come out otherwise, so only people with such a dose are looked at:
all of them where they are few, else a sample drawn at random, and the answer says so.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from residents.models import Resident
from vaccinations.doses.standing import persons
from vaccinations.engine.evaluation import DoseStatus
from vaccinations.engine.rules import GivenDose, Schedule
from vaccinations.loading.schedules import schedule_terms
from vaccinations.models import Dose
from vaccinations.rulebook import rulebook
from vaccinations.schedule import assess
from vaccinations.succession.services import Change, Rule, succeed
from vaxreg.actors import Actor

MOST_PEOPLE = 2_000
# So many doses are read whole; of more, pages of the table are drawn.
MOST_READ = 200_000
SLICE = 500


@dataclass(frozen=True)
class Forecast:
    """Of `people` looked at (all there are, or a sample): the doses that would count or no longer count, and whose."""

    people: int
    is_sample: bool
    gained: int = 0
    lost: int = 0
    people_concerned: int = 0

    @property
    def doses(self) -> int:
        return self.gained + self.lost


def simulate(*, rule: Rule, change: Change, also: Collection[int], by: Actor, now: datetime, on: date) -> Forecast:
    """Returns what the change would do to the doses recorded. Raises what `succeed` raises."""
    code = rule.dose.series.schedule.code
    before, after = rulebook(code).schedule, _terms_after(code, rule=rule, change=change, also=also, by=by, now=now)
    numbers, is_sample = _people_since(change.begins_on)
    gained = lost = concerned = 0
    for begin in range(0, len(numbers), SLICE):
        for person, doses in _histories(numbers[begin : begin + SLICE]):
            more, fewer = _differences(person, doses, before, after, on)
            gained, lost, concerned = gained + more, lost + fewer, concerned + bool(more or fewer)
    return Forecast(len(numbers), is_sample, gained, lost, concerned)


@transaction.atomic
def _terms_after(code: str, **facts: object) -> Schedule:
    """The rules as they would be: written, read and forgotten again, so that what is tried is what would be done."""
    with transaction.atomic():
        succeed(**facts)
        terms = schedule_terms(code)
        transaction.set_rollback(True)
    return terms


def _people_since(day: date) -> tuple[list[str], bool]:
    """The people with a dose since that day under their present numbers, at most so many; and whether there are more."""
    source, parameters = _source()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person FROM (SELECT DISTINCT COALESCE(resident.superseded_by_id, dose.resident_id) AS person "
            f"FROM {source} JOIN residents_resident AS resident ON resident.citizen_id = dose.resident_id "
            f"WHERE dose.voided_at IS NULL AND dose.administered_on >= %s) AS people ORDER BY random() LIMIT %s",
            [*parameters, day, MOST_PEOPLE + 1],
        )
        people = [person for (person,) in cursor.fetchall()]
    return people[:MOST_PEOPLE], bool(parameters) or len(people) > MOST_PEOPLE


def _source() -> tuple[str, list[float]]:
    """The table of doses, or so many of its pages as hold the doses that are read whole."""
    table = Dose._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        (doses,) = cursor.fetchone()
    if doses <= MOST_READ:
        return f"{table} AS dose", []
    return f"{table} AS dose TABLESAMPLE SYSTEM (%s)", [100 * MOST_READ / doses]


def _histories(numbers: list[str]) -> list[tuple[Resident, list[Dose]]]:
    people = Resident.objects.in_bulk(numbers)
    rows = Resident.objects.filter(Q(pk__in=numbers) | Q(superseded_by__in=numbers))
    owners = dict(rows.values_list("pk", Coalesce("superseded_by", "pk")))
    doses = defaultdict(list)
    for dose in Dose.objects.valid().filter(resident__in=owners).select_related("vaccine"):
        doses[owners[dose.resident_id]].append(dose)
    return [(people[number], doses[number]) for number in people]


def _differences(person: Resident, doses: list[Dose], before: Schedule, after: Schedule, on: date) -> tuple[int, int]:
    """How many of the person's doses would count that do not, and would not that do."""
    history = [GivenDose(product=dose.vaccine.code, given_on=dose.administered_on) for dose in doses]
    whom, _youngest = persons(person.birth, person.sex)
    old, new = (assess(schedule=terms, person=whom, history=history, on=on) for terms in (before, after))
    if old is None or new is None:
        return 0, 0
    counts = [
        (was.status == DoseStatus.VALID, would.status == DoseStatus.VALID)
        for was, would in zip(old.verdicts, new.verdicts, strict=True)
    ]
    return counts.count((False, True)), counts.count((True, False))
