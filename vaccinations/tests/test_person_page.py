"""The one box and the page of a person: /clinic/ and /clinic/person/."""

from datetime import timedelta

import pytest
from django.utils import timezone

from residents.models import Resident
from residents.services import correct_number
from residents.tests.factories import ResidentFactory
from vaccinations.stock import recalls
from vaccinations.tests.factories import DoseFactory, LotFactory, SlipFactory, clerk, course_of
from vaccinations.tests.stocking import received
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor, sign_in

CARD = "079090123456|012345678|Nguyễn Văn Đức|05031990|Nam|12 Lê Lợi, Phường Bến Nghé, TP. Hồ Chí Minh|15042021"


def look_up(desk, text):
    return desk.post("/clinic/person/", {"scan": text})


@pytest.fixture
def resident(db):
    return ResidentFactory(
        citizen_id="079090123456",
        full_name="Nguyễn Văn Đức",
        phone="0912345678",
        address="12 Lê Lợi, Phường Bến Nghé, TP. Hồ Chí Minh",
    )


def test_it_works(desk, resident, facility):
    dose = DoseFactory(resident=resident, facility=facility, administered_on=timezone.localdate() - timedelta(days=30))
    response = look_up(desk, "079 0 90 123456")
    page = response.content.decode()
    for shown in ("Nguyễn Văn Đức", "05/03/1990", "079 0 90 123456", "Dose 1", dose.vaccine.name, dose.lot.lot_number):
        assert shown in page
    assert response.context["form"].initial["dose_number"] == 2
    assert response.context["form"].initial["vaccinator"] == ""


@pytest.mark.parametrize("text", ["079090123456", "012345678", CARD, "\x1d" + CARD + "\r\n", " 079.090.123456 "])
def test_any_number_and_the_card_lead_to_the_person(desk, resident, text):
    Resident.objects.create(citizen_id="012345678", full_name="Cũ", superseded_by=resident, birth_precision="U")
    assert "Nguyễn Văn Đức" in look_up(desk, text).content.decode()


@pytest.mark.parametrize("spell", [str, str.lower, lambda code: f"{code[:4]} {code[4:]}"])
def test_a_slip_leads_to_the_person(desk, resident, spell):
    slip = SlipFactory(dose__resident=resident)
    assert "Nguyễn Văn Đức" in look_up(desk, spell(slip.code)).content.decode()


def test_a_code_of_no_slip_is_told(desk):
    assert "No slip has this code, and no invitation to this facility." in look_up(desk, "WXYWXYWX").content.decode()


@pytest.mark.parametrize("text", ["x", "12345", "a|b", "0" * 3_000, "|" * 2_000, "０７９０９０１２３４５６"])
def test_nonsense_is_told_and_stays_in_the_box(desk, text):
    response = look_up(desk, text)
    assert response.status_code == 200
    assert response.context["form"].errors


def test_a_missing_digit_is_counted(desk):
    page = desk.post("/clinic/person/", {"scan": "079 301 12345"}).content.decode()
    assert "11 digits were typed. A citizen ID has 12" in page
    assert 'value="079 301 12345"' in page


@pytest.mark.parametrize("text", ["", "   "])
def test_enter_on_an_empty_box_comes_back_to_it(desk, text):
    assert look_up(desk, text).url == "/clinic/"


@pytest.mark.parametrize("path", ["person", "record", "reveal", "same"])
def test_pages_made_by_post_lead_back_to_the_box(desk, path):
    assert desk.get(f"/clinic/{path}/").url == "/clinic/"


def test_no_number_in_address_or_title_and_the_reading_is_logged(desk, resident):
    response = look_up(desk, "079090123456")
    title = response.content.decode().split("<title>")[1].split("</title>")[0]
    assert "079" not in title
    assert "Đức" not in title
    entry = AuditEntry.objects.get(action="resident.read")
    assert (entry.user, entry.resident, entry.changes["purpose"]) == (desk.user, "079090123456", "clinic")


