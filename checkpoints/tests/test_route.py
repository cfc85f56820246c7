"""Before leaving: what the checkpoints on the way will say."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from checkpoints.models import Checkpoint, Declaration
from checkpoints.tests.factories import (
    CheckpointFactory,
    RiskLevelFactory,
    VehicleKindFactory,
    rule,
)
from residents.models import Resident
from residents.tests.factories import UnitFactory
from vaccinations.tests.factories import VaccineFactory
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def origin():
    return UnitFactory(name="Tỉnh Đồng Nai")


@pytest.fixture
def destination():
    return UnitFactory(name="Tỉnh Lâm Đồng")


@pytest.fixture
def post(destination):
    return CheckpointFactory(name_en="Lam Dong Gate", unit=UnitFactory(parent=destination))


@pytest.fixture
def ask(client, origin, destination, post):
    """What the page says, as words."""

    def ask(**answers):
        tomorrow = timezone.localdate() + timedelta(days=1)
        sent = {"origin_province": origin.pk, "destination_province": destination.pk, "origin_place": ""}
        sent |= {"day": f"{tomorrow:%d/%m/%Y}", "time": "08:00"}
        response = client.post("/route/", sent | answers)
        assert response.status_code == 200
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))

    return ask


def test_checkpoints_of_both_provinces_are_listed_with_their_rules(ask, origin):
    CheckpointFactory(name_en="Dong Nai Gate", unit=origin)
    CheckpointFactory(name_en="Closed Gate", unit=origin, is_active=False)
    CheckpointFactory(name_en="Elsewhere")
    page = ask()
    assert "Lam Dong Gate" in page
    assert "Dong Nai Gate" in page
    assert "We do not know which road you take" in page
    assert "If a declaration is in force and signs of illness are declared, then ✕ STOP" in page
    assert "You would" not in page
    (stops,) = re.findall(r"Checkpoints on the way (.*)Would you pass\?", page)
    assert not [name for name in ("Closed Gate", "Elsewhere") if name in stops]


def test_checkpoint_chosen_is_the_only_one(ask, origin, post):
    CheckpointFactory(name_en="Dong Nai Gate", unit=origin)
    page = ask(checkpoint=post.pk)
    assert "We do not know which road" not in page
    assert page.count("What this checkpoint asks for") == 1


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"declared": "yes", "has_symptoms": "no", "had_contact": "no"}, "✓ You would pass Because: Nothing to object"),
        ({"declared": "yes", "has_symptoms": "yes"}, "✕ You would be turned back Because: Has declared symptoms"),
        ({"declared": "no"}, "! You would be checked Because: Has filed no declaration"),
        (
            {"declared": "yes", "has_symptoms": "no"},
            "Has declared contact with a case (not known: contact with a case)",
        ),
    ],
)
def test_answers_are_judged_as_the_desk_would(ask, answers, said):
    assert said in ask(**answers)


def test_only_what_the_rules_need_is_asked(ask, post):
    assert "How many doses" not in ask()
    rule({"kind": "doses", "number": 2, "days": 14, "is_negated": True}, checkpoint=post)
    page = ask()
    assert "How many doses of vaccine have you had?" in page
    assert "Will you have a negative test?" not in page


@pytest.mark.parametrize(
    ("days_ago", "verdict"), [(13, "turned back"), (20, "pass"), (None, "checked")], ids=["fresh", "old", "unsaid"]
)
def test_doses_are_those_that_the_visitor_enters(ask, post, days_ago, verdict):
    VaccineFactory(code="comirnaty")
    rule({"kind": "doses", "number": 2, "days": 15, "is_negated": True}, checkpoint=post)
    last = f"{timezone.localdate() - timedelta(days=days_ago):%d/%m/%Y}" if days_ago else ""
    answers = {"declared": "yes", "has_symptoms": "no", "had_contact": "no", "doses": "2", "vaccine": "comirnaty"}
    page = ask(**answers, last_dose_on=last)
    assert f"You would {'be ' if verdict != 'pass' else ''}{verdict}" in page


def test_test_recovery_birth_vehicle_and_level_are_judged(ask, post, origin):
    VehicleKindFactory(code="coach")
    coach = VehicleKindFactory(code="car").pk
    ward = UnitFactory(parent=origin, name="Phường Bến Nghé")
    RiskLevelFactory(unit=ward, level=4)
    rule({"kind": "tested", "hours": 72, "is_negated": True}, checkpoint=post, reason_en="untested")
    rule({"kind": "recovered", "number": 6, "is_negated": True}, checkpoint=post, reason_en="unrecovered")
    rule({"kind": "younger-than", "number": 18}, checkpoint=post, reason_en="young")
    rule({"kind": "vehicle", "codes": ["car"]}, checkpoint=post, reason_en="by car")
    rule({"kind": "origin-level", "number": 4}, checkpoint=post, reason_en="from red")
    today = f"{timezone.localdate():%d/%m/%Y}"
    page = ask(
        has_test="yes", test_kind="pcr", tested_on=today, tested_time="00:00", has_recovered="no", birth="1990",
        vehicle=coach, origin_place="Bến Nghé",
    )  # fmt: skip
    reasons = re.search(r"Because: (.*?) What this checkpoint", page)[1]
    assert reasons.startswith("unrecovered by car from red")
    assert not [absent for absent in ("untested", "young") if absent in reasons]


def test_rules_in_force_at_the_time_of_the_journey_decide(ask, post):
    rule(checkpoint=post, reason_en="tomorrow", in_force_at=timezone.now() + timedelta(minutes=5))
    rule(checkpoint=post, reason_en="until tonight", ended_at=timezone.now() + timedelta(minutes=5))
    page = ask()
    assert "“tomorrow”" in page
    assert "until tonight" not in page


def test_moment_that_has_passed_today_is_now(ask, post):
    rule(checkpoint=post, reason_en="since a minute ago", in_force_at=timezone.now() - timedelta(minutes=1))
    page = ask(day=f"{timezone.localdate():%d/%m/%Y}", time="00:00")
    assert "since a minute ago" in page


def test_nothing_is_kept_and_no_session_is_started(client, ask, caplog):
    ask(declared="yes", birth="1990", doses="2")
    assert "sessionid" not in client.cookies
    assert not AuditEntry.objects.exists()
    assert not Declaration.objects.exists()
    assert not Resident.objects.exists()
    assert not caplog.text
    assert "no-store" in client.get("/route/")["Cache-Control"]


def test_day_that_has_passed_is_refused(ask):
    assert "This day has passed." in ask(day="01/01/2026")


def test_page_is_limited(client, settings):
    settings.PUBLIC_FORM_LIMIT = 2
    assert [client.post("/route/").status_code for _n in range(3)] == [200, 200, 429]


def test_empty_form_and_no_checkpoint_are_answered(client, ask):
    page = client.get("/route/").content.decode()
    assert "Nothing you enter is kept." in page
    Checkpoint.objects.update(is_active=False)
    assert "No checkpoint in use is known" in ask()
