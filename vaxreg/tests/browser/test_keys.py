"""The keys shown at the desk, pressed as a keyboard sends them; with JavaScript and without."""

import pytest
from playwright.sync_api import expect

from checkpoints.models import Passage, Shift
from checkpoints.tests.factories import DeclarationFactory, keys_of, rule
from residents.models import Resident
from vaxreg.tests.browser import world
from vaxreg.tests.browser.walk import LAPTOP, Walk

pytestmark = pytest.mark.browser
ALT = 1


@pytest.fixture
def desk(laptop, site):
    world.build()
    laptop.sign_in(world.officer())
    laptop.open("/desk/")
    return laptop


@pytest.fixture
def plain_desk(browser, site):
    """The desk on a laptop without JavaScript."""
    world.build()
    context = browser.new_context(viewport=LAPTOP, locale="vi-VN", java_script_enabled=False)
    context.set_default_timeout(15_000)
    walk = Walk(context.new_page(), site, "plain")
    walk.sign_in(world.officer())
    walk.open("/desk/")
    yield walk
    context.close()


def press(walk, letter):
    """Alt and the letter, down to the character event that browsers hear access keys by; Playwright's own press has none."""
    session = walk.page.context.new_cdp_session(walk.page)
    code = ord(letter.upper())
    key = {"modifiers": ALT, "key": letter, "code": f"Key{letter.upper()}"}
    key |= {"windowsVirtualKeyCode": code, "nativeVirtualKeyCode": code}
    session.send("Input.dispatchKeyEvent", key | {"type": "rawKeyDown"})
    session.send("Input.dispatchKeyEvent", key | {"type": "char", "text": letter, "unmodifiedText": letter})
    session.send("Input.dispatchKeyEvent", key | {"type": "keyUp"})
    session.detach()


def scan(walk, text):
    walk.page.fill("[name=scan]", text)
    with walk.page.expect_navigation():
        walk.page.press("[name=scan]", "Enter")
    walk.settle()


def shown(walk):
    """The letters of the keys on the page; none stands for two things."""
    texts = [text for text in walk.page.locator("kbd:visible").all_inner_texts() if text != "Enter"]
    assert len(texts) == len(set(texts)), texts
    return {text.removeprefix("Alt+") for text in texts}


def test_rooms_open_and_the_box_gets_the_focus(desk):
    assert shown(desk) == {"S", "G", "H"}
    for letter, address in (("g", "group"), ("d", ""), ("h", "shift"), ("d", "")):
        with desk.page.expect_navigation():
            press(desk, letter)
        assert desk.page.url.endswith(f"/desk/{address}/" if address else "/desk/")
    desk.page.focus("main")
    press(desk, "s")
    expect(desk.page.locator("#id_scan")).to_be_focused()


def test_outcomes_are_decided_by_their_keys(desk):
    keys = {"b": "turned-back", "t": "testing", "q": "quarantine", "p": "passed"}
    for turn, (letter, outcome) in enumerate(keys.items()):
        number = f"{world.NUMBER[:-1]}{turn + 2}"
        DeclarationFactory(resident=number, had_contact=True)
        scan(desk, number)
        assert shown(desk) >= {"B", "T", "Q", "P"}
        desk.page.select_option("#id_chosen_reason", "contact")
        with desk.page.expect_navigation():
            press(desk, letter)
        assert Passage.objects.latest("pk").outcome == outcome


def test_everything_on_the_answer_of_a_stranger_has_its_key(desk):
    rule({"kind": "recovered", "number": 6, "is_negated": True}, reason="Chưa đủ miễn dịch")
    scan(desk, "000190999999||Trần Văn Lạ|01011991|Nam|Ấp 3, Xã Xa, Tỉnh Đồng Nai|15042021")
    assert shown(desk) == set("SGHBTQCNKJLFE")
    for letter, opened in (("j", ".desk-spot details"), ("f", "details:has(#id_reason)")):
        press(desk, letter)
        expect(desk.page.locator(opened)).to_have_attribute("open", "")
    with desk.page.expect_navigation():
        press(desk, "n")
    assert desk.page.is_visible(".verdict-stop")
    with desk.page.expect_navigation():
        press(desk, "c")
    assert desk.page.is_visible(".verdict-check")
    with desk.page.expect_navigation():
        press(desk, "e")
    assert Resident.objects.filter(pk="000190999999", province__name="Tỉnh Đồng Nai").exists()


def test_people_of_a_list_are_reached_by_their_number(desk):
    for turn in (2, 3):
        keys_of(DeclarationFactory(resident=f"{world.NUMBER[:-1]}{turn}", plate="51F12345"))
    scan(desk, "51F-123.45")
    assert shown(desk) == set("SGHR12")
    with desk.page.expect_navigation():
        press(desk, "1")
    assert desk.page.is_visible(".verdict")
    scan(desk, "51F-123.45")
    with desk.page.expect_navigation():
        press(desk, "r")
    press(desk, "2")
    expect(desk.page.locator(".group-line select").nth(2)).to_be_focused()


def test_shift_is_begun_and_ended_by_keys(desk):
    with desk.page.expect_navigation():
        press(desk, "h")
    desk.settle()
    with desk.page.expect_navigation():
        desk.press("Enter")
    with desk.page.expect_navigation():
        press(desk, "h")
    press(desk, "n")
    desk.page.keyboard.type("Xe 51F hẹn quay lại lúc 22 giờ")
    with desk.page.expect_navigation():
        press(desk, "e")
    assert Shift.objects.get().handover_note.startswith("Xe 51F")


def test_one_press_acts_once(desk):
    scan(desk, world.CARD)
    with desk.page.expect_navigation():
        desk.press("Enter")
    undo = desk.page.locator(".desk-more")
    expect(undo).not_to_have_attribute("open", "")
    press(desk, "u")
    expect(undo).to_have_attribute("open", "")


def test_question_on_the_spot_is_reached_by_its_key_and_not_answered(desk):
    scan(desk, world.NUMBER)
    press(desk, "k")
    expect(desk.page.locator("[name=vehicle_kind]").first).to_be_focused()
    assert not desk.page.locator(".toggles input:checked").count()
    desk.press("Space")
    assert desk.page.locator("[name=vehicle_kind]").first.is_checked()


def test_keys_work_without_javascript(plain_desk):
    scan(plain_desk, world.NUMBER)
    plain_desk.page.select_option("#id_chosen_reason", "identity")
    with plain_desk.page.expect_navigation():
        press(plain_desk, "t")
    assert Passage.objects.get().outcome == "testing"
    with plain_desk.page.expect_navigation():
        press(plain_desk, "g")
    assert plain_desk.page.url.endswith("/desk/group/")
