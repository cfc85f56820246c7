"""The officer's last two passages can be undone for some minutes: a new row cancels, once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone

from checkpoints.desk.pages import LAST_PASSAGES
from checkpoints.desk.passages import NotUndoableError, cancel_passage
from checkpoints.models import Passage
from checkpoints.tests.factories import CheckpointFactory, PassageFactory, officer_at
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import UserFactory, actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NUMBERS = ("079090000001", "079090000002", "079090000003")


@pytest.fixture
def checkpoint():
    return CheckpointFactory()


@pytest.fixture
def officer(client, checkpoint):
    return officer_at(checkpoint, client)


def let_pass(client, number):
    page = client.post("/desk/", {"scan": number}).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    client.post("/desk/passages/", {"ticket": ticket, "outcome": "passed"})
    return Passage.objects.order_by("pk").last()


def undo(client, passage, **said):
    said = {"passage": passage.pk, "chosen_reason": "wrong-person"} | said
    return client.post("/desk/undo/", said).content.decode()


def test_it_works(client, officer):
    passage = let_pass(client, NUMBERS[0])
    page = undo(client, passage)
    cancelled = Passage.objects.get(outcome="cancelled")
    assert (cancelled.cancels, cancelled.resident, cancelled.officer) == (passage, NUMBERS[0], officer)
    assert cancelled.reason == "The wrong person"
    assert "Undone." in page
    assert re.search(r'class="undone".*<s>.*···001.*undone', page, re.DOTALL)
    assert "Undo one of your last two" not in page
    assert AuditEntry.objects.get(action="passage.cancelled").object_id == str(passage.pk)


def test_undone_passage_may_be_recorded_again_at_once(client, officer):
    undo(client, let_pass(client, NUMBERS[0]))
    let_pass(client, NUMBERS[0])
    assert Passage.objects.standing().count() == 1


def test_reason_is_required(client, officer):
    page = undo(client, let_pass(client, NUMBERS[0]), chosen_reason="")
    assert "Choose a reason, or write one." in page
    assert not Passage.objects.filter(outcome="cancelled").exists()


def test_third_last_passage_stays_though_a_later_one_was_undone(client, officer):
    first, second, third = (let_pass(client, number) for number in NUMBERS)
    undo(client, third)
    page = undo(client, first)
    assert "can no longer be undone" in page
    undo(client, second)
    assert set(Passage.objects.filter(outcome="cancelled").values_list("cancels", flat=True)) == {third.pk, second.pk}


def test_passage_of_another_officer_cannot_be_undone(client, officer, checkpoint):
    other = Client()
    officer_at(checkpoint, other)
    passage = let_pass(other, NUMBERS[0])
    assert "can no longer be undone" in undo(client, passage)
    with pytest.raises(NotUndoableError):
        cancel_passage(passage=passage, reason="x", at=timezone.now(), by=actor(UserFactory()))


def test_own_last_passages_are_offered_whatever_others_have_recorded_since(client, officer, checkpoint):
    own = let_pass(client, NUMBERS[0])
    PassageFactory.create_batch(LAST_PASSAGES, checkpoint=checkpoint)
    page = client.get("/desk/").content.decode()
    assert re.findall(r'name="passage" id="[^"]+" value="([^"]+)"', page) == [str(own.pk)]
    assert "···001" in page


def test_passage_older_than_the_setting_cannot_be_undone(client, officer, settings):
    passage = let_pass(client, NUMBERS[0])
    settings.UNDO_MINUTES = 5
    with pytest.raises(NotUndoableError):
        cancel_passage(passage=passage, reason="x", at=timezone.now() + timedelta(minutes=6), by=actor(officer))


def test_database_keeps_a_second_cancellation_out(client, officer):
    passage = let_pass(client, NUMBERS[0])
    undo(client, passage)
    again = Passage.objects.get(outcome="cancelled")
    again.pk, again.idempotency_key = None, "12345678-1234-5678-1234-567812345678"
    with pytest.raises(IntegrityError, match="passage_cancelled_once"), transaction.atomic():
        again.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_undo_sent_on_several_connections_cancels_once(client, officer):
    passage, session = let_pass(client, NUMBERS[0]), client.cookies

    def send(_n):
        browser = Client()
        browser.cookies = session
        try:
            return undo(browser, passage)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(send, range(6)))
    assert all("Undone." in page for page in pages)
    assert Passage.objects.filter(outcome="cancelled").count() == 1
    assert AuditEntry.objects.filter(action="passage.cancelled").count() == 1
