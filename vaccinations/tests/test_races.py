"""Two desks at the same moment, with two real connections: one wins, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from residents.birth import read_birth
from residents.models import Resident
from residents.services import correct_number
from residents.tests.factories import ResidentFactory
from vaccinations.desk import arrivals
from vaccinations.desk.registering import PossibleDoubleError, register_at_clinic
from vaccinations.desk.visiting import AnsweredMeanwhileError, arrive, decline, give, reopen
from vaccinations.doses.services import (
    AlreadyRecordedError,
    AlreadyVoidedError,
    record_dose,
    replace_dose,
    void_dose,
)
from vaccinations.due.services import refresh_due, refresh_missing, refresh_stale
from vaccinations.models import AdverseEvent, Dose, DueDose, Observation, Slip, Visit
from vaccinations.observation.reactions import ChangedReactionError, Reaction, amend, report
from vaccinations.observation.services import AlreadyReleasedError, release
from vaccinations.sessions.errors import SessionFullError
from vaccinations.tests.factories import (
    AdverseEventFactory,
    DoseFactory,
    FacilityFactory,
    LotFactory,
    ObservationFactory,
    VisitFactory,
    course_of,
    entry,
)
from vaccinations.tests.session_factories import AppointmentFactory, ClinicSessionFactory, at
from vaxreg.tests.at_once import at_once
from vaxreg.tests.factories import UserFactory, actor

pytestmark = pytest.mark.django_db(transaction=True)


def somebody_waits_for_us():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0] > 0


def until(condition):
    for _attempt in range(500):
        if condition():
            return
        Event().wait(0.01)
    raise AssertionError("it never came to that")


def test_two_desks_record_the_same_dose_number_and_one_wins():
    resident, lot, here, there = ResidentFactory(), LotFactory(), FacilityFactory(), FacilityFactory()
    first, second = UserFactory(full_name="Bàn 1"), UserFactory(full_name="Bàn 2")

    def desk(user, facility):
        return lambda: record_dose(
            by=actor(user), resident=resident, entry=entry(lot=lot, facility=facility), now=timezone.now()
        )

    results = at_once(desk(first, here), desk(second, there))
    won = next(result for result in results if isinstance(result, Dose))
    told = next(result for result in results if isinstance(result, AlreadyRecordedError))
    assert told.dose == won
    # The page shows these without another question to the database.
    assert (told.dose.recorded_by.full_name, told.dose.facility) == (won.recorded_by.full_name, won.facility)
    assert Dose.objects.count() == Slip.objects.count() == 1


def test_one_form_sent_twice_at_once_is_one_dose():
    resident, given, user = ResidentFactory(), entry(), UserFactory()

    def send():
        return record_dose(by=actor(user), resident=resident, entry=given, now=timezone.now())

    first, second = at_once(send, send)
    assert first == second
    assert Dose.objects.count() == Slip.objects.count() == 1


def test_a_writer_without_the_lock_comes_between_and_what_it_wrote_is_told():
    """The unique constraint is the backstop: an import does not hold the person's row."""
    resident, given, user = ResidentFactory(), entry(), UserFactory()

    def send():
        return record_dose(by=actor(user), resident=resident, entry=given, now=timezone.now())

    def run():
        try:
            return send()
        except AlreadyRecordedError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            imported = DoseFactory(resident=resident)
            told = pool.submit(run)
            until(somebody_waits_for_us)
        assert told.result(10).dose == imported
    assert Dose.objects.get() == imported


def test_dose_recorded_while_the_number_is_corrected_goes_to_the_right_person():
    resident = ResidentFactory(citizen_id="012345678")
    given, user = entry(), UserFactory()

    def correct():
        return correct_number(by=actor(user), resident=resident, new_number="079090000777", reason="thẻ mới")

    def send():
        return record_dose(by=actor(user), resident=resident, entry=given, now=timezone.now())

    corrected, sent = at_once(correct, send)
    assert isinstance(corrected, Resident), corrected
    # Whoever came second either follows the new number or is asked to look the person up again.
    doses = Dose.objects.of_person("079090000777")
    assert list(doses) == ([sent] if isinstance(sent, Dose) else [])


