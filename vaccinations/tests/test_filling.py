"""Whom a session invites: who wants to come there and is due, in the order of the rule, while there are places."""

from collections import Counter
from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.engine.spans import read_span
from vaccinations.loading.schedules import load_vietnam
from vaccinations.models import Appointment, DueDose, RegisteredPerson
from vaccinations.sessions.candidates import NO_GROUP, Criteria, candidates, counted, in_order, years_before
from vaccinations.sessions.errors import NotOpenError
from vaccinations.sessions.filling import fill_session
from vaccinations.sessions.first_doses import first_doses, latest_birth
from vaccinations.tests.factories import DoseFactory, FacilityFactory, VaccineFactory
from vaccinations.tests.session_factories import (
    AppointmentFactory,
    ClinicSessionFactory,
    PriorityGroupFactory,
    RegisteredPersonFactory,
    RegistrationFactory,
    at,
)
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localdate() + timedelta(days=1)


@pytest.fixture
def session():
    """Tomorrow, 4 hours of 2 places, with a vaccine from the age of 18."""
    load_vietnam(by=Actor.command("test"))
    return ClinicSessionFactory(held_on=TOMORROW, vaccines=[VaccineFactory(code="vaxzevria")])


def waiting(session, **different):
    return RegisteredPersonFactory(facility=session.facility, **different)


def criteria(session, **different):
    facts = {"groups": (), "from_age": None, "to_age": None, "due_by": session.held_on}
    return Criteria(**facts | different)


def matching(session, **different):
    wanted = criteria(session, **different)
    found = candidates(session, wanted, first_doses(session.vaccines.all(), session.held_on))
    return list(in_order(found, wanted.order))


def fill(session, count=100, **different):
    key = different.pop("key", None) or uuid4()
    wanted = criteria(session, **different)
    return fill_session(by=actor(), session=session, criteria=wanted, count=count, key=key, now=at(6))


def test_it_works(session):
    people = [waiting(session) for _n in range(3)]
    made = fill(session, count=2)
    assert [(row.state, row.starts_at, row.origin) for row in made] == [("invited", time(7), "invitation")] * 2
    assert [row.person for row in made] == people[:2]
    assert len({row.code for row in made}) == 2
    assert list(RegisteredPerson.objects.waiting()) == people[2:]
    filled = AuditEntry.objects.get(action="clinicsession.filled")
    assert (filled.changes["count"], filled.object_id) == (2, str(session.pk))


def test_places_are_filled_hour_by_hour_and_never_beyond(session):
    for _n in range(10):
        waiting(session)
    assert Counter(row.starts_at.hour for row in fill(session)) == {7: 2, 8: 2, 9: 2, 10: 2}
    assert fill(session) == []


def test_todays_session_invites_to_hours_to_come_only():
    session = ClinicSessionFactory(vaccines=[VaccineFactory()])
    for _n in range(3):
        waiting(session)
    made = fill_session(by=actor(), session=session, criteria=criteria(session), count=9, key=uuid4(), now=at(8, 30))
    assert [row.starts_at for row in made] == [time(9), time(9), time(10)]


def test_the_same_form_again_invites_nobody_more(session):
    for _n in range(4):
        waiting(session)
    key = uuid4()
    assert fill(session, count=2, key=key) == fill(session, count=2, key=key)
    assert Appointment.objects.count() == 2


def test_only_people_who_want_to_come_there(session):
    province = UnitFactory()
    ward = UnitFactory(parent=province)
    facility = FacilityFactory(unit=ward)
    held = ClinicSessionFactory(facility=facility, held_on=TOMORROW, vaccines=session.vaccines.all())
    here = waiting(held)
    in_ward = RegisteredPersonFactory(reach="ward", ward=ward, province=province)
    in_province = RegisteredPersonFactory(reach="province", province=province)
    RegisteredPersonFactory(province=province, ward=ward)
    RegisteredPersonFactory(reach="ward", ward=UnitFactory(parent=province), province=province)
    RegisteredPersonFactory(reach="province")
    assert set(matching(held)) == {here, in_ward, in_province}


def test_whoever_withdrew_or_is_expected_or_was_seen_unidentified_is_not_invited(session):
    waiting(session, withdrawn_at=timezone.now())
    other = ClinicSessionFactory(facility=session.facility, capacity_per_hour=9)
    for state in ("invited", "confirmed", "arrived", "done"):
        AppointmentFactory(session=other, state=state, arrived_at=timezone.now())
    free = [AppointmentFactory(session=other, state=state).person for state in ("declined", "cancelled", "no-show")]
    assert set(matching(session)) == set(free)


def test_ages_are_those_on_the_day_and_the_youngest_age_of_the_vaccine_holds(session):
    eighteen = waiting(session, date_of_birth=years_before(TOMORROW, 18))
    waiting(session, date_of_birth=years_before(TOMORROW, 18) + timedelta(days=1))
    waiting(session, date_of_birth=date(TOMORROW.year - 18, 1, 1), birth_precision="Y")
    nineteen = waiting(session, date_of_birth=date(TOMORROW.year - 19, 1, 1), birth_precision="Y")
    sixty = waiting(session, date_of_birth=years_before(TOMORROW, 60))
    assert set(matching(session)) == {eighteen, nineteen, sixty}
    assert matching(session, from_age=60) == [sixty]
    assert set(matching(session, to_age=59)) == {eighteen, nineteen}
    assert matching(session, from_age=60, to_age=60) == [sixty]


