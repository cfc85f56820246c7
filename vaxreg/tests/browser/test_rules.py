"""Tonight's rule, written by a shift leader without a programmer; and a traveller who asks before leaving."""

import pytest
from django.utils import timezone

from checkpoints.models import Checkpoint, CheckpointAssignment, EntryRule
from checkpoints.rules.forms import STATEMENTS
from vaxreg.roles import Role
from vaxreg.tests.browser import world
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _world(site):
    world.build()


def row(kind):
    return next(f"c{n}" for n, (known, _text) in enumerate(STATEMENTS) if known == kind)


def lead():
    user = UserFactory(username="lead", roles=[Role.CHECKPOINT_LEAD], password=world.PASSWORD)
    CheckpointAssignment.objects.create(user=user, checkpoint=Checkpoint.objects.get(code="bridge"))
    return user


def test_lead_writes_tries_and_starts_a_rule(walk):
    walk.sign_in(lead())
    walk.open("/rules/")
    walk.look("rules")
    walk.page.click("a[href='/rules/levels/']")
    walk.look("levels")
    walk.open("/rules/")
    walk.page.click("a[href='/rules/new/']")
    walk.page.select_option(f"[name={row('tested')}-holds]", "no")
    walk.page.fill(f"[name={row('tested')}-hours]", "72")
    walk.page.select_option(f"[name={row('vehicle')}-holds]", "no")
    walk.page.check(f"[name={row('vehicle')}-codes][value=truck]")
    walk.page.check("[name=outcome][value=STOP]")
    walk.look("rule-form")
    walk.page.click("form .btn-primary")
    walk.look("rule-form-incomplete")
    walk.page.fill("[name=reason]", "Chưa có kết quả xét nghiệm âm tính trong 72 giờ")
    walk.page.click("form .btn-primary")
    walk.page.wait_for_url(lambda url: "new" not in url)
    walk.look("rule-draft")
    walk.page.click("a[href$='/simulation/']")
    walk.look("rule-simulation")
    walk.page.go_back()
    walk.page.click("form[action$='/begin/'] .btn-primary")
    walk.page.wait_for_selector(".message-success")
    walk.look("rule-in-force")
    assert EntryRule.objects.of(Checkpoint.objects.get()).in_force(timezone.now()).count() == 7 + 1


def test_traveller_asks_before_leaving(walk):
    walk.open("/")
    walk.page.click("a[href='/route/']")
    walk.look("route")
    walk.page.select_option("[name=origin_province]", label="Thành phố Hồ Chí Minh")
    walk.page.select_option("[name=destination_province]", label="Tỉnh Đồng Nai")
    walk.page.click("main form .btn-primary")
    walk.page.wait_for_selector(".route-stop")
    walk.look("route-rules")
    walk.page.select_option("[name=declared]", "yes")
    walk.page.select_option("[name=has_symptoms]", "no")
    walk.page.select_option("[name=had_contact]", "no")
    walk.page.click("fieldset .btn-primary")
    walk.page.wait_for_selector(".outcome-tag-pass")
    walk.look("route-answer")
