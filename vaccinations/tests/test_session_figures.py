"""/sessions/: registered, invited, seen and waiting people of the manager's area; numbers, and no names."""

import pytest
from django.utils import timezone

from residents.tests.factories import AreaAssignmentFactory, UnitFactory
from vaccinations.tests.factories import FacilityFactory
from vaccinations.tests.session_factories import (
    AppointmentFactory,
    ClinicSessionFactory,
    PriorityGroupFactory,
    RegisteredPersonFactory,
)
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def province():
    return UnitFactory(name_en="Our Province")


@pytest.fixture
def manager(client, province):
    user = UserFactory(roles=[Role.PROVINCIAL_MANAGER])
    AreaAssignmentFactory(user=user, unit=province)
    return sign_in(client, user)


def figures(page, heading):
    """The rows of the table under a heading: {name: [registered, invited, seen, waiting]}."""
    table = page[page.index(f">{heading}</h2>") :].split("</table>")[0]
    rows = [row.split("<td>") for row in table.split("<tr>")[2:]]
    return {row[0].split(">")[1].split("<")[0]: [int(cell.split("<")[0]) for cell in row[1:]] for row in rows}


def test_it_works(manager, province, django_assert_max_num_queries):
    group, ward = PriorityGroupFactory(name_en="Health workers"), UnitFactory(parent=province, name_en="Our Ward")
    facility = FacilityFactory(unit=ward, name_en="Our Station")
    session = ClinicSessionFactory(facility=facility, capacity_per_hour=9)

    def person(**different):
        return RegisteredPersonFactory(province=province, ward=ward, facility=facility, **different)

    for state in ("invited", "arrived", "done", "declined"):
        facts = {"state": state, "arrived_at": timezone.now()}
        AppointmentFactory(session=session, person=person(priority_group=group), **facts)
    person(priority_group=group)
    person()
    person(withdrawn_at=timezone.now())
    RegisteredPersonFactory(province=province)
    RegisteredPersonFactory(full_name="Người Nơi Khác")
    ClinicSessionFactory(facility__name_en="Station elsewhere")
    with django_assert_max_num_queries(12):
        page = manager.get("/sessions/").content.decode()
    assert figures(page, "By group") == {
        "Health workers": [5, 2, 1, 2],
        "in no group, or not known": [2, 0, 0, 2],
        "Together": [7, 2, 1, 4],
    }
    assert figures(page, "By ward") == {
        "Our Ward": [6, 2, 1, 3],
        "ward not known": [1, 0, 0, 1],
        "Together": [7, 2, 1, 4],
    }
    assert "Our Station" in page
    assert "Station elsewhere" not in page
    assert "Nguyễn" not in page


def test_empty_area_says_so(manager):
    page = manager.get("/sessions/?day=x").content.decode()
    assert "Nobody in your area has registered yet." in page
    assert "No session is planned in your area" in page


def test_manager_of_a_ward_sees_that_ward(client, province):
    ward = UnitFactory(parent=province, name_en="Our Ward")
    user = UserFactory(roles=[Role.PROVINCIAL_MANAGER])
    AreaAssignmentFactory(user=user, unit=ward)
    RegisteredPersonFactory(province=province, ward=ward)
    RegisteredPersonFactory(province=province, ward=UnitFactory(parent=province, name_en="Next Ward"))
    page = sign_in(client, user).get("/sessions/").content.decode()
    assert figures(page, "By ward") == {"Our Ward": [1, 0, 0, 1], "Together": [1, 0, 0, 1]}
