"""Whom a session may invite: who wants to come there, is due by its day, and is not expected anywhere yet."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from vaccinations.models import ClinicSession, Dose, DueDose, RegisteredPerson
from vaccinations.registration.querysets import RegisteredPersonQuerySet
from vaccinations.sessions.first_doses import FirstDoses

NO_GROUP = "none"
OLDEST, LONGEST = "oldest", "longest"
# The rule of the order, after the group: see ORDERS in the forms for its words.
ORDERS = {
    OLDEST: ("date_of_birth", "registration__registered_at", "pk"),
    LONGEST: ("registration__registered_at", "place", "pk"),
}


@dataclass(frozen=True)
class Criteria:
    """Whom to invite. `groups`: codes, NO_GROUP for people without one; empty: everybody. Ages are completed years."""

    groups: tuple[str, ...]
    from_age: int | None
    to_age: int | None
    due_by: date
    order: str = OLDEST

    @property
    def as_changes(self) -> dict[str, Any]:
        return asdict(self)


def candidates(session: ClinicSession, criteria: Criteria, first: FirstDoses) -> RegisteredPersonQuerySet:
    """Returns the people who match, unordered.

    Of whom a dose is known: the next one is due (recommended) by `due_by`, counts on the session's day, and one of its
    products is given there. Of whom none is known: old enough for a first dose. Whose doses have not been worked out yet
    are left out: nobody can say what they need.
    """
    people = RegisteredPerson.objects.waiting().reaching(session.facility)
    people = _of_groups(people, criteria.groups)
    if criteria.from_age is not None:
        people = people.born_by(years_before(session.held_on, criteria.from_age))
    if criteria.to_age is not None:
        people = people.filter(date_of_birth__gt=years_before(session.held_on, criteria.to_age + 1))
    # Each of the two kinds by itself, so that the database can join whole sets instead of asking person by person.
    due, without = _due(session, criteria), _without_doses(session, first)
    return people.filter(Q(pk__in=due.values("pk")) | Q(pk__in=without.values("pk"))).alias_number_now()


def _due(session: ClinicSession, criteria: Criteria) -> RegisteredPersonQuerySet:
    """People whose next dose is known and is given there."""
    due = DueDose.objects.filter(earliest_on__lte=session.held_on, recommended_on__lte=criteria.due_by)
    given = [vaccine.code for vaccine in session.vaccines.all()]
    due = due.filter(Q(products=[]) | Q(products__overlap=given), resident=OuterRef("number_now"))
    return RegisteredPerson.objects.reaching(session.facility).alias_number_now().filter(Exists(due))


def _without_doses(session: ClinicSession, first: FirstDoses) -> RegisteredPersonQuerySet:
    """People of whom no dose is known, old enough for the first."""
    people = RegisteredPerson.objects.reaching(session.facility).alias_number_now()
    doses = Dose.objects.valid()
    return (people.born_by(first.born_by) if first.born_by else people).filter(
        ~Exists(DueDose.objects.filter(resident=OuterRef("number_now"))),
        ~Exists(doses.filter(resident=OuterRef("number_now"))),
        ~Exists(doses.filter(resident__superseded_by=OuterRef("number_now"))),
    )


def in_order(people: RegisteredPersonQuerySet, order: str) -> RegisteredPersonQuerySet:
    """Returns them in the order in which they are invited.

    Whose appointment the clinic cancelled come first and who did not come last; then the groups in their order; within a
    group the oldest, or whoever waits longest.
    """
    group = F("priority_group__position").asc(nulls_last=True)
    return people.with_standing().order_by("standing", group, *ORDERS[order])


def counted(people: RegisteredPersonQuerySet) -> list[dict[str, Any]]:
    """Returns how many there are of each group, in the order of the groups: name, name_en, number."""
    names = {"name": F("priority_group__name"), "name_en": F("priority_group__name_en")}
    rows = people.order_by().values(position=F("priority_group__position"), **names).annotate(number=Count("pk"))
    return list(rows.order_by(F("position").asc(nulls_last=True)))


def years_before(day: date, years: int) -> date:
    """Returns the last day of birth of those who are that many years old on the day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _of_groups(people: RegisteredPersonQuerySet, groups: Sequence[str]) -> RegisteredPersonQuerySet:
    if not groups:
        return people
    without = Q(priority_group=None) if NO_GROUP in groups else Q()
    return people.filter(without | Q(priority_group__code__in=groups))
