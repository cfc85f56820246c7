"""A lead and a manager look at movements; a tracer traces."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from checkpoints.models import Checkpoint, CheckpointAssignment
from checkpoints.tests.factories import PassageFactory
from residents.models import AreaAssignment, Unit
from vaxreg.roles import Role
from vaxreg.tests.browser import world
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.browser
OUTCOMES = ["passed"] * 8 + ["turned-back", "testing"]


@pytest.fixture(autouse=True)
def _world(site):
    """Three days of journeys between the wards of two provinces; the days before today are closed."""
    world.build()
    post, officer = Checkpoint.objects.get(), UserFactory(full_name="Lê Văn Chốt")
    today = Unit.objects.in_force(timezone.localdate())
    wards = [list(today.filter(parent__code=code)[:6]) for code in ("79", "75", "68")]
    noon = timezone.localtime().replace(hour=0, minute=30)
    for n in range(90):
        at = min(noon - timedelta(days=n % 3) + timedelta(minutes=11 * n), timezone.now())
        PassageFactory(
            resident=f"000190{n:06d}",
            checkpoint=post,
            officer=officer,
            origin=wards[n % 3][n % 5],
            destination=wards[(n + 1) % 2][n % 4],
            origin_level=1 + n % 4,
            outcome=OUTCOMES[n % 10],
            plate="51F12345",
            decided_at=at,
        )
    call_command("close_day", verbosity=0)


def user_of(role, *, area=False):
    post = Checkpoint.objects.get()
    user = UserFactory(username=role.value, roles=[role], password=world.PASSWORD)
    if area:
        AreaAssignment.objects.create(user=user, unit=post.unit)
    else:
        CheckpointAssignment.objects.create(user=user, checkpoint=post)
    return user


def test_lead_sees_the_matrix_the_wards_the_hours_and_the_passages(walk):
    walk.sign_in(user_of(Role.CHECKPOINT_LEAD))
    today = timezone.localdate()
    walk.open(f"/movements/?since={today - timedelta(days=2)}&until={today}")
    assert walk.page.locator("svg.bars rect").count() == 3
    assert walk.page.locator(".movement-figure strong").inner_text() == "90"
    walk.look("movements")
    walk.page.click("tbody th a >> nth=0")
    walk.look("movements-wards")
    walk.open("/movements/day/")
    walk.look("movements-day")
    walk.open("/movements/passages/")
    walk.look("movements-passages")


def test_manager_filters_and_an_auditor_sees_no_small_number(laptop):
    laptop.sign_in(user_of(Role.PROVINCIAL_MANAGER, area=True))
    laptop.open("/movements/")
    laptop.page.select_option("[name=outcome]", "testing")
    laptop.page.click("main form button")
    laptop.page.wait_for_url("**outcome=testing**")
    laptop.page.click("header form[action='/logout/'] button")
    laptop.sign_in(UserFactory(username="eye", roles=[Role.AUDITOR], password=world.PASSWORD))
    laptop.open("/movements/")
    assert "≥ 12" in laptop.page.locator(".movement-table").first.inner_text()
    laptop.look("movements-outside")


def test_tracer_traces_a_vehicle(laptop):
    laptop.sign_in(user_of(Role.TRACER, area=True))
    laptop.open("/tracing/")
    laptop.look("tracing")
    laptop.page.fill("[name=case_number]", "BN-1234")
    laptop.page.fill("[name=reason]", "F1")
    laptop.page.fill("[name=plate]", "51F-123.45")
    yesterday = timezone.localdate() - timedelta(days=1)
    laptop.page.fill("[name=begin]", f"{yesterday:%d/%m/%Y} 00:00")
    laptop.page.fill("[name=end]", f"{yesterday:%d/%m/%Y} 23:00")
    laptop.page.click("main form button")
    assert laptop.page.locator("section tbody tr").count() == 30
    assert laptop.page.url.endswith("/tracing/")
    laptop.look("tracing-found")
