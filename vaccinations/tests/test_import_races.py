"""Two people, two workers, a desk and an import at the same moment, with real connections: nothing is recorded twice."""

from datetime import date

import pytest
from django.utils import timezone

from residents.models import Resident
from vaccinations.doses.services import AlreadyRecordedError, record_dose
from vaccinations.imports import aftermath, files, services, stages
from vaccinations.models import Dose, DoseImport, Vaccine
from vaccinations.tests.breaking import NAMES, sheet
from vaccinations.tests.factories import FacilityFactory, LotFactory, entry
from vaccinations.tests.sheets import BY
from vaxreg import jobs
from vaxreg.models import Job
from vaxreg.tests.at_once import at_once
from vaxreg.tests.factories import UserFactory, actor

pytestmark = pytest.mark.django_db(transaction=True)


def reviewed():
    dose_import = stages.run(sheet())
    return services.name_facilities(by=BY, dose_import=dose_import, names={}, takes_unknown=True)


def again(dose_import):
    """Another import of the same sheet, reviewed too."""
    with files.opened(dose_import) as file:
        twin = stages.run(services.receive(by=BY, file=file, name="again.csv"))
    return services.name_facilities(by=BY, dose_import=twin, names={}, takes_unknown=True)


def test_two_people_press_commit_and_one_is_told():
    dose_import = reviewed()

    def press():
        return services.ask_commit(by=BY, dose_import=dose_import, seen=10)

    results = at_once(press, press)
    assert sum(isinstance(result, DoseImport) for result in results) == 1
    assert sum(isinstance(result, services.ImportRefusedError) for result in results) == 1
    assert Job.objects.count() == 1


def test_one_sheet_sent_twice_and_committed_at_once_is_recorded_once():
    first = reviewed()
    second = again(first)
    for dose_import in (first, second):
        services.ask_commit(by=BY, dose_import=dose_import, seen=10)
    at_once(*[lambda pk=pk: stages.run(DoseImport.objects.get(pk=pk)) for pk in (first.pk, second.pk)])
    states = sorted(DoseImport.objects.values_list("state", "changed_meanwhile"))
    assert states == [("committed", 0), ("review", 10)]
    assert Dose.objects.count() == len(NAMES)


def test_desk_and_import_record_one_dose_at_once_and_one_is_told():
    dose_import = reviewed()
    services.ask_commit(by=BY, dose_import=dose_import, seen=10)
    person = dose_import.sheet_doses.first().person
    resident, user = Resident.objects.get(pk=person), UserFactory()
    lot = LotFactory(vaccine=Vaccine.objects.get(code="astrazeneca"))
    given = entry(lot=lot, facility=FacilityFactory(), administered_on=date(2021, 8, 2))

    def desk():
        return record_dose(by=actor(user), resident=resident, entry=given, now=timezone.now())

    recorded, after = at_once(desk, lambda: stages.run(DoseImport.objects.get()))
    if isinstance(recorded, Dose):
        assert (after.state, after.changed_meanwhile, Dose.objects.count()) == ("review", 1, 1)
    else:
        assert isinstance(recorded, AlreadyRecordedError)
        assert (after.state, Dose.objects.count()) == ("committed", 10)


def test_two_workers_at_one_import_and_the_second_comes_back_later():
    dose_import = sheet()
    services.start(dose_import)
    services.start(dose_import)
    at_once(jobs.work_one, jobs.work_one)
    Job.objects.update(due_at="2021-01-01T00:00Z")
    while jobs.work_one():
        pass
    dose_import.refresh_from_db()
    assert (dose_import.state, dose_import.doses, dose_import.counts["new"]) == ("review", 10, 10)
    assert not Job.objects.exists()


def test_what_follows_is_done_for_everybody_once_in_batches(monkeypatch):
    seen = []
    monkeypatch.setattr(aftermath, "FOLLOWERS", [seen.append])
    monkeypatch.setattr(aftermath, "BATCH", 4)
    dose_import = reviewed()
    services.ask_commit(by=BY, dose_import=dose_import, seen=10)
    while jobs.work_one():
        pass
    assert [len(people) for people in seen] == [4, 4, 2]
    assert sorted(person for people in seen for person in people) == sorted(
        Dose.objects.values_list("resident", flat=True)
    )
