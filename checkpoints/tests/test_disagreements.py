"""Where card, declaration and registry contradict each other."""

from datetime import date

import pytest

from checkpoints.cards.disagreements import CARD, DECLARATION, REGISTRY, Said, compare
from residents.birth import UNKNOWN, Birth, Precision

BORN = Birth(date(1990, 3, 5), Precision.DAY)
NEXT_DAY = Birth(date(1990, 3, 6), Precision.DAY)
YEAR = Birth(date(1990, 1, 1), Precision.YEAR)
OTHER_YEAR = Birth(date(1991, 1, 1), Precision.YEAR)


def facts_of(*said):
    return [one.fact for one in compare(dict(zip((CARD, DECLARATION, REGISTRY), said, strict=False)))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Said("Nguyễn Văn An", BORN, "M"), Said("Nguyễn Văn An", BORN, "M")),
        (Said("Nguyễn Văn An"), Said("NGUYEN VAN AN")),
        (Said("Lê Thị Hòa"), Said("Lê Thị Hoà")),
        (Said("Nguyễn Văn An"), Said("An Nguyễn Văn")),
        (Said("", UNKNOWN, ""), Said("Nguyễn Văn An", BORN, "M")),
        (Said("An", BORN), Said("An", YEAR)),
    ],
)
def test_compare_of_facts_that_can_be_one_persons_finds_nothing(one, other):
    assert facts_of(one, other) == []


@pytest.mark.parametrize(
    ("one", "other", "facts"),
    [
        (Said("Nguyễn Văn An"), Said("Nguyễn Văn Ân Điển"), ["name"]),
        (Said("An", BORN), Said("An", NEXT_DAY), ["birth"]),
        (Said("An", BORN), Said("An", OTHER_YEAR), ["birth"]),
        (Said("An", BORN, "M"), Said("An", BORN, "F"), ["sex"]),
        (Said("An", BORN, "M"), Said("Bình", NEXT_DAY, "F"), ["name", "birth", "sex"]),
    ],
)
def test_compare_of_contradictions_names_each_fact(one, other, facts):
    assert facts_of(one, other) == facts


def test_compare_finds_two_that_differ_though_a_third_agrees_with_both():
    assert facts_of(Said("An", BORN), Said("An", YEAR), Said("An", NEXT_DAY)) == ["birth"]


def test_compare_marks_the_words_that_not_all_sources_have():
    (name,) = compare({CARD: Said("Nguyễn Văn An"), DECLARATION: Said(), REGISTRY: Said("Nguyen Thị An")})
    assert [(word.text, word.differs) for word in name.words[CARD]] == [("Nguyễn", False), ("Văn", True), ("An", False)]
    assert [word.text for word in name.words[REGISTRY] if word.differs] == ["Thị"]
    assert name.words[DECLARATION] == ()


def test_compare_of_one_source_or_none_finds_nothing():
    assert facts_of() == facts_of(Said("An", BORN, "M")) == []
