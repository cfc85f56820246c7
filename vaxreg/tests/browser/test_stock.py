"""The day of a facility's stock, from the delivery to the signed sheet; and a lot recalled by the province."""

from datetime import timedelta

import pytest
from django.utils import timezone

from residents.models import AreaAssignment
from vaccinations.models import DayClose, Facility, FacilityAssignment, Lot, VialOpening
from vaccinations.stock.sheets import sheet_of
from vaccinations.tests.factories import DoseFactory
from vaccinations.tests.stocking import received
from vaxreg.roles import Role
from vaxreg.tests.browser import world
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _world(site):
    world.build()


def station():
    return Facility.objects.get(code="station")


def lead():
    user = UserFactory(username="lead", roles=[Role.CLINIC_LEAD], password=world.PASSWORD)
    FacilityAssignment.objects.create(user=user, facility=station())
    return user


def manager():
    user = UserFactory(username="manager", roles=[Role.PROVINCIAL_MANAGER], password=world.PASSWORD)
    AreaAssignment.objects.create(user=user, unit=station().unit)
    return user


def on_hand():
    return sheet_of(station(), timezone.localdate()).on_hand(Lot.objects.get())


def test_a_day_from_the_delivery_to_the_signed_sheet(walk):
    walk.sign_in(lead())
    walk.open("/clinic/")
    walk.page.click("a[href='/clinic/stock/']")
    walk.look("stock-empty")
    walk.page.click("a[href='/clinic/stock/receive/']")
    walk.page.select_option("[name=vaccine]", label="Comirnaty (Pfizer-BioNTech)")
    expiry = timezone.localdate() + timedelta(days=90)
    for name, text in (("lot_number", "fd1234"), ("expires_on", f"{expiry:%d/%m/%Y}"), ("party", "Kho tỉnh")):
        walk.page.fill(f"[name={name}]", text)
    walk.page.fill("[name=doses]", "60")
    walk.page.press("[name=doses]", "Enter")
    walk.page.wait_for_selector(".error-summary")
    walk.look("stock-receive-incomplete")
    assert walk.page.evaluate("document.activeElement.name") == "document"
    walk.page.fill("[name=document]", "PX-12")
    walk.page.press("[name=document]", "Enter")
    walk.page.wait_for_url("**/clinic/stock/")
    walk.look("stock")
    assert on_hand() == 60

    walk.open("/clinic/stock/vials/")
    walk.page.click(".open-vial .btn")
    walk.page.wait_for_selector(".vial")
    assert VialOpening.objects.get().doses == 6
    DoseFactory(facility=station(), lot=Lot.objects.get(), administered_at=timezone.now())
    walk.open("/clinic/stock/vials/")
    walk.look("stock-vials")
    assert walk.page.inner_text(".vial-left strong") == "5"
    walk.page.dblclick("button[value=all]")
    walk.page.wait_for_selector(".empty")
    assert on_hand() == 54

    walk.open("/clinic/stock/sheet/")
    walk.look("stock-sheet")
    walk.page.click("a[href='/clinic/stock/close/']")
    walk.page.fill("input[name$=counted]", "53")
    walk.page.press("input[name$=counted]", "Enter")
    walk.page.wait_for_selector(".error-summary")
    walk.look("stock-close-unexplained")
    assert walk.page.input_value("input[name$=counted]") == "53"
    walk.page.fill("input[name$=explanation]", "Rút không đủ liều")
    walk.page.press("input[name$=explanation]", "Enter")
    walk.page.wait_for_url("**/sheets/**")
    walk.look("stock-closed")
    assert DayClose.objects.get().lines.get().difference == -1
    walk.open("/clinic/stock/entries/")
    walk.look("stock-entries")


def test_a_lot_is_recalled_and_everybody_who_got_it_is_listed(laptop):
    facility, lot = station(), Lot.objects.get()
    received(facility, lot, 30)
    DoseFactory(facility=facility, lot=lot, resident_id=world.NUMBER)
    laptop.sign_in(manager())
    laptop.open("/stock/")
    laptop.look("stock-area")
    laptop.page.click(f"a[href='/stock/lots/{lot.pk}/']")
    laptop.page.click("a[href$='/recall/'].btn-danger")
    laptop.look("stock-recall")
    laptop.page.fill("[name=document]", "CV-77/QLD")
    laptop.page.fill("[name=reason]", "Nghi nhiễm khuẩn")
    laptop.page.press("[name=reason]", "Enter")
    laptop.page.wait_for_selector(".taken")
    laptop.look("stock-lot-recalled")
    laptop.page.click(f"a[href='/stock/recall/{lot.pk}/']")
    laptop.look("stock-recipients")
    assert world.NAME in laptop.page.inner_text(".recipients")
    assert "0900000001" not in laptop.page.content()
    laptop.page.fill("[name=reason]", "Gọi báo thu hồi")
    laptop.page.click(".recipients button")
    laptop.page.wait_for_selector("text=0900000001")
    assert world.NUMBER not in laptop.page.url
    laptop.open(f"/stock/facilities/{facility.pk}/")
    laptop.look("stock-facility")
