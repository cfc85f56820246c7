"""Recording from the person's page: /clinic/record/. Nothing typed is lost, no warning is a block."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from residents.tests.factories import ResidentFactory
from vaccinations.desk.person_forms import PERSON, page_of
from vaccinations.models import Dose, Visit
from vaccinations.tests.factories import DoseFactory, LotFactory
from vaxreg.codes import spaced
from vaxreg.models import AuditEntry
from vaxreg.sealing import seal

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
        "administered_time": "",
        "vaccinator": "Trần Thị Bưởi",
        "warning_reason": "",
        "seen": "",
        "scan": "",
    }


def send(desk, filled, **different):
    return desk.post("/clinic/record/", {**filled, **different})


def test_it_works(desk, resident, facility, filled):
    response = send(desk, filled)
    dose = Dose.objects.get()
    # One response: the slip to print and check, and the box for the next person.
    page = response.content.decode()
    assert spaced(dose.slips.get().code) in page
    assert 'name="scan"' in page
    assert (dose.resident, dose.dose_number, dose.facility) == (resident, 1, facility)
    assert (dose.administered_on, dose.vaccinator, dose.recorded_by) == (
        timezone.localdate(),
        "Trần Thị Bưởi",
        desk.user,
    )
    # The time left empty is now.
    assert abs(timezone.now() - dose.administered_at) < timedelta(minutes=1)


def test_the_same_form_twice_leads_to_the_same_slip(desk, filled):
    first, second = send(desk, filled), send(desk, filled)
    assert first.context["slip"] == second.context["slip"]
    assert Dose.objects.count() == Visit.objects.count() == 1


def test_lot_and_vaccinator_stay_chosen_for_the_next_person(desk, filled):
    send(desk, filled)
    ResidentFactory(citizen_id="079090000001")
    form = desk.post("/clinic/person/", {"scan": "079090000001"}).context["form"]
    assert str(form.initial["lot"].pk) == filled["lot"]
    assert form.initial["vaccinator"] == "Trần Thị Bưởi"


def test_a_card_scanned_into_the_page_opens_that_person_and_records_nothing(desk, filled):
    ResidentFactory(citizen_id="079090000001", full_name="Lê Thị Sau")
    response = send(desk, filled, scan="079090000001")
    assert "Lê Thị Sau" in response.content.decode()
    assert not Dose.objects.exists()


def test_a_dose_of_another_day_without_a_time_has_none(desk, filled):
    send(desk, filled, administered_on="05/03/2021")
    dose = Dose.objects.get()
    assert (dose.administered_on.isoformat(), dose.administered_at) == ("2021-03-05", None)


def test_day_and_time_are_vietnams(desk, filled):
    send(desk, filled, administered_on="05/03/2021", administered_time="00:30")
    local = timezone.localtime(Dose.objects.get().administered_at)
    assert local.replace(tzinfo=None) == datetime(2021, 3, 5, 0, 30)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("dose_number", "", "This field is required."),
        ("dose_number", "15n", "Enter a whole number."),
        ("dose_number", "0", "greater than or equal to 1"),
        ("dose_number", "21", "less than or equal to 20"),
        ("dose_number", "2079301123456", "less than or equal to 20"),
        ("lot", "", "Choose the vaccine and its lot."),
        ("lot", "999999999999999999999", "This lot is not in use any more."),
        ("administered_on", "31/02/2021", "Enter a valid date."),
        ("administered_on", "01/01/0001", "Check the year."),
        ("administered_on", "31/12/9999", "This day lies in the future."),
        ("administered_on", "04/03/1990", "This day lies before the person&#x27;s birth (05/03/1990)."),
        ("administered_time", "25:00", "Enter a valid time."),
        ("vaccinator", "x" * 151, "at most 150 characters"),
    ],
)
def test_a_mistake_is_told_and_nothing_typed_is_lost(desk, filled, field, value, sentence):
    response = send(desk, filled, **{"vaccinator": "Người đã gõ", "administered_time": "07:30", field: value})
    page = response.content.decode()
    assert sentence in page
    assert list(response.context["form"].errors) == [field]
    if field != "vaccinator":
        assert "Người đã gõ" in page
    assert not Dose.objects.exists()


def test_a_time_in_the_future_is_told(desk, filled):
    later = timezone.localtime() + timedelta(minutes=10)
    if later.date() != timezone.localdate():
        pytest.skip("ten minutes before midnight")
    response = send(desk, filled, administered_time=later.strftime("%H:%M"))
    assert "This time lies in the future." in response.content.decode()


def test_a_warning_asks_a_reason_and_then_records(desk, filled):
    lot = LotFactory(expires_on=timezone.localdate() - timedelta(days=1))
    first = send(desk, filled, lot=lot.pk)
    page = first.content.decode()
    assert "The lot expired on" in page
    assert "Check these points." in page
    assert 'name="seen" value="lot-expired"' in page
    assert first.context["form"].fields["warning_reason"].widget.attrs["autofocus"]
    assert not Dose.objects.exists()
    send(desk, filled, lot=lot.pk, seen="lot-expired", warning_reason="Lô được gia hạn")
    dose = Dose.objects.get()
    assert (dose.warnings, dose.warning_reason) == (["lot-expired"], "Lô được gia hạn")


@pytest.mark.parametrize("reason", ["079090123456|x|y", "079 090 123456", "ok"])
def test_a_card_or_a_number_is_no_reason(desk, filled, reason):
    lot = LotFactory(expires_on=timezone.localdate() - timedelta(days=1))
    response = send(desk, filled, lot=lot.pk, seen="lot-expired", warning_reason=reason)
    assert "warning_reason" in response.context["form"].errors
    # The field is there to be mended.
    assert 'name="warning_reason"' in response.content.decode()
    assert not Dose.objects.exists()


def test_a_dose_recorded_meanwhile_is_shown(desk, resident, filled):
    there = DoseFactory(
        resident=resident,
        facility__name="Trạm Y tế Khác",
        recorded_by__full_name="Phạm Thị Nhanh Tay",
        lot__lot_number="FF9999",
    )
    page = send(desk, filled).content.decode()
    for fact in (
        "is recorded already. Is this dose 2?",
        "Trạm Y tế Khác",
        "Phạm Thị Nhanh Tay",
        "FF9999",
        there.vaccine.name,
    ):
        assert fact in page
    assert Dose.objects.get() == there


def test_one_key_takes_the_number_that_a_second_dose_typed_as_the_first_is_meant_to_have(desk, resident, filled):
    """FIELD 2, complaint 6: nothing else that was typed has to be typed again."""
    DoseFactory(resident=resident, administered_on=timezone.localdate() - timedelta(days=40), source="import")
    response = send(desk, filled, vaccinator="Người đã gõ")
    page = response.content.decode()
    assert '<button class="btn btn-primary btn-lg" name="take_number" value="2" autofocus>' in page
    assert page.count("autofocus") == 1
    assert 'value="Người đã gõ"' in page
    assert not Dose.objects.filter(dose_number=2).exists()
    send(desk, filled, vaccinator="Người đã gõ", take_number="2")
    dose = Dose.objects.get(dose_number=2)
    assert (dose.vaccinator, dose.lot_id) == ("Người đã gõ", int(filled["lot"]))


def test_a_number_taken_over_stays_where_another_question_follows(desk, resident, filled):
    DoseFactory(resident=resident, source="import")
    response = send(desk, filled, take_number="2")
    assert response.context["form"]["dose_number"].value() == "2"
    assert response.context["check"].codes == ["same-day"]


@pytest.mark.parametrize("nonsense", ["0", "21", "x"])
def test_a_number_to_take_over_is_checked_like_one_typed(desk, filled, nonsense):
    assert "dose_number" in send(desk, filled, take_number=nonsense).context["form"].errors
    assert not Dose.objects.exists()


def test_a_card_that_agreed_verifies_the_person(desk, resident, filled):
    card = "079090123456||Nguyễn Văn Đức|05031990|Nam|12 Lê Lợi|15042021"
    person = desk.post("/clinic/person/", {"scan": card}).context["person"]
    send(desk, filled, person=person)
    resident.refresh_from_db()
    assert resident.verified_at


def test_a_card_that_disagreed_does_not(desk, resident, filled):
    card = "079090123456||Nguyễn Văn Đạt|05031990|Nam|12 Lê Lợi|15042021"
    person = desk.post("/clinic/person/", {"scan": card}).context["person"]
    send(desk, filled, person=person)
    resident.refresh_from_db()
    assert Dose.objects.exists()
    assert not resident.verified_at


@pytest.mark.parametrize("path", ["record", "reveal"])
@pytest.mark.parametrize("person", ["", "079090123456", "x" * 30_000])
def test_a_page_not_ours_leads_back_to_the_box(desk, filled, path, person):
    response = desk.post(f"/clinic/{path}/", {**filled, "person": person, "reason": "vì thế"}, follow=True)
    assert response.redirect_chain == [("/clinic/", 302)]
    assert "This page was too old." in response.content.decode()
    assert not Dose.objects.exists()


def test_a_seal_made_for_another_purpose_opens_nothing(desk, filled, resident):
    other = seal({"number": resident.pk, "card": "", "key": str(uuid4())}, purpose="another")
    assert send(desk, filled, person=other).url == "/clinic/"
    page = page_of(resident, card_text="", visit=None, now=timezone.now())
    assert send(desk, filled, person=seal(page, purpose=PERSON)).context["slip"]


def test_no_number_in_what_is_remembered(desk, filled):
    """Session and messages stay on the server for hours: they hold no person."""
    send(desk, filled)
    assert "079090123456" not in str(dict(desk.session))
    assert AuditEntry.objects.filter(action="dose.recorded").count() == 1
