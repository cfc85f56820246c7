import re
from datetime import date

import pytest

from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaxreg.access import PEOPLE_SEARCH
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in


@pytest.fixture(autouse=True)
def in_english(client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


@pytest.fixture
def province(db):
    return UnitFactory(name_en="Tay Ninh Province")


@pytest.fixture
def staff(client, province):
    """A member of clinic staff who works for the province, signed in."""
    user = UserFactory(roles=[Role.CLINIC_STAFF])
    AreaAssignmentFactory(user=user, unit=province)
    sign_in(client, user)
    return user


def names_found(client, q, **narrowed):
    page = client.post("/residents/", {"q": q, **narrowed}).content.decode()
    return re.findall(r'<a href="/residents/[^"]{50,}/">([^<]+)</a>', page)


@pytest.mark.usefixtures("staff")
def test_it_works(client, province):
    ResidentFactory(citizen_id="079301123456", full_name="Trần Thị Đào", sex="F", phone="0912345678", province=province)
    page = client.post("/residents/", {"q": "Trần Thị Đào"}).content.decode()
    assert "1 person" in page
    assert "079 • •• ••3456" in page
    assert "09•• ••• 678" in page
    assert "Tay Ninh Province" in page
    assert "0912345678" not in page
    assert "079301123456" not in page


@pytest.mark.usefixtures("staff")
@pytest.mark.parametrize(
    "q",
    ["079 301 123456", "123456789", "0912 345 678", "trần thị đào", "Dao Tran Thi", "Tran Th", "thi dao", "THỊ ĐÀ"],
)
def test_person_is_found_by_each_way(client, province, q):
    person = ResidentFactory(citizen_id="079301123456", full_name="Trần Thị Đào", phone="0912345678", province=province)
    ResidentFactory(citizen_id="123456789", full_name="Trần Thị Đào", superseded_by=person, province=province)
    ResidentFactory(full_name="Lê Văn Bốn", phone="0912345679", province=province)
    assert names_found(client, q) == ["Trần Thị Đào"]


@pytest.mark.usefixtures("staff")
@pytest.mark.parametrize("q", ["079301123456", "0912345678", "Trần Thị Đào", "Trần", "Đào"])
def test_person_outside_the_area_is_not_found(client, q):
    ResidentFactory(citizen_id="079301123456", full_name="Trần Thị Đào", phone="0912345678", province=UnitFactory())
    ResidentFactory(citizen_id="079301123457", full_name="Trần Thị Đào", phone="0912345678")
    assert names_found(client, q) == []
    assert "Nobody found" in client.post("/residents/", {"q": q}).content.decode()


def test_auditor_finds_people_of_all_areas(client, province):
    ResidentFactory(full_name="Trần Thị Đào", province=province)
    sign_in(client, UserFactory(roles=[Role.AUDITOR]))
    assert names_found(client, "Đào") == ["Trần Thị Đào"]


@pytest.mark.usefixtures("staff")
def test_people_are_in_the_order_of_vietnamese_lists(client, province):
    for name in ["Lê An", "Lê Văn Ba", "Lê Văn Bá", "Lê Văn Ấn", "Lê Văn An"]:
        ResidentFactory(full_name=name, province=province)
    assert names_found(client, "Lê") == ["Lê An", "Lê Văn An", "Lê Văn Ấn", "Lê Văn Ba", "Lê Văn Bá"]


@pytest.mark.usefixtures("staff")
def test_better_match_does_not_hide_the_others(client, province):
    # In turn: the very words, the beginning, some of the words.
    for name in ["Lan Minh", "Minh Lan Chi", "Lê Minh Lan"]:
        ResidentFactory(full_name=name, province=province)
    assert sorted(names_found(client, "Minh Lan")) == ["Lan Minh", "Lê Minh Lan", "Minh Lan Chi"]


@pytest.mark.usefixtures("staff")
def test_best_matches_are_among_the_fifty_shown(client, province):
    ResidentFactory.create_batch(60, full_name="Nguyễn Văn An Bình", province=province)
    ResidentFactory(full_name="Nguyễn Văn An", province=province)
    assert names_found(client, "Nguyễn Văn An")[0] == "Nguyễn Văn An"


@pytest.mark.usefixtures("staff")
def test_more_than_fifty_people_are_cut_and_said_to_be(client, province):
    ResidentFactory.create_batch(51, full_name="Nguyễn Văn An", province=province)
    page = client.post("/residents/", {"q": "Nguyễn Văn An"}).content.decode()
    assert page.count("Nguyễn Văn An</a>") == 50
    assert "More than 50 people" in page


@pytest.mark.usefixtures("staff")
def test_birth_year_and_ward_narrow_the_search(client, province):
    ward = UnitFactory(parent=province)
    ResidentFactory(full_name="Lê An", date_of_birth="1990-12-31", province=province, ward=ward)
    ResidentFactory(full_name="Lê Bình", date_of_birth="1991-01-01", province=province, ward=ward)
    ResidentFactory(full_name="Lê Chi", date_of_birth="1991-01-01", province=province)
    assert names_found(client, "Lê", birth_year="1991") == ["Lê Bình", "Lê Chi"]
    assert names_found(client, "Lê", unit=ward.pk) == ["Lê An", "Lê Bình"]
    assert names_found(client, "Lê", birth_year="1991", unit=ward.pk) == ["Lê Bình"]


@pytest.mark.usefixtures("staff")
def test_unit_of_another_area_cannot_be_chosen(client):
    page = client.post("/residents/", {"q": "Lê", "unit": UnitFactory().pk}).content.decode()
    assert "Select a valid choice" in page


@pytest.fixture
def auditor(client, db):
    """Somebody who searches the whole country, signed in."""
    return sign_in(client, UserFactory(roles=[Role.AUDITOR]))


def test_national_staff_are_offered_the_wards_of_the_province_they_searched(auditor, province):
    ward = UnitFactory(parent=province)
    UnitFactory(parent=province, in_force_from=None, in_force_until=date(2025, 6, 30))
    UnitFactory(parent=UnitFactory())
    ResidentFactory(full_name="Lê An", province=province, ward=ward)
    ResidentFactory(full_name="Lê Bình", province=province)
    assert "ward" not in auditor.get("/residents/").context["form"].fields
    response = auditor.post("/residents/", {"q": "Lê", "unit": province.pk})
    assert list(response.context["form"].fields["ward"].queryset) == [ward]
    assert 'name="ward"' in response.content.decode()
    assert names_found(auditor, "Lê", unit=province.pk, ward="") == ["Lê An", "Lê Bình"]
    assert names_found(auditor, "Lê", unit=province.pk, ward=ward.pk) == ["Lê An"]
    assert ward.code in AuditEntry.objects.filter(action="resident.search").latest("at").changes["unit"]


@pytest.mark.usefixtures("auditor")
def test_ward_of_another_province_is_told(client, province):
    ward = UnitFactory(parent=UnitFactory())
    page = client.post("/residents/", {"q": "Lê", "unit": province.pk, "ward": ward.pk}).content.decode()
    assert "This ward lies in another province." in page


@pytest.mark.usefixtures("auditor")
@pytest.mark.parametrize("unit", ["x", "99999999999999999999"])
def test_unit_that_is_none_is_told(client, unit):
    assert "Select a valid choice" in client.post("/residents/", {"q": "Lê", "unit": unit}).content.decode()


def test_search_is_logged_with_whom_it_showed(client, province, staff):
    person = ResidentFactory(full_name="Trần Thị Đào", province=province)
    client.post("/residents/", {"q": "đào"})
    entry = AuditEntry.objects.get(action="resident.search")
    assert (entry.user, entry.resident) == (staff, "")
    assert entry.changes == {
        "kind": "name", "count": 1, "more": False, "shown": [person.pk], "birth_year": None, "unit": None
    }  # fmt: skip


def test_search_by_name_is_in_the_history_of_each_person_shown(client, province, staff):
    people = ResidentFactory.create_batch(2, full_name="Trần Thị Đào", province=province)
    ResidentFactory(full_name="Lê Văn Ba", province=province)
    client.post("/residents/", {"q": "đào"})
    entries = AuditEntry.objects.filter(action="resident.listed")
    assert {(entry.user, entry.resident, entry.channel) for entry in entries} == {
        (staff, person.pk, "web") for person in people
    }
    assert people[0].history.get().action == "resident.listed"


@pytest.mark.usefixtures("staff")
def test_search_by_number_is_in_the_history_once(client, province):
    person = ResidentFactory(province=province)
    client.post("/residents/", {"q": person.pk})
    assert person.history.get().action == "resident.search"


@pytest.mark.usefixtures("staff")
def test_search_by_number_is_logged_even_when_nobody_is_found(client):
    client.post("/residents/", {"q": "079 301 123456"})
    entry = AuditEntry.objects.get(action="resident.search")
    assert (entry.resident, entry.changes["count"]) == ("079301123456", 0)


@pytest.mark.usefixtures("staff")
def test_unreadable_search_is_answered_with_advice(client):
    page = client.post("/residents/", {"q": "07930112345"}).content.decode()
    assert "Enter a citizen ID (12 digits)" in page
    assert not AuditEntry.objects.filter(action="resident.search").exists()


@pytest.mark.usefixtures("staff")
def test_search_in_the_address_is_ignored(client, province):
    ResidentFactory(full_name="Trần Thị Đào", province=province)
    response = client.get("/residents/?q=Đào")
    assert "Đào" not in response.content.decode()
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("role", sorted(set(Role) - PEOPLE_SEARCH))
def test_other_roles_may_not_search(client, db, role):
    sign_in(client, UserFactory(roles=[role]))
    assert client.get("/residents/").status_code == 403


@pytest.mark.usefixtures("staff")
@pytest.mark.parametrize("count", [1, 20])
def test_queries_do_not_grow_with_the_people_found(client, province, count, django_assert_num_queries):
    ward = UnitFactory(parent=province)
    ResidentFactory.create_batch(count, full_name="Lê An", province=province, ward=ward)
    client.get("/residents/")
    # Session, user with roles, savepoint, people in three ways, audit entry, one for all people shown,
    # savepoint released, units to choose from.
    with django_assert_num_queries(10):
        client.post("/residents/", {"q": "Lê An"})


@pytest.mark.usefixtures("staff")
def test_no_further_way_is_tried_once_there_are_more_than_are_shown(client, province, django_assert_num_queries):
    ResidentFactory.create_batch(51, full_name="Lê An", province=province)
    client.get("/residents/")
    with django_assert_num_queries(8):
        client.post("/residents/", {"q": "Lê An"})
