"""The evening: the sheet is printed, counted, signed once, and looked at later. And the board of vials before that."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from vaccinations.models import DayClose, StockEntry, VialOpening
from vaccinations.stock.sheets import sheet_of
from vaccinations.tests.factories import FacilityFactory, LotFactory, VaccineFactory, clerk
from vaccinations.tests.stocking import closed, given, received
from vaccinations.tests.test_vials import opened
from vaxreg.roles import Role
from vaxreg.tests.factories import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
TODAY = timezone.localdate()


@pytest.fixture
def lot(facility):
    vaccine = VaccineFactory(name="Comirnaty", doses_per_vial=6, use_within_hours=6, vial_source="test")
    lot = LotFactory(lot_number="FD1234", vaccine=vaccine)
    received(facility, lot, 100)
    return lot


@pytest.fixture
def lead(client, facility, english):
    client.user = clerk(facility, role=Role.CLINIC_LEAD)
    return sign_in(client, client.user)


def get(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def sign(client, lot, counted, explanation="", *, seen):
    line = {f"lot{lot.pk}-counted": counted, f"lot{lot.pk}-explanation": explanation, f"lot{lot.pk}-seen": seen}
    return client.post("/clinic/stock/close/", line)


def test_it_works(lead, facility, lot):
    given(facility, lot, 6)
    assert "FD1234" in get(lead, "/clinic/stock/sheet/")
    response = sign(lead, lot, "94", seen=94)
    close = DayClose.objects.get()
    assert response.url == f"/clinic/stock/sheets/{close.pk}/"
    text = get(lead, response.url)
    assert f"Closed by {lead.user}" in text
    assert "The day is closed." in text
    assert close.lines.get().counted == 94
    assert f"/clinic/stock/sheets/{close.pk}/" in get(lead, "/clinic/stock/sheets/")
    assert "Today is closed." in get(lead, "/clinic/stock/sheet/")


def test_a_difference_without_a_word_is_told_beside_the_lot_and_nothing_typed_is_lost(lead, lot):
    text = sign(lead, lot, "98", seen=100).content.decode()
    assert "Explain every difference" in text
    assert "FD1234 – Explanation: Explain the difference." in text
    assert 'value="98"' in text
    assert not DayClose.objects.exists()
    assert sign(lead, lot, "98", "Rút không đủ", seen=100).status_code == 302
    assert StockEntry.objects.get(kind="counted").note == "Rút không đủ"


@pytest.mark.parametrize("counted", ["", "x", "-1", "9" * 30])
def test_a_lot_that_was_not_counted_is_told(lead, lot, counted):
    page = sign(lead, lot, counted, seen=100)
    assert "The day is not closed yet" in page.content.decode()
    [(_line, box)] = page.context["form"].rows
    assert box.fields["counted"].widget.attrs["autofocus"]
    assert not DayClose.objects.exists()


def test_what_was_recorded_while_they_counted_is_shown_before_the_day_closes(lead, facility, lot):
    given(facility, lot)
    text = sign(lead, lot, "100", "Đếm", seen=100).content.decode()
    assert "something was recorded" in text
    assert f'name="lot{lot.pk}-seen" value="99"' in text
    assert not DayClose.objects.exists()


@pytest.mark.parametrize("seen", ["", "x", "9" * 30])
def test_a_meddled_form_closes_nothing(lead, lot, seen):
    assert sign(lead, lot, "100", seen=seen).status_code == 200
    assert not DayClose.objects.exists()


def test_the_second_to_close_sees_who_did(client, lead, facility, lot):
    close = closed(facility)
    assert lead.get("/clinic/stock/close/").url == f"/clinic/stock/sheets/{close.pk}/"
    assert sign(lead, lot, "100", seen=100).url == f"/clinic/stock/sheets/{close.pk}/"
    assert "This day is closed already." in get(lead, f"/clinic/stock/sheets/{close.pk}/")


def test_a_forgotten_day_is_closed_by_its_date(lead, facility):
    lot = LotFactory()
    received(facility, lot, 10, on=TODAY - timedelta(days=2))
    path = f"/clinic/stock/close/?day={TODAY - timedelta(days=1)}"
    facts = {f"lot{lot.pk}-counted": "10", f"lot{lot.pk}-explanation": "", f"lot{lot.pk}-seen": "10"}
    lead.post(path, facts)
    assert DayClose.objects.get().day == TODAY - timedelta(days=1)
    assert get(lead, "/clinic/stock/close/?day=nonsense").count("<tr>") > 0


def test_changes_after_closing_are_shown_on_the_next_sheet(lead, facility, lot):
    closed(facility)
    given(facility, lot, 2)
    text = get(lead, "/clinic/stock/sheet/")
    assert "stands on the next sheet" in text
    assert "-2" in text


def test_without_a_ledger_there_is_nothing_to_close(lead):
    assert lead.get("/clinic/stock/close/").url == "/clinic/stock/"
    assert "No stock is kept here yet" in get(lead, "/clinic/stock/")
    assert "Nothing is in stock" in get(lead, "/clinic/stock/sheet/")


def test_closed_days_go_on_by_day(lead, facility, lot):
    for n in range(40):
        DayClose.objects.create(
            facility=facility, day=TODAY - timedelta(days=n), since=TODAY - timedelta(days=n), last_entry=0
        )
    text = get(lead, "/clinic/stock/sheets/")
    assert text.count("/clinic/stock/sheets/") >= 31
    edge = TODAY - timedelta(days=30)
    assert f'href="?before={edge.isoformat()}"' in text
    older = get(lead, f"/clinic/stock/sheets/?before={edge.isoformat()}")
    assert f"{edge - timedelta(days=1):%d/%m/%Y}" in older
    assert f"{edge:%d/%m/%Y}" not in older


def test_a_vial_is_opened_and_counts_down(desk, facility, lot):
    text = get(desk, "/clinic/stock/vials/")
    assert 'value="6"' in text
    desk.post("/clinic/stock/vials/", {"lot": lot.pk, "doses": "6", "key": uuid4(), "opened_time": ""})
    vial = VialOpening.objects.get()
    assert (vial.doses, vial.use_until - vial.opened_at) == (6, timedelta(hours=6))
    text = get(desk, "/clinic/stock/vials/")
    assert "6 doses may still be offered" in text
    assert "<span>5</span> h <span>59</span> min left" in text
    assert "data-now=" in text


def test_a_time_still_to_come_today_was_yesterday_s(desk, facility, lot):
    later = timezone.localtime() + timedelta(minutes=30)
    vial = {"lot": lot.pk, "doses": "6", "key": uuid4(), "opened_time": later.strftime("%H:%M")}
    desk.post("/clinic/stock/vials/", vial)
    assert VialOpening.objects.get().opened_at < timezone.now()


def test_a_wrong_vial_keeps_what_was_typed_in_its_own_row(desk, facility, lot):
    received(facility, LotFactory(), 10)
    vial = {"lot": lot.pk, "doses": "600", "key": uuid4(), "opened_time": "25:00"}
    text = desk.post("/clinic/stock/vials/", vial).content.decode()
    assert text.count('value="600"') == 1
    assert "less than or equal to 100" in text
    assert not VialOpening.objects.exists()


def test_one_key_throws_away_what_is_past_and_another_what_is_left(desk, facility, lot):
    now = timezone.now()
    opened(facility, lot, now, ago=7 * 60)
    opened(facility, lot, now, ago=5)
    text = get(desk, "/clinic/stock/vials/")
    assert "Throw away 6 doses that must not be given" in text
    assert "1 opened vial must not be given any more." in get(desk, "/clinic/stock/")
    desk.post("/clinic/stock/vials/put-away/", {"which": "spoiled"})
    assert sheet_of(facility, TODAY).on_hand(lot) == 94
    desk.post("/clinic/stock/vials/put-away/", {"which": "all"})
    assert sheet_of(facility, TODAY).on_hand(lot) == 88
    assert "No vial is open." in get(desk, "/clinic/stock/vials/")


def test_one_vial_is_put_away_with_the_number_that_was_seen_in_it(desk, facility, lot):
    vial = opened(facility, lot, timezone.now(), ago=5)
    path = f"/clinic/stock/vials/{vial.pk}/put-away/"
    assert 'value="6"' in get(desk, path)
    answers = {"wasted": "1", "reason": "other", "note": "", "key": uuid4()}
    assert "Say what the other reason is." in desk.post(path, answers).content.decode()
    desk.post(path, answers | {"note": "Rút không đủ liều"})
    assert sheet_of(facility, TODAY).on_hand(lot) == 99
    assert desk.post(path, answers).url == "/clinic/stock/vials/"


def test_a_vial_of_one_dose_and_a_lot_of_no_ledger_are_not_opened(desk, facility, lot):
    single = LotFactory(vaccine=VaccineFactory(doses_per_vial=1, vial_source="test"))
    received(facility, single, 10)
    text = get(desk, "/clinic/stock/vials/")
    assert (lot.lot_number in text, single.lot_number in text, LotFactory().lot_number in text) == (True, False, False)
    other = sign_in(desk, clerk(FacilityFactory()))
    assert "Enter a delivery first" in get(other, "/clinic/stock/vials/")


def test_a_vial_of_another_facility_is_not_there(desk):
    vial = opened(FacilityFactory(), LotFactory(), timezone.now())
    assert desk.get(f"/clinic/stock/vials/{vial.pk}/put-away/").status_code == 404
