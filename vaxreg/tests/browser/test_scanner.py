"""A scanner is a keyboard that looks at nothing: what it types must never decide about a person."""

import pytest

from checkpoints.models import Declaration, Passage
from checkpoints.tests.factories import DeclarationFactory, keys_of
from vaxreg.tests.browser import world

pytestmark = pytest.mark.browser
OTHER = "000190000777"


@pytest.fixture
def desk(laptop, site):
    world.build()
    laptop.sign_in(world.officer())
    laptop.open("/desk/")
    return laptop


def scan(walk, text):
    walk.type(text)
    with walk.page.expect_navigation():
        walk.press("Enter")
    walk.settle()


def test_next_card_scanned_onto_an_answer_goes_to_the_box_and_lets_nobody_pass(desk):
    scan(desk, world.CARD)
    desk.settle()
    assert desk.page.evaluate("document.activeElement.value") == "passed"
    scan(desk, f"{OTHER}||Trần Văn Tám|05031990|Nam|Quận 1|15042021")
    assert "Trần Văn Tám" in desk.page.text_content("main")
    assert not Passage.objects.exists()
    with desk.page.expect_navigation():
        desk.press("Enter")
    assert Passage.objects.get().resident == OTHER
    desk.settle()
    assert desk.page.evaluate("document.activeElement.id") == "id_scan"


def test_card_scanned_onto_a_stop_goes_to_the_box_too(desk):
    DeclarationFactory(resident=world.NUMBER, had_contact=True)
    scan(desk, world.CARD)
    assert desk.page.is_visible(".verdict-stop")
    scan(desk, OTHER)
    assert desk.page.is_visible(".verdict-check")
    assert Declaration.objects.exists()
    assert not Passage.objects.exists()


def test_enter_in_the_reason_decides_nothing(desk):
    DeclarationFactory(resident=world.NUMBER, had_contact=True)
    scan(desk, world.CARD)
    desk.page.fill("[name=reason_text]", "Tiếp xúc ca bệnh")
    desk.page.press("[name=reason_text]", "Enter")
    desk.page.wait_for_timeout(300)
    assert not Passage.objects.exists()
    with desk.page.expect_navigation():
        desk.page.click("[name=outcome][value=turned-back]")
    assert (Passage.objects.get().outcome, Passage.objects.get().reason) == ("turned-back", "Tiếp xúc ca bệnh")


def test_space_lets_nobody_pass(desk):
    DeclarationFactory(resident=world.NUMBER, full_name=world.NAME)
    scan(desk, world.CARD)
    desk.press(" ")
    desk.page.wait_for_timeout(300)
    assert desk.page.is_visible(".verdict-pass")
    assert not Passage.objects.exists()


def test_next_scan_takes_the_place_of_one_that_could_not_be_read(desk):
    scan(desk, "0001900")
    assert desk.page.input_value("#id_scan") == "0001900"
    scan(desk, world.CARD)
    assert desk.page.is_visible(".verdict")
    desk.page.focus("#id_chosen_reason")
    scan(desk, OTHER)
    assert OTHER[-6:] in desk.page.text_content("main")


def test_pass_scanned_onto_a_stop_is_read_whole(desk):
    declaration = DeclarationFactory(resident=world.NUMBER, had_contact=True)
    token, _code = keys_of(declaration)
    scan(desk, world.CARD)
    scan(desk, f"https://vaxreg.example.org/p/{token}/")
    assert world.NAME in desk.page.text_content("main")
    assert desk.page.is_visible(".verdict-stop")
