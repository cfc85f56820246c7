"""What Enter on a person's page may say besides a dose, the lists on the desk, and undoing: /clinic/record/ and around."""

import pytest
from django.utils import timezone

from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaccinations.models import Dose, Visit
from vaccinations.tests.factories import LotFactory, VisitFactory, clerk
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def resident():
    return ResidentFactory(citizen_id="079090123456", full_name="Nguyễn Văn Đức")


@pytest.fixture
def filled(desk, resident):
    """What the person's page sends when the clerk presses Enter."""
    page = desk.post("/clinic/person/", {"scan": resident.pk})
    return {
        "person": page.context["person"],
        "dose_number": "1",
        "lot": str(LotFactory().pk),
        "administered_on": timezone.localdate().strftime("%d/%m/%Y"),
        "screening-consent": "agreed",
    }


def send(desk, filled, **different):
    return desk.post("/clinic/record/", {**filled, **different})


def test_it_says_in_words_what_enter_records(desk, resident, filled):
    send(desk, filled)
    ResidentFactory(citizen_id="079090000001")
    page = desk.post("/clinic/person/", {"scan": "079090000001"}).content.decode()
    lot = Dose.objects.get().lot
    assert f'<b data-says="lot">{lot.vaccine} – {lot.lot_number} (expiry not known)</b>' in page
    assert 'records dose <b data-says="dose_number">1</b>' in page


def test_not_given_answers_the_visit_and_leads_to_the_box(desk, filled):
    response = send(desk, filled, lot="", not_given_reason="unwell", not_given_text="Sốt 38 độ")
    page = response.content.decode()
    assert "no dose given" in page
    assert "unwell today: Sốt 38 độ" in page
    assert 'action="/clinic/person/"' in page
    visit = Visit.objects.get()
    assert (visit.outcome, visit.not_given_reason) == ("not-given", "unwell")
    assert not Dose.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"not_given_reason": "other"}, "not_given_text"),
        ({"not_given_text": "Sốt cao"}, "not_given_reason"),
        ({"act": "not-given"}, "not_given_reason"),
        ({"not_given_reason": "bored"}, "not_given_reason"),
        ({"not_given_reason": "other", "not_given_text": "079090123456"}, "not_given_text"),
    ],
)
def test_half_an_answer_is_told_and_records_nothing(desk, filled, typed, field):
    response = send(desk, filled, **typed, vaccinator="Người đã gõ")
    assert field in response.context["not_given"].errors
    assert response.context["not_given"].fields[field].widget.attrs["autofocus"]
    assert "autofocus" not in response.context["form"].fields["scan"].widget.attrs
    assert "Người đã gõ" in response.content.decode()
    assert not response.context["form"].errors
    assert not Visit.objects.exists()


def test_the_person_waits_and_is_called(desk, resident, filled):
    page = send(desk, filled, act="wait", lot="").content.decode()
    assert "<b>Nguyễn Văn Đức</b> waits since" in page
    assert "N. V. Đức" in page
    found = page.split('name="found" value="')[1].split('"')[0]
    opened = desk.post("/clinic/person/", {"found": found})
    assert "Waiting here since" in opened.content.decode()
    assert AuditEntry.objects.filter(action="resident.read", resident=resident.pk).count() == 3


def test_what_another_desk_answered_meanwhile_is_told(desk, resident, facility, filled):
    VisitFactory(
        resident=resident,
        facility=facility,
        not_given_reason="refused",
        closed_by=UserFactory(full_name="Phạm Thị Nhanh Tay"),
    )
    page = send(desk, filled).content.decode()
    assert "Somebody else has answered this visit meanwhile." in page
    assert "Phạm Thị Nhanh Tay" in page
    assert not Dose.objects.exists()
    # Enter in the box that has the focus now does no harm.
    assert desk.post("/clinic/person/", {"scan": ""}).url == "/clinic/"


def test_both_desks_see_the_one_dose(desk, resident, filled):
    other = desk.post("/clinic/person/", {"scan": resident.pk}).context["person"]
    dose = send(desk, filled).context["dose"]
    page = send(desk, filled, person=other).content.decode()
    assert f"dose 1, {dose.vaccine}" in page
    assert f"/clinic/slip/{dose.slips.get().code}/" in page
    assert Dose.objects.get() == dose


def test_not_given_is_undone_with_one_key_the_same_day(desk, filled):
    page = send(desk, filled, not_given_reason="refused").content.decode()
    visit = Visit.objects.get()
    assert f'action="/clinic/visit/{visit.pk}/undo/"' in page
    assert "waits again" in desk.post(f"/clinic/visit/{visit.pk}/undo/").content.decode()
    assert Visit.objects.get(undone_at=None).is_waiting
    assert "can no longer be undone" in desk.post(f"/clinic/visit/{visit.pk}/undo/").content.decode()


def test_who_left_is_taken_off_the_list(desk, facility):
    visit = VisitFactory(facility=facility)
    assert "no longer on the list" in desk.post(f"/clinic/visit/{visit.pk}/undo/").content.decode()
    assert not Visit.objects.filter(undone_at=None).exists()


def test_visits_elsewhere_are_neither_listed_nor_undone(desk):
    visit = VisitFactory(resident__full_name="Trần Văn Nơi Khác")
    assert "T. V. N. Khác" not in desk.get("/clinic/").content.decode()
    assert desk.post(f"/clinic/visit/{visit.pk}/undo/").status_code == 404


