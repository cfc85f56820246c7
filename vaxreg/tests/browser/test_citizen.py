"""The citizen's ways besides the plain one: family, no JavaScript, no signal, the same again, a change."""

import pytest
from playwright.sync_api import expect

from checkpoints.models import Declaration
from vaxreg.tests.browser import world
from vaxreg.tests.browser.declaring import ADD, SEND, fill_declaration, fill_health, fill_journey
from vaxreg.tests.browser.walk import PHONE, Walk

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _world(site):
    world.build()


@pytest.fixture
def plain(browser, site):
    """A phone without JavaScript."""
    context = browser.new_context(viewport=PHONE, locale="vi-VN", has_touch=True, java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield Walk(context.new_page(), site, "plain")
    context.close()


def expect_waiting(walk):
    signal = walk.page.locator("#signal")
    expect(signal).to_have_text(signal.get_attribute("data-waiting"))


def fill_child(walk):
    walk.page.fill("[name=p1-full_name]", "Nguyễn Bé Tư")
    walk.page.fill("[name=p1-birth]", "2018")
    fill_health(walk, "p1-")


def add_child(walk):
    walk.page.click(ADD)
    walk.page.wait_for_selector("[name=p1-full_name]")
    fill_child(walk)


def test_family_gets_one_pass_for_all_and_one_each(walk):
    fill_declaration(walk)
    add_child(walk)
    assert walk.page.input_value("[name=full_name]") == world.NAME
    assert walk.page.is_checked("[name=attested]")
    walk.look("declare-family")
    walk.page.click(SEND)
    walk.page.wait_for_url("**/p/**")
    walk.look("pass-family")
    assert walk.page.locator("main svg").count() == 3
    assert list(Declaration.objects.order_by("place_in_journey").values_list("has_number", flat=True)) == [True, False]


def test_passenger_of_a_plane_is_asked_the_full_form(phone):
    phone.open("/declare/")
    fill_journey(phone, "Máy bay")
    phone.look("declare-plane")
    assert phone.page.input_value("[name=nationality]") == "Việt Nam"


def test_enter_in_a_field_sends_and_does_not_go_back(phone):
    fill_declaration(phone)
    phone.page.press("[name=full_name]", "Enter")
    phone.page.wait_for_url("**/p/**")


def test_everything_works_without_javascript(plain):
    fill_declaration(plain)
    plain.page.click(ADD)
    fill_child(plain)
    plain.page.click(SEND)
    plain.page.wait_for_url("**/p/**")
    assert Declaration.objects.count() == 2
    plain.open("/declare/")
    plain.page.click("button[value=same]")
    assert plain.page.input_value("[name=full_name]") == world.NAME
    fill_health(plain)
    plain.page.check("[name=attested]")
    plain.page.click(SEND)
    plain.page.wait_for_url("**/p/**")
    assert Declaration.objects.count() == 3


def test_declaration_sent_without_a_signal_goes_out_when_it_is_back(phone):
    fill_declaration(phone)
    phone.page.context.set_offline(True)
    phone.page.click(SEND)
    expect_waiting(phone)
    phone.complaints.clear()
    phone.look("declare-offline")
    assert not Declaration.objects.exists()
    phone.page.context.set_offline(False)
    phone.page.wait_for_url("**/p/**")
    assert Declaration.objects.count() == 1
    assert phone.page.evaluate("localStorage.length") == 0


def test_declaration_waits_for_a_site_that_is_busy(phone):
    fill_declaration(phone)
    phone.page.route("**/declare/", lambda route: route.fulfill(status=503, body="busy"))
    phone.page.click(SEND)
    signal = phone.page.locator("#signal")
    expect(signal).to_have_text(signal.get_attribute("data-busy"))
    assert phone.page.input_value("[name=full_name]") == world.NAME
    phone.page.unroute("**/declare/")
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.page.wait_for_url("**/p/**")
    assert Declaration.objects.count() == 1


def test_answers_survive_the_page_and_are_shown_only_when_asked(phone):
    fill_declaration(phone)
    phone.open("/declare/")
    phone.look("declare-kept")
    assert world.NAME not in phone.page.inner_text("main")
    phone.page.click("[data-resume]")
    phone.page.wait_for_selector(SEND)
    assert phone.page.input_value("[name=full_name]") == world.NAME
    assert phone.page.is_checked("[name=symptoms][value=none]")
    phone.open("/declare/")
    phone.page.click("#kept [data-forget]")
    assert phone.page.evaluate("localStorage.length") == 0


def test_declaration_waiting_when_the_page_was_closed_goes_out_when_it_is_opened(phone):
    fill_declaration(phone)
    phone.page.context.set_offline(True)
    phone.page.click(SEND)
    expect_waiting(phone)
    phone.page.goto("about:blank")
    phone.page.context.set_offline(False)
    phone.open("/declare/")
    phone.page.wait_for_url("**/p/**")
    assert Declaration.objects.count() == 1


def test_same_again_takes_two_taps_and_the_health_questions(phone):
    fill_declaration(phone)
    phone.page.click(SEND)
    phone.page.wait_for_url("**/p/**")
    phone.open("/declare/")
    phone.look("declare-again")
    phone.page.click("button[value=same]")
    phone.page.wait_for_selector(SEND)
    fill_health(phone)
    phone.page.check("[name=attested]")
    phone.page.click(SEND)
    phone.page.wait_for_url("**/p/**")
    assert Declaration.objects.count() == 2


def test_declaration_is_changed_and_withdrawn(walk):
    fill_declaration(walk)
    walk.page.click(SEND)
    walk.page.wait_for_url("**/p/**")
    for act in ("change", "withdraw"):
        walk.page.click("a[href$='/change/']")
        walk.look("change-identity")
        walk.page.fill("[name=birth]", "5/3/1990")
        walk.page.fill("[name=phone]", "0900 000 001")
        walk.page.click("button[value=open]")
        walk.page.wait_for_selector(SEND)
        if act == "change":
            walk.look("change")
            walk.page.fill("[name=plate]", "60A-999.99")
            add_child(walk)
            walk.look("change-people")
            walk.page.check("[name=attested]")
            walk.page.click(SEND)
        else:
            walk.page.click("button[value=withdraw]")
        walk.page.wait_for_url("**?v=*")
    walk.look("pass-withdrawn")
    plates = Declaration.objects.order_by("version", "place_in_journey").values_list("version", "plate")
    assert list(plates) == [(1, "51F12345"), (1, "60A99999"), (2, "60A99999")]
    assert not Declaration.objects.filter(superseded_at=None, withdrawn_at=None).exists()


def test_wrong_number_is_filed_anew_with_all_answers(phone):
    fill_declaration(phone, number="000190000009")
    phone.page.click(SEND)
    phone.page.wait_for_url("**/p/**")
    old = phone.page.url
    phone.page.click("a[href$='/change/']")
    phone.page.fill("[name=birth]", "5/3/1990")
    phone.page.fill("[name=phone]", "0900 000 001")
    phone.page.click("button[value=open]")
    phone.page.click("button[value=anew]")
    phone.page.wait_for_selector("[name=number]")
    phone.look("change-anew")
    phone.page.fill("[name=number]", world.NUMBER)
    phone.page.check("[name=attested]")
    phone.page.click(SEND)
    phone.page.wait_for_url(lambda url: "/p/" in url and "change" not in url and url != old)
    standing = Declaration.objects.get(withdrawn_at=None)
    assert (standing.resident, standing.plate, standing.full_name) == (world.NUMBER, "51F12345", world.NAME)
