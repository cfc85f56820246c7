"""Two clerks at one row of a pile at the same moment, with two real connections."""

from datetime import timedelta

import pytest
from django.utils import timezone

from residents.tests.factories import ResidentFactory
from vaccinations.batch import tray
from vaccinations.batch.services import enter, open_pile, take_back
from vaccinations.models import Dose
from vaccinations.tests.factories import FacilityFactory, LotFactory, clerk
from vaccinations.tests.test_batch import LAN, NUMBER, first
from vaxreg.tests.at_once import at_once
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pile():
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Thị Lan", date_of_birth="1990-03-05", sex="F")
    day = timezone.localdate() - timedelta(days=2)
    return open_pile(by=actor(), facility=FacilityFactory(), lot=LotFactory(), given_on=day)


def sent(row, by, texts=LAN):
    return lambda: enter(by=by, row=row, texts=texts, version=0, now=timezone.now(), act="enter")


def test_a_row_sent_twice_at_once_is_one_dose(pile):
    row, by = first(pile), actor()
    answers = at_once(sent(row, by), sent(row, by))
    assert [answer.state for answer in answers] == ["recorded", "recorded"]
    assert Dose.objects.count() == 1


def test_two_clerks_decide_one_slip_and_one_is_told(pile):
    row = sent(first(pile), actor(), LAN | {"number": ""})()
    facts = {"row": row, "now": timezone.now(), "reason": "Chữ mờ"}
    answers = at_once(
        lambda: tray.set_aside(by=actor(), **facts),
        lambda: tray.decide_new(by=actor(), seen=(NUMBER,), **facts),
    )
    assert sum(isinstance(answer, tray.DecidedError | tray.TakenError) for answer in answers) == 1


def test_two_clerks_take_one_slip_and_one_gets_it(pile):
    row, now = sent(first(pile), actor(), LAN | {"number": ""})(), timezone.now()
    answers = at_once(*(lambda by=by: tray.take(by=by, row=row, now=now) for by in (actor(), actor())))
    assert sum(isinstance(answer, tray.TakenError) for answer in answers) == 1


def test_a_row_taken_back_twice_at_once_voids_one_dose_once(pile):
    by = actor(clerk(pile.facility))
    row = sent(first(pile), by)()
    answers = at_once(*[lambda: take_back(by=by, row=row)] * 2)
    assert [answer.state for answer in answers] == ["draft", "draft"]
    assert Dose.objects.count() == 1
    assert not Dose.objects.valid().exists()
