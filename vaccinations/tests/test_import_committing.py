"""Committing an import and taking it back: all or nothing, exactly what was accepted, and nobody else's work undone."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from residents.models import Resident
from residents.services import correct_number
from vaccinations.doses.services import Reason, record_dose
from vaccinations.imports import services, stages
from vaccinations.imports.reverting import built_on
from vaccinations.models import Dose, DoseImport, DueDose, Facility, Lot, SheetDose, Slip, Vaccine
from vaccinations.tests.factories import DoseFactory, FacilityFactory, LotFactory, clerk, course_of, entry
from vaccinations.tests.sheets import BY, NUMBER, ROW, brought, committed, known_names, outcomes, person
from vaxreg import jobs
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor

pytestmark = pytest.mark.django_db
SECOND = {"dose": "2", "on": "10/10/2021"}


@pytest.fixture(autouse=True)
def province():
    return known_names()


def test_it_works(province):
    person()
    station = FacilityFactory(name="Trạm Y tế Bến Nghé", unit=province)
    user = UserFactory()
    dose_import = committed(brought({**ROW, "lot": " ab 1234"}, SECOND, province=province), by=actor(user))
    assert (dose_import.state, dose_import.added, dose_import.committed_by) == ("committed", 2, user)
    first, second = Dose.objects.order_by("dose_number")
    assert (first.resident_id, first.administered_on, first.born_on) == (NUMBER, date(2021, 8, 1), date(1990, 3, 5))
    assert (first.vaccine.name, first.lot.lot_number, first.facility) == ("AstraZeneca", "AB 1234", station)
    assert (first.source, first.recorded_by, first.warnings) == ("import", user, [])
    assert (first.dose_import, first.import_row, second.import_row) == (dose_import, 2, 3)
    # A lot that only sheets know is nothing to choose at a desk; written with a space or without, it is one.
    assert list(Lot.objects.values_list("lot_number", "is_active")) == [("AB 1234", False)]


def test_every_dose_is_in_the_history_of_its_person():
    person()
    dose_import = committed(brought(ROW, SECOND))
    entries = AuditEntry.objects.filter(resident=NUMBER, action="dose.recorded").order_by("pk")
    assert [entry.object_id for entry in entries] == [str(dose.pk) for dose in Dose.objects.order_by("dose_number")]
    assert entries[0].changes == {
        "dose_number": 1,
        "vaccine": "astrazeneca",
        "lot": "AB1234",
        "administered_on": "2021-08-01",
        "warnings": [],
        "import": dose_import.pk,
        "row": 2,
    }
    counts = AuditEntry.objects.get(action="import.committed").changes
    assert (counts["rows"], counts["added"], counts["new"]) == (2, 2, 2)


def test_nobodys_name_or_birth_changes():
    resident = person()
    before = Resident.objects.values().get()
    committed(brought({"name": "NGUYEN VAN BUOI", "born": "1990", "sex": "Nữ", "phone": "0999999999"}))
    assert Resident.objects.values().get() == before, resident


def test_only_new_doses_are_written_and_the_same_file_again_adds_nothing():
    person()
    dose_import = committed(brought(ROW, ROW, {"dose": "x"}, {"on": "10/10/2021"}))
    assert dose_import.added == Dose.objects.count() == 1
    again = brought(ROW, ROW, {"dose": "x"}, {"on": "10/10/2021"})
    assert outcomes(again) == ["already-recorded", "already-recorded", "unreadable", "conflict recorded-differs"]
    with pytest.raises(services.NothingAcceptedError):
        services.ask_commit(by=BY, dose_import=again, seen=0)


def test_dose_recorded_at_a_desk_since_the_review_stops_the_commit():
    resident = person()
    dose_import = brought(ROW, SECOND)
    DoseFactory(resident=resident, administered_on=date(2021, 8, 3))
    after = committed(dose_import)
    assert (after.state, after.changed_meanwhile, Dose.objects.count()) == ("review", 1, 1)
    assert outcomes(after) == ["conflict recorded-differs", "new"]
    # The reviewer has seen it now, and the rest goes through.
    assert committed(after).added == 1


def test_commit_of_another_number_than_was_shown_is_refused():
    person()
    dose_import = brought(ROW, SECOND)
    with pytest.raises(services.SeenOtherwiseError):
        services.ask_commit(by=BY, dose_import=dose_import, seen=1)


def test_one_dose_that_the_database_refuses_keeps_all_out(monkeypatch):
    person()
    dose_import = brought(ROW, SECOND)
    monkeypatch.setattr(stages.committing, "judge", lambda cursor, pk: 0)
    DoseFactory(resident_id=NUMBER, administered_on=date(2021, 8, 3))
    after = committed(dose_import)
    assert (after.state, after.failure) == ("committing", "unexpected")
    assert Dose.objects.count() == 1
    monkeypatch.undo()
    assert stages.run(services.resume(by=BY, dose_import=after)).state == "review"


def test_person_whose_number_was_corrected_since_gets_the_dose_under_the_new_one():
    old = person("012345678")
    dose_import = brought({"number": "012345678"})
    correct_number(by=BY, resident=old, new_number=NUMBER, reason="thẻ mới")
    assert committed(dose_import).added == 1
    assert Dose.objects.get().resident_id == NUMBER


def test_unknown_facility_goes_to_the_placeholder_only_when_somebody_says_so(province):
    person()
    dose_import = brought({"facility": "Trạm lạ"}, province=province)
    with pytest.raises(services.FacilitiesUnknownError):
        services.ask_commit(by=BY, dose_import=dose_import, seen=1)
    committed(dose_import)
    placeholder = Dose.objects.get().facility
    assert (placeholder.code, placeholder.unit, placeholder.is_active) == ("unknown-79", province, False)


def test_facility_named_once_is_known_in_the_provinces_next_sheet(province):
    person()
    station = FacilityFactory(unit=province)
    dose_import = brought({"facility": "Trạm lạ"}, province=province)
    services.name_facilities(by=BY, dose_import=dose_import, names={"Trạm lạ": station}, takes_unknown=False)
    stages.run(services.ask_commit(by=BY, dose_import=dose_import, seen=1))
    assert Dose.objects.get().facility == station
    brought({**SECOND, "facility": "TRAM LA"}, province=province)
    assert SheetDose.objects.last().facility == station


def test_clinics_sheet_is_of_its_facility_and_a_row_of_another_one_is_not_taken(province):
    person()
    own, other = (FacilityFactory(name=name, unit=province) for name in ("Trạm A", "Trạm B"))
    dose_import = brought({"facility": "chữ gì đó"}, {**SECOND, "facility": "Trạm B"}, facility=own)
    assert outcomes(dose_import) == ["new", "unreadable"]
    assert SheetDose.objects.last().problems == ["facility-other"]
    stages.run(services.ask_commit(by=BY, dose_import=dose_import, seen=1))
    assert Dose.objects.get().facility == own
    assert Facility.objects.filter(code__startswith="unknown").count() == 0, other


def test_lot_of_another_vaccine_is_not_recorded_and_the_warning_stays():
    person()
    LotFactory(vaccine=Vaccine.objects.get(code="comirnaty"), lot_number="FD1234")
    committed(brought({"lot": "FD1234"}))
    dose = Dose.objects.get()
    assert (dose.lot, dose.warnings) == (None, ["other-lot"])


def test_dose_held_back_is_not_written():
    person()
    dose_import = brought(ROW, SECOND)
    second = SheetDose.objects.get(row=3)
    dose_import = services.hold(by=BY, dose_import=dose_import, doses=[second.pk], is_held=True)
    assert (dose_import.accepted, committed(dose_import).added) == (1, 1)
    assert Dose.objects.get().dose_number == 1


def test_number_suggested_is_taken_only_when_the_reviewer_says_so():
    person()
    dose_import = brought(ROW, {"on": "10/10/2021"})
    services.take_suggestions(by=BY, dose_import=dose_import)
    dose_import = stages.run(DoseImport.objects.get())
    assert outcomes(dose_import) == ["new", "new"]
    committed(dose_import)
    assert list(Dose.objects.order_by("import_row").values_list("dose_number", flat=True)) == [1, 2]
    # What stands in the sheet is not rewritten.
    assert list(SheetDose.objects.order_by("row").values_list("dose_number", flat=True)) == [1, 1]


def test_what_was_decided_outlives_a_second_check():
    person()
    dose_import = brought(ROW, {"on": "10/10/2021"}, {"dose": "3", "on": "10/12/2021"})
    third = SheetDose.objects.get(row=4)
    services.hold(by=BY, dose_import=dose_import, doses=[third.pk], is_held=True)
    services.take_suggestions(by=BY, dose_import=dose_import)
    dose_import = stages.run(DoseImport.objects.get())
    dose_import = stages.run(services.check_again(by=BY, dose_import=dose_import))
    assert outcomes(dose_import) == ["new"] * 3
    assert (dose_import.accepted, SheetDose.objects.get(row=3).decided_number) == (2, 2)


def reverted(dose_import, reason="Gửi nhầm tệp"):
    return stages.run(services.ask_revert(by=BY, dose_import=dose_import, reason=reason))


def test_taking_back_voids_exactly_what_the_import_added():
    DoseFactory(resident=person("079090000009", full_name="Trần Đức Mít", phone=""), administered_on=date(2021, 8, 1))
    person()
    dose_import = reverted(committed(brought(ROW, SECOND)))
    assert (dose_import.state, dose_import.taken_back) == ("reverted", 2)
    voided = Dose.objects.filter(voided_at__isnull=False)
    assert {dose.dose_import for dose in voided} == {dose_import}
    assert {dose.void_reason for dose in voided} == {f"Import {dose_import.pk}: Gửi nhầm tệp"}
    assert Dose.objects.valid().get().resident_id == "079090000009"
    assert AuditEntry.objects.filter(resident=NUMBER, action="dose.voided").count() == 2
    # The sheet can come again.
    assert committed(brought(ROW, SECOND)).added == 2


@pytest.mark.parametrize("what", ["later-dose", "slip"])
def test_dose_that_others_have_built_on_is_listed_and_stays(what):
    resident = person()
    dose_import = committed(brought(ROW))
    dose = Dose.objects.get()
    if what == "slip":
        Slip.objects.create(code="34679CDF", resident=NUMBER, dose=dose)
    else:
        later = timezone.now() + timedelta(seconds=1)
        DoseFactory(resident=resident, dose_number=2, administered_on=date(2021, 10, 10), recorded_at=later)
    assert built_on(dose_import) == {dose.pk: what}
    dose_import = reverted(dose_import)
    assert (dose_import.added, dose_import.taken_back) == (1, 0)
    assert Dose.objects.get(pk=dose.pk).is_valid


def test_dose_replaced_since_is_left_to_who_replaced_it(province):
    person()
    dose_import = committed(brought(ROW))
    from vaccinations.doses.services import replace_dose

    wrong = Dose.objects.get()
    right = entry(lot=LotFactory(vaccine=wrong.vaccine), facility=wrong.facility, administered_on=date(2021, 8, 2))
    replace_dose(by=actor(), dose=wrong, void_reason="sai ngày", entry=right, now=timezone.now())
    assert reverted(dose_import).taken_back == 0
    assert Dose.objects.valid().get().administered_on == date(2021, 8, 2)


def test_counts_that_do_not_add_up_are_refused_by_the_database():
    person()
    dose_import = brought(ROW)
    with pytest.raises(IntegrityError, match="doseimport_counts_add_up"), transaction.atomic():
        DoseImport.objects.filter(pk=dose_import.pk).update(count_new=2)
    with pytest.raises(IntegrityError, match="doseimport_added_what_was_accepted"), transaction.atomic():
        DoseImport.objects.filter(pk=dose_import.pk).update(state="committed", committed_at=timezone.now(), added=0)
    with pytest.raises(IntegrityError, match="sheetdose_new_is_whole"), transaction.atomic():
        SheetDose.objects.filter(dose_import=dose_import).update(dose_number=None)


def test_desk_works_on_after_an_import():
    """The clinic's own service takes an imported dose for what it is."""
    resident, user = person(), clerk(role=Role.CLINIC_STAFF)
    committed(brought(ROW))
    given = entry(dose_number=2, lot=LotFactory(vaccine=Vaccine.objects.get(code="astrazeneca")))
    dose = record_dose(
        by=actor(user),
        resident=resident,
        entry=given,
        now=timezone.now(),
        reason=Reason("đúng", frozenset({"lot-expired"})),
    )
    assert dose.dose_number == 2


def work():
    while jobs.work_one():
        pass


def test_the_worker_says_what_is_due_next_after_the_commit_and_again_when_it_is_taken_back():
    person()
    course_of(Vaccine.objects.get(name="AstraZeneca"), interval={"minimum": "28 days"})
    dose_import = committed(brought(ROW))
    # Not in the commit itself, which holds the people up.
    assert not DueDose.objects.exists()
    work()
    due = DueDose.objects.get()
    assert (due.resident, due.dose_number, due.recommended_on) == (NUMBER, 2, date(2021, 8, 29))
    stages.run(services.ask_revert(by=BY, dose_import=dose_import, reason="nhầm tệp"))
    work()
    due = DueDose.objects.get()
    assert (due.dose_number, due.facility) == (1, None)