def test_phone_and_address_are_masked(desk, resident):
    page = look_up(desk, "079090123456").content.decode()
    assert "0912345678" not in page
    assert "12 Lê Lợi" not in page
    assert "TP. Hồ Chí Minh" in page


def person_of(response):
    return response.context["person"]


def test_unmasking_asks_a_reason_and_is_logged(desk, resident):
    person = person_of(look_up(desk, "079090123456"))
    refused = desk.post("/clinic/reveal/", {"person": person, "reason": ""})
    assert "0912345678" not in refused.content.decode()
    assert not AuditEntry.objects.filter(action="resident.unmasked").exists()
    shown = desk.post("/clinic/reveal/", {"person": person, "reason": "Gọi người nhà"}).content.decode()
    assert "0912345678" in shown
    assert "12 Lê Lợi" in shown
    entry = AuditEntry.objects.get(action="resident.unmasked")
    assert (entry.resident, entry.changes) == ("079090123456", {"reason": "Gọi người nhà"})


def test_history_shows_voided_doses_and_those_of_old_numbers(desk):
    old = ResidentFactory(citizen_id="012345678")
    voided = DoseFactory(resident=old, voided=True, void_reason="Nhầm người")
    DoseFactory(resident=old)
    correct_number(by=actor(), resident=old, new_number="079090123456", reason="thẻ")
    response = look_up(desk, "079090123456")
    page = response.content.decode()
    assert voided.void_reason in page
    assert "VOIDED" in page
    assert response.context["form"].initial["dose_number"] == 2


def test_a_card_that_says_otherwise_is_told(desk, resident):
    Resident.objects.filter(pk=resident.pk).update(full_name="Nguyễn Văn Đạt", date_of_birth="1991-03-05", sex="F")
    page = look_up(desk, CARD).content.decode()
    for sentence in (
        "Name on the card: Nguyễn Văn Đức",
        "Date of birth on the card: 05/03/1990",
        "Sex on the card: Male",
        "The number says another sex.",
        "The number says another year of birth.",
    ):
        assert sentence in page


def test_a_card_that_says_the_same_is_told(desk, resident):
    page = look_up(desk, CARD).content.decode()
    assert "The card says the same." in page
    assert "Compare with the card" not in page


def test_what_stuck_is_proposed_and_warned_of(desk, resident, facility):
    before = timezone.localdate() - timedelta(days=10)
    lot = LotFactory()
    course_of(lot.vaccine)
    DoseFactory(resident=resident, lot=lot, administered_on=before, source="import")
    session = desk.session
    session["clinic"] = {
        "facility": facility.pk,
        "day": timezone.localdate().isoformat(),
        "sticky": {"lot": lot.pk, "vaccinator": "Trần Thị Bưởi"},
    }
    session.save()
    response = look_up(desk, "079090123456")
    assert response.context["form"].initial["lot"] == lot
    assert "Trần Thị Bưởi" in response.content.decode()
    since, counts = (day.strftime("%d/%m/%Y") for day in (before, before + timedelta(days=21)))
    sentence = f"Too early: 10 days after dose 1 of {since}. It counts from {counts} (21 days)."
    assert sentence in response.content.decode()
    assert response.context["check"].codes == ["too-early"]


def test_what_stuck_is_forgotten_at_midnight(desk, resident, facility):
    session = desk.session
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    session["clinic"] = {
        "facility": facility.pk,
        "day": yesterday,
        "sticky": {"lot": LotFactory().pk, "vaccinator": "X"},
    }
    session.save()
    response = look_up(desk, "079090123456")
    assert response.context["form"].initial["lot"] is None
    assert response.context["form"].initial["vaccinator"] == ""


def test_lots_out_of_use_are_not_offered(desk, resident):
    LotFactory(is_active=False)
    LotFactory(vaccine__is_active=False)
    usable = LotFactory()
    assert list(look_up(desk, "079090123456").context["form"].fields["lot"].queryset) == [usable]


