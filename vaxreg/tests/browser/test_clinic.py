"""The clinic desk by real key strokes: what a clerk presses 300 times a day."""

import re
from datetime import time

import pytest

from residents.tests.factories import ResidentFactory
from vaccinations.models import Appointment, ClinicSession, Dose, Facility, Observation, Vaccine, Visit
from vaccinations.tests.session_factories import ClinicSessionFactory, RegisteredPersonFactory
from vaxreg.tests.browser import world
from vaxreg.tests.browser.walk import Walk

pytestmark = pytest.mark.browser
SECOND = "000190000002"


@pytest.fixture
def desk(laptop) -> Walk:
    world.build()
    ResidentFactory(citizen_id=SECOND, full_name="Đặng Thị Thúy Hằng", province=world.province(), sex="F")
    laptop.sign_in(world.clerk())
    laptop.open("/clinic/")
    return laptop


def press(walk: Walk, key: str) -> None:
    """Presses a key that leads to another page."""
    with walk.page.expect_navigation():
        walk.press(key)
    walk.settle()


def scan(walk: Walk, text: str) -> None:
    """What a scanner types, the Enter at its end included."""
    walk.type(text)
    press(walk, "Enter")


def focused(walk: Walk) -> str:
    return walk.page.evaluate("document.activeElement.name || document.activeElement.tagName")


def printed_pages(walk: Walk, **paper: str) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", walk.page.pdf(**paper)))


def choose_lot(walk: Walk) -> None:
    press(walk, "Alt+l")
    assert focused(walk) == "lot"
    walk.press("ArrowDown")
    walk.press("Tab")
    walk.look("clinic-workday")
    press(walk, "Enter")


@pytest.fixture
def session(desk) -> ClinicSession:
    """A session that is held whenever the tests run, and somebody registered who can come within an hour."""
    facility, hours = Facility.objects.get(code="station"), {"opens_at": time(0, 59), "closes_at": time(23, 59)}
    person = {"full_name": world.NAME, "sex": "F", "is_standby": True, "facility": facility}
    RegisteredPersonFactory(number=world.NUMBER, province=world.province(), **person)
    return ClinicSessionFactory(facility=facility, vaccines=[Vaccine.objects.get(code="comirnaty")], **hours)


def keys_pressed(walk: Walk) -> int:
    return int(walk.page.evaluate("sessionStorage.getItem('keys') || 0"))


def test_the_clinics_day_from_the_call_to_the_release(desk, session):
    """Registered, called, expected; a healthy one takes a scan and one key; the next without an invitation as well."""
    desk.page.add_init_script(
        "addEventListener('keydown', () => sessionStorage.setItem('keys', +(sessionStorage.getItem('keys') || 0) + 1), true)"
    )
    choose_lot(desk)
    press(desk, "Alt+e")
    desk.page.click(f"a[href='/clinic/sessions/{session.pk}/standby/']")
    desk.page.click("form[action$='/call/'] button")
    assert Appointment.objects.get().is_expected
    press(desk, "Alt+b")
    assert "còn 1 người chưa đến" in desk.page.inner_text("main")
    desk.look("clinic-expected")
    before, pages = keys_pressed(desk), []
    desk.page.on(
        "response", lambda response: response.request.is_navigation_request() and pages.append(response.status)
    )
    scan(desk, world.NUMBER)
    assert "Hẹn đến hôm nay lúc" in desk.page.inner_text("main")
    press(desk, "Enter")
    assert keys_pressed(desk) - before == len(f"{world.NUMBER}⏎") + 1
    assert focused(desk) == "scan", "the next card can be scanned at once"
    scan(desk, SECOND)
    desk.look("clinic-walk-in")
    press(desk, "Enter")
    assert pages == [200] * 4, "each scan and each Enter is answered by one response"
    desk.look("clinic-recorded")
    for paper in ({"width": "105mm", "height": "148mm"}, {"width": "80mm", "height": "160mm"}):
        assert printed_pages(desk, **paper) == 1, paper
    recorded = Visit.objects.order_by("pk").values_list("dose__resident", "outcome", "appointment__origin")
    assert list(recorded) == [(world.NUMBER, "given", "standby"), (SECOND, "given", "walk-in")]
    assert set(Appointment.objects.values_list("state", flat=True)) == {"done"}
    press(desk, "Enter")
    press(desk, "Alt+o")
    desk.look("clinic-board")
    desk.page.click(".board button >> nth=0")
    desk.type("Có việc gia đình")
    press(desk, "Enter")
    assert Observation.objects.exclude(released_at=None).get().early_reason == "Có việc gia đình"


def test_no_dose_is_given_by_keyboard_alone_and_taken_back(desk):
    scan(desk, "thuy hang")
    desk.look("clinic-found")
    press(desk, "Enter")
    desk.press("Alt+t")
    desk.until("document.activeElement.name === 'not_given_reason'")
    desk.press("ArrowDown")
    desk.press("Tab")
    assert "KHÔNG tiêm: từ chối tiêm" in desk.page.inner_text(".statement")
    desk.look("clinic-not-given")
    press(desk, "Enter")
    desk.look("clinic-declined")
    assert Visit.objects.get().not_given_reason == "refused"
    assert not Dose.objects.exists()
    press(desk, "Alt+u")
    assert Visit.objects.get(undone_at=None).is_waiting
    desk.look("clinic-waiting")
    press(desk, "Alt+k")
    assert "Đặng Thị Thúy Hằng" in desk.page.inner_text("h1")


def test_a_wrong_phone_is_mended_with_the_slip_and_all_doses_are_confirmed(desk):
    choose_lot(desk)
    scan(desk, world.NUMBER)
    press(desk, "Enter")
    press(desk, "Alt+m")
    desk.look("clinic-mend-box")
    scan(desk, world.NUMBER)
    assert focused(desk) == "phone"
    desk.press("Control+a")
    desk.page.keyboard.type("0900000009")
    desk.press("Tab")
    desk.page.keyboard.type("nghe nhầm")
    desk.look("clinic-mend")
    press(desk, "Enter")
    assert "0900000009" in desk.page.inner_text(".slip")
    press(desk, "Alt+x")
    desk.look("clinic-confirmation")
    assert desk.page.locator(".confirmation tbody tr").count() == 7
    assert printed_pages(desk, format="A4") == 1


def test_screening_by_keyboard_alone_ends_without_a_dose(desk):
    choose_lot(desk)
    scan(desk, world.NUMBER)
    assert "không ghi nhận gì" in desk.page.inner_text(".statement")
    desk.press("Alt+s")
    desk.until("document.activeElement.name === 'screening-temperature'")
    desk.page.keyboard.type("38,2")
    assert "sàng lọc: như đã ghi" in desk.page.inner_text(".statement")
    while focused(desk) != "screening-item_acute-illness":
        desk.press("Tab")
    desk.press("ArrowRight")
    desk.press("ArrowRight")
    assert desk.page.locator("[name=screening-words_acute-illness]").is_visible(), "yes opens its line"
    assert not desk.page.locator("[name=screening-words_allergy]").is_visible()
    desk.look("clinic-screening")
    press(desk, "Enter")
    desk.look("clinic-screened-out")
    assert "trì hoãn tiêm" in desk.page.inner_text("main")
    assert focused(desk) == "decline"
    press(desk, "Enter")
    assert Visit.objects.get().not_given_reason == "unwell"
    assert not Dose.objects.exists()
