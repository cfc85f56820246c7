"""The stock of a facility as its people use it: /clinic/stock/ and its forms."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from vaccinations.models import Lot, StockEntry, Transfer
from vaccinations.stock.sheets import sheet_of
from vaccinations.tests.factories import FacilityFactory, LotFactory, VaccineFactory, clerk
from vaccinations.tests.stocking import closed, given, received, wasted
from vaccinations.tests.test_stock_transfers import send
from vaxreg.roles import Role
from vaxreg.tests.factories import actor, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
TODAY = timezone.localdate()
DAY = TODAY.strftime("%d/%m/%Y")


@pytest.fixture
def lot(facility):
    lot = LotFactory(lot_number="FD1234")
    received(facility, lot, 100)
    return lot


@pytest.fixture
def lead(client, facility, english):
    client.user = clerk(facility, role=Role.CLINIC_LEAD)
    return sign_in(client, client.user)


def on_hand(facility, lot):
    return sheet_of(facility, TODAY).on_hand(lot)


def page(client, path, **answers):
    response = client.post(path, {"key": uuid4(), **answers}, follow=True) if answers else client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_it_works(lead, facility):
    vaccine = VaccineFactory(name="Comirnaty")
    box = {"vaccine": vaccine.pk, "lot_number": "FD1234", "expires_on": "30/11/2027", "doses": "120"}
    text = page(lead, "/clinic/stock/receive/", **box, party="Kho tỉnh", document="PX-12", on=DAY)
    lot = Lot.objects.get()
    assert "Lot FD1234: 120 doses on hand" in text
    assert (lot.vaccine, lot.expires_on.isoformat(), on_hand(facility, lot)) == (vaccine, "2027-11-30", 120)
    text = page(lead, "/clinic/stock/waste/", lot=lot.pk, doses="2", reason="broken", note="", on=DAY)
    assert "118 doses on hand" in text
    text = page(lead, "/clinic/stock/return/", lot=lot.pk, doses="8", party="Kho tỉnh", document="TR-1", on=DAY)
    assert "110 doses on hand" in text
    text = page(lead, "/clinic/stock/count/", lot=lot.pk, counted="109", note="Thiếu 1 liều")
    assert "109 doses on hand" in text


def test_the_stock_says_what_is_there_and_what_is_to_be_done(desk, facility, lot):
    negative, expired = LotFactory(lot_number="NEG"), LotFactory(lot_number="OLD", expires_on=TODAY - timedelta(days=1))
    received(facility, expired, 5)
    given(facility, negative, 2)
    there = FacilityFactory(name="Trạm Y tế Đa Kao", unit=facility.unit)
    send(FacilityFactory(name="Trạm Y tế Tân Định", unit=facility.unit), facility, lot, 7)
    send(there, FacilityFactory(), lot, 13)
    text = page(desk, "/clinic/stock/")
    assert "Lot NEG is below zero (-2)" in text
    assert "Lot OLD has expired" in text
    assert "On the way from Trạm Y tế Tân Định: 7 doses of lot FD1234" in text
    assert "Đa Kao" not in text
    assert "The clinic lead confirms what arrives" in text
    assert "/clinic/stock/receive/" not in text


def test_days_left_open_are_told(desk, facility):
    lot = LotFactory()
    received(facility, lot, 10, on=TODAY - timedelta(days=3))
    assert f"Not closed since {TODAY - timedelta(days=3):%d/%m/%Y}" in page(desk, "/clinic/stock/")
    closed(facility, on=TODAY - timedelta(days=2))
    assert "Not closed since" not in page(desk, "/clinic/stock/")
    given(facility, lot, administered_on=TODAY - timedelta(days=1))
    assert f"Not closed since {TODAY - timedelta(days=1):%d/%m/%Y}" in page(desk, "/clinic/stock/")


def test_more_than_the_ledger_has_is_asked_about_once_and_never_refused(desk, facility, lot):
    waste = {"lot": lot.pk, "doses": "1000", "reason": "cold-chain", "note": "", "on": DAY}
    text = page(desk, "/clinic/stock/waste/", **waste)
    assert "only 100 doses of this lot" in text
    assert 'name="confirmed"' in text
    assert 'value="1000"' in text
    assert on_hand(facility, lot) == 100
    text = page(desk, "/clinic/stock/waste/", **waste, confirmed="on")
    assert "below zero for this lot" in text
    assert on_hand(facility, lot) == -900


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"doses": "0"}, "greater than or equal to 1"),
        ({"doses": "x"}, "Enter the number of doses in digits"),
        ({"doses": "99999999"}, "less than or equal to"),
        ({"reason": ""}, "This field is required"),
        ({"reason": "nonsense"}, "Select a valid choice"),
        ({"lot": ""}, "Choose the vaccine and its lot"),
        ({"on": "31/02/2021"}, "Enter a valid date"),
        ({"on": "05/10/2021"}, "Only today"),
    ],
)
def test_a_wrong_answer_is_told_beside_it_and_nothing_typed_is_lost(desk, facility, lot, wrong, message):
    received(facility, lot, 1, on=TODAY)
    waste = {"lot": lot.pk, "doses": "3", "reason": "broken", "note": "Rơi khỏi khay", "on": DAY}
    text = page(desk, "/clinic/stock/waste/", **waste | wrong)
    assert message in text
    assert "Rơi khỏi khay" in text
    assert on_hand(facility, lot) == 101


def test_a_box_that_contradicts_the_register_is_told_beside_the_expiry(lead, facility):
    lot = LotFactory(lot_number="FD9", expires_on=TODAY)
    box = {"vaccine": lot.vaccine.pk, "lot_number": "fd9", "expires_on": "01/01/2030", "doses": "10"}
    text = page(lead, "/clinic/stock/receive/", **box, party="Kho", document="PX-1", on=DAY)
    assert f"registered with the expiry {DAY}" in text
    assert not StockEntry.objects.exists()


def test_a_form_sent_twice_is_one_entry(desk, facility, lot):
    waste = {"lot": lot.pk, "doses": "3", "reason": "broken", "note": "", "on": DAY, "key": uuid4()}
    page(desk, "/clinic/stock/waste/", **waste)
    page(desk, "/clinic/stock/waste/", **waste)
    assert on_hand(facility, lot) == 97
    assert "This form was used already" in page(desk, "/clinic/stock/waste/", **waste | {"doses": "4"})


def test_staff_take_back_their_own_entries_of_the_day_and_a_lead_any(client, facility, lot, english):
    user, other = clerk(facility), clerk(facility)
    mine = wasted(facility, lot, 2, by=actor(user))
    theirs = wasted(facility, lot, 3, by=actor(other))
    desk = sign_in(client, user)
    text = page(desk, "/clinic/stock/entries/")
    assert f"/clinic/stock/entries/{mine.pk}/take-back/" in text
    assert f"/clinic/stock/entries/{theirs.pk}/take-back/" not in text
    assert desk.get(f"/clinic/stock/entries/{theirs.pk}/take-back/").status_code == 404
    text = page(desk, f"/clinic/stock/entries/{mine.pk}/take-back/", reason="Không vỡ")
    assert "97 doses on hand" in text
    assert desk.get(f"/clinic/stock/entries/{mine.pk}/take-back/").status_code == 404
    lead = sign_in(client, clerk(facility, role=Role.CLINIC_LEAD))
    assert "100 doses on hand" in page(lead, f"/clinic/stock/entries/{theirs.pk}/take-back/", reason="Không vỡ")


def test_a_transfer_is_sent_confirmed_and_explained(client, lead, facility, lot):
    there = FacilityFactory(unit=facility.unit)
    page(lead, "/clinic/stock/send/", lot=lot.pk, doses="40", receiver=there.pk, document="DC-5")
    transfer = Transfer.objects.get()
    assert "Sent and not confirmed yet" in page(lead, "/clinic/stock/")
    assert lead.get(f"/clinic/stock/transfers/{transfer.pk}/arrival/").status_code == 404
    other = sign_in(client, clerk(there, role=Role.CLINIC_LEAD))
    assert other.get(f"/clinic/stock/transfers/{transfer.pk}/take-back/").status_code == 404
    arrival = f"/clinic/stock/transfers/{transfer.pk}/arrival/"
    assert "Say why" in page(other, arrival, counted="38", note="")
    assert "38 doses on hand" in page(other, arrival, counted="38", note="Vỡ 1 lọ")
    assert (on_hand(facility, lot), on_hand(there, lot)) == (60, 38)


def test_a_transfer_goes_to_the_own_province_only(lead, facility, lot):
    far = FacilityFactory()
    text = page(lead, "/clinic/stock/send/", lot=lot.pk, doses="1", receiver=far.pk, document="DC-5")
    assert "Select a valid choice" in text
    assert not Transfer.objects.exists()


def test_a_transfer_is_taken_back(lead, facility, lot):
    transfer = send(facility, FacilityFactory(unit=facility.unit), lot, 40)
    text = page(lead, f"/clinic/stock/transfers/{transfer.pk}/take-back/", reason="Gửi nhầm")
    assert "100 doses on hand" in text


def test_nobody_sees_another_facility_s_ledger(desk, facility, lot):
    other = FacilityFactory()
    foreign = received(other, LotFactory(lot_number="FOREIGN"), 5)
    for path in ("/clinic/stock/", "/clinic/stock/entries/", "/clinic/stock/sheet/"):
        assert "FOREIGN" not in page(desk, path)
    assert desk.get(f"/clinic/stock/entries/{foreign.pk}/take-back/").status_code == 404
    close = closed(other)
    assert desk.get(f"/clinic/stock/sheets/{close.pk}/").status_code == 404


def test_the_ledger_goes_on_by_key_with_as_many_queries(desk, facility, lot, django_assert_max_num_queries):
    for _n in range(35):
        wasted(facility, lot)
    with django_assert_max_num_queries(12):
        text = page(desk, "/clinic/stock/entries/")
    assert text.count("vial broken") == 30
    oldest = StockEntry.objects.order_by("-pk")[29].pk
    assert f'href="?before={oldest}"' in text
    assert page(desk, f"/clinic/stock/entries/?before={oldest}").count("vial broken") == 5
    assert page(desk, "/clinic/stock/entries/?before=x").count("vial broken") == 30


def test_the_stock_takes_as_many_queries_for_many_lots(desk, facility, django_assert_max_num_queries):
    for _n in range(6):
        lot = LotFactory()
        received(facility, lot)
        given(facility, lot)
    with django_assert_max_num_queries(18):
        page(desk, "/clinic/stock/")
