"""Voiding and replacing: /clinic/dose/<id>/void/ and /clinic/dose/<id>/replace/."""

from datetime import timedelta

import pytest
from django.utils import timezone

from vaccinations.models import Dose
from vaccinations.tests.factories import DoseFactory, LotFactory, clerk
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def dose(desk, facility):
    return DoseFactory(
        facility=facility,
        recorded_by=desk.user,
        resident__full_name="Nguyễn Văn Đức",
        administered_at=timezone.now(),
        vaccinator="Trần Thị Bưởi",
    )


def test_void_asks_before_it_does(desk, dose):
    page = desk.get(f"/clinic/dose/{dose.pk}/void/").content.decode()
    assert "Nguyễn Văn Đức" in page
    assert dose.resident_id not in page
    dose.refresh_from_db()
    assert dose.is_valid


@pytest.mark.parametrize("path", ["void", "replace"])
def test_showing_whose_dose_it_is_is_logged(desk, dose, path):
    desk.get(f"/clinic/dose/{dose.pk}/{path}/")
    entry = AuditEntry.objects.get(action="resident.read")
    assert (entry.user, entry.resident, entry.changes["purpose"]) == (desk.user, dose.resident_id, path)


def test_void_needs_a_reason(desk, dose):
    response = desk.post(f"/clinic/dose/{dose.pk}/void/", {"reason": "  "})
    assert response.context["form"].errors
    dose.refresh_from_db()
    assert dose.is_valid


def test_void_strikes_the_dose_out_and_says_so(desk, dose):
    response = desk.post(f"/clinic/dose/{dose.pk}/void/", {"reason": "Nhầm người"}, follow=True)
    assert response.redirect_chain == [("/clinic/", 302)]
    assert "The dose was voided." in response.content.decode()
    dose.refresh_from_db()
    assert (dose.is_valid, dose.voided_by, dose.void_reason) == (False, desk.user, "Nhầm người")


@pytest.mark.parametrize("path", ["void", "replace"])
def test_a_dose_voided_meanwhile_is_told(desk, dose, path):
    Dose.objects.filter(pk=dose.pk).update(voided_at=timezone.now(), void_reason="trước rồi")
    response = desk.get(f"/clinic/dose/{dose.pk}/{path}/", follow=True)
    assert "voided by somebody else" in response.content.decode()


def test_void_again_changes_nothing(desk, dose):
    desk.post(f"/clinic/dose/{dose.pk}/void/", {"reason": "Nhầm người"})
    desk.post(f"/clinic/dose/{dose.pk}/void/", {"reason": "Lần hai"})
    dose.refresh_from_db()
    assert dose.void_reason == "Nhầm người"


@pytest.mark.parametrize("path", ["void", "replace"])
def test_whose_dose_it_is_decides(desk, facility, path):
    colleagues = DoseFactory(facility=facility)
    elsewhere = DoseFactory(recorded_by=desk.user)
    before = timezone.now() - timedelta(days=2)
    older = DoseFactory(
        facility=facility, recorded_by=desk.user, recorded_at=before, administered_on=before.date() - timedelta(days=1)
    )
    for dose in (colleagues, elsewhere, older):
        assert desk.get(f"/clinic/dose/{dose.pk}/{path}/").status_code == 404
        assert desk.post(f"/clinic/dose/{dose.pk}/{path}/", {"reason": "vì thế"}).status_code == 404
    lead = sign_in(desk, clerk(facility, role=Role.CLINIC_LEAD))
    statuses = [lead.get(f"/clinic/dose/{dose.pk}/{path}/").status_code for dose in (colleagues, older, elsewhere)]
    assert statuses == [200, 200, 404]
    assert Dose.objects.valid().count() == 3


def test_a_number_beyond_all_doses_is_not_found(desk):
    assert desk.get("/clinic/dose/99999999999999999999/void/").status_code == 404


def sent_back(desk, dose, **different):
    """What the page of replacement sends when nothing but the reason is typed."""
    form = desk.get(f"/clinic/dose/{dose.pk}/replace/").context["form"]
    filled = {name: form[name].value() for name in form.fields}
    filled |= {"lot": dose.lot_id, "administered_on": dose.administered_on.strftime("%d/%m/%Y"), "seen": ""}
    filled |= {"administered_time": "07:30", "warning_reason": "", "void_reason": "Sai lô"}
    return filled | different


def test_replace_is_filled_with_what_was_recorded(desk, dose):
    Dose.objects.get(pk=dose.pk).lot.__class__.objects.update(is_active=False)
    form = desk.get(f"/clinic/dose/{dose.pk}/replace/").context["form"]
    assert form.initial["dose_number"] == 1
    # The lot of the record, though it is out of use.
    assert dose.lot in form.fields["lot"].queryset
    assert form.initial["vaccinator"] == "Trần Thị Bưởi"
    assert form.initial["administered_time"] == timezone.localtime(dose.administered_at).time()


def test_replace_voids_and_records_and_opens_the_new_slip(desk, dose):
    lot = LotFactory()
    filled = sent_back(desk, dose, lot=lot.pk, administered_on="05/03/2021")
    response = desk.post(f"/clinic/dose/{dose.pk}/replace/", filled)
    replacement = Dose.objects.valid().get()
    assert response.url == f"/clinic/slip/{replacement.slips.get().code}/"
    assert (replacement.replaces, replacement.lot, replacement.facility) == (dose, lot, dose.facility)
    again = desk.post(f"/clinic/dose/{dose.pk}/replace/", filled)
    assert again.url == response.url
    assert Dose.objects.count() == 2


def test_replace_needs_a_reason_and_keeps_what_was_typed(desk, dose):
    response = desk.post(
        f"/clinic/dose/{dose.pk}/replace/", sent_back(desk, dose, void_reason="", vaccinator="Người đã gõ")
    )
    assert list(response.context["form"].errors) == ["void_reason"]
    assert "Người đã gõ" in response.content.decode()
    dose.refresh_from_db()
    assert dose.is_valid


def test_replace_is_warned_of_and_asks_why(desk, dose):
    lot = LotFactory(expires_on=timezone.localdate() - timedelta(days=1))
    today = timezone.localdate().strftime("%d/%m/%Y")
    filled = sent_back(desk, dose, lot=lot.pk, administered_on=today, administered_time="00:00")
    first = desk.post(f"/clinic/dose/{dose.pk}/replace/", filled)
    assert "The lot expired on" in first.content.decode()
    dose.refresh_from_db()
    assert dose.is_valid
    filled |= {"seen": "lot-expired", "warning_reason": "Lô được gia hạn"}
    desk.post(f"/clinic/dose/{dose.pk}/replace/", filled)
    assert Dose.objects.valid().get().warning_reason == "Lô được gia hạn"


def test_replace_by_a_number_recorded_already_shows_it(desk, dose):
    DoseFactory(resident=dose.resident, dose_number=2, lot__lot_number="FF9999")
    response = desk.post(f"/clinic/dose/{dose.pk}/replace/", sent_back(desk, dose, dose_number="2"))
    assert "Is this dose 1?" in response.content.decode()
    assert "FF9999" in response.content.decode()
    dose.refresh_from_db()
    assert dose.is_valid
