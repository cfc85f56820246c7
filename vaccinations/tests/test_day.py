"""Days in numbers: /clinic/day/ for whoever leads a facility, /facilities/ for the provincial manager."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from residents.tests.factories import AreaAssignmentFactory, UnitFactory
from vaccinations.models import Mend
from vaccinations.stock.days import StockDay
from vaccinations.stock.transfers import send
from vaccinations.tests.factories import (
    AdverseEventFactory,
    DoseFactory,
    FacilityFactory,
    LotFactory,
    ObservationFactory,
    SlipFactory,
    VisitFactory,
    clerk,
)
from vaccinations.tests.stocking import closed, given, received, wasted
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(facility, english) -> Client:
    client = Client()
    client.user = clerk(facility, role=Role.CLINIC_LEAD)
    return sign_in(client, client.user)


def mended(dose):
    return Mend.objects.create(
        resident=dose.resident_id, dose=dose, facility=dose.facility, facts=["phone"], reason="x"
    )


@pytest.fixture
def busy(facility):
    """A day of each kind of event, once or a few times, and noise from elsewhere and from the day before."""
    here, yesterday = {"facility": facility}, timezone.localdate() - timedelta(days=1)
    VisitFactory(**here)
    VisitFactory(**here, given=True)
    for reason in ("unwell", "unwell", "contraindicated", "refused"):
        VisitFactory(**here, not_given_reason=reason)
    VisitFactory(**here, undone_at=timezone.now())
    VisitFactory(**here, visited_on=yesterday)
    VisitFactory(not_given_reason="unwell")
    ObservationFactory(dose=DoseFactory(**here))
    ObservationFactory(dose=DoseFactory(**here), released_at=timezone.now() + timedelta(hours=1))
    AdverseEventFactory(dose=DoseFactory(**here, dose_number=2))
    AdverseEventFactory(dose=DoseFactory(**here), is_serious=True, severity="severe")
    DoseFactory(**here, voided=True)
    mended(DoseFactory(**here))
    DoseFactory(administered_on=timezone.localdate())


def test_the_day_of_a_facility_in_numbers(lead, busy):
    day = lead.get("/clinic/day/").context["day"]
    assert (day.expected, day.visits, day.waiting, day.screened_out, day.declined) == (None, 6, 1, 3, 4)
    assert (day.given, day.sitting, day.reactions, day.serious, day.corrections) == (6, 1, 2, 1, 2)
    assert day.reasons == [("unwell today", 2), ("contraindicated", 1), ("refused the injection", 1)]


def test_stock_of_the_day_adds_up_from_the_morning_to_now(lead, facility):
    today, lot, other = timezone.localdate(), LotFactory(), LotFactory()
    yesterday = today - timedelta(days=1)
    assert lead.get("/clinic/day/").context["day"].stock is None
    received(facility, lot, 100, on=yesterday)
    given(facility, lot, 3, administered_on=yesterday)
    # Before the ledger began: not taken from it.
    given(facility, lot, 5, administered_on=yesterday - timedelta(days=1))
    closed(facility, on=yesterday, counted={lot.pk: 96})
    received(facility, other, 20)
    given(facility, lot, 2)
    given(facility, lot, voided=True)
    wasted(facility, other, 4)
    neighbour = FacilityFactory(unit=facility.unit)
    send(
        by=actor(), facility=facility, receiver=neighbour, lot=lot, doses=10, document="DC-1", key=uuid4(), today=today
    )
    received(neighbour, lot, 7)
    page = lead.get("/clinic/day/")
    assert page.context["day"].stock == StockDay(at_start=96, received=20, given=2, wasted=4, other=-10)
    assert page.context["day"].stock.on_hand == 100
    assert "On hand now" in page.content.decode()
    past = lead.get("/clinic/day/", {"day": yesterday.strftime("%d/%m/%Y")})
    assert past.context["day"].stock == StockDay(at_start=0, received=100, given=3, wasted=0, other=-1)
    assert "In the evening" in past.content.decode()


def test_another_day_is_asked_for_and_nonsense_is_told(lead, busy):
    yesterday = timezone.localdate() - timedelta(days=1)
    assert lead.get("/clinic/day/", {"day": yesterday.strftime("%d/%m/%Y")}).context["day"].visits == 1
    for text, sentence in (("31/12/2099", "lies in the future"), ("x", "Enter a valid date.")):
        assert sentence in lead.get("/clinic/day/", {"day": text}).content.decode()


def test_by_clerk_so_many_of_so_many_were_corrected(lead, facility):
    user = UserFactory(full_name="Phạm Thị Tiêm")
    facts = {"facility": facility, "recorded_by": user}
    for _dose in range(4):
        DoseFactory(**facts)
    SlipFactory(dose=DoseFactory(**facts, voided=True))
    mended(DoseFactory(**facts))
    mended(DoseFactory(**facts, voided=True))
    before = timezone.now() - timedelta(days=10)
    DoseFactory(**facts, recorded_at=before, administered_on=timezone.localdate(before))
    DoseFactory(recorded_by=user)
    page = lead.get("/clinic/day/").content.decode()
    assert "3 of 7 entries were corrected" in page
    assert "3 of 8 entries were corrected" in page
    assert "name or phone mended" in page
    assert "Nhập nhầm" in page


def test_a_clerk_sees_only_their_own_entries(desk, facility):
    DoseFactory(facility=facility, recorded_by=desk.user)
    DoseFactory(facility=facility, recorded_by__full_name="Phạm Thị Bàn Bên", voided=True)
    page = desk.get("/clinic/day/").content.decode()
    assert "0 of your 1 entry was corrected." in page
    assert "Phạm Thị Bàn Bên" not in page


@pytest.fixture
def manager(english) -> Client:
    client = Client()
    client.user = UserFactory(roles=[Role.PROVINCIAL_MANAGER])
    return sign_in(client, client.user)


def test_the_province_sees_its_facilities_and_nobody_elses(manager, facility, busy):
    AreaAssignmentFactory(user=manager.user, unit=facility.unit)
    FacilityFactory(unit=UnitFactory(parent=facility.unit), name="Trạm Y tế Phường", code="zz", is_active=False)
    FacilityFactory(name="Trạm Y tế Tỉnh Khác")
    page = manager.get("/facilities/")
    assert [day.facility.name for day in page.context["days"]] == [facility.name, "Trạm Y tế Phường"]
    assert [day.visits for day in page.context["days"]] == [6, 0]
    assert "Trạm Y tế Tỉnh Khác" not in page.content.decode()


def test_the_manager_opens_a_facility_of_the_area_and_no_other(manager, facility, busy):
    AreaAssignmentFactory(user=manager.user, unit=facility.unit)
    SlipFactory(dose=DoseFactory(facility=facility, recorded_by__full_name="Phạm Thị Tiêm", voided=True))
    page = manager.get(f"/facilities/{facility.pk}/")
    assert (page.context["day"].visits, page.context["day"].observed) == (6, 2)
    assert "Phạm Thị Tiêm" in page.content.decode()
    assert "1 of 1 entry was corrected" in page.content.decode()
    # Whose entries they are is the facility's own business.
    assert "/clinic/slip/" not in page.content.decode()
    assert manager.get(f"/facilities/{FacilityFactory().pk}/").status_code == 404


def test_the_list_goes_on_and_asks_no_more_for_more_facilities(manager, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("vaccinations.desk.day_views.PAGE", 2)
    province = UnitFactory()
    AreaAssignmentFactory(user=manager.user, unit=province)
    for code in ("a", "b", "c"):
        VisitFactory(facility=(place := FacilityFactory(unit=province, code=code)))
        received(place, LotFactory())
    manager.get("/facilities/")
    # Session, user, how many reactions are new; facilities; expected, stock (two), visits, doses, corrections, observed,
    # who sits, reactions, serious ones.
    with django_assert_num_queries(14):
        first = manager.get("/facilities/")
    assert [(day.facility.code, day.stock.on_hand) for day in first.context["days"]] == [("a", 100), ("b", 100)]
    second = manager.get("/facilities/", {"after": first.context["further"]})
    assert [day.facility.code for day in second.context["days"]] == ["c"]


def test_a_manager_without_an_area_is_told(manager, facility):
    assert "No facility lies in your area." in manager.get("/facilities/").content.decode()


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/clinic/day/", Role.PROVINCIAL_MANAGER),
        ("/clinic/day/", Role.AUDITOR),
        ("/facilities/", Role.CLINIC_LEAD),
        ("/facilities/", Role.ADMINISTRATOR),
    ],
)
def test_others_are_refused(client, path, role):
    assert sign_in(client, UserFactory(roles=[role])).get(path).status_code == 403
