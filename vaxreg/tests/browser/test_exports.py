"""A manager takes a list out, a second one approves, an auditor reads what left."""

import pytest

from residents.models import AreaAssignment, Resident, Unit
from residents.tests.factories import ResidentFactory
from vaxreg.exports.models import ExportDownload
from vaxreg.roles import Role
from vaxreg.tests.browser import world
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _world(site, settings):
    settings.EXPORT_FREE_PEOPLE, settings.EXPORT_APPROVAL_PEOPLE = 2, 3
    world.build()
    province = Resident.objects.get().province
    for n in range(3):
        ResidentFactory(citizen_id=f"00019000001{n}", full_name="Trần Đức Bình", phone="0900000002", province=province)


def staff(role, username):
    user = UserFactory(username=username, roles=[role], password=world.PASSWORD)
    if role is Role.PROVINCIAL_MANAGER:
        AreaAssignment.objects.create(user=user, unit=Resident.objects.first().province)
    return user


def sign_in(walk, user):
    walk.page.context.clear_cookies()
    walk.sign_in(user)


def ask(walk, *, born_until=""):
    walk.open("/exports/new/people/")
    walk.page.select_option("[name=unit]", label=Unit.objects.get(pk=Resident.objects.first().province_id).name)
    walk.page.fill("[name=born_until]", born_until)
    walk.page.check("[name=sensitive][value=full_name]")
    walk.page.check("[name=sensitive][value=phone]")
    walk.page.select_option("[name=purpose]", "campaign")
    walk.page.fill("[name=purpose_text]", "Mời tiêm mũi nhắc lại, gửi trạm y tế")
    walk.page.fill("[name=case_number]", "KH-12/2026")
    walk.page.click("button[value=preview]")
    walk.page.wait_for_selector("#preview table")


def test_manager_is_told_what_is_missing_looks_and_sends(walk):
    sign_in(walk, staff(Role.PROVINCIAL_MANAGER, "manager"))
    walk.open("/exports/new/people/")
    walk.page.click("button[value=preview]")
    walk.look("exports-errors")
    ask(walk)
    assert walk.page.locator("#preview tbody tr").count() == 4
    assert "T. Đ. Bình" in walk.page.locator("#preview").inner_text()
    # After the preview the page stands at it: nobody has to look for the next button.
    assert walk.page.evaluate("window.scrollY") > 0
    walk.look("exports-preview")
    walk.page.click("button[value=send]")
    walk.page.wait_for_url(lambda url: "/exports/new/" not in url)
    walk.look("exports-waiting")
    walk.open("/exports/")
    walk.look("exports")


def test_second_manager_approves_and_the_auditor_finds_who_took_whom(laptop):
    first, second = staff(Role.PROVINCIAL_MANAGER, "manager"), staff(Role.PROVINCIAL_MANAGER, "second")
    sign_in(laptop, first)
    ask(laptop)
    laptop.page.click("button[value=send]")
    laptop.page.wait_for_url(lambda url: "/exports/new/" not in url)
    address = laptop.page.url.partition("#")[0]
    sign_in(laptop, second)
    laptop.open("/exports/")
    laptop.page.click("main tbody a")
    laptop.look("exports-decision")
    laptop.page.click("button[value=approve]")
    assert "✓" in laptop.page.locator(".message-success").first.evaluate("e => getComputedStyle(e, '::before').content")
    sign_in(laptop, first)
    laptop.page.goto(address)
    laptop.look("exports-ready")
    with laptop.page.expect_download() as download:
        laptop.page.click("button[value=xlsx]")
    code = ExportDownload.objects.get().code
    assert download.value.suggested_filename == f"vaxreg-{code}.xlsx"
    sign_in(laptop, staff(Role.AUDITOR, "auditor"))
    laptop.open("/exports/log/")
    laptop.page.fill("[name=person]", world.NUMBER)
    laptop.page.click("main form button >> nth=0")
    assert f"{code[:4]} {code[4:]}" in laptop.page.locator("main").inner_text()
    assert world.NUMBER not in laptop.page.url
    laptop.look("exports-log")


def test_short_list_downloads_without_leaving_the_page(phone):
    sign_in(phone, staff(Role.PROVINCIAL_MANAGER, "manager"))
    Resident.objects.filter(pk=world.NUMBER).update(date_of_birth="1960-01-01")
    ask(phone, born_until="1970")
    with phone.page.expect_download() as download:
        phone.page.click("button[value=send]")
    assert download.value.suggested_filename.endswith(".xlsx")
    assert phone.page.locator("#preview").is_visible()
