"""A manager finds a person registered twice, looks at both records, makes them one and undoes it."""

import pytest

from residents.models import Merge, Resident
from residents.tests.factories import ResidentFactory
from vaccinations.models import Facility, Lot
from vaccinations.tests.factories import DoseFactory
from vaxreg.tests.browser import world

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _world(site):
    world.build()
    person = Resident.objects.get()
    facts = {"date_of_birth": "1990-01-01", "birth_precision": "Y", "sex": "F", "phone": "0900000009"}
    twin = ResidentFactory(
        citizen_id="000190000011", full_name="Nguyễn Thị Thanh Thuỷ", province=person.province, **facts
    )
    facility, lot = Facility.objects.get(), Lot.objects.get()
    for holder in (person, twin):
        DoseFactory(resident=holder, facility=facility, lot=lot)


def test_two_records_become_one_and_two_again(walk):
    page = walk.page
    walk.sign_in(world.manager())
    walk.open("/residents/")
    page.fill("[name=q]", world.NUMBER)
    page.keyboard.press("Enter")
    page.click("main tbody a")
    walk.look("merging-person")
    page.click("a[href$='/merge/']")
    page.fill("[name=number]", "000190000011")
    page.keyboard.press("Enter")
    page.wait_for_selector(".comparison")
    walk.look("merging-compare")
    page.click("button[name=merge]")
    assert not Merge.objects.exists()
    walk.look("merging-errors")
    page.fill("[name=reason]", "Cùng thẻ, cùng mẹ và số điện thoại")
    page.click("button[name=show]")
    page.wait_for_selector("text=0900000009")
    assert page.input_value("[name=reason]").startswith("Cùng thẻ")
    page.fill("[name=second_reason]", "Công an xã xác nhận số này cấp nhầm")
    page.click("button[name=merge]")
    page.wait_for_url("**/residents/merges/*/")
    walk.look("merging-merged")
    page.fill("[name=reason]", "Là hai chị em sinh đôi")
    page.click("main form button")
    page.wait_for_selector(".message-success")
    walk.look("merging-undone")
    assert Resident.objects.current().count() == 2
    assert not [number for number in (world.NUMBER, "000190000011") if number in page.url]
