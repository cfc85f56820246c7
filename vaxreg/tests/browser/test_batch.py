"""A pile of paper slips by keyboard: typed, pasted, left and come back to; the doubtful one decided from the tray."""

import pytest
from playwright.sync_api import expect

from residents.tests.factories import ResidentFactory
from vaccinations.models import Dose
from vaxreg.tests.browser import world

pytestmark = pytest.mark.browser
SECOND, THIRD = "000190000002", "000090000003"
PASTED = f"{SECOND}\tdang thi thuy hang\t1/2/1991\tNữ\n{THIRD}\tTRAN VAN HUNG\t07/08/1985\tnam\t\t\t\t\tx"


@pytest.fixture
def clerk(db):
    world.build()
    facts = {"province": world.province(), "phone": ""}
    ResidentFactory(citizen_id=SECOND, full_name="Đặng Thị Thúy Hằng", date_of_birth="1991-02-01", sex="F", **facts)
    ResidentFactory(citizen_id=THIRD, full_name="Trần Văn Hùng", date_of_birth="1985-08-07", sex="M", **facts)
    return world.clerk()


@pytest.fixture
def grid(laptop, clerk):
    """A new pile, the keyboard in its first cell."""
    laptop.sign_in(clerk)
    laptop.open("/clinic/batch/")
    laptop.page.select_option("[name=lot]", index=1)
    laptop.page.fill("[name=dose_number]", "1")
    laptop.look("batch-piles")
    with laptop.page.expect_navigation():
        laptop.press("Enter")
    laptop.page.locator("[data-row] input:not([type=hidden])").first.focus()
    return laptop


def type_in(walk, *cells):
    """Types into one cell after the other; an empty one is passed over."""
    for place, text in enumerate(cells):
        if place:
            walk.press("Tab")
        walk.page.keyboard.type(text)


def says(walk, place, text):
    expect(walk.page.locator("[data-state]").nth(place)).to_contain_text(text)


def enter(walk):
    walk.press("Enter")


def paste(walk, text):
    walk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    walk.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    walk.press("Control+V")


def test_slips_are_typed_mended_and_pasted_by_keyboard_alone(grid):
    type_in(grid, world.NUMBER, "nguyen thi thanh thuy", "31/2/1990")
    enter(grid)
    says(grid, 0, "Cần sửa")
    expect(grid.page.locator(".cell-said").first).to_be_visible()
    grid.press("ArrowUp")
    type_in(grid, "", "", "5/3/1990")
    enter(grid)
    says(grid, 0, "Đã ghi nhận")
    paste(grid, PASTED)
    says(grid, 2, "đã lưu")
    for place in (1, 2):
        enter(grid)
        says(grid, place, "Đã ghi nhận")
    grid.look("batch-pile")
    assert Dose.objects.count() == 3


def test_half_a_slip_is_there_on_another_machine_and_a_doubtful_one_in_the_tray(grid, phone, clerk):
    type_in(grid, "", "Đặng Thị Thúy Hằng", "01/02/1991")
    enter(grid)
    says(grid, 0, "khay chờ")
    type_in(grid, "0001900")
    grid.press("ArrowDown")
    says(grid, 1, "Cần sửa")
    phone.sign_in(clerk)
    phone.open(grid.page.url.replace(grid.site, ""))
    assert phone.page.locator(".cell-number input").first.input_value() == "0001900"
    phone.look("batch-pile")
    grid.open("/clinic/batch/tray/")
    grid.look("batch-tray")
    with grid.page.expect_navigation():
        enter(grid)
    grid.look("batch-slip")
    grid.page.fill("[name=reason]", "Không rõ chữ số giấy tờ")
    grid.page.click("[value=back]")
    expect(grid.page.locator("main")).to_contain_text("Khay chờ trống")
