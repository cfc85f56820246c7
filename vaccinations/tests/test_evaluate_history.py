"""`manage.py evaluate_history`: every fact of every case, what differs, a line of counts, and the exit status."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from vaccinations.tests.cdsi_sample import SAMPLE

pytestmark = pytest.mark.django_db
# Beside the project, or beside the folder that holds its worktrees.
SHARED = [path for above in Path(settings.BASE_DIR).parents if (path := above / "shared/data/cdsi").exists()][:1]
CASE = {
    "id": "1",
    "name": "One dose of 901",
    "dob": "1990-01-01",
    "gender": "F",
    "assessment_date": "2021-11-15",
    "doses": [{"date": "2021-11-01", "cvx": "901", "mvx": "INV", "expected_status": "Valid", "expected_reason": None}],
    "expected": {
        "series_status": "Not complete",
        "next_dose": "2",
        "earliest": "2021-11-22",
        "recommended": "2021-11-29",
        "past_due": "2021-12-26",
    },
}


@pytest.fixture
def evaluate(tmp_path):
    """Loads the sample and applies it to the cases; returns what was printed, line by line, and the exit status."""
    rules, cases = tmp_path / "sample.xml", tmp_path / "cases.json"
    rules.write_text(SAMPLE)
    call_command("load_cdsi", str(rules), verbosity=0)

    def run(*found):
        cases.write_text(json.dumps(found))
        return printed(cases)

    return run


def printed(cases):
    out = StringIO()
    try:
        call_command("evaluate_history", str(cases), schedule="cdsi", stdout=out)
    except SystemExit as end:
        return out.getvalue().splitlines(), end.code
    return out.getvalue().splitlines(), 0


def changed(**expected):
    return {**CASE, "expected": {**CASE["expected"], **expected}}


def test_it_works(evaluate):
    assert evaluate(CASE) == (
        [
            "1 One dose of 901 [Two of 901]",
            "    dose 1, 2021-11-01, 901: Valid",
            "    series: Not complete",
            "    next dose: 2",
            "    earliest: 2021-11-22",
            "    recommended: 2021-11-29",
            "    past due: 2021-12-26",
            "1 of 1 cases, 6 of 6 facts as expected; differences: none",
        ],
        0,
    )


@pytest.mark.parametrize(
    ("name", "expected", "line", "kind"),
    [
        ("series_status", "Complete", "    series: Not complete – expected Complete", "series status 1"),
        ("next_dose", "3", "    next dose: 2 – expected 3", "next dose 1"),
        ("earliest", "2021-11-23", "    earliest: 2021-11-22 – expected 2021-11-23", "earliest 1"),
        ("recommended", None, "    recommended: 2021-11-29 – expected none", "recommended 1"),
        ("past_due", "2021-12-27", "    past due: 2021-12-26 – expected 2021-12-27", "past due 1"),
    ],
)
def test_a_difference_is_shown_counted_and_ends_with_one(evaluate, name, expected, line, kind):
    lines, status = evaluate(CASE, changed(**{name: expected}))
    assert line in lines
    assert lines[-1] == f"1 of 2 cases, 11 of 12 facts as expected; differences: {kind}"
    assert status == 1


def test_a_dose_of_another_status_or_reason_differs(evaluate):
    early = {
        "date": "2021-11-05",
        "cvx": "901",
        "mvx": "INV",
        "expected_status": "Valid",
        "expected_reason": "Age: too young",
    }
    lines, status = evaluate({**CASE, "doses": [*CASE["doses"], early]})
    assert "    dose 2, 2021-11-05, 901: Not Valid – expected Valid" in lines
    assert "    dose 2, reason: Interval: too short – expected Age: too young" in lines
    assert status == 1


def test_one_of_several_reasons_is_enough_and_words_are_compared_not_their_case(evaluate):
    early = {"date": "2021-11-05", "cvx": "902", "mvx": "INV"}
    as_expected = [
        {"expected_status": "not valid", "expected_reason": "Interval: Too Short"},
        {"expected_status": "Not Valid", "expected_reason": ["Interval: too short"]},
        {"expected_status": "Not-Valid", "expected_reason": "Too soon"},
        {"expected_status": "N/A", "expected_reason": ""},
    ]
    for said in as_expected:
        lines, _status = evaluate({**CASE, "doses": [*CASE["doses"], {**early, **said}]})
        assert not [line for line in lines if "dose 2" in line and "expected" in line], said


def test_what_a_case_does_not_say_is_left_open(evaluate):
    """Columns missing or not known, other ways to write a day, a dose that cannot be judged."""
    bare = {"date": "11/01/2021", "cvx": "901", "lot": "?"}
    undated = {"date": None, "cvx": "901", "expected_status": "Valid"}
    case = {
        "id": 7,
        "dob": "1990-01-01T00:00:00",
        "assessment_date": "11/15/2021",
        "doses": [bare, undated, {"date": "", "cvx": ""}],
        "expected": {"series_status": "NOT COMPLETE", "earliest": "11/22/2021", "recommended": "2021-11-29"},
        "unheard": {},
    }
    lines, status = evaluate(case)
    assert lines[1:] == [
        "    dose 2, no day, 901: none – expected Valid",
        "    series: Not complete",
        "    earliest: 2021-11-22",
        "    recommended: 2021-11-29",
        "    past due: 2021-12-26 – expected none",
        "0 of 1 cases, 3 of 5 facts as expected; differences: dose status 1, past due 1",
    ]
    assert status == 1


def test_an_observation_makes_a_risk_series_the_persons_own(evaluate):
    lines, _status = evaluate({**CASE, "doses": [], "observations": ["154"]})
    assert lines[0].endswith("[At risk]")
    lines, _status = evaluate({**CASE, "doses": [], "observations": [{"code": "080", "date": "2021-01-01"}]})
    assert "    series: Contraindicated – expected Not complete" in lines


def test_what_the_file_expects_never_reaches_the_engine(evaluate):
    expectations = dict.fromkeys(CASE["expected"], "nonsense")
    blind, _status = evaluate({**CASE, "name": "x", "expected": expectations})
    assert [line.partition(" – ")[0] for line in blind[1:-1]] == evaluate(CASE)[0][1:-1]


@pytest.mark.parametrize("content", ["", "{}x", "[{}]", '[{"id": "1", "dob": "1990-02-30"}]'])
def test_a_damaged_file_of_cases_is_an_error_of_its_own(evaluate, tmp_path, content):
    (tmp_path / "cases.json").write_text(content)
    with pytest.raises(CommandError, match=r"cases\.json cannot be read") as caught:
        printed(tmp_path / "cases.json")
    assert caught.value.returncode == 2


def test_a_schedule_that_is_not_loaded_is_an_error_of_its_own(tmp_path):
    (tmp_path / "cases.json").write_text("[]")
    with pytest.raises(CommandError, match="There is no schedule") as caught:
        printed(tmp_path / "cases.json")
    assert caught.value.returncode == 2


@pytest.mark.skipif(not SHARED, reason="CDC's files are not beside the project")
def test_cdc_cases_come_out_as_cdc_expects():
    """CDSi test cases v4.28, COVID-19, against the supporting data of November 2022."""
    call_command("load_cdsi", str(next(SHARED[0].glob("Antigen*.xml"))), verbosity=0)
    for cases in SHARED[0].glob("covid19_cases*.json"):
        lines, status = printed(cases)
        assert status == 0, [line for line in lines if "expected" in line]
