"""Where the clerk works: /clinic/facility/."""

from datetime import timedelta

import pytest
from django.utils import timezone

from vaccinations.models import FacilityAssignment
from vaccinations.tests.factories import FacilityFactory, LotFactory, clerk
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def test_the_only_facility_needs_no_choice(desk, facility):
    assert facility.name in desk.get("/clinic/").content.decode()


def test_one_of_several_is_chosen_and_kept(client):
    here, there = FacilityFactory(), FacilityFactory()
    FacilityFactory(name="Trạm của người khác")
    desk = sign_in(client, clerk(here, there))
    assert desk.get("/clinic/").url == "/clinic/facility/"
    page = desk.get("/clinic/facility/").content.decode()
    assert here.name in page
    assert there.name in page
    assert "Trạm của người khác" not in page
    assert desk.post("/clinic/facility/", {"facility": there.pk}).url == "/clinic/"
    assert there.name in desk.get("/clinic/").content.decode()


@pytest.mark.parametrize("chosen", ["", "x", "0", "99999999999999999999", "-1"])
def test_a_facility_of_others_cannot_be_chosen(client, chosen):
    desk = sign_in(client, clerk(FacilityFactory(), FacilityFactory()))
    assert desk.post("/clinic/facility/", {"facility": chosen}).status_code == 200
    assert desk.post("/clinic/facility/", {"facility": FacilityFactory().pk}).status_code == 200
    assert desk.get("/clinic/").url == "/clinic/facility/"


def test_an_assignment_that_ended_counts_no_more(client):
    here = FacilityFactory()
    user = UserFactory(roles=[Role.CLINIC_STAFF])
    yesterday = timezone.localdate() - timedelta(days=1)
    FacilityAssignment.objects.create(user=user, facility=here, in_force_until=yesterday)
    desk = sign_in(client, user)
    assert desk.get("/clinic/").url == "/clinic/facility/"
    assert "No facility is assigned to you" in desk.get("/clinic/facility/").content.decode()


def test_a_facility_out_of_use_counts_no_more(client):
    desk = sign_in(client, clerk(FacilityFactory(is_active=False)))
    assert desk.get("/clinic/").url == "/clinic/facility/"


def test_what_stuck_at_one_facility_is_forgotten_at_another(client):
    here, there = FacilityFactory(), FacilityFactory()
    desk = sign_in(client, clerk(here, there))
    desk.post("/clinic/facility/", {"facility": here.pk})
    session = desk.session
    session["clinic"] |= {"sticky": {"lot": LotFactory().pk}}
    session.save()
    desk.post("/clinic/facility/", {"facility": here.pk})
    assert desk.session["clinic"]["sticky"]
    desk.post("/clinic/facility/", {"facility": there.pk})
    assert desk.session["clinic"] == {
        "facility": there.pk,
        "day": timezone.localdate().isoformat(),
        "sticky": {},
    }