def test_vaccine_without_a_minimum_age_is_told(session):
    janssen = VaccineFactory(code="janssen")
    assert first_doses([janssen, *session.vaccines.all()], TOMORROW).unruled == (janssen,)
    assert first_doses(session.vaccines.all(), TOMORROW).born_by == years_before(TOMORROW, 18)


@pytest.mark.parametrize(
    ("age", "on", "birth"),
    [
        ("18 years", date(2026, 3, 1), date(2008, 3, 1)),
        ("18 years", date(2026, 2, 28), date(2008, 2, 28)),
        ("18 years", date(2022, 3, 1), date(2004, 3, 1)),
        ("6 months", date(2026, 3, 1), date(2025, 9, 1)),
        ("12 years - 4 days", date(2026, 3, 1), date(2014, 3, 5)),
    ],
)
def test_latest_birth_of_those_who_have_reached_an_age(age, on, birth):
    assert latest_birth(read_span(age), on) == birth


def of_resident(session, **due):
    """Somebody in the registry who waits, with the row of their next dose."""
    resident = ResidentFactory()
    facts = {"earliest_on": TOMORROW, "recommended_on": TOMORROW, "dose_number": 2, "products": ["vaxzevria"]}
    DueDose.objects.create(resident=resident.pk, status="Not complete", computed_on=timezone.localdate(), **facts | due)
    return waiting(session, number=resident.pk, full_name=resident.full_name)


def test_who_had_doses_is_invited_when_the_next_is_due_and_of_the_right_product(session):
    due = of_resident(session)
    any_product = of_resident(session, products=[])
    soon = TOMORROW + timedelta(days=5)
    later = of_resident(session, recommended_on=soon)
    of_resident(session, earliest_on=soon, recommended_on=soon)
    of_resident(session, products=["comirnaty"])
    of_resident(session, dose_number=None, earliest_on=None, recommended_on=None)
    assert set(matching(session)) == {due, any_product}
    assert set(matching(session, due_by=soon)) == {due, any_product, later}
    made = fill(session)
    assert {(row.dose_number, row.due_on, row.resident_id) for row in made} == {
        (2, TOMORROW, person.number) for person in (due, any_product)
    }
    due.refresh_from_db()
    assert due.resident_id == due.number


def test_who_had_doses_that_are_not_worked_out_is_left_out(session):
    resident = DoseFactory().resident
    waiting(session, number=resident.pk, full_name=resident.full_name)
    assert matching(session) == []


def test_mistyped_number_of_somebody_else_neither_hinders_nor_links(session):
    other = DoseFactory(resident__full_name="Lý Thị Khác", resident__date_of_birth=date(1971, 1, 1)).resident
    person = waiting(session, number=other.pk)
    [made] = fill(session)
    assert (made.person, made.resident, made.dose_number) == (person, None, 1)


def test_one_person_registered_twice_is_invited_once(session):
    resident = ResidentFactory()
    first, _second = (waiting(session, number=resident.pk, full_name=resident.full_name) for _n in range(2))
    [made] = fill(session)
    assert (made.person, made.resident) == (first, resident)
    assert fill(session) == []


def test_groups_are_chosen_and_counted_in_their_order(session):
    nurse, soldier = PriorityGroupFactory(code="health", position=1), PriorityGroupFactory(code="army", position=3)
    soldiers = [waiting(session, priority_group=soldier) for _n in range(2)]
    nurses = [waiting(session, priority_group=nurse)]
    nobody = [waiting(session)]
    assert matching(session) == [*nurses, *soldiers, *nobody]
    assert matching(session, groups=("army",)) == soldiers
    assert matching(session, groups=("health", NO_GROUP)) == [*nurses, *nobody]
    found = candidates(session, criteria(session), first_doses(session.vaccines.all(), TOMORROW))
    assert [(row["name_en"], row["number"]) for row in counted(found)] == [
        (nurse.name_en, 1),
        (soldier.name_en, 2),
        (None, 1),
    ]


def test_within_a_group_the_oldest_or_whoever_waits_longest_comes_first(session):
    early, late = (RegistrationFactory(registered_at=at(hour)) for hour in (1, 2))
    young = waiting(session, date_of_birth=date(1999, 1, 1), registration=early)
    old = waiting(session, date_of_birth=date(1950, 1, 1), registration=late)
    assert matching(session) == [old, young]
    assert matching(session, order="longest") == [young, old]


def test_whose_appointment_was_cancelled_come_first_and_who_did_not_come_last(session):
    other = ClinicSessionFactory(facility=session.facility)
    plain = waiting(session, date_of_birth=date(1940, 1, 1))
    missed = AppointmentFactory(session=other, state="no-show").person
    cancelled = AppointmentFactory(session=other, state="cancelled").person
    assert matching(session) == [cancelled, plain, missed]


def test_families_come_together(session):
    family = RegistrationFactory()
    mother = waiting(session, registration=family, date_of_birth=date(1960, 1, 1))
    others = [waiting(session, date_of_birth=date(1970, 1, n)) for n in (1, 2)]
    daughter = waiting(session, registration=family, place=1, date_of_birth=date(1980, 1, 1))
    made = fill(session)
    assert [row.person for row in made] == [mother, daughter, *others]
    assert [row.starts_at.hour for row in made] == [7, 7, 8, 8]


@pytest.mark.parametrize("different", [{"kind": "closed"}, {"held_on": TOMORROW - timedelta(days=2)}])
def test_closed_or_past_session_invites_nobody(different):
    with pytest.raises(NotOpenError):
        fill(ClinicSessionFactory(**{"held_on": TOMORROW, **different}))
