"""An administrator ends a rule and begins its successor, without a programmer: /admin/vaccinations/intervalrule/."""

from datetime import date

import pytest
from django.utils import translation

from vaccinations.loading.schedules import load_vietnam
from vaccinations.models import IntervalRule, ProductRule, Schedule
from vaccinations.succession.forms import SpanField, written_span
from vaccinations.tests.factories import DoseFactory
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db
SOURCE = "Công văn 10722/BYT-DP, 17/12/2021"


@pytest.fixture
def rule(db):
    load_vietnam(by=Actor.command("load_schedule"))
    return IntervalRule.objects.get(dose__series__name="vaxzevria", dose__course="booster")


@pytest.fixture
def administrator(client, settings):
    settings.LANGUAGE_CODE = "en"
    return sign_in(client, UserFactory(roles=[Role.ADMINISTRATOR]))


def page(rule, name="succeed"):
    return f"/admin/vaccinations/{rule._meta.model_name}/{rule.pk}/{name}/"


@pytest.fixture
def filled(administrator, rule):
    """What the form sends when the administrator changes six months to three, in Vietnamese."""
    form = administrator.get(page(rule)).context["form"]
    return {
        "begins_on": "17/12/2021",
        "absolute_minimum": "3 tháng",
        "minimum": "3 tháng",
        "earliest_recommended": "",
        "latest_recommended": "",
        "source": SOURCE,
        "also": form.initial["also"],
    }


def confirm(administrator, rule, data):
    """Tries it, and puts in force what was tried."""
    tried = administrator.post(page(rule), data)
    return administrator.post(page(rule), {**data, "confirm": "x", "tried": tried.context["form"].fingerprint})


def test_it_works(administrator, rule, filled):
    DoseFactory(administered_on=date(2021, 12, 20))
    tried = administrator.post(page(rule), filled).content.decode()
    for text in (
        "What this would change",
        "6 months",
        "3 months",
        "from 17/12/2021",
        "0 recorded doses",
        "15 other series",
    ):
        assert text in tried
    assert not IntervalRule.objects.filter(in_force_from="2021-12-17").exists()
    response = confirm(administrator, rule, filled)
    successors = IntervalRule.objects.filter(in_force_from="2021-12-17")
    assert (successors.count(), {row.minimum for row in successors}) == (16, {"3 months"})
    assert response.url == page(successors.order_by("pk").first(), "change")
    assert AuditEntry.objects.filter(action="rule.succeeded").count() == 1
    assert SOURCE in administrator.get(response.url).content.decode()


def test_answers_changed_since_they_were_tried_are_tried_first(administrator, rule, filled):
    tried = administrator.post(page(rule), filled).context["form"].fingerprint
    again = administrator.post(page(rule), {**filled, "minimum": "4 months", "confirm": "x", "tried": tried})
    assert "4 months" in again.content.decode()
    assert not IntervalRule.objects.filter(in_force_from="2021-12-17").exists()


def test_only_the_series_that_stay_ticked_change(administrator, rule, filled):
    confirm(administrator, rule, {**filled, "also": filled["also"][:1]})
    assert IntervalRule.objects.filter(in_force_from="2021-12-17").count() == 2


def test_a_rule_may_only_end(administrator, rule, filled):
    tried = administrator.post(page(rule), {**filled, "only_ends": "on"}).content.decode()
    assert "From 17/12/2021 on no rule holds here." in tried
    confirm(administrator, rule, {**filled, "only_ends": "on"})
    assert IntervalRule.objects.filter(in_force_until="2021-12-16").count() == 16
    assert not IntervalRule.objects.filter(in_force_from="2021-12-17").exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("begins_on", "", "This field is required."),
        ("begins_on", "17/12/0021", "Check the year."),
        ("begins_on", "31/02/2022", "Enter a valid date."),
        ("minimum", "three months", "Write a length of time"),
        ("minimum", "2 months", "This must not be less than: absolute minimum interval."),
        ("source", "", "This field is required."),
        ("also", ["999999"], "Select a valid choice."),
    ],
)
def test_a_mistake_is_told_and_nothing_typed_is_lost(administrator, rule, filled, field, value, sentence):
    response = administrator.post(page(rule), {**filled, "confirm": "x", field: value})
    text = response.content.decode()
    assert sentence in text
    assert list(response.context["form"].errors) == [field]
    if field != "source":
        assert SOURCE in text
    assert not IntervalRule.objects.filter(in_force_from="2021-12-17").exists()


