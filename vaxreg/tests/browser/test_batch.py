"""A pile of paper slips by keyboard: typed, pasted, left and come back to; the doubtful one decided from the tray."""

import pytest
from playwright.sync_api import expect

from residents.tests.factories import ResidentFactory
from vaccinations.models import Dose
from vaxreg.tests.browser import world

pytestmark = pytest.mark.browser
SECOND, THIRD = "000190000002", "000090000003"
PASTED = f"{SECOND}\tdang thi thuy hang\t1/2/1991\tNữ\n{THIRD}\tTRAN VAN HUNG\t07/08/1985\tnam\t\t\t\t\tx"


def test_a_pile_is_typed_pasted_left_and_finished(laptop, phone):
    world.build()
    home = world.province()
    ResidentFactory(
        citizen_id=SECOND, full_name="Đặng Thị Thúy Hằng", date_of_birth="1991-02-01", province=home, sex="F", phone=""
    )
    ResidentFactory(
        citizen_id=THIRD, full_name="Trần Văn Hùng", date_of_birth="1985-08-07", province=home, sex="M", phone=""
    )
    clerk = world.clerk()
    laptop.sign_in(clerk, world.PASSWORD)
    page = laptop.page
    laptop.open("/clinic/batch/")
    page.select_option("[name=lot]", index=1)
    page.fill("[name=dose_number]", "1")
    laptop.look("batch-piles")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    states = page.locator("[data-state]")
    # A slip by keyboard alone; Enter sends it and begins the next one.
    page.locator("[data-row] input:not([type=hidden])").first.focus()
    page.keyboard.type(world.NUMBER)
    page.keyboard.press("Tab")
    page.keyboard.type("nguyen thi thanh thuy")
    page.keyboard.press("Tab")
    page.keyboard.type("31/2/1990")
    page.keyboard.press("Enter")
    expect(states.first).to_contain_text("Cần sửa")
    expect(page.locator(".cell-said").first).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("5/3/1990")
    page.keyboard.press("Enter")
    expect(states.first).to_contain_text("Đã ghi nhận")
    # A block of a spreadsheet, into the row that has the focus.
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", PASTED)
    page.keyboard.press("Control+V")
    expect(states.nth(2)).to_contain_text("đã lưu")
    for place in (1, 2):
        page.keyboard.press("Enter")
        expect(states.nth(place)).to_contain_text("Đã ghi nhận")
    # A slip without a number.
    page.keyboard.press("Tab")
    page.keyboard.type("Đặng Thị Thúy Hằng")
    page.keyboard.press("Tab")
    page.keyboard.type("01/02/1991")
    page.keyboard.press("Enter")
    expect(states.nth(3)).to_contain_text("khay chờ")
    laptop.look("batch-pile")
    assert Dose.objects.count() == 3
    # Half a slip, and away: it is there on another machine.
    page.keyboard.type("0001900")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(states.nth(4)).to_contain_text("Cần sửa")
    phone.sign_in(clerk, world.PASSWORD)
    phone.open(page.url.replace(laptop.site, ""))
    assert phone.page.locator(".cell-number input").first.input_value() == "0001900"
    phone.look("batch-pile")
    laptop.open("/clinic/batch/tray/")
    laptop.look("batch-tray")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    laptop.look("batch-slip")
    page.fill("[name=reason]", "Không rõ chữ số giấy tờ")
    page.click("[value=back]")
    expect(page.locator("main")).to_contain_text("Khay chờ trống")
