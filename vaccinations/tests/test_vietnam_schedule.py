"""Vietnam's rules of FIELD 1.4 as dated rows: what they say of a history, with the source of each."""

from datetime import date

import pytest
from django.core.management import call_command

from vaccinations.engine.rules import Person
from vaccinations.loading.schedules import load_vietnam, schedule_terms
from vaccinations.loading.vaccines import load_vaccines
from vaccinations.models import AgeRule, IntervalRule, ProductRule, Schedule, Series, Vaccine
from vaccinations.schedule import assess
from vaccinations.tests.factories import rewrite
from vaccinations.tests.series import given
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db
ADULT = Person(born_on=date(1990, 1, 1), sex="M")


@pytest.fixture
def rows(db):
    load_vietnam(by=Actor.command("load_schedule"))


def outcome(vietnam, *history, person=ADULT, on=date(2021, 12, 1)):
    return assess(schedule=vietnam, person=person, history=given(*history), on=on)


@pytest.mark.parametrize(
    ("source", "history", "number"),
    [
        ("n1, n2: AstraZeneca after 8 weeks", [("vaxzevria", "2021-06-01"), ("vaxzevria", "2021-07-27")], 2),
        ("n3: 4 weeks in special cases", [("vaxzevria", "2021-06-01"), ("vaxzevria", "2021-06-29")], 2),
        ("n3: no sooner", [("vaxzevria", "2021-06-01"), ("vaxzevria", "2021-06-28")], 1),
        ("n2: AZ, then Pfizer, since August", [("vaxzevria", "2021-06-01"), ("comirnaty", "2021-08-15")], 2),
        ("n2: not before", [("vaxzevria", "2021-05-01"), ("comirnaty", "2021-07-31")], 1),
        ("n1: AZ, then Moderna, since 8 Sep", [("vaxzevria", "2021-06-01"), ("spikevax", "2021-09-08")], 2),
        ("n1: Moderna, then Pfizer", [("spikevax", "2021-08-01"), ("comirnaty", "2021-09-08")], 2),
        ("package: Moderna after 28 days", [("spikevax", "2021-08-01"), ("spikevax", "2021-08-28")], 1),
        ("interval not verified", [("hayat-vax", "2021-10-01"), ("hayat-vax", "2021-10-02")], 2),
        ("QĐ 4471 of 17 Sep", [("abdala", "2021-09-17")], 1),
        ("not authorised before", [("abdala", "2021-09-16")], 0),
        (
            "a booster from 6 months, product not verified",
            [("janssen", "2021-05-01"), ("comirnaty", "2021-11-01")],
            2,
        ),
        ("no sooner", [("janssen", "2021-05-01"), ("comirnaty", "2021-10-31")], 1),
    ],
)
def test_so_many_doses_count_by_the_rules_of_their_days(vietnam, source, history, number):
    verdicts = outcome(vietnam, *history).verdicts
    assert [verdict.status for verdict in verdicts].count("Valid") == number, source


@pytest.mark.parametrize(("day", "expected"), [("2021-10-13", "Not Valid"), ("2021-10-14", "Valid")])
def test_comirnaty_has_no_known_minimum_age_since_8688(vietnam, day, expected):
    child = Person(born_on=date(2007, 1, 1))
    assert outcome(vietnam, ("comirnaty", day), person=child).verdicts[0].status == expected


def test_the_next_dose_of_astrazeneca_is_due_from_8_to_12_weeks(vietnam):
    due = outcome(vietnam, ("vaxzevria", "2021-08-02"), on=date(2021, 8, 3)).due
    assert (due.earliest_on, due.recommended_on, due.past_due_on) == (
        date(2021, 9, 13),
        date(2021, 9, 27),
        date(2021, 10, 24),
    )
    assert (due.number, due.course, due.products) == (2, "basic", ("vaxzevria",))


def test_after_the_basic_course_a_booster_is_due(vietnam):
    found = outcome(vietnam, ("comirnaty", "2021-08-01"), ("comirnaty", "2021-08-22"))
    assert found.completed_courses == ("basic",)
    assert (found.due.course, found.due.earliest_on, found.due.products) == ("booster", date(2022, 2, 22), ())


def test_an_additional_dose_concerns_nobody_until_it_is_known_whom(rows, vietnam):
    risk = Series.objects.get(name="comirnaty + additional")
    assert [(dose.number, dose.course) for dose in risk.doses.all()] == [
        (1, "basic"),
        (2, "basic"),
        (3, "additional"),
        (4, "booster"),
    ]
    patient = Person(born_on=date(1990, 1, 1), observations={"x": None})
    history = [("comirnaty", "2021-08-01"), ("comirnaty", "2021-08-22")]
    assert outcome(vietnam, *history, person=patient).due.course == "booster"
    risk.indications = [{"observation": "x"}]
    risk.save()
    due = outcome(schedule_terms("vn"), *history, person=patient).due
    assert (due.course, due.earliest_on) == ("additional", date(2021, 9, 19))


def test_every_rule_names_its_source_and_every_product_is_one_of_ours(rows):
    load_vaccines(by=Actor.command("test"))
    for table in (AgeRule, IntervalRule, ProductRule):
        assert table.objects.exists()
        assert not table.objects.filter(source="").exists()
    products = set(ProductRule.objects.values_list("product", flat=True))
    assert products == set(Vaccine.objects.values_list("code", flat=True))


def test_loading_again_takes_no_word_of_an_administrator_back(rows, capsys):
    rewrite(AgeRule.objects, minimum="17 years")
    call_command("load_schedule")
    assert capsys.readouterr().out == "0 series added\n"
    assert set(AgeRule.objects.values_list("minimum", flat=True)) == {"17 years"}
    assert AuditEntry.objects.get(action="schedule.loaded").changes == {"series": 16}
    assert Schedule.objects.get().series.count() == 16