def test_two_people_void_one_dose_and_one_is_told():
    dose, user = DoseFactory(), UserFactory()

    def strike(reason):
        return lambda: void_dose(by=actor(user), dose=dose, reason=reason)

    results = at_once(strike("một"), strike("hai"))
    assert sum(isinstance(result, AlreadyVoidedError) for result in results) == 1
    assert sum(isinstance(result, Dose) for result in results) == 1


def test_two_people_replace_one_dose_and_one_replacement_counts():
    dose, user, lots = DoseFactory(), UserFactory(), [LotFactory(), LotFactory()]
    now = timezone.now()

    def swap(lot):
        given = entry(lot=lot, facility=dose.facility)
        return lambda: replace_dose(by=actor(user), dose=dose, void_reason="Sai lô", entry=given, now=now)

    results = at_once(*[swap(lot) for lot in lots])
    assert sum(isinstance(result, AlreadyVoidedError) for result in results) == 1
    assert Dose.objects.valid().count() == 1


def test_a_double_tap_registers_one_person_without_a_number():
    user, birth = UserFactory(), read_birth("05/03/1990")

    def tap():
        return register_at_clinic(by=actor(user), full_name="Nguyễn Thị Ước", birth=birth)

    results = at_once(tap, tap)
    person = next(result for result in results if isinstance(result, Resident))
    told = next(result for result in results if isinstance(result, PossibleDoubleError))
    assert [one.resident for one in told.candidates] == [person]
    assert Resident.objects.get().date_of_birth == date(1990, 3, 5)


def test_the_nightly_run_passes_over_whom_a_desk_holds_and_never_writes_what_is_old():
    resident, given, user = ResidentFactory(), entry(), UserFactory()
    course_of(given.vaccine)
    refresh_due(resident=resident, on=timezone.localdate())
    DueDose.objects.update(recheck_on=timezone.localdate())

    def nightly():
        try:
            return sum(refresh_stale(timezone.localdate()))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        record_dose(by=actor(user), resident=resident, entry=given, now=timezone.now())
        # The dose is not committed yet: whoever read now would take it for missing.
        assert pool.submit(nightly).result(10) == 0
    assert DueDose.objects.get().dose_number == 2


def test_two_nightly_runs_at_once_do_each_person_once():
    lot = LotFactory()
    course_of(lot.vaccine)
    for n in range(30):
        DoseFactory(resident__citizen_id=f"0790900000{n:02d}", lot=lot)
    assert sum(refresh_missing(timezone.localdate())) == 30
    DueDose.objects.update(recheck_on=timezone.localdate())
    results = at_once(*[lambda: sum(refresh_stale(timezone.localdate()))] * 2)
    assert all(isinstance(result, int) for result in results), results
    assert sum(results) >= 30
    assert not DueDose.objects.filter(recheck_on=timezone.localdate()).exists()


def at_a_desk(**facts):
    """Who acts, on whom, when: each desk's own."""
    return {"by": actor(UserFactory()), "now": timezone.now(), **facts}


def test_two_desks_press_enter_for_one_person_and_both_learn_of_the_one_dose():
    resident, facility = ResidentFactory(), FacilityFactory()

    def desk():
        facts, typed = at_a_desk(resident=resident), entry(facility=facility)
        return lambda: give(**facts, entry=typed)

    results = at_once(desk(), desk())
    won = next(result for result in results if isinstance(result, Visit))
    told = next(result for result in results if isinstance(result, AnsweredMeanwhileError))
    assert (told.visit, told.visit.dose) == (won, Dose.objects.get())
    assert Visit.objects.count() == 1


