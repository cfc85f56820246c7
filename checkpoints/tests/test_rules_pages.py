"""The pages of the rules: read, written, put in force and ended by who may."""

import re
from html import unescape

import pytest
from django.utils import timezone

from checkpoints.models import EntryRule
from checkpoints.rules.forms import STATEMENTS
from checkpoints.tests.factories import CheckpointFactory, VehicleKindFactory, officer_at, rule
from residents.models import AreaAssignment
from residents.tests.factories import UnitFactory
from vaccinations.tests.factories import VaccineFactory
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.no_entry_rules]


@pytest.fixture
def checkpoint():
    return CheckpointFactory(name_en="Dong Nai Bridge")


@pytest.fixture
def lead(client, checkpoint):
    return officer_at(checkpoint, client, Role.CHECKPOINT_LEAD)


def text(response):
    # Words as they are read, without the markup between them.
    page = unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return re.sub(r"\s+", " ", page)


def row(kind, which=0):
    """The prefix of the form's row for this kind."""
    return [f"c{n}" for n, (known, _text) in enumerate(STATEMENTS) if known == kind][which]


def form(checkpoint, **conditions):
    facts = {"checkpoint": checkpoint.pk, "outcome": "STOP", "reason": "Chưa đủ điều kiện", "reason_en": "Not enough"}
    return facts | {"position": 10} | conditions


def test_lead_writes_the_rule_of_october_2021_and_puts_it_in_force(client, lead, checkpoint):
    VaccineFactory(code="comirnaty", name="Comirnaty")
    VehicleKindFactory(code="coach", name="Xe khách", name_en="Coach")
    sent = form(
        checkpoint,
        **{f"{row('vehicle')}-holds": "yes", f"{row('vehicle')}-codes": ["coach"]},
        **{f"{row('younger-than')}-holds": "no", f"{row('younger-than')}-number": "18"},
        **{f"{row('doses')}-holds": "no", f"{row('doses')}-number": "2", f"{row('doses')}-days": "14"},
        **{f"{row('recovered')}-holds": "no", f"{row('recovered')}-number": "6"},
    )
    page = text(client.post("/rules/new/", sent, follow=True))
    assert "Draft of a rule" in page
    assert (
        "If the person is 18 years old or older and there are not 2 doses of any vaccine given at least 14 days ago and "
        "there is no proof of recovery in the last 6 months and the vehicle is: Coach, then ✕ STOP “Not enough”"
    ) in page
    made = EntryRule.objects.get()
    assert "Put in force." in text(client.post(f"/rules/{made.pk}/begin/", {"at": ""}, follow=True))
    assert list(EntryRule.objects.of(checkpoint).in_force(timezone.now())) == [made]
    assert "Rule in force" in text(client.get(f"/rules/{made.pk}/"))


def test_two_kinds_of_test_are_two_conditions(client, lead, checkpoint):
    rows = {}
    for which, (hours, kind) in enumerate([("72", "pcr"), ("24", "antigen")]):
        prefix = row("tested", which)
        rows |= {f"{prefix}-holds": "no", f"{prefix}-hours": hours, f"{prefix}-codes": [kind]}
    client.post("/rules/new/", form(checkpoint, **rows))
    terms = EntryRule.objects.get().terms.conditions
    assert [(one.hours, one.codes) for one in terms] == [(72, ("pcr",)), (24, ("antigen",))]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "Choose at least one condition"),
        ({f"{row('tested')}-holds": "no"}, "Enter a number."),
        ({f"{row('origin-level')}-holds": "yes", f"{row('origin-level')}-number": "5"}, "less than or equal to 4"),
        ({f"{row('vehicle')}-holds": "yes"}, "Choose at least one vehicle."),
        ({f"{row('contact')}-holds": "yes", "for_everybody": "on"}, "There are conditions"),
        ({f"{row('contact')}-holds": "perhaps"}, "Complete the conditions"),
    ],
)
def test_incomplete_rule_is_said_and_kept_in_the_form(client, lead, checkpoint, sent, message):
    response = client.post("/rules/new/", form(checkpoint, **sent))
    assert message in text(response)
    assert 'value="Chưa đủ điều kiện"' in response.content.decode()
    assert not EntryRule.objects.exists()


