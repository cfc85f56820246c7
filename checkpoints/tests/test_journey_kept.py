"""The journey that a passage keeps."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from checkpoints.models import Passage, RiskLevel
from checkpoints.movements.journeys import journey_of
from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory, officer_at
from checkpoints.tests.test_passages import record, scan
from residents.tests.factories import UnitFactory

pytestmark = pytest.mark.django_db
DAY = date(2021, 10, 5)
AT = datetime(2021, 10, 5, 12, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture
def province():
    found = UnitFactory()
    RiskLevel.objects.create(unit=found, level=2, in_force_until=DAY)
    return found


def test_journey_is_what_was_declared(province):
    declaration = DeclarationFactory(origin=UnitFactory(parent=province), plate="51F12345")
    assert journey_of(declaration.pk, AT) == {
        "origin_id": declaration.origin_id,
        "destination_id": declaration.destination_id,
        "origin_level": 2,
        "plate": "51F12345",
    }
    assert journey_of(None, AT) == {}


@pytest.mark.usefixtures("english")
def test_recorded_passage_keeps_its_journey(client, province):
    RiskLevel.objects.create(unit=province, level=3, in_force_from=date(2021, 10, 6))
    declaration = DeclarationFactory(resident="079090000001", origin=province, plate="51F12345")
    officer_at(CheckpointFactory(), client)
    record(client, scan(client))
    passage = Passage.objects.get()
    assert (passage.origin, passage.destination) == (province, declaration.destination)
    assert (passage.origin_level, passage.plate) == (3, "51F12345")


@pytest.mark.usefixtures("english")
def test_passage_without_a_declaration_has_no_journey(client):
    officer_at(CheckpointFactory(), client)
    record(client, scan(client))
    passage = Passage.objects.get()
    assert (passage.origin, passage.destination, passage.origin_level, passage.plate) == (None, None, None, "")
