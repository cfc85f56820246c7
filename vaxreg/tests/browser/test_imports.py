"""A provincial manager brings a sheet into the register and takes it back; the worker's part is done in between."""

import pytest

from residents.models import AreaAssignment, Unit
from vaccinations.models import Dose
from vaccinations.tests.sheets import csv_file
from vaxreg import jobs
from vaxreg.roles import Role
from vaxreg.tests.browser import world
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.browser
HEADINGS = ["Họ và tên", "Giới tính", "Ngày sinh", "Số CCCD", "Tên vắc xin", "Mũi số", "Hôm tiêm", "Cơ sở tiêm"]
ROWS = [
    [world.NAME, "Nữ", "05/03/1990", world.NUMBER, "Pfizer", "1", "01/08/2021", "Trạm lạ"],
    [world.NAME, "Nữ", "05/03/1990", world.NUMBER, "Pfizer", "1", "10/10/2021", "Trạm lạ"],
    [world.NAME, "Nữ", "05/03/1990", world.NUMBER, "Pfizer", "15n", "10/12/2021", "Trạm lạ"],
    ["Ai Đó Không Có Trong Sổ Đăng Ký", "Nam", "1950", "", "AZ", "1", "01/08/2021", "Trạm y tế số 1"],
]


@pytest.fixture(autouse=True)
def _world(site):
    world.build()


def manager():
    user = UserFactory(username="manager", roles=[Role.PROVINCIAL_MANAGER], password=world.PASSWORD)
    AreaAssignment.objects.create(user=user, unit=Unit.objects.provinces().get(code="79", in_force_until=None))
    return user


def send(walk, content=None):
    walk.open("/imports/new/")
    content = content or csv_file([HEADINGS, *ROWS]).getvalue()
    file = {"name": "Danh sách tiêm tháng 8.csv", "mimeType": "text/csv", "buffer": content}
    walk.page.set_input_files("[name=file]", file)
    walk.page.click("main form button")
    walk.page.wait_for_url("**/imports/*/")


def work(walk):
    """The worker does its part, and the manager looks again."""
    walk.page.wait_for_selector("[data-working]", state="attached")
    while jobs.work_one():
        pass
    walk.page.reload()
    walk.page.wait_for_selector("[data-working]", state="detached")


def test_manager_brings_a_sheet_in_and_takes_it_back(walk):
    walk.sign_in(manager())
    walk.open("/imports/new/")
    walk.look("imports-new")
    send(walk)
    walk.look("imports-working")
    while jobs.work_one():
        pass
    # The page looks every two seconds, and comes to the next one by itself.
    walk.page.wait_for_selector("[data-working]", state="detached")
    # "Hôm tiêm" is no heading that is known.
    walk.page.click("main .btn-primary")
    walk.look("imports-columns")
    walk.page.select_option("[name=column_6]", "administered_on")
    walk.page.click("main form button >> nth=0")
    work(walk)
    walk.look("imports-review")
    here = walk.page.url
    walk.page.goto(f"{here}rows/?outcome=conflict")
    walk.look("imports-conflicts")
    walk.page.check("[name=dose]")
    walk.page.click("[value=take]")
    work(walk)
    assert walk.page.locator(".import-counts tbody .count >> nth=0").inner_text() == "2"
    walk.page.click(".warnings .btn-primary")
    walk.look("imports-facilities")
    walk.page.fill("[name^=place_]", "station")
    walk.page.click("main form button")
    walk.page.wait_for_url(here)
    walk.page.click("main .buttons .btn-primary")
    walk.look("imports-commit")
    walk.press("Enter")
    work(walk)
    walk.look("imports-committed")
    assert set(Dose.objects.values_list("dose_number", "facility__code")) == {(1, "station"), (2, "station")}
    walk.page.click("main a[href$='/revert/']")
    walk.look("imports-revert")
    walk.page.fill("[name=reason]", "Gửi nhầm tệp")
    walk.page.click("main .btn-danger")
    work(walk)
    assert not Dose.objects.valid().exists()
    send(walk, b"%PDF-1.7 a letter")
    work(walk)
    walk.look("imports-stopped")
    walk.open("/imports/")
    walk.look("imports")
