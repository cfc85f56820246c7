"""The stock of an area as its manager oversees it, lots recalled and extended, and who got them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaccinations.models import Lot
from vaccinations.stock import recipients
from vaccinations.stock.recalls import recall
from vaccinations.tests.factories import DoseFactory, FacilityFactory, LotFactory
from vaccinations.tests.stocking import closed, given, received
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
TODAY = timezone.localdate()


@pytest.fixture
def province():
    return UnitFactory()


@pytest.fixture
def inside(province):
    """A facility in a ward of the manager's province."""
    return FacilityFactory(name="Trạm Y tế Trong", unit=UnitFactory(parent=province))


@pytest.fixture
def outside():
    return FacilityFactory(name="Trạm Y tế Ngoài")


@pytest.fixture
def manager(client, province, english):
    user = UserFactory(roles=[Role.PROVINCIAL_MANAGER])
    AreaAssignmentFactory(user=user, unit=province)
    client.user = user
    return sign_in(client, user)


def get(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def test_a_facility_that_nobody_knows_keeps_no_stock(manager, inside):
    FacilityFactory(code="unknown-79", name="Chưa rõ cơ sở", unit=inside.unit)
    text = get(manager, "/stock/")
    assert "Trạm Y tế Trong" in text
    assert "Chưa rõ cơ sở" not in text


def test_a_manager_sees_the_facilities_of_the_area_and_no_other(manager, inside, outside):
    lot, foreign = LotFactory(lot_number="FD1"), LotFactory(lot_number="FD2")
    received(inside, lot, 30)
    given(inside, lot, 4)
    received(outside, foreign, 30)
    text = get(manager, "/stock/")
    assert "Trạm Y tế Trong" in text
    assert "<strong>26</strong>" in text
    assert "Ngoài" not in text
    assert "FD2" not in text
    assert "FD1" in get(manager, f"/stock/facilities/{inside.pk}/")
    get(manager, f"/stock/facilities/{outside.pk}/", 404)
    get(manager, f"/stock/sheets/{closed(outside).pk}/", 404)
    get(manager, f"/stock/sheets/{closed(inside).pk}/")


def test_the_overview_shows_what_needs_a_look(manager, inside, province):
    good, soon, bad = LotFactory(), LotFactory(expires_on=TODAY + timedelta(days=30)), LotFactory()
    received(inside, good, 10)
    negative = FacilityFactory(name="Trạm Y tế Âm", unit=province)
    received(negative, good, 1)
    given(negative, bad)
    expiring = FacilityFactory(name="Trạm Y tế Sắp Hết Hạn", unit=province)
    received(expiring, soon, 5)
    used_up = FacilityFactory(name="Trạm Y tế Dùng Hết", unit=province)
    received(used_up, soon, 1)
    given(used_up, soon)
    forgotten = FacilityFactory(name="Trạm Y tế Quên", unit=province)
    received(forgotten, good, 1, on=TODAY - timedelta(days=1))
    empty = FacilityFactory(name="Trạm Y tế Không Sổ", unit=province)
    shown = {
        show: {place for place in (inside, negative, expiring, used_up, forgotten, empty) if place.name in text}
        for show in ("", "negative", "expiring", "open")
        for text in [get(manager, f"/stock/?show={show}")]
    }
    assert shown == {
        "": {inside, negative, expiring, used_up, forgotten, empty},
        "negative": {negative},
        "expiring": {expiring},
        "open": {forgotten},
    }


def test_the_overview_goes_on_by_name_with_as_many_queries(manager, province, django_assert_max_num_queries):
    lot = LotFactory()
    for n in range(30):
        received(FacilityFactory(name=f"Trạm {n:02d}", unit=province), lot, 5)
    with django_assert_max_num_queries(14):
        text = get(manager, "/stock/")
    assert text.count("<strong>5</strong>") == 25
    edge = lot.stock_entries.get(facility__name="Trạm 24").facility_id
    assert f'href="?show=&amp;after={edge}"' in text
    assert get(manager, f"/stock/?after={edge}").count("<strong>5</strong>") == 5


def test_a_manager_without_an_area_and_an_auditor(client, manager, inside, outside):
    AreaAssignmentFactory._meta.model.objects.all().delete()
    assert "No facility lies in the areas assigned to you" in get(manager, "/stock/")
    auditor = sign_in(client, UserFactory(roles=[Role.AUDITOR]))
    text = get(auditor, "/stock/")
    assert "Trạm Y tế Trong" in text
    assert "Trạm Y tế Ngoài" in text


def test_a_lot_is_recalled_found_and_the_recall_lifted(manager, inside):
    lot = LotFactory(lot_number="FD1")
    received(inside, lot, 10)
    given(inside, lot, 3)
    page = f"/stock/lots/{lot.pk}/"
    assert "FD1" in get(manager, "/stock/lots/?q=fd")
    assert "No lot has a number" in get(manager, "/stock/lots/?q=zz")
    text = manager.post(f"{page}recall/", {"document": "", "reason": "x", "key": uuid4()}).content.decode()
    assert "This field is required" in text
    act = {"document": "CV-77", "reason": "Nghi nhiễm khuẩn", "key": uuid4()}
    text = manager.post(f"{page}recall/", act, follow=True).content.decode()
    assert "Recalled since" in text
    assert "CV-77" in text
    assert "Trạm Y tế Trong" in text
    assert "already" in manager.post(f"{page}recall/", act).content.decode()
    act = {"document": "CV-78", "reason": "Xét nghiệm đạt", "key": uuid4()}
    text = manager.post(f"{page}lift/", act, follow=True).content.decode()
    assert "Recalled since" not in text
    assert "Recall of a lot lifted" in text
    assert "Xét nghiệm đạt" in text


def test_a_lot_is_extended(manager):
    lot = LotFactory(expires_on=TODAY)
    page = f"/stock/lots/{lot.pk}/"
    act = {"usable_until": "01/01/2020", "document": "12926/QLD-KD", "in_force_from": TODAY.isoformat(), "key": uuid4()}
    assert "cannot end before" in manager.post(f"{page}extend/", act).content.decode()
    later = TODAY + timedelta(days=90)
    act["usable_until"] = later.strftime("%d/%m/%Y")
    future = act | {"in_force_from": later.isoformat()}
    assert "lies in the future" in manager.post(f"{page}extend/", future).content.decode()
    text = manager.post(f"{page}extend/", act, follow=True).content.decode()
    assert f"{later:%d/%m/%Y}" in text
    assert "12926/QLD-KD" in text
    assert Lot.objects.get().usable_until(TODAY) == later


@pytest.fixture
def recalled(inside, outside):
    lot = LotFactory()
    person = ResidentFactory(full_name="Nguyễn Thị Thanh", phone="0900000123", citizen_id="079190000123")
    dose = DoseFactory(lot=lot, facility=inside, resident=person)
    DoseFactory(lot=lot, facility=inside, resident__full_name="Trần Văn Hủy", voided=True)
    DoseFactory(lot=lot, facility=outside, resident__full_name="Lê Thị Xa")
    DoseFactory(facility=inside, resident__full_name="Phạm Văn Khác")
    recall(by=actor(), lot=lot, document="CV-1", reason="Nghi nhiễm", now=timezone.now())
    return dose


def test_recipients_inside_the_area_are_listed_masked_and_each_is_logged(manager, recalled):
    text = get(manager, f"/stock/recall/{recalled.lot_id}/")
    assert "Nguyễn Thị Thanh" in text
    assert [name for name in ("Hủy", "Lê Thị Xa", "Phạm Văn Khác", "Ngoài") if name in text] == []
    assert "0900000123" not in text
    assert "079190000123" not in text
    assert AuditEntry.objects.filter(action="lot.recipients", user=manager.user).count() == 1
    listed = AuditEntry.objects.get(action="resident.recall-listed")
    assert (listed.resident, listed.user, listed.object_id) == ("079190000123", manager.user, str(recalled.lot_id))


def test_one_phone_is_shown_for_a_reason_and_logged(manager, recalled):
    path = f"/stock/recall/{recalled.lot_id}/"
    text = manager.post(path, {"dose": recalled.pk, "reason": ""}).content.decode()
    assert "0900000123" not in text
    assert "This field is required" in text
    text = manager.post(path, {"dose": recalled.pk, "reason": "Gọi báo thu hồi"}).content.decode()
    assert "0900000123" in text
    assert 'value="Gọi báo thu hồi"' in text
    entry = AuditEntry.objects.get(action="resident.unmasked")
    assert (entry.resident, entry.changes["reason"]) == ("079190000123", "Gọi báo thu hồi")


def test_nobody_s_phone_outside_the_area_or_the_lot_is_shown(manager, recalled, outside, inside):
    path = f"/stock/recall/{recalled.lot_id}/"
    others = [
        DoseFactory(lot=recalled.lot, facility=outside, resident__phone="0900000777"),
        DoseFactory(facility=inside, resident__phone="0900000777"),
    ]
    for dose in others:
        assert "0900000777" not in manager.post(path, {"dose": dose.pk, "reason": "Gọi điện"}).content.decode()
    assert not AuditEntry.objects.filter(action="resident.unmasked").exists()


def test_recipients_go_on_by_key_with_as_many_queries(
    manager, recalled, inside, province, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(recipients, "PAGE", 3)
    second = FacilityFactory(name="Trạm Y tế Hai", unit=province)
    for place in (second, inside):
        given(place, recalled.lot, 2)
        given(place, recalled.lot, administered_on=TODAY - timedelta(days=4))
    path, seen = f"/stock/recall/{recalled.lot_id}/", []
    with django_assert_max_num_queries(22):
        get(manager, path)
    address = path
    while address:
        page = manager.get(address).context["page"]
        seen += [dose.pk for dose in page.doses]
        assert len(page.doses) <= 3
        address = f"{path}?after={page.next}" if page.next else ""
    everybody = recalled.lot.doses.filter(facility__in=[inside, second], voided_at=None)
    assert sorted(seen) == sorted(everybody.values_list("pk", flat=True))
    only = manager.get(f"{path}?facility={second.pk}").context["page"]
    assert {dose.facility for dose in only.doses} == {second}


@pytest.mark.parametrize("text", ["", "x", "1-2021-13-01-5", "1-2021-01-01", "9" * 30, "1-2021-01-01-5-6"])
def test_a_place_that_an_address_does_not_name_is_the_first_page(manager, recalled, text):
    assert recipients.read_place(text) is None
    assert "Nguyễn Thị Thanh" in get(manager, f"/stock/recall/{recalled.lot_id}/?after={text}")


def test_an_administrator_sees_the_recipients_everywhere(client, recalled):
    administrator = sign_in(client, UserFactory(roles=[Role.ADMINISTRATOR]))
    text = get(administrator, f"/stock/recall/{recalled.lot_id}/")
    assert "Nguyễn Thị Thanh" in text
    assert "Lê Thị Xa" in text
