"""The slip that a person takes home: /clinic/slip/<code>/."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from residents.models import Resident
from residents.services import correct_number
from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaccinations.doses.services import void_dose
from vaccinations.tests.factories import DoseFactory, SlipFactory, clerk, course_of, rewrite
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def slip(facility):
    return SlipFactory(
        code="C6NYWD6G",
        dose__facility=facility,
        dose__resident__citizen_id="079090123456",
        dose__resident__full_name="Nguyễn Thị Công Tằng Tôn Nữ Diệu Huyền",
        dose__resident__phone="0912345678",
        dose__administered_on=date(2021, 8, 2),
        dose__administered_at=timezone.make_aware(datetime(2021, 8, 2, 7, 30)),
        dose__lot__lot_number="FF1234",
    )


def page_of(desk, slip):
    return desk.get(f"/clinic/slip/{slip.code}/").content.decode()


def test_it_shows_what_the_person_must_check(desk, slip):
    page = page_of(desk, slip)
    for fact in (
        "Nguyễn Thị Công Tằng Tôn Nữ Diệu Huyền",
        "05/03/1990",
        "0912345678",
        slip.dose.vaccine.name,
        "FF1234",
        "Trạm Y tế Bến Nghé",
        "07:30 02/08/2021",
        "C6NY WD6G",
        "Check before you leave:",
        "<svg",
    ):
        assert fact in page
    assert "079090123456" not in page
    assert "VOIDED" not in page


def test_a_dose_whose_time_is_not_known_shows_its_day(desk, facility):
    slip = SlipFactory(dose__facility=facility, dose__administered_on=date(2021, 8, 2))
    assert "02/08/2021" in page_of(desk, slip)


WEEKS = {"absolute_minimum": "4 weeks", "minimum": "6 weeks", "earliest_recommended": "8 weeks"}


def written(day):
    return day.strftime("%d/%m/%Y")


def test_the_next_dose_is_told_by_the_rules_of_today(desk, facility):
    today = timezone.localdate()
    slip = SlipFactory(dose__facility=facility, dose__administered_on=today)
    _first, second = course_of(slip.dose.vaccine, interval={**WEEKS, "latest_recommended": "12 weeks"})
    earliest, recommended, latest = (written(today + timedelta(days=days)) for days in (42, 56, 83))
    page = page_of(desk, slip)
    for text in ("Dose 2 (basic dose)", f"from {recommended}", f"(not before {earliest})", f"at the latest {latest}"):
        assert text in page
    assert page.count(slip.dose.vaccine.name) == 2
    rewrite(second.interval_rules, earliest_recommended="7 weeks")
    assert f"from {written(today + timedelta(days=49))}" in page_of(desk, slip)


def test_a_day_that_has_come_is_told_as_such(desk, slip):
    course_of(slip.dose.vaccine, interval=WEEKS)
    assert "due since 27/09/2021" in page_of(desk, slip)


def test_a_slip_of_an_earlier_dose_names_no_next_one(desk, slip):
    course_of(slip.dose.vaccine, interval=WEEKS)
    later = DoseFactory(resident=slip.dose.resident, lot=slip.dose.lot, dose_number=2)
    assert "due since" not in page_of(desk, slip)
    later.resident.doses.filter(pk=later.pk).update(voided_at=timezone.now(), void_reason="nhầm")
    assert "due since" in page_of(desk, slip)


def test_an_interval_not_laid_down_is_not_made_up(desk, slip):
    _first, second = course_of(slip.dose.vaccine, age="")
    second.interval_rules.all().delete()
    assert "the clinic will tell you the day" in page_of(desk, slip)


def test_a_provisional_number_is_printed_in_full(desk, facility):
    slip = SlipFactory(dose__facility=facility, dose__resident=ResidentFactory(citizen_id="T00000000017"))
    assert "T 000 0000 0017" in page_of(desk, slip)


def test_a_corrected_number_shows_the_person_as_they_are_now(desk, slip):
    person = Resident.objects.get(pk="079090123456")
    correct_number(by=actor(), resident=person, new_number="079190999999", reason="nhầm")
    Resident.objects.filter(pk="079190999999").update(full_name="Nguyễn Thị Huyền")
    page = page_of(desk, slip)
    assert "Nguyễn Thị Huyền" in page
    assert "079 • •• ••9999" in page


def test_a_voided_slip_says_so_and_leads_to_its_replacement(desk, slip):
    void_dose(by=actor(), dose=slip.dose, reason="Sai lô")
    page = page_of(desk, slip)
    assert "VOIDED: this slip does not count any more" in page
    assert "Sai lô" in page
    other = SlipFactory(dose=DoseFactory(resident=slip.dose.resident, replaces=slip.dose, dose_number=1))
    assert f"/clinic/slip/{other.code}/" in page_of(desk, slip)


def test_enter_leads_back_to_the_box(desk, slip):
    page = page_of(desk, slip)
    assert 'action="/clinic/person/"' in page
    assert desk.post("/clinic/person/", {"scan": ""}).url == "/clinic/"


def test_reading_a_slip_is_logged(desk, slip):
    page_of(desk, slip)
    entry = AuditEntry.objects.get(action="slip.read")
    assert (entry.user, entry.resident, entry.object_id) == (desk.user, "079090123456", "C6NYWD6G")


def test_staff_elsewhere_do_not_see_it(client, slip):
    other = sign_in(client, clerk())
    assert other.get("/clinic/slip/C6NYWD6G/").status_code == 404
    assert not AuditEntry.objects.filter(action="slip.read").exists()


def test_staff_of_the_persons_area_see_it(client, slip):
    province = UnitFactory()
    Resident.objects.filter(pk="079090123456").update(province=province)
    user = clerk()
    AreaAssignmentFactory(user=user, unit=province)
    assert sign_in(client, user).get("/clinic/slip/C6NYWD6G/").status_code == 200


@pytest.mark.parametrize("role", [Role.OFFICER, Role.RESPONSE_AGENT])
def test_other_roles_are_refused(client, slip, role):
    assert sign_in(client, UserFactory(roles=[role])).get("/clinic/slip/C6NYWD6G/").status_code == 403


@pytest.mark.parametrize("code", ["WXYWXYWX", "c6nywd6g", "C6NYWD6", "C6NYWD6G0", "C6NY%00D6"])
def test_what_is_no_slip_is_not_found(desk, slip, code):
    assert desk.get(f"/clinic/slip/{code}/").status_code in (400, 404)


def test_a_slip_is_only_read_by_get(desk, slip):
    assert desk.post("/clinic/slip/C6NYWD6G/").status_code == 405
