"""Two scans of one person at one post within seconds are one passage; who passed a while ago is asked nothing again."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from checkpoints.admission import Decision, Reason, Verdict
from checkpoints.answering.found import Recent
from checkpoints.answering.recent import decide_again
from checkpoints.models import Passage
from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory, PassageFactory, officer_at
from residents.tests.factories import ResidentFactory
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NUMBER = "079090000001"


@pytest.fixture
def checkpoint():
    return CheckpointFactory()


@pytest.fixture
def officer(client, checkpoint):
    return officer_at(checkpoint, client)


@pytest.fixture
def colleague(checkpoint):
    browser = Client()
    officer_at(checkpoint, browser)
    return browser


def look(client):
    return unescape(client.post("/desk/", {"scan": NUMBER}).content.decode())


def ticket_of(page):
    return re.search(r'name="ticket" value="([^"]+)"', page)[1]


def decide(client, ticket, **said):
    return unescape(client.post("/desk/passages/", {"ticket": ticket, "outcome": "passed"} | said).content.decode())


@pytest.fixture
def passed(officer, checkpoint):
    """Has the officer let the person pass some time ago."""
    facts = {"resident": NUMBER, "officer": officer, "checkpoint": checkpoint}
    known = {"verdict": "CHECK", "verdict_reasons": ["no-declaration"]}
    return lambda **ago: PassageFactory(**facts, **known, decided_at=timezone.now() - timedelta(**ago))


def test_second_officer_within_seconds_is_told_of_the_first(client, officer, colleague):
    ours, theirs = ticket_of(look(client)), ticket_of(look(colleague))
    decide(client, ours)
    page = decide(colleague, theirs, outcome="turned-back", chosen_reason="ill")
    assert re.search(rf"Recorded by {officer} \d s ago: let pass. It counts once.", page)
    assert Passage.objects.get().officer == officer


def test_second_officer_sees_it_already_when_scanning(client, officer, colleague):
    decide(client, ticket_of(look(client)))
    assert re.search(rf"by {officer} \(\d s ago\)", look(colleague))


def test_scan_after_the_seconds_is_a_passage_of_its_own(client, passed, settings):
    settings.DOUBLE_SCAN_SECONDS = 10
    passed(seconds=11)
    decide(client, ticket_of(look(client)))
    assert Passage.objects.count() == 2


def test_passage_at_another_checkpoint_is_no_double(client, officer, settings):
    decide(client, ticket_of(look(client)))
    elsewhere = Client()
    officer_at(CheckpointFactory(), elsewhere)
    page = look(elsewhere)
    assert "Recorded here" not in page
    decide(elsewhere, ticket_of(page))
    assert Passage.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_the_same_moment_record_one_passage(client, officer, colleague):
    tickets = [(client, ticket_of(look(client))), (colleague, ticket_of(look(colleague)))]
    together = Barrier(2)

    def send(one):
        together.wait()
        try:
            return decide(*one)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(send, tickets))
    assert Passage.objects.count() == 1
    assert AuditEntry.objects.filter(action="passage.recorded").count() == 1
    assert sum("It counts once." in page for page in pages) == 1


def test_who_passed_here_recently_is_asked_nothing_again(client, passed):
    passed(hours=2)
    page = look(client)
    assert "verdict-pass" in page
    assert re.search(r"Passed here at \d\d:\d\d", page)


def test_recent_ends_after_the_hours_of_the_setting(client, passed, settings):
    settings.RECENT_PASSAGE_HOURS = 3
    passed(hours=4)
    assert "verdict-check" in look(client)


def test_undone_passage_is_not_recent(client, officer):
    decide(client, ticket_of(look(client)))
    passage = Passage.objects.get()
    client.post("/desk/undo/", {"passage": passage.pk, "chosen_reason": "wrong-person"})
    assert "Recorded here" not in look(client)


def test_declaration_filed_since_with_a_stop_stops(client, passed):
    ResidentFactory(citizen_id=NUMBER)
    passed(hours=2)
    DeclarationFactory(resident=NUMBER, had_contact=True)
    assert "verdict-stop" in look(client)


NOON = timezone.now()
STOPPED = Decision(
    Verdict.STOP,
    (Reason("contact", Verdict.STOP, "Contact"), Reason("disagreement", Verdict.CHECK, "Disagreement")),
)
CHECKED = Decision(Verdict.CHECK, (Reason("no-declaration", Verdict.CHECK, "No declaration"),))


@pytest.mark.parametrize(
    ("decision", "outcome", "known", "declared", "verdict"),
    [
        (CHECKED, "passed", (), None, "PASS"),
        (CHECKED, "turned-back", (), None, "CHECK"),
        (STOPPED, "passed", ("contact",), -1, "PASS"),
        (STOPPED, "passed", ("contact",), 1, "STOP"),
        (STOPPED, "passed", ("symptoms",), -1, "STOP"),
        (STOPPED, "passed", (), None, "STOP"),
    ],
)
def test_decide_again_lets_pass_unless_a_stop_is_news(decision, outcome, known, declared, verdict):
    recent = Recent(NOON, outcome, known, None, "An")
    filed = NOON + timedelta(hours=declared) if declared else None
    assert decide_again(decision, recent, filed).verdict == verdict
    assert decide_again(decision, None, filed) == decision
