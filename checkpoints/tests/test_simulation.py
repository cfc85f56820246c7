"""A draft tried on the look-ups of a day."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from checkpoints.cards.scan import read_scan
from checkpoints.desk.services import look_up_at_desk
from checkpoints.models import EntryRule
from checkpoints.rules import simulation
from checkpoints.rules.simulation import simulate
from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory, PassageFactory, officer_at, rule
from residents.tests.factories import ResidentFactory
from vaxreg.roles import Role
from vaxreg.tests.factories import actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NUMBERS = ("079090000001", "079090000002", "079090000003")


@pytest.fixture
def checkpoint():
    return CheckpointFactory(name_en="Dong Nai Bridge")


@pytest.fixture
def looked_up(checkpoint):
    """Three people today: nothing to object, ill, without a declaration."""
    by = actor()
    for number, symptoms in zip(NUMBERS, ([], ["fever"], None), strict=True):
        ResidentFactory(citizen_id=number, full_name="Nguyễn Văn An")
        if symptoms is not None:
            DeclarationFactory(resident=number, symptoms=symptoms)
        look_up_at_desk(scan=read_scan(number), checkpoint=checkpoint, at=timezone.now(), by=by)


def counts(result):
    return {verdict.value: (before, after) for verdict, before, after in result.rows}


def tried(draft, checkpoint, **different):
    return simulate(draft, **{"checkpoints": [checkpoint], "on": timezone.localdate()} | different)


def test_it_works(looked_up, checkpoint, django_assert_num_queries):
    draft = rule({"kind": "tested", "hours": 72, "is_negated": True}, checkpoint=checkpoint, begun=False)
    with django_assert_num_queries(4):
        result = tried(draft, checkpoint)
    # Who declared no test is stopped; of who declared nothing it is not known.
    assert counts(result) == {"PASS": (1, 0), "CHECK": (1, 1), "STOP": (1, 2)}
    assert (result.look_ups, result.changed) == (3, 1)
    (change,) = result.changes
    assert (change.before, change.decision.verdict, change.checkpoint) == ("PASS", "STOP", checkpoint)


def test_look_ups_elsewhere_and_of_other_days_are_left_out(looked_up, checkpoint):
    draft = rule(begun=False)
    assert tried(draft, CheckpointFactory()).look_ups == 0
    assert tried(draft, checkpoint, on=timezone.localdate() - timedelta(days=1)).look_ups == 0


def test_successor_is_tried_in_the_place_of_the_rule_before(looked_up, checkpoint):
    former = EntryRule.objects.get(code="symptoms")
    draft = rule({"kind": "symptoms"}, outcome="CHECK", succeeds=former, begun=False)
    assert counts(tried(draft, checkpoint)) == {"PASS": (1, 1), "CHECK": (1, 2), "STOP": (1, 0)}


@pytest.mark.parametrize(("outcome", "after"), [("CHECK", (1, 1)), ("STOP", (1, 0))])
def test_who_had_just_passed_is_stopped_by_the_draft_and_not_checked_again(checkpoint, outcome, after):
    PassageFactory(resident=NUMBERS[0], checkpoint=checkpoint)
    look_up_at_desk(scan=read_scan(NUMBERS[0]), checkpoint=checkpoint, at=timezone.now(), by=actor())
    result = tried(rule(outcome=outcome, begun=False), checkpoint)
    assert counts(result)["PASS"] == after
    assert result.changed == (outcome == "STOP")


def test_only_the_latest_look_ups_of_a_long_day_are_judged(looked_up, checkpoint, monkeypatch):
    monkeypatch.setattr(simulation, "MOST_LOOK_UPS", 2)
    result = tried(rule(begun=False), checkpoint)
    assert (result.look_ups, result.is_cut) == (2, True)


def test_page_shows_counts_and_changes_and_nobodys_number(client, looked_up, checkpoint):
    officer_at(checkpoint, client, Role.CHECKPOINT_LEAD)
    draft = rule({"kind": "contact", "is_negated": True}, checkpoint=checkpoint, begun=False)
    assert "Nobody was looked up" in client.get(f"/rules/{draft.pk}/simulation/").content.decode()
    today = f"{timezone.localdate():%d/%m/%Y}"
    page = client.get(f"/rules/{draft.pk}/simulation/", {"day": today}).content.decode()
    words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))
    assert "1 of 3 look-ups would have been answered otherwise." in words
    assert "Dong Nai Bridge: PASS → STOP , Some reason" in words
    assert not [secret for secret in (*NUMBERS, "Nguyễn") if secret in page]


def test_rule_in_force_is_not_simulated(client, checkpoint):
    officer_at(checkpoint, client, Role.CHECKPOINT_LEAD)
    made = rule(checkpoint=checkpoint)
    assert client.get(f"/rules/{made.pk}/simulation/")["Location"] == f"/rules/{made.pk}/"