def test_draft_opens_with_what_it_says_and_can_be_deleted(client, lead, checkpoint):
    draft = rule(
        {"kind": "tested", "hours": 72, "codes": ["pcr"], "is_negated": True}, checkpoint=checkpoint, begun=False
    )
    page = client.get(f"/rules/{draft.pk}/edit/").content.decode()
    prefix = row("tested")
    assert re.search(rf'name="{prefix}-holds".*?<option value="no" selected>', page, re.DOTALL)
    assert re.search(rf'name="{prefix}-hours" value="72"', page)
    assert re.search(rf'name="{prefix}-codes" value="pcr"[^>]* checked', page)
    assert "The draft is deleted." in text(client.post(f"/rules/{draft.pk}/delete/", follow=True))
    assert not EntryRule.objects.exists()


def test_rule_in_force_is_ended_and_succeeded_but_not_edited(client, lead, checkpoint):
    made = rule({"kind": "contact"}, checkpoint=checkpoint)
    assert "never edited" in text(client.get(f"/rules/{made.pk}/edit/", follow=True))
    page = text(client.post(f"/rules/{made.pk}/successor/", follow=True))
    assert "Successor of a rule" in page
    assert "The end is set." in text(client.post(f"/rules/{made.pk}/end/", {"at": ""}, follow=True))
    assert "Ended rule" in text(client.get(f"/rules/{made.pk}/"))
    assert not EntryRule.objects.in_force(timezone.now()).exists()


def test_unreadable_or_past_moment_changes_nothing(client, lead, checkpoint):
    draft = rule({"kind": "contact"}, checkpoint=checkpoint, begun=False)
    assert "Enter a valid date/time" in text(client.post(f"/rules/{draft.pk}/begin/", {"at": "tonight"}))
    assert "must not be in the past" in text(
        client.post(f"/rules/{draft.pk}/begin/", {"at": "01/01/2026 18:00"}, follow=True)
    )
    assert EntryRule.objects.get().is_draft


def test_list_shows_rules_by_their_state_and_those_of_others_not_at_all(client, lead, checkpoint):
    rule(checkpoint=checkpoint, reason_en="Decides here")
    rule(reason_en="Decides everywhere")
    rule(checkpoint=checkpoint, reason_en="A draft here", begun=False)
    foreign = rule(checkpoint=CheckpointFactory(), reason_en="Decides elsewhere")
    page = text(client.get("/rules/"))
    assert "In force now (2)" in page
    assert "Drafts (1)" in page
    assert "Ended (0)" in page
    assert "Decides elsewhere" not in page
    for path in ("", "edit/", "begin/", "end/", "successor/", "simulation/"):
        assert client.post(f"/rules/{foreign.pk}/{path}").status_code == 404


def test_list_takes_the_same_queries_however_many_rules(client, lead, checkpoint, django_assert_max_num_queries):
    for _n in range(6):
        rule({"kind": "contact"}, {"kind": "declared"}, checkpoint=checkpoint)
    client.get("/rules/")
    with django_assert_max_num_queries(2 + 4):
        client.get("/rules/")


def test_lead_is_not_offered_all_checkpoints_and_sees_their_rules_without_acts(client, lead):
    everywhere = rule()
    assert "All checkpoints" not in text(client.get("/rules/new/"))
    page = text(client.get(f"/rules/{everywhere.pk}/"))
    assert "Rule in force" in page
    assert "End the rule" not in page
    assert client.post(f"/rules/{everywhere.pk}/end/", {"at": ""}).status_code == 404


def test_administrator_writes_for_all_checkpoints(client):
    sign_in(client, UserFactory(roles=[Role.ADMINISTRATOR]))
    client.post(
        "/rules/new/", {"checkpoint": "all", "outcome": "STOP", "reason": "Đóng", "position": 1, "for_everybody": "on"}
    )
    made = EntryRule.objects.get()
    assert (made.checkpoint, made.conditions.count()) == (None, 0)
    assert "For everybody: then ✕ STOP “Đóng”" in text(client.get(f"/rules/{made.pk}/"))


def test_manager_sees_the_rules_of_the_area_and_writes_none(client):
    province = UnitFactory()
    manager = UserFactory(roles=[Role.PROVINCIAL_MANAGER])
    AreaAssignment.objects.create(user=manager, unit=province)
    sign_in(client, manager)
    inside = rule(checkpoint=CheckpointFactory(unit=UnitFactory(parent=province)), reason_en="Inside")
    rule(checkpoint=CheckpointFactory(), reason_en="Outside")
    page = text(client.get("/rules/"))
    assert "Inside" in page
    assert "Outside" not in page
    assert "Write a rule" not in page
    assert "Start a successor" not in text(client.get(f"/rules/{inside.pk}/"))
    assert client.post(f"/rules/{inside.pk}/end/").status_code == 403
