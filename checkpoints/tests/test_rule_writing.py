"""Entry rules: drafted, put in force, ended and succeeded; never edited once they decide."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from checkpoints.admission import Condition
from checkpoints.models import EntryCondition, EntryRule
from checkpoints.rules.writing import (
    Draft,
    InForceError,
    NotYoursError,
    OrderError,
    PastError,
    delete_draft,
    end_rule,
    put_in_force,
    start_successor,
    take_back,
    write_draft,
)
from checkpoints.tests.factories import CheckpointAssignmentFactory, CheckpointFactory, rule
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor

pytestmark = [pytest.mark.django_db, pytest.mark.no_entry_rules]
TEST = Condition("tested", is_negated=True, hours=72, codes=("pcr",))


@pytest.fixture
def checkpoint():
    return CheckpointFactory()


@pytest.fixture
def lead(checkpoint):
    user = UserFactory(roles=[Role.CHECKPOINT_LEAD])
    CheckpointAssignmentFactory(user=user, checkpoint=checkpoint)
    return actor(user)


@pytest.fixture
def administrator():
    return actor(UserFactory(roles=[Role.ADMINISTRATOR]))


def said(checkpoint, **different):
    facts = {"outcome": "STOP", "reason": "Chưa xét nghiệm", "reason_en": "No test", "source": "", "position": 10}
    return Draft(**{"checkpoint": checkpoint, "conditions": (TEST,), **facts} | different)


def begin(draft, by, at=None):
    now = timezone.now()
    return put_in_force(rule=draft, at=at or now, now=now, by=by)


def test_lead_drafts_a_rule_and_puts_it_in_force_now(checkpoint, lead):
    draft = write_draft(draft=said(checkpoint), by=lead)
    assert not EntryRule.objects.in_force(timezone.now()).exists()
    begin(draft, lead)
    (decides,) = EntryRule.objects.of(checkpoint).in_force(timezone.now())
    assert decides.terms.conditions == (TEST,)
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == ["entryrule.drafted", "entryrule.begun"]
    assert AuditEntry.objects.first().changes["conditions"] == [
        {"kind": "tested", "is_negated": True, "hours": 72, "codes": ["pcr"]}
    ]


def test_same_draft_sent_twice_is_one(checkpoint, lead):
    assert write_draft(draft=said(checkpoint), by=lead) == write_draft(draft=said(checkpoint), by=lead)
    assert write_draft(draft=said(checkpoint, conditions=()), by=lead).conditions.count() == 0
    assert EntryRule.objects.count() == 2


def test_draft_is_rewritten_with_its_conditions(checkpoint, lead):
    draft = write_draft(draft=said(checkpoint), by=lead)
    write_draft(draft=said(checkpoint, outcome="CHECK", conditions=(Condition("contact"),)), rule=draft, by=lead)
    kept = EntryRule.objects.get()
    assert (kept.outcome, kept.terms.conditions) == ("CHECK", (Condition("contact"),))


def test_lead_writes_neither_for_all_checkpoints_nor_for_those_of_others(lead, administrator):
    elsewhere = CheckpointFactory()
    for where in (None, elsewhere):
        with pytest.raises(NotYoursError):
            write_draft(draft=said(where), by=lead)
    foreign = write_draft(draft=said(None), by=administrator)
    for act in (lambda: begin(foreign, lead), lambda: delete_draft(rule=foreign, by=lead)):
        with pytest.raises(NotYoursError):
            act()
    assert EntryRule.objects.get().is_draft


def test_officer_and_manager_write_nothing(checkpoint):
    for role in (Role.OFFICER, Role.PROVINCIAL_MANAGER):
        user = UserFactory(roles=[role])
        CheckpointAssignmentFactory(user=user, checkpoint=checkpoint)
        with pytest.raises(NotYoursError):
            write_draft(draft=said(checkpoint), by=actor(user))


def test_rule_in_force_is_neither_edited_nor_deleted_nor_taken_back(checkpoint, lead):
    decides = begin(write_draft(draft=said(checkpoint), by=lead), lead)
    for act in (
        lambda: write_draft(draft=said(checkpoint, outcome="PASS"), rule=decides, by=lead),
        lambda: delete_draft(rule=decides, by=lead),
        lambda: take_back(rule=decides, now=timezone.now(), by=lead),
    ):
        with pytest.raises(InForceError):
            act()
    assert EntryRule.objects.get().outcome == "STOP"


@pytest.mark.parametrize(
    "write",
    [
        lambda made: EntryRule.objects.filter(pk=made.pk).update(outcome="PASS"),
        lambda made: EntryRule.objects.filter(pk=made.pk).update(is_draft=True),
        lambda made: EntryRule.objects.filter(pk=made.pk).update(in_force_at=timezone.now() + timedelta(days=1)),
        lambda made: EntryRule.objects.filter(pk=made.pk)._raw_delete("default"),
        lambda made: made.conditions.update(hours=1),
        lambda made: made.conditions.all().delete(),
        lambda made: EntryCondition.objects.create(rule=made, kind="contact"),
    ],
)
def test_database_itself_refuses_to_change_a_rule_in_force(write):
    made = rule({"kind": "tested", "hours": 72})
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        write(made)


def test_database_lets_a_rule_end_once_and_not_begin_again():
    made = rule()
    ended = EntryRule.objects.filter(pk=made.pk)
    ended.update(ended_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        ended.update(ended_at=None)


def test_condition_cannot_be_moved_into_a_rule_in_force():
    made, draft = rule(), rule({"kind": "contact"}, begun=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        draft.conditions.update(rule=made)


@pytest.mark.parametrize(
    "terms", [{"kind": "doses"}, {"kind": "origin-level", "number": 0}, {"kind": "tested"}, {"kind": "vehicle"}]
)
def test_condition_without_its_terms_is_refused(terms):
    with pytest.raises(IntegrityError), transaction.atomic():
        EntryCondition.objects.create(rule=rule(begun=False), **terms)


def test_rule_that_has_not_begun_can_be_taken_back(checkpoint, lead):
    coming = begin(write_draft(draft=said(checkpoint), by=lead), lead, timezone.now() + timedelta(hours=3))
    take_back(rule=coming, now=timezone.now(), by=lead)
    assert EntryRule.objects.get().is_draft


def test_moment_in_the_past_is_refused(checkpoint, lead):
    earlier = timezone.now() - timedelta(minutes=1)
    with pytest.raises(PastError):
        begin(write_draft(draft=said(checkpoint), by=lead), lead, earlier)
    with pytest.raises(PastError):
        end_rule(rule=rule(checkpoint=checkpoint), at=earlier, now=timezone.now(), by=lead)


def test_rule_ends_at_the_moment_given_and_once(checkpoint, lead):
    made, now = rule(checkpoint=checkpoint), timezone.now()
    end_rule(rule=made, at=now, now=now, by=lead)
    end_rule(rule=made, at=now + timedelta(hours=1), now=now + timedelta(minutes=1), by=lead)
    assert EntryRule.objects.get().ended_at == now
    assert AuditEntry.objects.filter(action="entryrule.ended").count() == 1


def test_successor_starts_as_a_copy_and_ends_the_rule_before_when_it_begins(checkpoint, lead):
    made = rule({"kind": "tested", "hours": 72}, checkpoint=checkpoint)
    successor = start_successor(rule=made, by=lead)
    assert start_successor(rule=made, by=lead) == successor
    assert (successor.is_draft, successor.terms.conditions) == (True, made.terms.conditions)
    tonight = timezone.now() + timedelta(hours=4)
    begin(successor, lead, tonight)
    made.refresh_from_db()
    assert made.ended_at == tonight
    assert list(EntryRule.objects.in_force(tonight)) == [successor]
    assert list(EntryRule.objects.in_force(tonight - timedelta(minutes=1))) == [made]


def test_successor_does_not_begin_before_the_rule_before(checkpoint, lead):
    later = timezone.now() + timedelta(hours=4)
    coming = begin(write_draft(draft=said(checkpoint), by=lead), lead, later)
    successor = start_successor(rule=coming, by=lead)
    with pytest.raises(OrderError):
        begin(successor, lead, later - timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
def test_two_who_put_the_same_draft_in_force_at_once_do_it_once(checkpoint, lead):
    draft = write_draft(draft=said(checkpoint), by=lead)

    def act(_n):
        try:
            return begin(EntryRule.objects.get(pk=draft.pk), lead).in_force_at
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        moments = set(pool.map(act, range(2)))
    assert moments == {EntryRule.objects.get().in_force_at}
    assert AuditEntry.objects.filter(action="entryrule.begun").count() == 1
