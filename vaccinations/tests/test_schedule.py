from datetime import date

import pytest

from vaccinations.schedule import NextDose, Rule, next_dose

DAY = date(2021, 8, 2)


@pytest.mark.parametrize(
    ("source", "number", "rule", "expected"),
    [
        (
            "FIELD 1.4: AstraZeneca 8-12 weeks",
            1,
            Rule(2, 18, 42, 56),
            NextDose(2, date(2021, 9, 13), date(2021, 9, 27)),
        ),
        ("FIELD 1.4: Comirnaty 21 days", 1, Rule(2, 16, 21, 21), NextDose(2, date(2021, 8, 23), date(2021, 8, 23))),
        ("FIELD 1.4: Abdala, 3 doses, interval not verified", 2, Rule(3), NextDose(3, None, None)),
        ("FIELD 1.4: Janssen, one dose", 1, Rule(1), None),
        ("the course is complete", 2, Rule(2, 18, 42, 56), None),
        ("a booster", 3, Rule(2, 18, 42, 56), None),
        ("no rule on that day", 1, None, None),
    ],
)
def test_next_dose(source, number, rule, expected):
    assert next_dose(dose_number=number, given_on=DAY, rule=rule) == expected, source