def test_the_same_again_is_no_successor(administrator, rule, filled):
    same = {**filled, "absolute_minimum": "6 months", "minimum": "6 months"}
    assert "This says the same as the present rule." in administrator.post(page(rule), same).content.decode()


def test_somebody_elses_change_in_between_is_told(administrator, rule, filled):
    tried = administrator.post(page(rule), filled).context["form"].fingerprint
    administrator.post(page(rule), {**filled, "confirm": "x", "tried": tried})
    again = administrator.post(page(rule), {**filled, "confirm": "x", "tried": tried})
    assert "somebody else has just changed it" in again.content.decode()
    assert IntervalRule.objects.filter(in_force_from="2021-12-17").count() == 16


def test_a_product_that_may_follow_no_longer_does(administrator, rule):
    product = ProductRule.objects.filter(use="allowable", product="spikevax").order_by("pk").first()
    confirm(administrator, product, {"begins_on": "01/01/2022", "use": "allowable", "only_ends": "on", "source": "QĐ"})
    product.refresh_from_db()
    assert product.in_force_until == date(2021, 12, 31)


def test_a_slip_is_taken_back(administrator, rule, filled):
    confirm(administrator, rule, filled)
    successor = IntervalRule.objects.get(succeeds=rule)
    assert page(successor, "take-back").split("/")[-2] in administrator.get(page(successor, "change")).content.decode()
    administrator.post(page(successor, "take-back"))
    rule.refresh_from_db()
    assert rule.in_force_until is None
    assert not IntervalRule.objects.filter(in_force_from="2021-12-17").exists()


def test_a_rule_is_shown_with_its_document_and_never_edited(administrator, rule):
    text = administrator.get(page(rule, "change")).content.decode()
    assert "vtvgo" in text
    assert "A rule is never edited" in text
    assert "End it and begin a successor" in text
    assert 'name="minimum"' not in text
    response = administrator.post(page(rule, "change"), {"minimum": "1 day", "dose": rule.dose_id})
    assert response.status_code == 403
    listed = administrator.get("/admin/vaccinations/intervalrule/?schedule=vn&in_force=now").content.decode()
    assert "given from 6 months" in listed
    assert "vtvgo" in listed


def test_rules_of_a_dose_are_on_its_page_and_lead_to_their_own(administrator, rule):
    text = administrator.get(f"/admin/vaccinations/seriesdose/{rule.dose_id}/change/").content.decode()
    assert page(rule, "change") in text
    assert 'name="interval_rules-0-minimum"' not in text


def test_what_is_loaded_from_a_file_offers_no_change(administrator, rule, filled):
    Schedule.objects.update(is_from_file=True)
    assert "End it and begin a successor" not in administrator.get(page(rule, "change")).content.decode()
    refused = administrator.post(page(rule), filled)
    assert "loaded from a file" in refused.content.decode()


@pytest.mark.parametrize("name", ["succeed", "take-back"])
def test_nobody_else_may(client, rule, name):
    manager = sign_in(client, UserFactory(roles=[Role.PROVINCIAL_MANAGER]))
    assert manager.get(page(rule, "change")).status_code == 200
    assert manager.get(page(rule, name)).status_code == 403
    assert manager.post(page(rule, name), {"confirm": "x"}).status_code == 403


def test_a_rule_that_is_not_there_is_not_found(administrator, rule):
    assert administrator.get("/admin/vaccinations/intervalrule/999999/succeed/").status_code == 404
    assert administrator.get("/admin/vaccinations/intervalrule/x/succeed/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3 tháng", "3 months"),
        ("1 tháng", "1 month"),
        ("12 tuần - 4 ngày", "12 weeks - 4 days"),
        ("18 tuổi", "18 years"),
        ("6 Months", "6 months"),
        ("", ""),
    ],
)
def test_lengths_of_time_are_read_in_both_languages(typed, kept):
    assert SpanField().clean(typed) == kept


def test_lengths_of_time_are_written_in_the_language_of_the_screen():
    with translation.override("vi"):
        assert written_span("12 weeks - 4 days") == "12 tuần - 4 ngày"
    with translation.override("en"):
        assert written_span("12 weeks - 4 days") == "12 weeks - 4 days"
