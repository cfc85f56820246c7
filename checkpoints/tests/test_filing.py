"""One form, one declaration; and the same answer to everybody."""

import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from checkpoints.declaring.filing import file_declaration
from checkpoints.declaring.sheet import Sheet
from checkpoints.models import Declaration, PassKey
from checkpoints.tests.factories import declared
from residents.models import Resident
from residents.tests.factories import ResidentFactory
from vaxreg.models import AuditEntry
from vaxreg.sheets import SEND
from vaxreg.tests.factories import actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
KNOWN, UNKNOWN, DISAGREEING = "079090111111", "079090222222", "079090333333"


def answers(sent):
    lists = {name: value if isinstance(value, list) else [str(value)] for name, value in sent.items()}
    sheet = Sheet(MultiValueDict(lists), act=SEND, today=timezone.localdate())
    assert sheet.is_complete, sheet.errors
    return sheet.answers[0]


def test_form_sent_twice_yields_one_declaration_and_the_same_pass(client):
    sent = declared()
    first, second = client.post("/declare/", sent), client.post("/declare/", sent)
    assert first["Location"] == second["Location"]
    assert Declaration.objects.count() == 1
    assert PassKey.objects.count() == 2
    assert AuditEntry.objects.filter(action="declaration.filed").count() == 1


def test_same_form_sent_with_another_answer_is_another_declaration(client):
    sent = declared()
    passes = {
        client.post("/declare/", sent | different)["Location"]
        for different in ({}, {"had_contact": "yes"}, {"number": "079090000002"}, {"origin_place": "Tân Hà"})
    }
    assert len(passes) == Declaration.objects.count() == 4


def test_another_form_with_the_same_answers_is_another_declaration(client):
    sent = declared()
    passes = {client.post("/declare/", sent | {"key": str(uuid4())})["Location"] for _form in range(2)}
    assert len(passes) == Declaration.objects.count() == 2


def test_known_unknown_and_disagreeing_people_get_the_same_answer_for_the_same_work(client):
    ResidentFactory(citizen_id=KNOWN, full_name="Nguyễn Văn An", date_of_birth=date(1990, 3, 5))
    ResidentFactory(citizen_id=DISAGREEING, full_name="Somebody Else", date_of_birth=date(1950, 1, 1))
    before = list(Resident.objects.order_by("pk").values())
    sent, seen = declared(), set()
    client.post("/declare/", sent)
    for number in (KNOWN, UNKNOWN, DISAGREEING):
        with CaptureQueriesContext(connection) as queries:
            response = client.post("/declare/", sent | {"number": number})
        page = client.get(response["Location"]).content.decode()
        pattern = r'/p/[\w-]{22}/|<path[^>]*>|[0-9A-Z]{4} [0-9A-Z]{4}|value="\w{64}"|sealed_pass=[\w%-]+|\d\d:\d\d'
        assert not any("residents_resident" in query["sql"] for query in queries)
        seen.add((response.status_code, len(queries), re.sub(pattern, "", page)))
    assert len(seen) == 1
    assert list(Resident.objects.order_by("pk").values()) == before


def test_filing_draws_another_code_where_one_is_taken(monkeypatch):
    taken, free = "3" * 8, "4" * 8
    sent, by = declared(), actor()
    draws = iter(taken + taken + free)
    monkeypatch.setattr(secrets, "choice", lambda alphabet: next(draws))
    first, _token = file_declaration(answers=answers(sent), by=by)
    second, token = file_declaration(answers=answers(sent | {"had_contact": "yes"}), by=by)
    assert set(first.keys.values_list("key", flat=True)) > {taken}
    assert set(second.keys.values_list("key", flat=True)) == {free, token}


@pytest.mark.django_db(transaction=True)
def test_double_tap_on_two_connections_yields_one_declaration():
    sent = declared()

    def tap(_n):
        try:
            return Client().post("/declare/", sent)["Location"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        passes = set(pool.map(tap, range(8)))
    assert len(passes) == Declaration.objects.count() == 1
    assert PassKey.objects.count() == 2
    assert AuditEntry.objects.filter(action="declaration.filed").count() == 1
