"""Recording what the officer decided: a deliberate act, once."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from checkpoints.desk.passages import record_passage
from checkpoints.desk.services import register_at_desk
from checkpoints.desk.tickets import Ticket, TicketError
from checkpoints.models import Passage
from checkpoints.tests.factories import CheckpointAssignmentFactory, CheckpointFactory, DeclarationFactory, officer_at
from residents.tests.factories import ResidentFactory
from vaccinations.due.services import refresh_due
from vaccinations.models import DueDose
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import UserFactory, actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NUMBER = "079090000001"
TICKET = Ticket(
    scan=NUMBER,
    number=NUMBER,
    declaration=None,
    verdict="CHECK",
    reasons=("no-declaration",),
    checkpoint=0,
    officer=0,
    scanned_at=timezone.now(),
    key=uuid4(),
)


@pytest.fixture
def checkpoint():
    return CheckpointFactory()


@pytest.fixture
def officer(client, checkpoint):
    return officer_at(checkpoint, client)


@pytest.fixture
def stopped(officer):
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn An")
    return DeclarationFactory(resident=NUMBER, had_contact=True)


def ticket_of(page):
    return re.search(r'name="ticket" value="([^"]+)"', page)[1]


def scan(client, text=NUMBER):
    """The ticket on the answer page."""
    return ticket_of(client.post("/desk/", {"scan": text}).content.decode())


def record(client, ticket, **said):
    return client.post("/desk/passages/", {"ticket": ticket, "outcome": "passed"} | said)


def test_it_works(client, officer, checkpoint):
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn An")
    declaration = DeclarationFactory(resident=NUMBER)
    response = record(client, scan(client))
    assert response.status_code == 200
    passage = Passage.objects.get()
    assert (passage.resident, passage.declaration, passage.outcome) == (NUMBER, declaration, "passed")
    assert (passage.officer, passage.checkpoint, passage.reason) == (officer, checkpoint, "")
    assert (passage.verdict, passage.verdict_reasons) == ("PASS", ["no-objection"])
    assert passage.scanned_at <= passage.decided_at
    entry = AuditEntry.objects.get(action="passage.recorded")
    assert (entry.resident, entry.object_id, entry.changes["outcome"]) == (NUMBER, str(passage.pk), "passed")


def test_enter_on_the_answer_lets_pass(client, officer):
    page = client.post("/desk/", {"scan": NUMBER}).content.decode()
    focused = re.findall(r"<(?:button|input|select)[^>]* autofocus[^>]*>", page)
    assert len(focused) == 1
    assert 'name="outcome" value="passed"' in focused[0]


def test_enter_on_a_stop_lets_nobody_pass(client, stopped):
    page = client.post("/desk/", {"scan": NUMBER}).content.decode()
    buttons = re.findall(r'<button[^>]*name="outcome" value="([\w-]+)"', page)
    assert buttons == ["turned-back", "testing", "quarantine", "passed"]
    assert re.findall(r'id="(\w+)"[^>]* autofocus', page) == ["id_scan"]


def test_box_comes_back_empty_with_the_last_passages_masked(client, officer):
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn Ước")
    record(client, scan(client))
    record(client, scan(client, "079090999888"), outcome="turned-back", chosen_reason="identity")
    page = client.get("/desk/").content.decode()
    assert re.search(r'id="id_scan"[^>]* value=""[^>]* autofocus', page)
    assert re.search(
        r"<strong>–</strong>.*···888.*turned back.*<strong>Ước</strong>.*···001.*let pass", page, re.DOTALL
    )
    assert "Nguyễn" not in page
    assert NUMBER not in page


@pytest.mark.parametrize("outcome", ["turned-back", "testing", "quarantine"])
def test_other_outcome_needs_a_reason(client, officer, outcome):
    ticket = scan(client)
    page = record(client, ticket, outcome=outcome).content.decode()
    assert "Choose a reason, or write one." in page
    assert not Passage.objects.exists()
    record(client, ticket_of(page), outcome=outcome, chosen_reason="other", reason_text="Xin quay về")
    assert Passage.objects.get().reason == "Xin quay về"


def test_reason_is_kept_as_chosen_and_written(client, officer):
    record(client, scan(client), outcome="testing", chosen_reason="ill", reason_text="sốt 39")
    assert Passage.objects.get().reason == "Signs of illness: sốt 39"


def test_stop_is_let_pass_only_with_a_reason(client, stopped):
    ticket = scan(client)
    assert "Choose a reason" in record(client, ticket).content.decode()
    record(client, ticket, chosen_reason="emergency")
    assert (Passage.objects.get().verdict, Passage.objects.get().outcome) == ("STOP", "passed")


def test_same_ticket_sent_again_changes_nothing_and_says_so(client, officer):
    ticket = scan(client)
    record(client, ticket)
    assert "recorded before" not in record(client, ticket).content.decode()
    again = record(client, ticket, outcome="turned-back", chosen_reason="ill")
    assert re.search(r"recorded before, at \d\d:\d\d: let pass", again.content.decode())
    assert Passage.objects.get().outcome == "passed"
    assert AuditEntry.objects.filter(action="passage.recorded").count() == 1


def test_ticket_of_another_officer_is_refused(client, officer, checkpoint):
    other = Client()
    officer_at(checkpoint, other)
    response = record(client, scan(other))
    assert "another officer or checkpoint" in response.content.decode()
    assert not Passage.objects.exists()


def test_ticket_of_another_checkpoint_is_refused(client, officer):
    ticket = scan(client)
    other = CheckpointAssignmentFactory(user=officer).checkpoint
    client.post("/desk/checkpoint/", {"checkpoint": other.pk})
    assert "another officer or checkpoint" in record(client, ticket).content.decode()
    assert not Passage.objects.exists()


@pytest.mark.parametrize("alter", [lambda text: text[:-9] + "AAAAAAAA=", lambda text: "", lambda text: "☃"])
def test_altered_ticket_is_refused(client, officer, alter):
    response = record(client, alter(scan(client)))
    assert "message-error" in response.content.decode()
    assert not Passage.objects.exists()


def test_ticket_older_than_half_an_hour_is_refused(client, officer, monkeypatch):
    ticket = scan(client)
    later = (timezone.now() + timedelta(minutes=31)).timestamp()
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: later)
    response = record(client, ticket)
    assert "too old" in unescape(response.content.decode())


def test_record_passage_refuses_a_foreign_ticket_itself(checkpoint):
    by = actor(UserFactory())
    for foreign in ({"officer": by.user.pk}, {"checkpoint": checkpoint.pk}):
        with pytest.raises(TicketError):
            record_passage(ticket=replace(TICKET, **foreign), outcome="passed", reason="", checkpoint=checkpoint, by=by)


@pytest.mark.django_db(transaction=True)
def test_ticket_sent_on_several_connections_records_one_passage(client, officer):
    ticket, session = scan(client), client.cookies

    def send(_n):
        browser = Client()
        browser.cookies = session
        try:
            return record(browser, ticket).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(8))) == {200}
    assert Passage.objects.count() == 1
    assert AuditEntry.objects.filter(action="passage.recorded").count() == 1


@pytest.mark.django_db
def test_one_look_records_one_passage_though_the_number_became_an_alias_meanwhile(checkpoint):
    officer = UserFactory(roles=["officer"])
    under_old = Ticket(
        scan="012345678",
        number="012345678",
        declaration=None,
        verdict="CHECK",
        reasons=(),
        checkpoint=checkpoint.pk,
        officer=officer.pk,
        scanned_at=timezone.now(),
        key=uuid4(),
    )
    first, _new = record_passage(
        ticket=under_old, outcome="passed", reason="", checkpoint=checkpoint, by=actor(officer)
    )
    person = ResidentFactory(citizen_id="079090000777")
    ResidentFactory(citizen_id="012345678", superseded_by=person)
    under_new = replace(under_old, number=person.pk)
    again, is_new = record_passage(
        ticket=under_new, outcome="testing", reason="test", checkpoint=checkpoint, by=actor(officer)
    )
    assert (again.pk, is_new) == (first.pk, False)


@pytest.mark.django_db
def test_card_scanned_into_the_reason_is_no_reason(client, officer):
    ResidentFactory(citizen_id=NUMBER)
    page = client.post("/desk/", {"scan": NUMBER}).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    for text in ("079090000777||Trần Văn Tám|05031990|Nam|Quận 1|15042021", "079 090 000777"):
        answer = client.post("/desk/passages/", {"ticket": ticket, "outcome": "testing", "reason_text": text})
        assert "looks like a card" in unescape(answer.content.decode())
    assert not Passage.objects.exists()


@pytest.mark.django_db
def test_what_was_due_under_the_old_number_of_a_card_is_due_under_its_new_one(checkpoint):
    old = ResidentFactory(citizen_id="012345678", full_name="Lê Thị Lan", sex="F", date_of_birth=date(1990, 3, 5))
    refresh_due(resident=old, on=timezone.localdate())
    text = "079190123456|012345678|Lê Thị Lan|05031990|Nữ|Bến Nghé|01012022"
    register_at_desk(ticket=replace(TICKET, scan=text, number="079190123456"), by=actor())
    assert [due.resident for due in DueDose.objects.all()] == ["079190123456"]