def test_lots_that_need_a_reason_stand_apart_from_those_of_the_facility(desk, resident, facility):
    here, elsewhere, recalled = LotFactory(), LotFactory(), LotFactory()
    assert "<optgroup" not in look_up(desk, "079090123456").content.decode()
    received(facility, here)
    received(facility, recalled)
    facts = {"document": "CV-9", "reason": "Nghi nhiễm khuẩn", "now": timezone.now()}
    recalls.recall(by=actor(), lot=recalled, **facts)
    offered, others = look_up(desk, "079090123456").content.decode().split('<optgroup label="Other lots')
    assert here.lot_number in offered
    assert elsewhere.lot_number in others
    assert f"{recalled.lot_number} (expiry not known) – RECALLED" in others


def test_queries_do_not_grow_with_doses_and_lots(desk, resident, django_assert_max_num_queries):
    look_up(desk, "079090123456")
    # Session, user, facilities, sessions of today; look-up, its log entry and savepoint; history; the visit of today; items
    # and limits of the checklist; the lot that stuck, its state and the list of lots; whether the rules have changed.
    with django_assert_max_num_queries(15) as before:
        look_up(desk, "079090123456")
    for number in range(1, 6):
        DoseFactory(resident=resident, dose_number=number, source="import")
    with django_assert_max_num_queries(len(before.captured_queries)):
        look_up(desk, "079090123456")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR, Role.AUDITOR, None])
def test_others_are_refused(client, resident, role):
    user = UserFactory(roles=[role] if role else [])
    assert sign_in(client, user).post("/clinic/person/", {"scan": "079090123456"}).status_code == 403


def test_strangers_are_led_to_sign_in(client, db):
    assert client.get("/clinic/").url == "/login/?next=/clinic/"


def test_todays_list_is_ones_own_masked_and_of_this_facility(desk, facility):
    own = SlipFactory(dose__facility=facility, dose__recorded_by=desk.user, dose__resident__full_name="Lê Thị Của Tôi")
    SlipFactory(dose__facility=facility, dose__resident__full_name="Trần Văn Bàn Bên")
    SlipFactory(dose__recorded_by=desk.user, dose__resident__full_name="Phạm Văn Nơi Khác")
    page = desk.get("/clinic/").content.decode()
    assert "Recorded today: 1 dose" in page
    assert "L. T. C. Tôi" in page
    assert f"…{own.dose.resident_id[-4:]}" in page
    assert "Lê Thị Của Tôi" not in page
    assert f"/clinic/slip/{own.code}/" in page
    assert own.dose.resident_id not in page
    assert "T. V. B. Bên" not in page
    assert "P. V. N. Khác" not in page


def test_a_lead_sees_the_whole_facility_today(client, english, facility):
    lead = sign_in(client, clerk(facility, role=Role.CLINIC_LEAD))
    SlipFactory(dose__facility=facility, dose__resident__full_name="Trần Văn Bàn Bên")
    assert "T. V. B. Bên" in lead.get("/clinic/").content.decode()


def test_todays_list_says_when_it_is_empty_and_when_it_is_cut(desk, facility, monkeypatch):
    assert "Nothing recorded yet today." in desk.get("/clinic/").content.decode()
    monkeypatch.setattr("vaccinations.desk.pages.LISTED", 1)
    for _dose in range(2):
        SlipFactory(dose__facility=facility, dose__recorded_by=desk.user)
    page = desk.get("/clinic/").content.decode()
    assert "Recorded today: 2 doses" in page
    assert "The last 1 are shown." in page


def test_todays_list_asks_no_more_for_more_doses(desk, facility, django_assert_max_num_queries):
    SlipFactory(dose__facility=facility, dose__recorded_by=desk.user)
    desk.get("/clinic/")
    # Session, user, facilities; doses, their slips and their count; who waits, who was not given, the lot that stuck,
    # the sessions of today.
    with django_assert_max_num_queries(10) as before:
        desk.get("/clinic/")
    for _dose in range(4):
        SlipFactory(dose__facility=facility, dose__recorded_by=desk.user)
    with django_assert_max_num_queries(len(before.captured_queries)):
        desk.get("/clinic/")
