"""A provincial manager works a list off by keyboard: looks, decides, takes it back; a pair, a letter, the table of provinces."""

import pytest
from playwright.sync_api import expect

from residents.duplicates import find_duplicates
from residents.models import AreaAssignment, Resident
from residents.tests.factories import ResidentFactory
from vaccinations.models import Dose, QualityCase
from vaccinations.tests.cases import CONFLICT, DISAGREES, DOUBTFUL, NO_ID
from vaccinations.tests.sheets import BY, brought, committed
from vaxreg.roles import Role
from vaxreg.tests.browser import world
from vaxreg.tests.browser.test_keys import press
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.browser
NUMBER = "079090000001"


@pytest.fixture
def manager(site):
    world.build()
    home = world.province()
    facts = {"full_name": "Nguyễn Văn Bưởi", "date_of_birth": "1990-03-05", "sex": "M", "province": home}
    for number in (NUMBER, "079090000099"):
        ResidentFactory(citizen_id=number, phone="0912345678", **facts)
    row = {"vaccine": "Pfizer", "phone": "0912345678"}
    committed(brought(row, *[row | other for other in (CONFLICT, NO_ID, DISAGREES, DOUBTFUL)], province=home))
    list(find_duplicates(by=BY))
    user = UserFactory(username="manager", roles=[Role.PROVINCIAL_MANAGER], password=world.PASSWORD)
    AreaAssignment.objects.create(user=user, unit=home)
    return user


def key(walk, letter):
    with walk.page.expect_navigation():
        press(walk, letter)


def decide(walk, letter, reason="Đối chiếu phiếu giấy"):
    walk.page.fill("[name=reason] >> nth=0", reason)
    key(walk, letter)


def test_manager_works_a_list_off_by_keyboard(walk, manager):
    walk.sign_in(manager)
    walk.open("/quality/")
    walk.look("quality-list")
    key(walk, "o")
    expect(walk.page.locator("h1")).to_contain_text("Mũi tiêm mâu thuẫn")
    walk.look("quality-conflict")
    key(walk, "n")
    first = walk.page.url
    walk.look("quality-no-id")
    key(walk, "p")
    key(walk, "n")
    # Without a reason nothing is decided, and the page says so.
    key(walk, "r")
    walk.look("quality-no-reason")
    assert not QualityCase.objects.exclude(state="open").exists()
    key(walk, "n")
    expect(walk.page.locator("h1")).to_contain_text("không khớp")
    walk.look("quality-disagrees")
    decide(walk, "r")
    expect(walk.page.locator("h1")).to_contain_text("Chưa chắc")
    walk.look("quality-doubtful")
    decide(walk, "s")
    assert Dose.objects.filter(resident=NUMBER, dose_number=2).exists()
    walk.look("quality-pair")
    # The decision just made is taken back from the page of the next case.
    key(walk, "u")
    walk.page.fill("form[action*='/undo/'] [name=reason]", "Nhầm dòng")
    key(walk, "z")
    walk.look("quality-undone")
    assert not Dose.objects.valid().filter(resident=NUMBER, dose_number=2).exists()
    walk.page.goto(first)
    decide(walk, "x")
    assert QualityCase.objects.get(state="waiting").kind == "no-id"
    for path, name in (
        ("lists/", "quality-lists"),
        ("provinces/", "quality-provinces"),
        ("?state=waiting", "quality-waiting"),
    ):
        walk.open(f"/quality/{path}")
        walk.look(name)
    key(walk, "o")
    walk.page.click("a[href$='/letter/']")
    walk.look("quality-letter")
    assert Resident.objects.current().count() >= 2
