"""A small invented schedule for the tests of the engine: two doses of product A, B may follow, C never counts."""

from datetime import date

from vaccinations.engine.rules import (
    Ages,
    Contraindication,
    GivenDose,
    Interval,
    Person,
    ProductUse,
    Schedule,
    Series,
    TargetDose,
)
from vaccinations.engine.spans import read_span

BORN = date(2000, 1, 1)
PERSON = Person(born_on=BORN, sex="F")


def spans(**texts):
    return {name: read_span(text) for name, text in texts.items()}


def ages(begins_on=None, ends_on=None, **texts):
    return Ages(begins_on=begins_on, ends_on=ends_on, **spans(**texts))


def interval(*, from_previous=True, from_number=None, from_products=(), begins_on=None, ends_on=None, **texts):
    return Interval(
        from_previous=from_previous,
        from_number=from_number,
        from_products=frozenset(from_products),
        begins_on=begins_on,
        ends_on=ends_on,
        **spans(**texts),
    )


def uses(*products, **facts):
    return tuple(ProductUse(product=product, is_forecast=True, **facts) for product in products)


FIRST = TargetDose(
    number=1,
    ages=(ages(absolute_minimum="18 years - 4 days", minimum="18 years", earliest_recommended="18 years"),),
    preferable=uses("A"),
    inadvertent=uses("C"),
)
SECOND = TargetDose(
    number=2,
    intervals=(
        interval(
            absolute_minimum="28 days - 4 days",
            minimum="28 days",
            earliest_recommended="5 weeks",
            latest_recommended="8 weeks",
        ),
    ),
    preferable=uses("A"),
    allowable=uses("B"),
    inadvertent=uses("C"),
)


def series(*doses, name="two of A", **facts):
    return Series(name=name, doses=doses or (FIRST, SECOND), **facts)


def schedule(*found, contraindications=()):
    return Schedule(found or (series(),), tuple(contraindications))


def given(*pairs):
    return [GivenDose(product=product, given_on=date.fromisoformat(day)) for product, day in pairs]


def forbids(observation, *products):
    return Contraindication(observation, frozenset(products))
