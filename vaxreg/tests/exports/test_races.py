"""Two people, or two machines, at the same moment, with two real connections."""

import pytest
from django.utils import timezone

from residents.tests.factories import UnitFactory
from vaxreg.exports import building, services
from vaxreg.exports.models import Export, ExportChunk
from vaxreg.models import AuditEntry
from vaxreg.tests.at_once import at_once
from vaxreg.tests.exports.factories import built, export_by, manager_of, people_of
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def unit():
    unit = UnitFactory()
    people_of(unit, 3)
    return unit


def test_two_approvers_decide_at_once_and_one_wins(unit, settings):
    settings.EXPORT_APPROVAL_PEOPLE = 2
    export = export_by(manager_of(unit), unit)
    first, second = manager_of(unit), manager_of(unit)

    def decide(user, is_approval):
        facts = {"is_approval": is_approval, "reason": "Lý do", "now": timezone.now()}
        return lambda: services.decide(by=actor(user), export=export, **facts)

    results = at_once(decide(first, True), decide(second, False))
    assert sum(isinstance(result, services.DecidedError) for result in results) == 1
    won = next(result for result in results if isinstance(result, Export))
    assert Export.objects.get().is_approved == won.is_approved
    assert AuditEntry.objects.filter(action__in=["export.approved", "export.refused"]).count() == 1


def test_two_builders_make_one_file(unit):
    export = export_by(manager_of(unit), unit)

    def build(waits):
        return lambda: building.build(by=actor(export.requested_by), export=export, now=timezone.now(), waits=waits)

    at_once(build(True), build(True), build(False))
    assert Export.objects.get().built_people == 3
    assert ExportChunk.objects.count() == 1
    assert AuditEntry.objects.filter(action="export.built").count() == 1


def test_last_download_is_taken_once(unit, settings):
    settings.EXPORT_MOST_DOWNLOADS = 1
    export = built(export_by(manager_of(unit), unit))
    by = actor(export.requested_by)

    def take():
        return services.start_download(by=by, export=export, format="csv", now=timezone.now())

    results = at_once(take, take)
    assert sum(isinstance(result, services.NoDownloadsLeftError) for result in results) == 1
    assert export.downloads.count() == 1


def test_two_tabs_do_not_each_take_what_one_may(unit, settings):
    settings.EXPORT_APPROVAL_PEOPLE = 5
    user = manager_of(unit)
    results = at_once(*[lambda: export_by(user, unit)] * 2)
    assert sorted(export.needs_approval for export in results) == [False, True]