def test_given_and_not_given_at_once_and_one_is_told():
    resident, facility = ResidentFactory(), FacilityFactory()
    visit = VisitFactory(resident=resident, facility=facility)
    doctor, nurse, typed = at_a_desk(resident=resident), at_a_desk(resident=resident), entry(facility=facility)
    results = at_once(lambda: decline(**doctor, facility=facility, reason="unwell"), lambda: give(**nurse, entry=typed))
    assert sum(isinstance(result, AnsweredMeanwhileError) for result in results) == 1
    visit.refresh_from_db()
    assert visit.is_given == Dose.objects.exists()
    assert Visit.objects.get() == visit


def test_two_desks_let_one_person_wait_and_one_visit_is_open():
    resident, facility = ResidentFactory(), FacilityFactory()
    facts = [at_a_desk(resident=resident, facility=facility) for _desk in range(2)]
    first, second = at_once(*[lambda each=each: arrive(**each) for each in facts])
    assert first == second == Visit.objects.get()


def test_two_desks_undo_one_refusal_and_one_visit_is_open():
    visit = VisitFactory(not_given_reason="refused")
    facts = [at_a_desk(visit=visit) for _desk in range(2)]
    results = at_once(*[lambda each=each: reopen(**each) for each in facts])
    assert sum(isinstance(result, Visit) for result in results) == 1
    assert Visit.objects.filter(undone_at=None).count() == 1


def test_release_pressed_twice_at_once_releases_once_and_tells():
    observation = ObservationFactory(minutes=31)
    facts = [at_a_desk(observation=observation) for _desk in range(2)]
    results = at_once(*[lambda each=each: release(**each) for each in facts])
    released = next(result for result in results if isinstance(result, Observation))
    told = next(result for result in results if isinstance(result, AlreadyReleasedError))
    assert told.observation.released_by == released.released_by


def test_two_people_add_to_one_reaction_and_one_is_told():
    event = AdverseEventFactory()
    said = [Reaction(onset_at=event.onset_at, symptoms=("pyrexia", code)) for code in ("headache", "chills")]
    facts = [at_a_desk(latest=event, reaction=each) for each in said]
    results = at_once(*[lambda each=each: amend(**each) for each in facts])
    assert sum(isinstance(result, ChangedReactionError) for result in results) == 1
    assert AdverseEvent.objects.current().get().version == 2


def test_a_double_tap_records_one_reaction():
    dose, key = DoseFactory(), uuid4()
    facts = at_a_desk(dose=dose, facility=dose.facility, key=key, source="site")
    said = Reaction(onset_at=facts["now"], symptoms=("pyrexia",))
    first, second = at_once(*[lambda: report(**facts, reaction=said) for _tap in range(2)])
    assert first == second == AdverseEvent.objects.get()


def test_the_last_place_of_a_session_goes_to_one_of_two_desks():
    session, lot, user = ClinicSessionFactory(capacity_per_hour=1), LotFactory(), UserFactory()
    acts = [
        lambda who=who: give(
            by=actor(user), resident=who, entry=entry(lot=lot, facility=session.facility), now=at(7, 30)
        )
        for who in ResidentFactory.create_batch(2)
    ]
    results = at_once(*acts)
    visits = [result for result in results if isinstance(result, Visit)]
    assert [type(result) for result in results if result not in visits] == [SessionFullError]
    assert visits[0].appointment.session == session
    assert Dose.objects.count() == 1


def test_arrival_at_the_session_and_the_dose_at_the_desk_are_one_visit():
    session, lot, user, who = ClinicSessionFactory(), LotFactory(), UserFactory(), ResidentFactory()
    own = AppointmentFactory(session=session, resident=who)
    facts = {"by": actor(user), "now": at(7, 30)}
    results = at_once(
        lambda: arrivals.note(appointment=own, resident=who, **facts),
        lambda: give(resident=who, entry=entry(lot=lot, facility=session.facility), **facts),
    )
    assert not [result for result in results if isinstance(result, Exception)]
    visit = Visit.objects.get()
    assert (visit.outcome, visit.appointment.state) == ("given", "done")
