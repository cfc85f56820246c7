"""CDC's supporting data becomes rows of the rule tables, whole or not at all, once however often it is loaded."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from vaccinations.engine.rules import Condition, Context, Contraindication, Indication, Skip, SkipSet
from vaccinations.engine.spans import read_span
from vaccinations.loading.cdsi import DamagedFileError, load_cdsi
from vaccinations.loading.schedules import schedule_terms
from vaccinations.models import Schedule
from vaccinations.tests.cdsi_sample import SAMPLE
from vaccinations.tests.series import ages, interval
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry
from vaxreg.tests.at_once import at_once

pytestmark = pytest.mark.django_db
COUNTS = {"contraindications": 3, "series": 2, "doses": 3, "ages": 1, "intervals": 3, "products": 4, "skips": 1}


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "sample.xml"
    path.write_text(SAMPLE)
    return path


def load(path):
    return load_cdsi(by=Actor.command("load_cdsi"), path=path)


def test_every_row_of_the_file_is_there(sample):
    assert load(sample) == COUNTS
    entry = AuditEntry.objects.get(action="schedule.loaded")
    assert entry.changes == {"source": "sample.xml", **COUNTS}


def test_a_series_says_how_it_competes(sample):
    load(sample)
    first, risk = schedule_terms("cdsi").series
    assert (first.name, first.kind, first.group, first.priority) == ("Two of 901", "standard", "1", "A")
    assert (first.preference, first.is_default, first.is_product_path) == (1, True, False)
    assert first.equivalent_groups == {"2", "3"}
    assert (first.minimum_age_to_start, first.maximum_age_to_start) == (None, read_span("60 years"))
    assert (risk.kind, risk.sexes, risk.is_product_path) == ("risk", {"F"}, True)
    assert risk.indications == (Indication("154", read_span("6 months")),)


def test_a_dose_has_its_ages_intervals_and_season(sample):
    load(sample)
    first, second = schedule_terms("cdsi").series[0].doses
    assert first.ages == (
        ages(absolute_minimum="18 years - 4 days", minimum="18 years", earliest_recommended="18 years"),
    )
    assert second.ages == first.intervals == ()
    assert second.intervals == (
        interval(from_previous=False, from_products=["903", "904"], absolute_minimum="0 days", minimum="28 days"),
        interval(
            absolute_minimum="21 days - 4 days",
            minimum="21 days",
            earliest_recommended="4 weeks",
            latest_recommended="8 weeks",
            begins_on=date(2021, 10, 25),
            ends_on=date(2022, 9, 1),
        ),
    )
    assert second.allowable_intervals == (interval(from_previous=False, from_number=1, absolute_minimum="14 days"),)
    assert (second.is_recurring, first.is_recurring) == (True, False)
    assert (second.season_begins_on, second.season_ends_on) == (date(2021, 9, 1), date(2022, 3, 31))


def test_a_dose_has_its_products_and_what_leaves_it_out(sample):
    load(sample)
    first, second = schedule_terms("cdsi").series[0].doses
    (preferable,) = first.preferable
    assert (preferable.product, preferable.manufacturer, preferable.is_forecast) == ("901", "INV", True)
    assert (preferable.from_age, preferable.before_age) == (read_span("18 years"), None)
    assert [use.product for use in first.inadvertent] == ["903"]
    assert [(use.product, use.before_age) for use in second.allowable] == [("902", read_span("60 years"))]
    assert not second.preferable[0].is_forecast
    count = {"kind": "count", "comparison": "greater than", "number": 0, "is_valid_only": True}
    assert second.skips == (
        Skip(
            Context.FORECAST,
            (
                SkipSet(conditions=(Condition(kind="age", before_age=read_span("5 years")),)),
                SkipSet(
                    conditions=(Condition(**count, from_day=date(2022, 9, 2), products=frozenset({"902", "904"})),)
                ),
            ),
        ),
    )


def test_contraindications_of_all_and_of_some_products(sample):
    load(sample)
    assert set(schedule_terms("cdsi").contraindications) == {
        Contraindication("080"),
        Contraindication("187", frozenset({"901"})),
        Contraindication("187", frozenset({"902"}), read_span("12 years")),
    }


def test_loading_again_replaces_and_leaves_other_schedules_alone(sample):
    load_cdsi(by=Actor.command("load_cdsi"), path=sample, code="other")
    load(sample)
    sample.write_text(SAMPLE.replace("Two of 901", "Renamed"))
    assert load(sample) == COUNTS
    assert [series.name for series in schedule_terms("cdsi").series] == ["Renamed", "At risk"]
    assert schedule_terms("other").series[0].name == "Two of 901"


@pytest.mark.parametrize(
    ("what", "with_what"),
    [
        ("</antigenSupportingData>", ""),
        ("antigenSupportingData>", "other>"),
        ("18 years - 4 days", "when grown up"),
        ("20211025", "2021-13"),
        ("<seriesType>Risk", "<seriesType>Unheard"),
        ("Greater Than", "About"),
        ("<fromPrevious>Y</fromPrevious>", ""),
        ("<context>Forecast", "<context>Never"),
        ("Dose 2", "Dose two"),
        ("At risk", "Two of 901"),
    ],
)
def test_a_damaged_file_changes_nothing(sample, what, with_what):
    load(sample)
    sample.write_text(SAMPLE.replace(what, with_what))
    with pytest.raises(DamagedFileError, match=r"sample\.xml"):
        load(sample)
    assert [series.name for series in schedule_terms("cdsi").series] == ["Two of 901", "At risk"]
    assert AuditEntry.objects.filter(action="schedule.loaded").count() == 1


def test_the_command_says_what_it_did_and_what_it_could_not(sample, capsys, tmp_path):
    call_command("load_cdsi", str(sample))
    assert capsys.readouterr().out.startswith("Schedule cdsi: 3 contraindications, 2 series, 3 doses, 1 ages")
    with pytest.raises(CommandError, match="Nothing loaded"):
        call_command("load_cdsi", str(tmp_path / "missing.xml"))


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_leave_the_rules_once(sample):
    assert at_once(lambda: load(sample), lambda: load(sample)) == [COUNTS, COUNTS]
    assert Schedule.objects.get().series.count() == 2
    assert AuditEntry.objects.filter(action="schedule.loaded").count() == 2


def test_rules_are_read_in_few_statements(sample, django_assert_num_queries):
    load(sample)
    with django_assert_num_queries(8):
        schedule_terms("cdsi")
