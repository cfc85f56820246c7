"""What a screening comes to, by the rows of the ministry's decisions as they are loaded. The source of each row is named."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from residents.birth import UNKNOWN, Birth, Precision, read_birth
from vaccinations.loading.clinic import load_clinic
from vaccinations.models import ScreeningItem, VitalLimit
from vaccinations.screening.rules import Audience, Vitals, audience_of, checklist_for, conclude
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

AUG, SEP, DEC = date(2021, 8, 20), date(2021, 9, 20), date(2021, 12, 21)
TODAY = date(2026, 11, 23)


@pytest.fixture
def rows(db):
    load_clinic(by=Actor.command("test"))
    return [row.terms for row in ScreeningItem.objects.all()], [row.terms for row in VitalLimit.objects.all()]


def result(rows, *, on, audience=Audience.ADULT, yes=(), no=(), age=30, usual=None, **measured):
    checklist = checklist_for(*rows, audience=audience, on=on)
    answers = dict.fromkeys(yes, "yes") | dict.fromkeys(no, "no")
    vitals = Vitals({name: Decimal(value) for name, value in measured.items()}, usual and Decimal(usual))
    return conclude(checklist, answers=answers, vitals=vitals, age=age)


@pytest.mark.parametrize(
    ("source", "on", "item", "conclusion"),
    [
        ("3802 item 1", AUG, "anaphylaxis-vaccine", "contraindicated"),
        ("3802 item 2: within 6 months", AUG, "covid-6-months", "delay"),
        ("4355 item 2", SEP, "covid-6-months", "delay"),
        ("5785: item 2 is dropped", DEC, "covid-6-months", "eligible"),
        ("4355 item 3", SEP, "acute-illness", "delay"),
        ("5785 item 2", DEC, "acute-illness", "delay"),
        ("4355 item 4a", SEP, "pregnant-under-13", "delay"),
        ("4355 item 4b, #: to where there is obstetric emergency care", SEP, "pregnant-13-over", "refer"),
        ("5785 item 3b", DEC, "pregnant-13-over", "refer"),
        ("4355 item 5: where anaphylaxis can be treated", SEP, "anaphylaxis-grade-3", "refer"),
        ("4355 item 6", SEP, "immunodeficiency", "caution"),
        ("4355 item 7", SEP, "allergy", "caution"),
        ("4355 item 8", SEP, "coagulation", "caution"),
        ("4355 item 9", SEP, "consciousness", "caution"),
        ("4355 item 10", SEP, "vital-signs", "caution"),
        ("5785 item 10: what the manufacturer says is a doctor's to weigh", DEC, "other", "undecided"),
        ("before 3802 no checklist of ours", date(2021, 8, 9), "anaphylaxis-vaccine", "eligible"),
    ],
)
def test_an_item_comes_to_what_the_decision_in_force_says(rows, source, on, item, conclusion):
    assert result(rows, on=on, yes=[item]).conclusion == conclusion, source


@pytest.mark.parametrize(
    ("source", "item", "conclusion"),
    [
        ("5002 item 1", "anaphylaxis-vaccine", "contraindicated"),
        ("5002 item 2", "acute-illness", "delay"),
        ("5002 item 3", "allergy", "caution"),
        ("5002 item 5: what follows is not verified", "congenital", "undecided"),
        ("5002 item 6: what follows is not verified", "auscultation", "undecided"),
        ("5002 item 7", "anaphylaxis-grade-3", "refer"),
        ("not asked of children", "pregnant-under-13", "eligible"),
    ],
)
def test_children_have_their_own_list(rows, source, item, conclusion):
    found = result(rows, on=TODAY, audience=Audience.CHILD, yes=[item], age=12)
    assert found.conclusion == conclusion, source


@pytest.mark.parametrize(
    ("measured", "abnormal"),
    [
        ({"temperature": "35.4"}, True),
        ({"temperature": "35.5"}, False),
        ({"temperature": "37.5"}, False),
        ({"temperature": "37.6"}, True),
        ({"pulse": "59"}, True),
        ({"pulse": "60"}, False),
        ({"pulse": "100"}, False),
        ({"pulse": "101"}, True),
        ({"diastolic": "59"}, True),
        ({"diastolic": "60"}, False),
        ({"diastolic": "90"}, False),
        ({"diastolic": "91"}, True),
        ({"systolic": "89"}, True),
        ({"systolic": "90"}, False),
        ({"systolic": "140"}, False),
        ({"systolic": "141"}, True),
        ({"systolic": "135", "usual": "105"}, True),
        ({"systolic": "134", "usual": "105"}, False),
        ({"respiration": "25"}, False),
        ({"respiration": "26"}, True),
        ({}, False),
    ],
)
@pytest.mark.parametrize("on", [AUG, SEP, DEC, TODAY])
def test_vital_signs_out_of_bounds_ask_for_care(rows, on, measured, abnormal):
    """T <35.5 or >37.5; pulse <60 or >100; diastolic <60 or >90; systolic <90, >140 or +30; resp. >25 (4355, 5785)."""
    found = result(rows, on=on, **measured)
    assert (found.conclusion, bool(found.vitals)) == (("caution", True) if abnormal else ("eligible", False))


@pytest.mark.parametrize(
    ("source", "on", "age", "audience", "unmeasured"),
    [
        ("3802: pressure of everybody", AUG, 30, "adult", {"temperature", "systolic", "diastolic"}),
        ("4355: temperature of all", SEP, 65, "adult", {"temperature"}),
        ("4355: pressure above 65", SEP, 66, "adult", {"temperature", "systolic", "diastolic"}),
        ("5785: age not known", DEC, None, "adult", {"temperature"}),
        ("5002: temperature", TODAY, 12, "child", {"temperature"}),
    ],
)
def test_what_should_be_measured_is_told_and_hinders_nobody(rows, source, on, age, audience, unmeasured):
    found = result(rows, on=on, age=age, audience=Audience(audience))
    assert (set(found.unmeasured), found.conclusion) == (unmeasured, "eligible"), source


@pytest.mark.parametrize(
    ("yes", "conclusion"),
    [
        (["allergy", "acute-illness"], "delay"),
        (["acute-illness", "anaphylaxis-grade-3"], "refer"),
        (["anaphylaxis-grade-3", "other"], "undecided"),
        (["other", "anaphylaxis-vaccine"], "contraindicated"),
    ],
)
def test_the_strictest_of_several_stands(rows, yes, conclusion):
    found = result(rows, on=TODAY, yes=yes)
    assert (found.conclusion, set(found.items)) == (conclusion, set(yes))


def test_a_no_and_what_is_not_noted_are_no_reasons(rows):
    assert result(rows, on=TODAY, no=["allergy", "acute-illness"]).conclusion == "eligible"


@pytest.mark.parametrize(
    ("birth", "audience"),
    [
        (read_birth("23/11/2008"), Audience.ADULT),
        (read_birth("24/11/2008"), Audience.CHILD),
        (Birth(date(2008, 1, 1), Precision.YEAR), None),
        (Birth(date(2007, 1, 1), Precision.YEAR), Audience.ADULT),
        (UNKNOWN, None),
        (read_birth("24/11/2026"), None),
    ],
)
def test_whose_list_it_is_is_not_guessed(birth, audience):
    assert audience_of(birth, on=TODAY) == audience


def test_whoever_may_be_either_is_asked_what_adults_are(rows):
    assert checklist_for(*rows, audience=None, on=TODAY) == checklist_for(*rows, audience=Audience.ADULT, on=TODAY)


def test_each_row_names_its_document_and_both_languages(rows):
    assert not ScreeningItem.objects.filter(source="").exists()
    assert not VitalLimit.objects.filter(source="").exists()
    assert not ScreeningItem.objects.filter(name_en="").exists()
    item = ScreeningItem.objects.get(code="allergy", audience="adult")
    with override("en"):
        assert str(item) == "6. History of allergy to any allergen"
    with override("vi"):
        assert str(item) == "6. Tiền sử dị ứng với bất kỳ dị nguyên nào"


def test_loading_again_leaves_what_an_administrator_has(rows):
    ScreeningItem.objects.filter(code="other").delete()
    assert set(load_clinic(by=Actor.command("test")).values()) == {0}
    assert not ScreeningItem.objects.filter(code="other").exists()
    assert AuditEntry.objects.filter(action="reference.loaded").count() == 1
