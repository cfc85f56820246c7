"""The observation board: who sits, for how long, released with one key. /clinic/observation/."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from residents.tests.factories import ResidentFactory
from vaccinations.desk.visiting import give
from vaccinations.doses.services import void_dose
from vaccinations.models import Observation
from vaccinations.tests.factories import (
    DoseFactory,
    ObservationFactory,
    SlipFactory,
    clerk,
    entry,
)
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor, sign_in

pytestmark = pytest.mark.django_db
ADDRESS = "/clinic/observation/"


@pytest.fixture
def sit(facility):
    """Seats somebody whose dose was given so many minutes ago, and returns the observation."""

    def seated(minutes, **facts):
        return ObservationFactory(minutes=minutes, dose=SlipFactory(dose__facility=facility, **facts).dose)

    return seated


def given(facility, **different):
    typed = entry(facility=facility, **different)
    return give(by=actor(), resident=ResidentFactory(), entry=typed, now=timezone.now()).dose


def test_whoever_is_given_a_dose_sits_from_that_moment(facility):
    at = timezone.now() - timedelta(minutes=5)
    dose = given(facility, administered_at=at, administered_on=timezone.localdate(at))
    sitting = Observation.objects.get()
    assert (sitting.dose, sitting.begun_at, sitting.ends_at - sitting.begun_at) == (dose, at, timedelta(minutes=30))


def test_a_dose_of_another_day_or_of_unknown_time_seats_nobody(facility):
    given(facility, administered_at=None)
    day = timezone.now() - timedelta(days=2)
    given(facility, administered_at=day, administered_on=timezone.localdate(day))
    assert not Observation.objects.exists()


def test_it_shows_who_sits_since_when_and_for_how_long(desk, sit):
    sit(12, dose__resident__full_name="Nguyễn Thị Lan")
    sit(31, dose__resident__full_name="Trần Văn Bình")
    page = desk.get(ADDRESS).content.decode()
    assert "2 people sit here" in page
    assert page.index("T. V. Bình") < page.index("N. T. Lan")
    assert "18 min (until" in page
    assert "time is over" in page
    assert "Nguyễn Thị Lan" not in page


def test_enter_releases_whom_the_page_named(desk, sit):
    over, other = sit(31), sit(40)
    page = desk.get(ADDRESS)
    assert page.context["first"] == other
    desk.post(ADDRESS, {"scan": "", "first": other.pk})
    other.refresh_from_db()
    over.refresh_from_db()
    assert (other.released_by, other.early_reason) == (desk.user, "")
    assert over.released_at is None
    assert AuditEntry.objects.get(action="observation.ended").resident == other.resident_id


def test_leaving_early_needs_a_reason_that_is_kept(desk, sit):
    sitting = sit(10, dose__resident__full_name="Nguyễn Thị Lan")
    page = desk.post(ADDRESS, {"release": sitting.pk}).content.decode()
    assert "Nguyễn Thị Lan stays until" in page
    assert "Why does the person leave now?" in page
    assert "This field is required." in desk.post(ADDRESS, {"release": sitting.pk, "reason": ""}).content.decode()
    sitting.refresh_from_db()
    assert sitting.released_at is None
    desk.post(ADDRESS, {"release": sitting.pk, "reason": "Con nhỏ ở nhà"})
    sitting.refresh_from_db()
    assert sitting.early_reason == "Con nhỏ ở nhà"


def test_released_before_is_told(desk, sit):
    sitting = sit(31)
    desk.post(ADDRESS, {"release": sitting.pk})
    assert "Released before, at" in desk.post(ADDRESS, {"release": sitting.pk}).content.decode()
    assert AuditEntry.objects.filter(action="observation.ended").count() == 1


def test_enter_with_nobody_to_release_changes_nothing(desk, sit):
    sit(10)
    assert desk.post(ADDRESS, {"scan": "", "first": ""}).url == ADDRESS
    assert not Observation.objects.exclude(released_at=None).exists()


@pytest.mark.parametrize("pk", ["x", "-1", "9" * 30, ""])
def test_nonsense_releases_nobody(desk, pk):
    assert desk.post(ADDRESS, {"release": pk}).status_code == 404


def test_a_voided_dose_seats_nobody_but_a_replaced_one_does(desk, sit):
    void_dose(by=actor(), dose=sit(5).dose, reason="Nhầm người")
    replaced = sit(5)
    void_dose(by=actor(), dose=replaced.dose, reason="Sai lô")
    DoseFactory(resident=replaced.resident, replaces=replaced.dose)
    assert desk.get(ADDRESS).context["sitting"] == [replaced]


@pytest.mark.parametrize("text", ["slip", "number"])
def test_a_slip_or_number_opens_the_reactions(desk, sit, text):
    dose = sit(5).dose
    slip = dose.slips.get()
    scan = slip.code if text == "slip" else dose.resident_id
    assert desk.post(ADDRESS, {"scan": scan}).url == f"/clinic/reaction/{slip.code}/"


@pytest.mark.parametrize("text", ["WXYWXYWX", "079090999999", "|||", "Nguyễn Thị Lan"])
def test_what_leads_to_no_dose_is_told(desk, text):
    assert desk.post(ADDRESS, {"scan": text}).context["form"].errors


def test_it_comes_again_without_javascript_but_not_while_somebody_types(desk, sit):
    sitting = sit(10)
    assert '<meta http-equiv="refresh" content="30;url=/clinic/observation/">' in desk.get(ADDRESS).content.decode()
    assert "http-equiv" not in desk.post(ADDRESS, {"release": sitting.pk}).content.decode()


def test_people_elsewhere_are_neither_shown_nor_released(desk):
    other = ObservationFactory(minutes=31)
    assert "Nobody sits here." in desk.get(ADDRESS).content.decode()
    assert desk.post(ADDRESS, {"release": other.pk}).status_code == 404


def test_the_board_asks_no_more_for_more_people(desk, sit, django_assert_max_num_queries):
    sit(31)
    desk.get(ADDRESS)
    # Session, user, facilities; who sits, and their slips.
    with django_assert_max_num_queries(5):
        desk.get(ADDRESS)
    for minutes in (1, 2, 3):
        sit(minutes)
    with django_assert_max_num_queries(5):
        desk.get(ADDRESS)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PROVINCIAL_MANAGER, Role.AUDITOR])
def test_others_are_refused(client, role):
    assert sign_in(client, UserFactory(roles=[role])).get(ADDRESS).status_code == 403


def test_the_slip_says_until_when_to_stay(desk, sit):
    sitting = sit(0)
    until = timezone.localtime(sitting.ends_at).strftime("%H:%M")
    assert f"Stay until {until}." in desk.get(f"/clinic/slip/{sitting.dose.slips.get().code}/").content.decode()
    assert clerk()


def test_the_database_keeps_who_sat_and_wants_a_reason(sit):
    sitting = sit(10)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Observation.objects.update(begun_at=timezone.now())
    with pytest.raises(IntegrityError, match="observation_early"), transaction.atomic():
        Observation.objects.update(released_at=timezone.now())
    with pytest.raises(IntegrityError, match="observation_once"), transaction.atomic():
        ObservationFactory(dose=sitting.dose)
