"""The camera of an officer's phone: what it reads goes the way of what is typed."""

import pytest
from playwright.sync_api import expect

from checkpoints.tests.factories import DeclarationFactory, keys_of
from vaxreg.tests.browser import world
from vaxreg.tests.browser.camera import film, give_reader

pytestmark = pytest.mark.browser
BUTTON = "[data-camera]"
REFUSING = """() => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
}"""


@pytest.fixture
def desk(phone, site):
    world.build()
    give_reader(phone.page)
    phone.sign_in(world.officer())
    phone.open("/desk/")
    return phone


@pytest.fixture
def address(site, camera_file):
    """The address in the pass of somebody who has declared; the camera sees its QR code."""
    token, _code = keys_of(DeclarationFactory(resident=world.NUMBER, full_name=world.NAME))
    film(camera_file, f"{site}/p/{token}/")
    return f"{site}/p/{token}/"


def sent(walk, act):
    """What the page posts after the act, but for its protection against forgery."""
    with walk.page.expect_request(lambda request: request.method == "POST") as posted, walk.page.expect_navigation():
        act()
    data = dict(posted.value.post_data_json)
    data.pop("csrfmiddlewaretoken")
    return posted.value.url, data


def type_in(walk, text):
    walk.page.fill("#id_scan", text)
    walk.page.press("#id_scan", "Enter")


def test_pass_before_the_camera_is_looked_up_like_one_typed(desk, address):
    by_camera = sent(desk, lambda: desk.page.click(BUTTON))
    assert world.NAME in desk.page.inner_text("main")
    assert desk.page.is_visible(".verdict-pass")
    desk.look("desk-camera-answer")
    desk.open("/desk/")
    assert sent(desk, lambda: type_in(desk, address)) == by_camera


def test_pass_before_the_camera_joins_the_group(desk, address):
    desk.open("/desk/group/")
    with desk.page.expect_navigation():
        desk.page.click(BUTTON)
    assert desk.page.locator(".group-line").count() == 1
    assert world.NAME in desk.page.inner_text(".group-line")


def test_camera_that_sees_no_code_is_closed_again(desk, camera_file):
    film(camera_file, "x")
    desk.page.evaluate("() => { BarcodeDetector.prototype.detect = async () => []; }")
    desk.page.click(BUTTON)
    expect(desk.page.locator("video")).to_be_visible()
    desk.until("document.querySelector('video').videoWidth > 0")
    desk.look("desk-camera")
    desk.page.click("[data-camera-stop]")
    expect(desk.page.locator("video")).to_be_hidden()
    expect(desk.page.locator("#id_scan")).to_be_focused()
    assert desk.page.evaluate("document.querySelector('video').srcObject.active") is False


def test_camera_refused_says_what_to_do(desk):
    desk.page.evaluate(REFUSING)
    desk.page.click(BUTTON)
    expect(desk.page.locator("[data-camera-refused]")).to_be_visible()
    desk.look("desk-camera-refused")
