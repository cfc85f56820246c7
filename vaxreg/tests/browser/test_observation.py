"""After the dose, by key and finger: who sits counts down, a reaction takes two taps, the manager sees the grave one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from vaccinations.models import AdverseEvent, Facility, Observation
from vaccinations.tests.factories import ObservationFactory, SlipFactory
from vaxreg.tests.browser import world

pytestmark = pytest.mark.browser


@pytest.fixture
def sitting(site):
    world.build()
    facility = Facility.objects.get(code="station")
    facts = {"dose__facility": facility, "dose__administered_at": timezone.now() - timedelta(minutes=31)}
    for minutes, name in ((31, "Nguyễn Thị Lan"), (5, "Trần Văn Bình")):
        slip = SlipFactory(**facts, dose__resident__full_name=name)
        ObservationFactory(minutes=minutes, dose=slip.dose)


def test_enter_releases_and_the_others_count_down(sitting, laptop):
    laptop.sign_in(world.clerk())
    laptop.open("/clinic/observation/")
    laptop.look("observation")
    left = laptop.page.locator("[data-left] >> nth=1")
    before = left.inner_text()
    assert before.startswith("24:") or before == "25:00"
    laptop.page.wait_for_function(
        "before => document.querySelectorAll('[data-left]')[1].innerText !== before", arg=before
    )
    laptop.settle()
    with laptop.page.expect_navigation():
        laptop.press("Enter")
    assert "Đã cho Nguyễn Thị Lan về." in laptop.page.inner_text("main")
    assert Observation.objects.exclude(released_at=None).get().resident.full_name == "Nguyễn Thị Lan"


def test_two_taps_record_a_reaction_and_the_manager_is_told(sitting, phone):
    phone.sign_in(world.clerk())
    phone.open("/clinic/observation/")
    phone.look("observation")
    phone.page.tap(".board a.btn-danger >> nth=0")
    phone.page.wait_for_url("**/reaction/**")
    phone.look("reaction")
    with phone.page.expect_navigation():
        phone.page.tap("[value='anaphylaxis:2']")
    assert AdverseEvent.objects.get().is_serious
    phone.look("reaction-recorded")
    phone.page.context.clear_cookies()
    phone.sign_in(world.manager())
    phone.open("/")
    phone.page.click("main a:has-text('1 việc chờ'), main li:has-text('1 việc chờ') a")
    phone.look("adverse-events")
    phone.page.click("table a")
    phone.look("adverse-event")
    assert "Nguyễn Thị Lan" in phone.page.inner_text("main")
