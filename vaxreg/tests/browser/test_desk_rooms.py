"""The desk with a scanner and a keyboard only: one by one, undo, a bus, quick mode, declared on the spot, papers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from checkpoints.models import Checkpoint, Declaration, Passage
from checkpoints.tests.factories import DeclarationFactory, PassageFactory, keys_of, rule
from vaxreg.roles import Role
from vaxreg.tests.browser import world
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.browser
OTHERS = ("000190000002", "000190000003")


@pytest.fixture
def officer(site):
    world.build()
    return world.officer()


@pytest.fixture
def desk(walk, officer):
    """The desk at both sizes, for what is laid out."""
    return opened(walk, officer)


@pytest.fixture
def laptop_desk(laptop, officer):
    """The desk at one size, for what happens there whatever the size."""
    return opened(laptop, officer)


def opened(walk, officer):
    walk.sign_in(officer)
    walk.open("/desk/")
    return walk


def press(walk, key):
    with walk.page.expect_navigation():
        walk.press(key)


def use(walk, key):
    """Presses the key that is shown beside a button: Alt and the letter."""
    walk.press(f"Alt+{key}")


def scan(walk, text):
    walk.type(text)
    press(walk, "Enter")


def focused(walk):
    walk.settle()
    return walk.page.evaluate("document.activeElement.id")


def test_scan_answer_enter_and_the_box_is_empty_in_one_response(laptop_desk):
    answers = []
    laptop_desk.page.on(
        "response", lambda response: response.request.is_navigation_request() and answers.append(response)
    )
    scan(laptop_desk, world.CARD)
    press(laptop_desk, "Enter")
    assert [answer.status for answer in answers] == [200, 200]
    assert (focused(laptop_desk), laptop_desk.page.input_value("#id_scan")) == ("id_scan", "")
    assert Passage.objects.get().outcome == "passed"
    laptop_desk.look("desk-after-enter")
    with laptop_desk.page.expect_navigation():
        laptop_desk.page.reload()
    assert Passage.objects.count() == 1


def test_passage_is_undone_by_keys(desk):
    scan(desk, world.CARD)
    press(desk, "Enter")
    use(desk, "u")
    desk.page.check("[name=passage]")
    desk.page.select_option("#id_undo_reason", "wrong-person")
    desk.look("desk-undo")
    with desk.page.expect_navigation():
        desk.page.click("form[action='/desk/undo/'] button")
    assert Passage.objects.filter(outcome="cancelled").exists()
    assert desk.page.is_visible(".undone s")
    desk.look("desk-undone")


def test_bus_is_scanned_and_recorded_together_though_one_is_stopped(desk):
    DeclarationFactory(resident=OTHERS[0], had_contact=True, full_name="Trần Văn Tám")
    desk.open("/desk/group/")
    for text in (world.CARD, *OTHERS):
        scan(desk, text)
    assert focused(desk) == "id_scan"
    desk.look("desk-group")
    with desk.page.expect_navigation():
        use(desk, "r")
    assert set(Passage.objects.values_list("resident", flat=True)) == {world.NUMBER, OTHERS[1]}
    desk.look("desk-group-reason")
    desk.page.locator(".verdict-line-stop select").nth(1).select_option("contact")
    with desk.page.expect_navigation():
        use(desk, "r")
    outcomes = dict(Passage.objects.values_list("resident", "outcome"))
    assert outcomes == {world.NUMBER: "passed", OTHERS[0]: "turned-back", OTHERS[1]: "passed"}
    assert Passage.objects.values("group").distinct().count() == 1
    assert focused(desk) == "id_scan"


def test_plate_shows_who_is_aboard(laptop_desk):
    for number, name in zip(OTHERS, ("Trần Văn Tám", "Lê Thị Chín"), strict=True):
        keys_of(DeclarationFactory(resident=number, full_name=name))
    scan(laptop_desk, "51F-123.45")
    laptop_desk.look("desk-vehicle")
    with laptop_desk.page.expect_navigation():
        use(laptop_desk, "r")
    assert laptop_desk.page.locator(".group-line").count() == 2


def test_quick_mode_is_switched_on_by_the_lead_and_scans_go_through(walk, officer, settings):
    settings.QUICK_MODE_PASSAGES_A_MINUTE = 0
    lead = UserFactory(username="lead", roles=[Role.CHECKPOINT_LEAD], password=world.PASSWORD)
    lead.checkpoint_assignments.create(checkpoint=Checkpoint.objects.get())
    DeclarationFactory(resident=OTHERS[0], had_contact=True, full_name="Trần Văn Tám")
    walk.sign_in(lead)
    walk.open("/desk/shift/")
    walk.look("desk-shift")
    walk.page.fill("#id_quick_reason", "Kẹt xe 2 km, mưa lớn")
    press(walk, "Enter")
    walk.open("/desk/")
    for text in (world.CARD, *OTHERS):
        scan(walk, text)
        assert focused(walk) == "id_scan"
    walk.look("desk-quick")
    assert Passage.objects.filter(is_quick=True, outcome="passed").count() == 3
    walk.open("/desk/shift/")
    assert "Trần Văn Tám" in walk.page.text_content("main")
    walk.look("desk-quick-shift")


def test_proof_of_recovery_is_noted_and_judged(desk):
    rule({"kind": "recovered", "number": 6, "is_negated": True}, reason="Chưa đủ miễn dịch")
    DeclarationFactory(resident=world.NUMBER, full_name=world.NAME)
    scan(desk, world.CARD)
    assert desk.page.is_visible(".verdict-check")
    use(desk, "c")
    desk.page.keyboard.type((timezone.localdate() - timedelta(days=40)).strftime("%d/%m/%Y"))
    desk.look("desk-proof")
    press(desk, "Enter")
    assert desk.page.is_visible(".verdict-pass")
    desk.look("desk-proof-seen")
    press(desk, "Enter")
    assert Passage.objects.get().recovered_on == timezone.localdate() - timedelta(days=40)
    desk.open("/desk/group/")
    scan(desk, OTHERS[0])
    desk.look("desk-group-proof")


def tap(walk, name, value):
    """One tap on what the officer sees: the words beside the hidden button."""
    walk.page.click(f".toggles label[for={walk.page.locator(f'[name={name}][value={value!r}]').get_attribute('id')}]")


def test_declared_on_the_spot_with_five_taps(desk):
    scan(desk, world.CARD)
    desk.look("desk-spot")
    motorbike = desk.page.locator("[name=vehicle_kind]").first.get_attribute("value")
    tap(desk, "vehicle_kind", motorbike)
    for name in ("has_travelled", "is_ill", "had_contact"):
        tap(desk, name, "no")
    with desk.page.expect_navigation():
        desk.page.click(".desk-spot button.btn-primary")
    declaration = Declaration.objects.get()
    assert declaration.filed_by.username == "officer"
    assert (declaration.origin.name, declaration.full_name) == ("Thành phố Hồ Chí Minh", world.NAME)
    assert desk.page.is_visible(".verdict-pass")
    desk.look("desk-spot-filed")


def test_yes_on_the_spot_asks_which_and_an_omission_is_named(laptop_desk):
    scan(laptop_desk, world.CARD)
    assert not laptop_desk.page.is_visible("#spot_places_visited")
    tap(laptop_desk, "has_travelled", "yes")
    tap(laptop_desk, "is_ill", "yes")
    laptop_desk.page.wait_for_selector("#spot_places_visited")
    with laptop_desk.page.expect_navigation():
        laptop_desk.page.click(".desk-spot button.btn-primary")
    laptop_desk.look("desk-spot-errors")
    assert not Declaration.objects.exists()
    assert laptop_desk.page.is_checked("[name=is_ill][value=yes]")


def test_who_passed_an_hour_ago_is_shown_as_such(laptop_desk, officer):
    PassageFactory(resident=world.NUMBER, officer=officer, checkpoint=Checkpoint.objects.get())
    scan(laptop_desk, world.CARD)
    assert laptop_desk.page.is_visible(".desk-recent")
    laptop_desk.look("desk-recent")


def test_masked_paper_hints_at_somebody(laptop_desk):
    scan(laptop_desk, "0001****0001|NGUYEN THI THANH THUY|1990-03-05|0|QID|")
    laptop_desk.look("desk-hint")
    with laptop_desk.page.expect_navigation():
        laptop_desk.page.click("form:has([name=candidate]) button")
    assert laptop_desk.page.is_visible(".verdict")


def test_button_for_the_camera_is_hidden_where_the_browser_reads_no_codes(laptop_desk):
    assert not laptop_desk.page.is_visible("[data-camera]")
