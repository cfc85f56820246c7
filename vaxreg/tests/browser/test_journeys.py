"""The four journeys, walked with keys and fingers: citizen, officer, clerk, administrator."""

import re

import pytest

from checkpoints.models import Declaration, Passage
from residents.models import Resident
from vaccinations.models import Dose
from vaxreg.tests.browser import world
from vaxreg.tests.browser.declaring import SEND, fill_declaration
from vaxreg.tests.browser.walk import Walk

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _world(site):
    world.build()


def declare(walk: Walk) -> None:
    fill_declaration(walk)
    walk.page.click(SEND)
    walk.page.wait_for_url("**/p/**")


def scan(walk: Walk, text: str) -> None:
    """Types into whatever has the focus, as a scanner does, and ends with Enter."""
    walk.type(text)
    with walk.page.expect_navigation():
        walk.press("Enter")


def focused(walk: Walk) -> str:
    walk.settle()
    return walk.page.evaluate("document.activeElement.name || document.activeElement.tagName")


def test_citizen_files_and_gets_a_pass(walk):
    walk.open("/")
    walk.look("home")
    walk.open("/declare/")
    walk.look("declare")
    fill_declaration(walk)
    walk.look("declare-people")
    walk.page.click(SEND)
    walk.page.wait_for_url("**/p/**")
    assert re.fullmatch(r".*/p/[\w-]{22}/", walk.page.url)
    walk.look("pass")
    text = walk.page.inner_text("main")
    assert not [fact for fact in (world.NAME, world.NUMBER, "0900", "51F") if fact in text]
    qr = walk.page.locator("main svg").bounding_box()
    assert qr["y"] + qr["height"] <= 740, "the QR is on the first screen"
    assert qr["width"] >= 188, "5 cm at 96 dpi"
    walk.page.click("a[href^='/route/']")
    assert walk.page.is_visible(".outcome-tag-pass"), "the phone that filed is told at once"
    walk.look("route-pass")


def test_citizen_who_errs_loses_nothing(phone):
    fill_declaration(phone, number="0001900000", birth="31/02/1990")
    phone.page.click(SEND)
    phone.page.wait_for_selector(".error-summary")
    phone.look("declare-errors")
    assert phone.page.input_value("[name=number]") == "0001900000"
    assert phone.page.input_value("[name=full_name]") == world.NAME
    assert phone.page.is_checked("[name=attested]")
    assert phone.page.locator(".error-summary a[href='#id_number']").count() == 1
    assert not Declaration.objects.exists()


def test_double_tap_files_one_declaration(phone):
    fill_declaration(phone)
    phone.page.dblclick(SEND)
    phone.page.wait_for_url("**/p/**")
    assert Declaration.objects.count() == 1


def test_declaration_and_dose_meet_at_the_desk(walk):
    """The journey of the first part: filed by the citizen, vaccinated at the clinic, answered by a scan of the card."""
    declare(walk)
    walk.sign_in(world.clerk())
    walk.open("/clinic/")
    walk.look("clinic-box")
    scan(walk, world.CARD)
    walk.look("clinic-person")
    assert not walk.page.eval_on_selector("[name=administered_on]", "field => field.scrollWidth > field.clientWidth")
    walk.page.select_option("[name=lot]", index=1)
    with walk.page.expect_navigation():
        walk.page.press("[name=dose_number]", "Enter")
    walk.look("clinic-slip")
    assert Dose.objects.get().resident_id == world.NUMBER
    walk.press("Enter")
    walk.page.wait_for_url("**/clinic/")
    assert focused(walk) == "scan"
    walk.page.click("text=Đăng xuất")
    walk.sign_in_by_hand(world.officer(), world.PASSWORD)
    walk.open("/desk/")
    walk.look("desk-box")
    scan(walk, world.CARD)
    walk.look("desk-pass")
    text = walk.page.inner_text("main")
    assert "CHO QUA" in text
    assert "1 mũi tiêm" in text
    assert "Comirnaty" in text
    assert world.NUMBER not in walk.page.url + walk.page.title()
    with walk.page.expect_navigation():
        walk.press("Enter")
    assert focused(walk) == "scan"
    passage = Passage.objects.get()
    assert (passage.resident, passage.outcome) == (world.NUMBER, "passed")


def test_officer_on_a_phone_meets_stop_and_unknown(phone):
    phone.sign_in(world.officer())
    phone.open("/desk/")
    scan(phone, world.NUMBER)
    phone.look("desk-check")
    assert "KIỂM TRA" in phone.page.inner_text(".verdict")
    word, button = (
        phone.page.locator(".verdict-word").bounding_box(),
        phone.page.locator(".desk-pass .btn").bounding_box(),
    )
    assert word["height"] < 90, "the word stands in one line"
    assert button["y"] + button["height"] <= 740, "what the officer decides is on the first screen"
    phone.page.fill("[name=scan]", "000190999999||Trần Văn Lạ|01011991|Nam|Xa|15042021")
    with phone.page.expect_navigation():
        phone.page.press("[name=scan]", "Enter")
    phone.look("desk-unknown")
    with phone.page.expect_navigation():
        phone.page.click("text=Đăng ký theo thẻ")
    assert Resident.objects.filter(pk="000190999999").exists()


def test_clerk_finds_a_person_without_accents(walk):
    walk.sign_in(world.clerk())
    walk.open("/residents/")
    scan(walk, "thuy thanh thi nguyen")
    walk.look("people")
    assert world.NAME in walk.page.inner_text("main")
    assert "thuy" not in walk.page.url


def test_administrator_works_in_the_admin(laptop):
    laptop.sign_in(world.administrator())
    laptop.open("/admin/checkpoints/symptom/")
    laptop.page.click("text=Sốt")
    laptop.page.fill("[name=position]", "7")
    laptop.press("Enter")
    laptop.page.wait_for_url("**/symptom/")
    laptop.open("/admin/residents/resident/")
    assert world.NAME not in laptop.page.content()
    laptop.page.fill("[name=term]", world.NAME)
    with laptop.page.expect_navigation():
        laptop.press("Enter")
    assert world.NUMBER not in laptop.page.content()
    laptop.page.click(f"text={world.NAME}")
    assert world.NUMBER not in laptop.page.url
    assert not laptop.complaints
    laptop.picture("admin-resident")
