"""The confirmation of all doses on the form of seven rows (Decision 43/QĐ-BYT): /clinic/confirmation/<code>/."""

from datetime import date

import pytest

from vaccinations.desk.confirmation import confirmation_of
from vaccinations.loading.schedules import load_vietnam
from vaccinations.models import Dose, Vaccine
from vaccinations.tests.factories import DoseFactory, LotFactory, SlipFactory, clerk
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import sign_in

pytestmark = pytest.mark.django_db
ON = date(2022, 8, 1)


@pytest.fixture
def slip(facility):
    return SlipFactory(
        code="C6NYWD6G",
        dose=given("vaxzevria", "2021-06-01", facility=facility, resident__full_name="Nguyễn Thị Diệu Huyền"),
    )


def given(code, day, number=1, **facts):
    vaccine = Vaccine.objects.filter(code=code).first() or Vaccine.objects.create(code=code, name=code.title())
    return DoseFactory(
        lot=LotFactory(vaccine=vaccine), dose_number=number, administered_on=date.fromisoformat(day), **facts
    )


def rows(form):
    return [(row.course, row.number, row.dose and row.dose.dose_number) for row in form.rows]


def test_each_dose_stands_in_the_row_that_the_schedule_says(slip):
    load_vietnam(by=Actor.command("test"))
    person = slip.dose.resident
    given("comirnaty", "2021-08-15", 2, resident=person)
    given("comirnaty", "2022-03-01", 3, resident=person)
    form = confirmation_of(person, Dose.objects.as_history(), on=ON)
    assert rows(form) == [
        ("basic", 1, 1),
        ("basic", 2, 2),
        ("basic", 3, None),
        ("additional", 1, None),
        ("booster", 1, 3),
        ("booster", 2, None),
        ("booster", 3, None),
    ]
    assert not form.others


def test_a_dose_without_a_place_stands_below_and_is_not_guessed_in(slip):
    load_vietnam(by=Actor.command("test"))
    early = given("vaxzevria", "2021-06-05", 2, resident=slip.dose.resident)
    form = confirmation_of(slip.dose.resident, Dose.objects.as_history(), on=ON)
    assert form.others == [early]


def test_without_a_schedule_no_dose_is_called_anything(slip):
    form = confirmation_of(slip.dose.resident, Dose.objects.as_history(), on=ON)
    assert form.others == [slip.dose]
    assert len(form.rows) == 7


def test_it_is_printed_with_the_code_and_without_voided_doses_and_is_logged(desk, slip):
    void = given("comirnaty", "2021-08-15", 2, resident=slip.dose.resident, voided=True)
    page = desk.get("/clinic/confirmation/C6NYWD6G/").content.decode()
    for shown in ("Nguyễn Thị Diệu Huyền", "C6NY WD6G", "<svg", slip.dose.lot.lot_number, "01/06/2021"):
        assert shown in page
    assert void.lot.lot_number not in page
    assert slip.dose.resident_id not in page
    assert AuditEntry.objects.get(action="slip.read").resident == slip.dose.resident_id


def test_staff_elsewhere_do_not_see_it(client, slip):
    assert sign_in(client, clerk()).get("/clinic/confirmation/C6NYWD6G/").status_code == 404
