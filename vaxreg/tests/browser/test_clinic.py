"""The clinic desk by real key strokes: what a clerk presses 300 times a day."""

import re

import pytest

from residents.tests.factories import ResidentFactory
from vaccinations.models import Dose, Lot, Visit
from vaxreg.tests.browser import world
from vaxreg.tests.browser.walk import Walk

pytestmark = pytest.mark.browser
SECOND = "000190000002"


@pytest.fixture
def desk(laptop) -> Walk:
    world.build()
    ResidentFactory(citizen_id=SECOND, full_name="Đặng Thị Thúy Hằng", province=world.province(), sex="F")
    laptop.sign_in(world.clerk(), world.PASSWORD)
    laptop.open("/clinic/")
    return laptop


def press(walk: Walk, key: str) -> None:
    """Presses a key that leads to another page."""
    walk.settle()
    with walk.page.expect_navigation():
        walk.page.keyboard.press(key)
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
    walk.page.keyboard.press("ArrowDown")
    walk.page.keyboard.press("Tab")
    walk.look("clinic-workday")
    press(walk, "Enter")


def test_a_healthy_person_takes_a_scan_and_one_key(desk):
    choose_lot(desk)
    pages = []
    desk.page.on(
        "response", lambda response: response.request.is_navigation_request() and pages.append(response.status)
    )
    for number in (world.NUMBER, SECOND):
        scan(desk, number)
        press(desk, "Enter")
        assert focused(desk) == "scan", "the next card can be scanned at once"
    assert pages == [200] * 4, "each scan and each Enter is answered by one response"
    desk.look("clinic-recorded")
    lot = Lot.objects.get()
    assert [(dose.resident_id, dose.lot) for dose in Dose.objects.order_by("pk")] == [
        (world.NUMBER, lot),
        (SECOND, lot),
    ]
    assert set(Visit.objects.values_list("outcome", flat=True)) == {"given"}
    for paper in ({"width": "105mm", "height": "148mm"}, {"width": "80mm", "height": "160mm"}):
        assert printed_pages(desk, **paper) == 1, paper


def test_no_dose_is_given_by_keyboard_alone_and_taken_back(desk):
    scan(desk, "thuy hang")
    desk.look("clinic-found")
    press(desk, "Enter")
    desk.page.keyboard.press("Alt+t")
    desk.page.keyboard.press("Tab")
    assert focused(desk) == "not_given_reason"
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Tab")
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
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.type("0900000009")
    desk.page.keyboard.press("Tab")
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
    desk.page.keyboard.press("Alt+s")
    desk.page.keyboard.press("Tab")
    assert focused(desk) == "screening-temperature"
    desk.page.keyboard.type("38,2")
    assert "sàng lọc: như đã ghi" in desk.page.inner_text(".statement")
    while focused(desk) != "screening-item_acute-illness":
        desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press("ArrowRight")
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
