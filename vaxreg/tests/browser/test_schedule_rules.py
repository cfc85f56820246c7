"""A booster from six months becomes one from three, by an administrator and without a programmer; a slip is taken back."""

from datetime import date

import pytest
from django.core.management import call_command

from residents.models import Resident
from vaccinations.models import Facility, IntervalRule, Lot
from vaccinations.tests.factories import DoseFactory
from vaxreg.tests.browser import world

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _world(site):
    world.build()
    call_command("load_schedule", verbosity=0)


def test_administrator_ends_a_rule_tries_its_successor_and_takes_it_back(laptop):
    person = {"resident": Resident.objects.get(), "lot": Lot.objects.get(), "facility": Facility.objects.get()}
    for number, day in enumerate([date(2021, 8, 1), date(2021, 8, 22), date(2021, 12, 22)], start=1):
        DoseFactory(**person, dose_number=number, administered_on=day)
    laptop.sign_in(world.administrator())
    laptop.open("/admin/vaccinations/intervalrule/?schedule=vn&dose__course__exact=booster&in_force=now")
    page = laptop.page
    page.wait_for_selector("#result_list")
    laptop.picture("schedule-rule-list")
    page.click("#result_list tbody tr:first-child th a")
    page.click("a[href='../succeed/']")
    page.fill("[name=begins_on]", "17/12/2021")
    for name in ("absolute_minimum", "minimum"):
        page.fill(f"[name={name}]", "3 tháng")
    page.fill("[name=source]", "Công văn 10722/BYT-DP, 17/12/2021")
    page.click("[name=try]")
    page.wait_for_selector("#forecast")
    laptop.picture("schedule-rule-tried")
    assert "1 mũi đã ghi nhận sẽ được xét khác đi" in page.inner_text("#forecast")
    page.click("[name=confirm]")
    page.wait_for_selector(".messagelist")
    laptop.picture("schedule-rule-changed")
    assert IntervalRule.objects.filter(in_force_from="2021-12-17", minimum="3 months").count() == 16
    page.click("a[href='../take-back/']")
    page.click("input[type=submit].default")
    page.wait_for_selector(".messagelist")
    assert not IntervalRule.objects.filter(in_force_from="2021-12-17").exists()
