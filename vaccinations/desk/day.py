"""What happened at facilities on a day, in numbers, and whose entries had to be corrected. Reads only.

As many statements for a hundred facilities as for one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from vaccinations.models import AdverseEvent, Dose, Facility, Mend, Observation, Visit
from vaccinations.sessions.coming import expected_counts
from vaccinations.stock.days import StockDay, stock_of_day

# Whom the screening sent home: not who refused, or had the dose already.
SCREENED_OUT = frozenset({Visit.NotGiven.UNWELL, Visit.NotGiven.CONTRAINDICATED})
LOOK_BACK = timedelta(days=30)
MOST_CORRECTIONS = 50


@dataclass
class Day:
    """One facility's day. `expected` is None where no session is held, `stock` where no ledger is kept."""

    facility: Facility
    expected: int | None = None
    stock: StockDay | None = None
    waiting: int = 0
    given: int = 0
    observed: int = 0
    sitting: int = 0
    reactions: int = 0
    serious: int = 0
    corrections: int = 0
    not_given: dict[str, int] = field(default_factory=dict)
    visits: int = 0

    @property
    def declined(self) -> int:
        return sum(self.not_given.values())

    @property
    def screened_out(self) -> int:
        return sum(count for reason, count in self.not_given.items() if reason in SCREENED_OUT)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why no dose was given, in words, the most frequent first."""
        labels = dict(Visit.NotGiven.choices)
        ordered = sorted(self.not_given.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(str(labels[reason]), count) for reason, count in ordered]


@dataclass(frozen=True)
class Clerk:
    """One clerk's entries at a facility, and how many of them somebody had to correct."""

    name: str
    entries: int
    corrected: int


def days_of(facilities: Sequence[Facility], on: date) -> list[Day]:
    """Returns the day of each facility, in their order."""
    expected, stock = expected_counts(facilities, on=on), stock_of_day(facilities, on)
    days = {place.pk: Day(place, expected.get(place.pk), stock.get(place.pk)) for place in facilities}
    _count_visits(days, on)
    _add(days, "given", Dose.objects.valid().filter(administered_on=on))
    _add(days, "corrections", _corrected(Dose.objects.recorded_on(on)))
    begin, end = _bounds(on)
    _add(days, "observed", Observation.objects.filter(begun_at__gte=begin, begun_at__lt=end))
    _add(days, "sitting", Observation.objects.sitting().order_by())
    reactions = AdverseEvent.objects.current().filter(recorded_at__gte=begin, recorded_at__lt=end)
    _add(days, "reactions", reactions)
    _add(days, "serious", reactions.filter(is_serious=True))
    return list(days.values())


def clerks_of(facility: Facility, *, since: date, until: date, user_id: int | None = None) -> list[Clerk]:
    """Returns who recorded doses at the facility in those days, with what became of them; one of them if `user_id` is given."""
    doses = Dose.objects.filter(
        facility=facility, recorded_at__gte=_bounds(since)[0], recorded_at__lt=_bounds(until)[1]
    )
    doses = doses.filter(recorded_by=user_id) if user_id else doses.exclude(recorded_by=None)
    was_corrected = Count("pk", filter=Q(voided_at__isnull=False) | Exists(_mends()))
    rows = doses.values("recorded_by__full_name").annotate(entries=Count("pk"), corrected=was_corrected)
    ordered = rows.order_by("-entries", "recorded_by__full_name")
    return [Clerk(row["recorded_by__full_name"], row["entries"], row["corrected"]) for row in ordered]


def corrections_of(facility: Facility, on: date) -> list[Dose]:
    """Returns the doses recorded there on that day which were voided, replaced or mended since; the latest first."""
    doses = _corrected(Dose.objects.recorded_on(on).filter(facility=facility)).annotate(is_mended=Exists(_mends()))
    listed = doses.select_related("vaccine", "recorded_by", "voided_by").prefetch_related("slips")
    return list(listed.order_by("-recorded_at", "-pk")[:MOST_CORRECTIONS])


def _count_visits(days: dict[int, Day], on: date) -> None:
    visits = Visit.objects.filter(facility__in=list(days), visited_on=on, undone_at=None)
    rows = visits.values_list("facility", "outcome", "not_given_reason").annotate(count=Count("pk")).order_by()
    for facility, outcome, reason, count in rows:
        day = days[facility]
        day.visits += count
        if outcome == Visit.Outcome.WAITING:
            day.waiting += count
        elif outcome == Visit.Outcome.NOT_GIVEN:
            day.not_given[reason] = day.not_given.get(reason, 0) + count


def _add(days: dict[int, Day], name: str, rows: QuerySet) -> None:
    counts: Iterable[tuple[int, int]] = (
        rows.filter(facility__in=list(days)).values_list("facility").annotate(count=Count("pk")).order_by()
    )
    for facility, count in counts:
        setattr(days[facility], name, count)


def _corrected(doses: QuerySet) -> QuerySet:
    return doses.filter(Q(voided_at__isnull=False) | Exists(_mends()))


def _mends() -> QuerySet:
    return Mend.objects.filter(dose=OuterRef("pk"))


def _bounds(day: date) -> tuple[datetime, datetime]:
    begin = timezone.make_aware(datetime.combine(day, time.min))
    return begin, begin + timedelta(days=1)