def test_lists_ask_no_more_for_more_people(desk, facility, django_assert_max_num_queries):
    def one_more():
        VisitFactory(facility=facility)
        VisitFactory(facility=facility, not_given_reason="refused")

    one_more()
    desk.get("/clinic/")
    with django_assert_max_num_queries(9) as before:
        desk.get("/clinic/")
    for _number in range(3):
        one_more()
    with django_assert_max_num_queries(len(before.captured_queries)):
        desk.get("/clinic/")


@pytest.fixture
def neighbour(desk):
    """Somebody of the clerk's area."""
    province = UnitFactory()
    AreaAssignmentFactory(user=desk.user, unit=province)
    return ResidentFactory(full_name="Đặng Thị Thúy Hằng", province=province, phone="0912345678")


@pytest.mark.parametrize(
    "typed", ["Đặng Thị Thúy Hằng", "dang thi thuy hang", "thuy hang", "hằng đặng", "0912 345 678"]
)
def test_a_name_typed_with_or_without_accents_finds_the_person(desk, neighbour, typed):
    page = desk.post("/clinic/person/", {"scan": typed}).content.decode()
    assert "Đặng Thị Thúy Hằng" in page
    assert neighbour.pk not in page
    assert AuditEntry.objects.filter(action="resident.listed", resident=neighbour.pk).exists()
    found = page.split('name="found" value="')[1].split('"')[0]
    assert "Record a dose" in desk.post("/clinic/person/", {"found": found}).content.decode()


def test_people_of_other_areas_are_not_found_by_name(desk, neighbour):
    ResidentFactory(full_name="Đặng Thị Thúy Oanh", province=UnitFactory())
    page = desk.post("/clinic/person/", {"scan": "dang thi thuy"}).content.decode()
    assert "Thúy Hằng" in page
    assert "Oanh" not in page
    assert "Nobody found" in desk.post("/clinic/person/", {"scan": "thuy oanh dang"}).content.decode()


@pytest.mark.parametrize("found", ["", "x", "gAAAAA"])
def test_a_list_too_old_is_told(desk, found):
    response = desk.post("/clinic/person/", {"found": found}, follow=True)
    assert "This page was too old." in response.content.decode()


def test_what_sticks_is_changed_on_its_own_page(desk):
    lot, day = LotFactory(), timezone.localdate().replace(day=1)
    sent = {"lot": lot.pk, "vaccinator": "Trần Thị Bưởi", "given_on": day.strftime("%d/%m/%Y")}
    assert desk.post("/clinic/workday/", sent).url == "/clinic/"
    page = desk.get("/clinic/").content.decode()
    for shown in (lot.lot_number, "Trần Thị Bưởi", day.strftime("%d/%m/%Y")):
        assert shown in page
    ResidentFactory(citizen_id="079090000001")
    form = desk.post("/clinic/person/", {"scan": "079090000001"}).context["form"]
    assert (form.initial["lot"], form.initial["administered_on"]) == (lot, day)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31/12/9999", "This day lies in the future."),
        ("31/02/2021", "Enter a valid date."),
        ("", "This field is required."),
    ],
)
def test_a_day_that_cannot_stick_is_told(desk, typed, sentence):
    page = desk.post("/clinic/workday/", {"given_on": typed, "vaccinator": "Đã gõ"}).content.decode()
    assert sentence in page
    assert "Đã gõ" in page


def test_the_keyboard_starts_where_the_key_said(desk):
    page = desk.get("/clinic/workday/?field=vaccinator").content.decode()
    assert 'id="id_vaccinator"' in page.split("autofocus")[0].rsplit("<input", 1)[1] + page.split("autofocus")[1][:80]
    assert desk.get("/clinic/workday/?field=nonsense").status_code == 200


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PROVINCIAL_MANAGER])
def test_others_are_refused(client, role):
    visit = VisitFactory()
    other = sign_in(client, UserFactory(roles=[role]))
    assert other.get("/clinic/workday/").status_code == 403
    assert other.post(f"/clinic/visit/{visit.pk}/undo/").status_code == 403


def test_a_clerk_of_another_facility_does_not_undo(client, facility):
    visit = VisitFactory(facility=facility, not_given_reason="refused")
    assert sign_in(client, clerk()).post(f"/clinic/visit/{visit.pk}/undo/").status_code == 404


def test_one_enter_costs_the_same_whatever_was_recorded_before(desk, filled, django_assert_max_num_queries):
    """Sessions, person, visit, checklist, the lot's state, dose, slip, screening, observation, each with its audit entry,
    and the page that answers."""
    send(desk, filled)
    others = [ResidentFactory(citizen_id=f"07909000000{number}") for number in range(3)]
    pages = [desk.post("/clinic/person/", {"scan": other.pk}).context["person"] for other in others]
    send(desk, filled, person=pages[0])
    with django_assert_max_num_queries(65) as first:
        send(desk, filled, person=pages[1])
    for _person in range(3):
        VisitFactory(facility=Dose.objects.first().facility, given=True)
    with django_assert_max_num_queries(len(first.captured_queries)):
        send(desk, filled, person=pages[2])
