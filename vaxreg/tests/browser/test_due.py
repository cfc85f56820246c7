"""Who is due: the list that a clinic calls people by, its phones for a reason, and a second dose typed as the first."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from residents.models import Resident
from vaccinations.due.services import refresh_due_of
from vaccinations.models import Dose, Facility, Lot
from vaccinations.tests.factories import DoseFactory
from vaxreg.tests.browser import world

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _world(site):
    world.build()
    call_command("load_schedule", verbosity=0)


def test_clerk_calls_who_is_due_and_takes_the_right_number_with_one_key(walk):
    before = timezone.localdate() - timedelta(days=25)
    person = {"resident": Resident.objects.get(), "lot": Lot.objects.get(), "facility": Facility.objects.get()}
    DoseFactory(**person, administered_on=before, source="import")
    refresh_due_of([world.NUMBER], timezone.localdate())
    walk.sign_in(world.clerk())
    walk.open("/")
    walk.page.click("main a[href='/clinic/due/']")
    walk.page.wait_for_selector(f"text={world.NAME}")
    walk.look("due")
    walk.page.click("summary")
    walk.page.fill("[name=reason]", "Gọi điện mời tiêm mũi 2")
    walk.press("Enter")
    walk.page.wait_for_selector("text=0900000001")
    walk.look("due-phones")
    walk.page.select_option("[name=when]", "overdue")
    walk.page.click("form[method=get] .btn-primary")
    walk.page.wait_for_selector(".empty")
    walk.look("due-nobody")

    walk.open("/clinic/")
    walk.type(world.NUMBER + "\n")
    walk.page.wait_for_selector("[name=dose_number]")
    walk.look("person-due")
    walk.page.fill("[name=dose_number]", "1")
    walk.page.select_option("[name=lot]", str(person["lot"].pk))
    walk.press("Enter")
    walk.page.wait_for_selector("[name=take_number]")
    walk.look("number-taken")
    walk.press("Enter")
    walk.page.wait_for_selector(".slip-code")
    assert Dose.objects.get(dose_number=2).warnings == []
