"""Registering for vaccination, filling a session, and two clerks at the last place."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from residents.models import Resident
from residents.tests.factories import ResidentFactory
from vaccinations.models import Appointment, ClinicSession, Facility, FacilityAssignment, RegisteredPerson, Vaccine
from vaccinations.tests.session_factories import AppointmentFactory, RegisteredPersonFactory
from vaxreg.roles import Role
from vaxreg.tests.browser import world
from vaxreg.tests.browser.walk import LAPTOP, PHONE, Walk
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.browser
CODE = ".pass-code"


@pytest.fixture(autouse=True)
def _world(site):
    world.build()
    call_command("load_schedule", verbosity=0)
    call_command("load_registration_reference", verbosity=0)


@pytest.fixture
def plain(browser, site):
    """A phone without JavaScript."""
    context = browser.new_context(viewport=PHONE, locale="vi-VN", has_touch=True, java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield Walk(context.new_page(), site, "plain")
    context.close()


def staff(role, username):
    user = UserFactory(username=username, roles=[role], password=world.PASSWORD)
    FacilityAssignment.objects.create(user=user, facility=Facility.objects.get())
    return user


def fill_person(walk, prefix="", **different):
    answers = {"full_name": world.NAME, "birth": "5/3/1990", "sex": "F", "group": "none"} | different
    for name in ("full_name", "birth", "number", "phone"):
        if name in answers:
            walk.page.fill(f"[name={prefix}{name}]", answers[name])
    for name in ("sex", "group"):
        walk.page.select_option(f"[name={prefix}{name}]", answers[name])
    walk.page.check(f"[name={prefix}conditions][value=none]")


def begin(walk):
    """The first step, and of the second all but the button."""
    walk.open("/register/")
    walk.page.select_option("[name=province]", label="Thành phố Hồ Chí Minh")
    walk.page.click("button[value=continue]")
    walk.page.wait_for_selector("[name=full_name]")
    walk.page.select_option("[name=ward]", "unknown")
    walk.page.select_option("[name=where]", label="Trạm y tế số 1")
    fill_person(walk, number=world.NUMBER, phone="0900 000 001")
    walk.page.check("[name=consented]")


def test_family_registers_on_a_phone_without_javascript_and_follows_its_registration(plain):
    begin(plain)
    plain.page.click("button[value=add]")
    fill_person(plain, "p1-", full_name="Nguyễn Bé Tư", birth="2018", sex="M")
    plain.page.click("button[value=send]")
    plain.page.wait_for_selector(CODE)
    code = plain.page.inner_text(CODE)
    assert list(RegisteredPerson.objects.values_list("claimed", flat=True)) == [world.NUMBER, None]
    plain.page.click("a[href='/register/status/']")
    plain.page.fill("[name=code]", code.lower())
    plain.page.fill("[name=birth]", "5/3/1990")
    plain.page.click("button[value=open]")
    assert plain.page.locator("section.panel").count() == 2
    plain.page.click("button[value=ask-withdraw] >> nth=1")
    plain.page.click("button[value=withdraw]")
    plain.page.click("button[value=restore]")
    assert RegisteredPerson.objects.waiting().count() == 2


def test_citizen_registers_and_is_invited(walk):
    walk.open("/register/")
    walk.look("register")
    begin(walk)
    walk.look("register-people")
    walk.page.click("button[value=send]")
    walk.page.wait_for_selector(CODE)
    walk.look("register-code")
    qr = walk.page.locator(".pass-qr svg").bounding_box()
    assert qr["y"] + qr["height"] <= 740, "the QR is on the first screen"
    code = walk.page.inner_text(CODE)
    tomorrow = timezone.localdate() + timedelta(days=1)
    AppointmentFactory(
        session__facility=Facility.objects.get(), session__held_on=tomorrow, person=RegisteredPerson.objects.get()
    )
    walk.open("/register/")
    walk.look("register-again")
    walk.open("/register/status/")
    walk.look("register-identity")
    walk.page.fill("[name=code]", code)
    walk.page.fill("[name=birth]", "5/3/1990")
    walk.press("Enter")
    walk.page.wait_for_selector("button[value=confirm]")
    walk.look("register-status")
    walk.page.click("button[value=confirm]")
    walk.page.wait_for_selector(".message-success")
    assert Appointment.objects.get().state == "confirmed"
    walk.page.click("button[value=ask-withdraw]")
    walk.look("register-withdraw")


def test_registration_sent_without_a_signal_goes_out_when_it_is_back(phone):
    begin(phone)
    phone.page.context.set_offline(True)
    phone.page.click("button[value=send]")
    signal = phone.page.locator("#signal")
    expect(signal).to_have_text(signal.get_attribute("data-waiting"))
    phone.complaints.clear()
    phone.page.context.set_offline(False)
    phone.page.wait_for_selector(CODE)
    assert RegisteredPerson.objects.count() == 1
    assert phone.page.evaluate("localStorage.length") == 0


def test_lead_plans_a_session_fills_it_and_prints_the_list(laptop):
    facility = Facility.objects.get()
    for name in ("Trần Văn Cam", "Lê Thị Đào", "Phạm Thị Mít"):
        RegisteredPersonFactory(facility=facility, full_name=name, phone="0912345678")
    laptop.sign_in(staff(Role.CLINIC_LEAD, "lead"))
    laptop.open("/clinic/sessions/")
    laptop.look("sessions-empty")
    laptop.page.click("a[href='/clinic/sessions/new/']")
    tomorrow = timezone.localdate() + timedelta(days=1)
    for name, text in {"held_on": f"{tomorrow:%d/%m/%Y}", "opens_at": "07:30", "closes_at": "09:30"}.items():
        laptop.page.fill(f"[name={name}]", text)
    laptop.page.fill("[name=capacity_per_hour]", "1")
    laptop.page.get_by_label("Spikevax (Moderna)").check()
    laptop.look("session-new")
    laptop.press("Enter")
    laptop.page.wait_for_url("**/clinic/sessions/*/")
    laptop.page.click("a[href$='/fill/']")
    laptop.look("session-fill")
    assert laptop.page.input_value("#id_count") == "2", "three match, and two places are there"
    laptop.page.press("#id_count", "Enter")
    laptop.page.wait_for_selector(".message-success")
    laptop.look("session-filled")
    assert [row.starts_at for row in Appointment.objects.order_by("starts_at")] == [time(7, 30), time(8, 30)]
    laptop.page.click("a[href$='/list/']")
    laptop.look("session-list")
    text = laptop.page.inner_text("main")
    assert "…678" in text
    assert "0912345678" not in text


def session_now(**different):
    """A session that is held whenever the tests run."""
    hours = {"held_on": timezone.localdate(), "opens_at": time(0, 59), "closes_at": time(23, 59)}
    facts = {"facility": Facility.objects.get(), "kind": "open", "capacity_per_hour": 2, "idempotency_key": uuid4()}
    made = ClinicSession.objects.create(**facts | hours | different)
    made.vaccines.add(Vaccine.objects.get(code="spikevax"))
    return made


def test_invited_person_arrives_with_code_and_card(laptop):
    session = session_now()
    resident = Resident.objects.get()
    invited = AppointmentFactory(session=session, starts_at=session.hour_now(timezone.now()), resident=resident)
    laptop.sign_in(staff(Role.CLINIC_STAFF, "clerk"))
    laptop.open(f"/clinic/sessions/{session.pk}/")
    laptop.look("session")
    laptop.type(invited.code)
    with laptop.page.expect_navigation():
        laptop.press("Enter")
    laptop.look("session-invitation")
    laptop.type(world.CARD)
    with laptop.page.expect_navigation():
        laptop.press("Enter")
    invited.refresh_from_db()
    assert invited.state == "arrived"
    laptop.look("session-arrived")


def test_two_clerks_see_the_last_place_and_one_gets_it(browser, site):
    session = session_now(capacity_per_hour=1)
    strangers = ResidentFactory.create_batch(2)
    pages = []
    for n, stranger in enumerate(strangers):
        context = browser.new_context(viewport=LAPTOP, locale="vi-VN")
        context.set_default_timeout(15_000)
        walk = Walk(context.new_page(), site, "laptop")
        walk.sign_in(staff(Role.CLINIC_STAFF, f"clerk{n}"))
        walk.open(f"/clinic/sessions/{session.pk}/")
        walk.type(stranger.pk)
        walk.press("Enter")
        walk.page.wait_for_selector("form[action$='/walk-in/']")
        pages.append(walk)
    first, second = pages
    first.page.click("form[action$='/walk-in/'] button")
    first.page.wait_for_selector(".message-success")
    second.page.click("form[action$='/walk-in/'] button")
    second.page.wait_for_selector(".refused")
    second.look("session-full")
    assert Appointment.objects.holding().count() == 1
    for walk in pages:
        walk.page.context.close()


def test_standby_list_and_phone_numbers(laptop):
    session = session_now()
    RegisteredPersonFactory(facility=session.facility, is_standby=True)
    laptop.sign_in(staff(Role.CLINIC_STAFF, "clerk"))
    laptop.open(f"/clinic/sessions/{session.pk}/standby/")
    laptop.look("standby")
    laptop.page.click("form[action$='/phone/'] button")
    laptop.page.fill("[name=reason]", "Còn dư một liều")
    laptop.look("standby-phone")
    laptop.press("Enter")
    laptop.page.wait_for_selector(".phone-number")
    laptop.open(f"/clinic/sessions/{session.pk}/standby/")
    laptop.page.click("form[action$='/call/'] button")
    laptop.page.wait_for_selector(".message-success")
    assert Appointment.objects.get().origin == "standby"


def test_manager_sees_figures(phone):
    user = UserFactory(username="manager", roles=[Role.PROVINCIAL_MANAGER], password=world.PASSWORD)
    unit = Facility.objects.get().unit
    user.area_assignments.create(unit=unit)
    RegisteredPersonFactory(facility=Facility.objects.get(), province=unit)
    session_now()
    phone.sign_in(user)
    phone.open("/sessions/")
    phone.look("session-figures")
