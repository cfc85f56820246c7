"""What a provincial manager sees of reactions: serious ones at once, unread ones marked, each reading logged."""

import pytest
from django.test import Client

from residents.tests.factories import AreaAssignmentFactory, UnitFactory
from vaccinations.loading.clinic import load_clinic
from vaccinations.models import AdverseEvent, AdverseEventReading
from vaccinations.tests.factories import AdverseEventFactory, FacilityFactory
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    load_clinic(by=Actor.command("test"))
    return UnitFactory()


@pytest.fixture
def manager(province, english) -> Client:
    client = Client()
    client.user = UserFactory(roles=[Role.PROVINCIAL_MANAGER])
    AreaAssignmentFactory(user=client.user, unit=province)
    return sign_in(client, client.user)


def serious(unit, **facts):
    facts = {"severity": "severe", "is_serious": True, "symptoms": ["seizure"], **facts}
    return AdverseEventFactory(dose__facility__unit=unit, **facts)


def test_a_serious_one_is_there_at_once_and_named_on_every_page(manager, province):
    assert "No serious reaction is recorded" in manager.get("/adverse-events/").content.decode()
    event = serious(UnitFactory(parent=province), dose__resident__full_name="Nguyễn Thị Lan")
    page = manager.get("/adverse-events/").content.decode()
    assert "Seizure" in page
    assert "1 waiting" in manager.get("/").content.decode()
    assert "Nguyễn Thị Lan" not in page
    assert event.resident not in page


def test_opening_it_shows_the_person_is_logged_and_marks_it_read(manager, province):
    event = serious(province, dose__resident__full_name="Nguyễn Thị Lan", dose__resident__phone="0912345678")
    page = manager.get(f"/adverse-events/{event.pk}/").content.decode()
    assert "Nguyễn Thị Lan" in page
    assert "0912345678" not in page
    assert event.resident not in page
    entry = AuditEntry.objects.get(action="reaction.read")
    assert (entry.user, entry.resident) == (manager.user, event.resident)
    assert "1 waiting" not in manager.get("/").content.decode()
    manager.get(f"/adverse-events/{event.pk}/")
    assert AdverseEventReading.objects.count() == 1
    assert AuditEntry.objects.filter(action="reaction.read").count() == 2


def test_a_new_version_is_unread_again_and_the_old_address_leads_to_it(manager, province):
    old = serious(province)
    manager.get(f"/adverse-events/{old.pk}/")
    AdverseEvent.objects.update(superseded_at=old.recorded_at)
    serious(province, event=old.event, dose=old.dose, version=2, outcome="fatal", facility=old.facility)
    assert "1 waiting" in manager.get("/").content.decode()
    page = manager.get(f"/adverse-events/{old.pk}/").content.decode()
    assert page.index("Version 2") < page.index("Version 1")
    assert "fatal" in page


def test_what_is_not_serious_is_shown_on_demand(manager, province):
    AdverseEventFactory(dose__facility__unit=province)
    assert "Fever" not in manager.get("/adverse-events/").content.decode()
    assert "Fever" in manager.get("/adverse-events/?show=all").content.decode()


def test_another_provinces_are_neither_listed_nor_counted_nor_opened(manager):
    event = serious(UnitFactory())
    assert "Seizure" not in manager.get("/adverse-events/?show=all").content.decode()
    assert "waiting</b>" not in manager.get("/").content.decode()
    assert manager.get(f"/adverse-events/{event.pk}/").status_code == 404
    assert not AuditEntry.objects.filter(action="reaction.read").exists()


def test_the_list_goes_on_where_it_stopped_and_asks_no_more_for_more(
    manager, province, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("vaccinations.observation.area_views.PAGE", 2)
    facility = FacilityFactory(unit=province)
    events = [serious(province, dose__facility=facility) for _event in range(3)]
    manager.get("/adverse-events/")
    # Session, user; the page; terms; how many are new, at the top and on the page.
    with django_assert_max_num_queries(6):
        first = manager.get("/adverse-events/")
    assert [event.pk for event in first.context["events"]] == [events[2].pk, events[1].pk]
    second = manager.get(f"/adverse-events/?before={first.context['older']}")
    assert [event.pk for event in second.context["events"]] == [events[0].pk]
    assert manager.get("/adverse-events/?before=nonsense").status_code == 200


@pytest.mark.parametrize("role", [Role.CLINIC_LEAD, Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_others_are_refused(client, role):
    other = sign_in(client, UserFactory(roles=[role]))
    assert other.get("/adverse-events/").status_code == 403
    assert other.get("/adverse-events/1/").status_code == 403
