import pytest
from django.utils import timezone

from residents.tests.factories import ResidentFactory
from vaccinations.doses import services
from vaccinations.models import Slip
from vaccinations.tests.factories import SlipFactory, entry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db


def test_a_code_in_use_is_drawn_again(monkeypatch):
    used = SlipFactory(code="34679CDF")
    codes = iter(["34679CDF", "34679CDF", "GHJKMNPQ"])
    monkeypatch.setattr(services, "new_code", lambda: next(codes))
    dose = services.record_dose(by=actor(), resident=ResidentFactory(), entry=entry(), now=timezone.now())
    assert Slip.objects.get(dose=dose).code == "GHJKMNPQ"
    assert Slip.objects.get(code="34679CDF").dose == used.dose


def test_without_a_free_code_nothing_is_recorded(monkeypatch):
    used = SlipFactory(code="34679CDF")
    monkeypatch.setattr(services, "new_code", lambda: used.code)
    resident = ResidentFactory()
    with pytest.raises(RuntimeError, match="no free slip code"):
        services.record_dose(by=actor(), resident=resident, entry=entry(), now=timezone.now())
    assert not resident.doses.exists()


def test_a_slip_leads_to_the_number_it_was_issued_under():
    slip = SlipFactory()
    assert services.number_on_slip(slip.code) == slip.dose.resident_id
    assert services.number_on_slip("WXYWXYWX") is None
