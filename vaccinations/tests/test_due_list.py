"""The list of a facility's people who are due or overdue, and a manager's counts: /clinic/due/."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from residents.models import Resident
from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaccinations.models import DueDose
from vaccinations.tests.factories import FacilityFactory, VaccineFactory, clerk
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db


def day(offset):
    return timezone.localdate() + timedelta(days=offset)


def due(facility, offset=0, *, serial=1, name="Nguyễn Thị Lan", phone="0912345678", born="1990-03-05", **facts):
    """Somebody whose next dose is recommended so many days from today."""
    number = f"079090{serial:06d}"
    if not Resident.objects.filter(pk=number).exists():
        ResidentFactory(citizen_id=number, full_name=name, phone=phone, date_of_birth=born)
    days = {"earliest_on": day(offset), "recommended_on": day(offset)} if offset is not None else {}
    row = {"resident": number, "dose_number": 2, "course": "basic", "facility": facility, "status": "Not complete"}
    return DueDose.objects.create(**row | {"computed_on": day(0), "products": ["comirnaty"]} | days | facts)


def serials(response):
    return [int(line.person.pk[6:]) for line in response.context.get("lines", [])]


def listed(desk, query=""):
    return serials(desk.get(f"/clinic/due/{query}"))


def test_it_works(desk, facility):
    VaccineFactory(code="comirnaty", name="Comirnaty")
    due(facility, -3, past_due_on=day(10))
    page = desk.get("/clinic/due/").content.decode()
    for text in ("Nguyễn Thị Lan", "1990", "09•• ••• 678", "basic dose", "Comirnaty", "1 person"):
        assert text in page
    for day_shown in (day(-3), day(10)):
        assert day_shown.strftime("%d/%m/%Y") in page


def test_numbers_phones_and_days_of_birth_are_not_shown(desk, facility):
    due(facility)
    page = desk.get("/clinic/due/").content.decode()
    for hidden in ("079090000001", "0912345678", "05/03/1990"):
        assert hidden not in page


def test_every_look_is_logged_for_everybody_shown(desk, facility):
    due(facility, serial=1)
    due(facility, serial=2)
    due(facility, 30, serial=3)
    desk.get("/clinic/due/")
    entries = AuditEntry.objects.filter(action="due.listed")
    assert {(entry.user, entry.resident) for entry in entries} == {
        (desk.user, "079090000001"),
        (desk.user, "079090000002"),
    }


def test_phones_are_shown_for_a_reason_that_is_logged(desk, facility):
    due(facility)
    refused = desk.post("/clinic/due/?when=now", {"reason": ""})
    assert "0912345678" not in refused.content.decode()
    assert "This field is required." in refused.content.decode()
    shown = desk.post("/clinic/due/?when=now", {"reason": "Gọi điện mời tiêm"})
    assert "0912345678" in shown.content.decode()
    entry = AuditEntry.objects.get(action="due.unmasked")
    assert (entry.resident, entry.changes) == ("079090000001", {"reason": "Gọi điện mời tiêm"})


GROUPS = {
    "now": [(-1, {}), (0, {}), (-28, {}), (-60, {"past_due_on": 5}), (-60, {"past_due_on": 0})],
    "week": [(1, {}), (7, {})],
    "month": [(8, {}), (30, {})],
    "overdue": [(-29, {}), (-5, {"past_due_on": -1})],
    "undated": [(None, {})],
    None: [(31, {})],
}


@pytest.fixture
def all_groups(facility):
    """Somebody on each edge of each group; returns which serial numbers are in which."""
    found, serial = {}, 0
    for group, people in GROUPS.items():
        for offset, facts in people:
            serial += 1
            found.setdefault(group, []).append(serial)
            due(facility, offset, serial=serial, **{name: day(value) for name, value in facts.items()})
    return found


@pytest.mark.parametrize("group", [group for group in GROUPS if group])
def test_each_is_in_one_group_by_the_day(desk, all_groups, group):
    assert sorted(listed(desk, f"?when={group}")) == all_groups[group]


def test_a_manager_sees_how_many_of_each_facility_of_the_area_and_nobody(client, facility, all_groups, english):
    due(FacilityFactory(name="Nơi khác"), serial=99)
    user = UserFactory(roles=[Role.PROVINCIAL_MANAGER])
    AreaAssignmentFactory(user=user, unit=facility.unit)
    response = sign_in(client, user).get("/clinic/due/facilities/")
    (row,) = response.context["rows"]
    assert row["facility"] == facility
    assert row["counts"] == [5, 2, 2, 2, 1]
    page = response.content.decode()
    assert "Nguyễn" not in page
    assert not AuditEntry.objects.filter(action="due.listed").exists()
    assert sign_in(Client(), user).get("/clinic/due/").status_code == 403


def test_facilities_in_wards_of_the_area_are_counted_in_few_statements(client, english, django_assert_num_queries):
    province = UnitFactory()
    user = UserFactory(roles=[Role.PROVINCIAL_MANAGER])
    AreaAssignmentFactory(user=user, unit=province)
    for _n in range(5):
        FacilityFactory(unit=UnitFactory(parent=province, level="ward"))
    sign_in(client, user).get("/clinic/due/facilities/")
    # Session, user; facilities with their units, and one count of all; reactions unread, in the head of the page.
    with django_assert_num_queries(5):
        assert len(client.get("/clinic/due/facilities/").context["rows"]) == 5


def test_other_facilities_and_people_of_whom_nothing_is_due_are_not_listed(desk, facility):
    due(FacilityFactory(), serial=1)
    due(facility, None, serial=2, dose_number=None, status="Complete")
    assert listed(desk) == []
    assert "Nobody is in this group." in desk.get("/clinic/due/").content.decode()


def test_a_vaccine_narrows_to_those_for_whom_it_counts_or_none_is_laid_down(desk, facility):
    for code in ("comirnaty", "spikevax"):
        VaccineFactory(code=code)
    due(facility, serial=1, products=["vaxzevria", "comirnaty"])
    due(facility, serial=2, products=["spikevax"])
    due(facility, serial=3, products=[])
    assert listed(desk, "?vaccine=comirnaty") == [1, 3]
    assert listed(desk, "?vaccine=spikevax") == [2, 3]
    assert "invalid-feedback" in desk.get("/clinic/due/?vaccine=nonsense").content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [("age_from=12", [1, 2]), ("age_to=17", [2, 3]), ("age_from=12&age_to=17", [2]), ("age_from=65", [])],
)
def test_an_age_narrows(desk, facility, query, expected):
    today = timezone.localdate()
    due(facility, serial=1, born=today.replace(year=today.year - 18, day=1))
    due(facility, serial=2, born=today.replace(year=today.year - 17, day=1))
    due(facility, serial=3, born=today.replace(year=today.year - 11, day=1))
    assert listed(desk, f"?{query}") == expected


@pytest.mark.parametrize("query", ["age_from=30&age_to=20", "age_from=x", "when=never", "age_to=999", "age_from=-1"])
def test_nonsense_is_told_beside_its_field_and_lists_nobody(desk, facility, query):
    due(facility)
    response = desk.get(f"/clinic/due/?{query}")
    assert response.context["form"].errors
    assert serials(response) == []
    assert "invalid-feedback" in response.content.decode()


@pytest.mark.parametrize("place", ["x", "20211399-1", "0-", "99999999-1", "20210101-" + "9" * 30])
def test_a_place_that_is_none_is_the_beginning(desk, facility, place):
    due(facility)
    assert listed(desk, f"?after={place}") == [1]


def links(response):
    page = response.content.decode()
    return {rel: link.replace("&amp;", "&") for rel, link in re.findall(r'rel="(prev|next)" href="([^"]+)"', page)}


@pytest.mark.parametrize("when", ["now", "undated"])
def test_pages_follow_each_other_without_gap_or_double_even_on_one_day(desk, facility, when):
    for serial in range(1, 121):
        due(facility, -(serial % 3) if when == "now" else None, serial=serial)
    order = [row.pk for row in DueDose.objects.order_by("recommended_on", "id")]
    expected = [int(row.resident[6:]) for row in sorted(DueDose.objects.all(), key=lambda row: order.index(row.pk))]
    first = desk.get(f"/clinic/due/?when={when}")
    second = desk.get(f"/clinic/due/{links(first)['next']}")
    third = desk.get(f"/clinic/due/{links(second)['next']}")
    assert serials(first) + serials(second) + serials(third) == expected
    assert (set(links(first)), set(links(third))) == ({"next"}, {"prev"})
    back = desk.get(f"/clinic/due/{links(third)['prev']}")
    assert serials(back) == serials(second)
    assert "079090" not in links(first)["next"]


def test_statements_do_not_grow_with_the_list(desk, facility, django_assert_max_num_queries):
    due(facility, serial=1)
    desk.get("/clinic/due/")
    with django_assert_max_num_queries(11) as before:
        desk.get("/clinic/due/")
    for serial in range(2, 40):
        due(facility, serial=serial)
    with django_assert_max_num_queries(len(before.captured_queries)):
        assert len(listed(desk)) == 39


def test_a_number_corrected_since_shows_the_person_under_the_present_one(desk, facility):
    due(facility)
    ResidentFactory(citizen_id="079190999999", full_name="Tên mới")
    Resident.objects.filter(pk="079090000001").update(superseded_by="079190999999")
    page = desk.get("/clinic/due/").content.decode()
    assert "Tên mới" in page
    assert AuditEntry.objects.get(action="due.listed").resident == "079190999999"


def test_a_lead_sees_the_list_and_who_works_nowhere_is_asked_where(client, facility, english):
    due(facility)
    lead = sign_in(client, clerk(facility, role=Role.CLINIC_LEAD))
    assert listed(lead) == [1]
    nowhere = sign_in(Client(), UserFactory(roles=[Role.CLINIC_STAFF]))
    assert nowhere.get("/clinic/due/").url == "/clinic/facility/"


def test_the_count_ends_where_nobody_reads_on(desk, facility, monkeypatch):
    monkeypatch.setattr("vaccinations.due.lists.MOST_COUNTED", 2)
    for serial in range(1, 4):
        due(facility, serial=serial)
    assert "more than 2 people" in desk.get("/clinic/due/").content.decode()
