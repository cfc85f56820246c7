"""Two connections at one declaration: whoever comes second sees what the first has done."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connections, transaction
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from checkpoints.declaring import changing, filing
from checkpoints.declaring.sheet import Sheet
from checkpoints.models import Declaration, Passage
from checkpoints.tests.factories import declared
from vaxreg.sheets import SEND
from vaxreg.tests.factories import UserFactory, actor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]


@pytest.fixture
def filed(client):
    sent = declared()
    client.post("/declare/", sent)
    return Declaration.objects.get(), sent


def answers(declaration, sent, **different):
    lists = {name: value if isinstance(value, list) else [str(value)] for name, value in (sent | different).items()}
    sheet = Sheet(MultiValueDict(lists), act=SEND, today=timezone.localdate(), filed=[declaration])
    assert sheet.is_complete, sheet.errors
    return sheet.changed


def on_own_connection(work):
    def run(*arguments):
        try:
            return work(*arguments)
        except changing.ChangeRefusedError as refusal:
            return type(refusal)
        finally:
            connections.close_all()

    return run


def record(declaration, officer):
    filing.hold_for_passage(declaration.pk)
    return Passage.objects.create(
        resident=declaration.resident,
        checkpoint=declaration.checkpoint,
        declaration=declaration,
        officer=officer,
        outcome="passed",
        verdict="PASS",
        scanned_at=timezone.now(),
        idempotency_key=declaration.journey,
    )


def test_of_two_changes_at_once_one_is_kept_and_the_other_told(filed):
    declaration, sent = filed
    barrier = Barrier(2)

    @on_own_connection
    def change(plate):
        said = answers(declaration, sent, plate=plate)
        barrier.wait()
        return changing.change_journey(seen=[declaration.pk], changed=said, by=actor())

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(change, ["60A1", "60A2"]))
    assert results.count(changing.ChangedMeanwhileError) == 1
    assert sorted(Declaration.objects.values_list("version", flat=True)) == [1, 2]


def test_same_change_at_once_makes_one_version(filed):
    declaration, sent = filed
    said, barrier = answers(declaration, sent, plate="60A1"), Barrier(4)

    @on_own_connection
    def change(_n):
        barrier.wait()
        return changing.change_journey(seen=[declaration.pk], changed=said, by=actor())[0].pk

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(change, range(4)))) == 1
    assert sorted(Declaration.objects.values_list("version", flat=True)) == [1, 2]


@pytest.mark.parametrize("act", ["change", "withdraw"])
def test_change_waits_for_the_passage_that_is_being_recorded_and_is_refused(filed, act):
    declaration, sent = filed
    officer, said = UserFactory(), answers(declaration, sent, plate="60A1")
    is_recorded, is_asked = Event(), Event()

    @on_own_connection
    def passing():
        with transaction.atomic():
            record(declaration, officer)
            is_recorded.set()
            # The change begins while the passage is not committed yet.
            is_asked.wait(5)
            Event().wait(0.3)

    @on_own_connection
    def altering():
        is_recorded.wait(5)
        is_asked.set()
        if act == "change":
            return changing.change_journey(seen=[declaration.pk], changed=said, by=actor())
        return changing.withdraw_journey(seen=[declaration.pk], by=actor())

    with ThreadPoolExecutor(2) as pool:
        passed, changed = pool.submit(passing), pool.submit(altering)
        assert changed.result(20) is changing.AlreadyPassedError
        passed.result(20)
    assert Declaration.objects.get().withdrawn_at is None
