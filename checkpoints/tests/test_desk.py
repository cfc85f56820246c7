"""The officer's desk: one box, one answer."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from checkpoints.models import Passage
from checkpoints.tests.factories import (
    CheckpointAssignmentFactory,
    CheckpointFactory,
    DeclarationFactory,
    JourneyReasonFactory,
    RiskLevelFactory,
    keys_of,
    officer_at,
    rule,
)
from residents.models import Resident
from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.tests.factories import DoseFactory
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NUMBER = "079090000001"
CARD = f"{NUMBER}||Nguyễn Văn An|05031990|Nam|12 Lê Lợi, Phường Bến Nghé, Quận 1|15042021"


@pytest.fixture
def checkpoint():
    return CheckpointFactory(name_en="Dong Nai Bridge")


@pytest.fixture
def officer(client, checkpoint):
    return officer_at(checkpoint, client)


def scan(client, text):
    response = client.post("/desk/", {"scan": text})
    assert response.status_code == 200
    return unescape(response.content.decode())


def title(page):
    return re.search(r"<title>(.*?)</title>", page)[1]


def test_it_works(client, officer):
    person = ResidentFactory(
        citizen_id=NUMBER, full_name="Nguyễn Văn An", phone="0912345678", address="12 Lê Lợi, Phường Bến Nghé, Quận 1"
    )
    DoseFactory(resident=person, lot__vaccine__name="Comirnaty", administered_on="2026-03-01")
    DeclarationFactory(resident=NUMBER)
    page = scan(client, CARD)
    assert re.search(r"verdict-pass.*?✓</span> PASS", page, re.DOTALL)
    assert "Nguyễn Văn An" in page
    assert "079 0 90 000001" in page
    assert "51F12345" in page
    assert "Comirnaty, 01/03/2026" in page
    assert "1 dose" in page
    assert title(page) == "Checkpoint desk – VaxReg"


def test_phone_and_address_are_masked(client, officer):
    ResidentFactory(
        citizen_id=NUMBER, full_name="Nguyễn Văn An", phone="0912345678", address="12 Lê Lợi, Phường Bến Nghé, Quận 1"
    )
    DeclarationFactory(resident=NUMBER, phone="0987654321")
    page = scan(client, CARD)
    assert not [hidden for hidden in ("0912345678", "0987654321", "Lê Lợi") if hidden in page]
    assert "09•• ••• 678" in page


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CHECKPOINT_LEAD])
def test_answer_takes_three_statements_beside_session_and_user(client, checkpoint, role, django_assert_num_queries):
    officer_at(checkpoint, client, role)
    DoseFactory(resident=ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn An"))
    DoseFactory(resident_id=NUMBER, dose_number=2)
    for _n in range(3):
        declaration = DeclarationFactory(resident=NUMBER, symptoms=["fever"], origin=UnitFactory(parent=UnitFactory()))
    client.get("/desk/")
    # Session and user, the checkpoint, all about the person, the access log; and the test's own savepoint. Of somebody who
    # is not registered and has not declared: provinces, vehicles and signs for the forms besides.
    asked = {CARD: 0, NUMBER: 0, keys_of(declaration)[1]: 0, "079090999999": 3}
    for text, forms in asked.items():
        with django_assert_num_queries(2 + 3 + forms + 2) as queries:
            scan(client, text)
        assert sum("SAVEPOINT" in query["sql"] for query in queries) == 2


def test_empty_box_takes_five_statements_beside_session_and_user(client, officer, django_assert_num_queries):
    client.get("/desk/")
    # The checkpoint; the last passages, the own ones among them; the shift; the pace of the queue.
    with django_assert_num_queries(2 + 5):
        page = client.get("/desk/").content.decode()
    assert re.search(r'<input id="id_scan"[^>]* autofocus>', page)
    assert "None yet." in page


def test_officer_reads_what_the_rules_judged_by(client, officer):
    """The test, the level of the origin and why somebody travels: to be held against the slip that is shown."""
    declared = DeclarationFactory(
        resident=NUMBER,
        test_kind="pcr",
        test_result="negative",
        test_taken_at=timezone.now() - timedelta(hours=30),
        journey_reason=JourneyReasonFactory(),
        is_for_other=True,
    )
    RiskLevelFactory(unit=declared.origin, level=3)
    said = " ".join(re.sub(r"<[^>]+>", " ", scan(client, NUMBER)).split())
    assert re.search(r"PCR, negative, .*\(30 hours ago", said)
    assert re.search(r"From .* · level 3", said)
    assert "Commuting to work" in said
    assert "filled in by somebody else" in said


def test_card_of_which_the_number_alone_was_read_is_to_be_compared_by_eye(client, officer):
    warning = "Compare name and date of birth with the card yourself."
    assert warning in scan(client, CARD.replace("ễ", "?"))
    assert warning not in scan(client, CARD)
    assert warning not in scan(client, NUMBER)


def test_who_declares_a_positive_test_is_stopped(client, officer):
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn An")
    test = {"test_kind": "pcr", "test_result": "positive", "test_taken_at": timezone.now() - timedelta(hours=30)}
    DeclarationFactory(resident=NUMBER, **test)
    assert re.search(r"verdict-stop.*Has declared a positive test", scan(client, NUMBER), re.DOTALL)


def test_number_of_a_guardian_is_named_as_such(client, officer):
    _token, code = keys_of(DeclarationFactory(resident=NUMBER, has_number=False, full_name="Nguyễn Bé Tư"))
    page = scan(client, code)
    assert re.search(r"Guardian's number</dt><dd[^>]*>079 0 90 000001", page)
    assert "<dd>Not in the registry" not in page


def test_looking_changes_nothing_but_the_access_log(client, officer, checkpoint):
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn An")
    before = list(Resident.objects.values())
    scan(client, CARD)
    scan(client, "079090999999")
    assert list(Resident.objects.values()) == before
    assert not Passage.objects.exists()
    known, unknown = AuditEntry.objects.filter(action="resident.read").order_by("pk")
    assert (known.resident, known.user, known.object_id) == (NUMBER, officer, str(checkpoint.pk))
    assert {name: known.changes[name] for name in ("purpose", "scan", "found")} == {
        **{"purpose": "checkpoint", "scan": "card", "found": True}
    }
    assert (unknown.resident, unknown.changes["found"]) == ("079090999999", False)


def test_log_keeps_what_was_judged_without_name_phone_or_number(client, officer, checkpoint):
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn An", phone="0912345678")
    DeclarationFactory(resident=NUMBER, symptoms=["fever"], phone="0987654321")
    own = rule({"kind": "origin-level", "number": 3}, checkpoint=checkpoint)
    page = scan(client, NUMBER)
    assert "Some reason (not known: risk level of the place of origin)" in page
    changes = AuditEntry.objects.get(action="resident.read").changes
    assert (changes["verdict"], changes["rules"]) == ("STOP", ["symptoms", own.key])
    assert changes["facts"]["symptoms"] == ["fever"]
    assert not [secret for secret in ("An", "0912345678", "0987654321", NUMBER) if secret in json.dumps(changes)]


@pytest.mark.parametrize("text", ["", "hello", "12345", "a|b|c", "9" * 3000, "☃" * 100])
def test_unreadable_scan_is_said_beside_the_box_and_kept_in_it(client, officer, text):
    page = scan(client, text)
    assert 'id="id_scan_error"' in page
    assert "verdict" not in page
    assert not AuditEntry.objects.filter(action="resident.read").exists()


def test_unknown_code_is_said_and_logged(client, officer):
    assert "No pass has this code." in scan(client, "3467 9CDF")
    entry = AuditEntry.objects.get(action="resident.read")
    assert (entry.resident, entry.changes["scan"], entry.changes["found"]) == ("", "pass", False)


def test_number_reaches_no_address_title_or_log(client, officer, caplog):
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn An")
    response = client.post("/desk/", {"scan": CARD})
    assert NUMBER not in title(response.content.decode())
    assert NUMBER not in response.content.decode()
    assert NUMBER not in caplog.text
    assert "no-store" in response["Cache-Control"]


def test_scan_in_an_address_is_not_looked_up(client, officer):
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn An")
    assert "Nguyễn Văn An" not in client.get("/desk/", {"scan": NUMBER}).content.decode()


def test_officer_of_several_checkpoints_chooses_one_for_the_session(client, officer, checkpoint):
    other = CheckpointAssignmentFactory(user=officer, checkpoint__name_en="Other Post").checkpoint
    foreign = CheckpointFactory(name_en="Foreign Post")
    page = client.get("/desk/").content.decode()
    assert "Dong Nai Bridge" in page
    assert "Other Post" in page
    assert "Foreign Post" not in page
    client.post("/desk/checkpoint/", {"checkpoint": foreign.pk})
    assert "At which checkpoint" in client.get("/desk/").content.decode()
    client.post("/desk/checkpoint/", {"checkpoint": other.pk})
    assert "<h1>Other Post</h1>" in client.get("/desk/").content.decode()
    client.post("/desk/checkpoint/")
    assert "At which checkpoint" in client.get("/desk/").content.decode()


def test_officer_without_a_checkpoint_today_is_told_so(client):
    CheckpointAssignmentFactory(user=sign_in_officer(client), in_force_until="2026-01-01")
    assert "No checkpoint is assigned to you today" in client.get("/desk/").content.decode()
    assert "No checkpoint is assigned to you today" in scan(client, NUMBER)
    assert not AuditEntry.objects.filter(action="resident.read").exists()


def sign_in_officer(client):
    officer = UserFactory(roles=[Role.OFFICER])
    sign_in(client, officer)
    return officer


@pytest.mark.parametrize("path", ["/desk/", "/desk/checkpoint/", "/desk/passages/", "/desk/unmask/", "/desk/register/"])
def test_desk_is_for_officers_and_leads_only(path):
    for role in set(Role) - {Role.OFFICER, Role.CHECKPOINT_LEAD}:
        client = sign_in(Client(), UserFactory(roles=[role]))
        assert client.post(path, {"scan": NUMBER}).status_code == 403
    assert Client().post(path)["Location"].startswith("/login/")


@pytest.mark.parametrize("path", ["/desk/checkpoint/", "/desk/passages/", "/desk/unmask/", "/desk/register/"])
def test_address_of_an_act_opened_by_hand_leads_to_the_box(client, officer, path):
    assert client.get(path)["Location"] == "/desk/"
