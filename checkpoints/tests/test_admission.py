"""Who may pass: the strictest outcome first, every rule that spoke, and nothing guessed."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import override

from checkpoints.admission import (
    KINDS,
    UNKNOWNS,
    Condition,
    Facts,
    GivenDose,
    Rule,
    TakenTest,
    Verdict,
    decide,
    facts_as_json,
    facts_from_json,
    holds,
)
from checkpoints.models import EntryCondition
from residents.birth import Birth

# 23 November 2026, 15:00 in Vietnam.
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
STOP, CHECK, PASS = Verdict.STOP, Verdict.CHECK, Verdict.PASS
MINUTE = timedelta(minutes=1)


def facts(**different):
    known = {"at": NOW, "is_registered": True, "declared_until": LATER, "symptoms": (), "had_contact": False}
    return Facts(**known | different)


def born(year, month=1, day=1, precision="D"):
    return Birth(date(year, month, day), precision)


def swab(hours_ago, kind="pcr", is_negative=True):
    return (TakenTest(kind, is_negative, NOW - timedelta(hours=hours_ago)),)


def doses(*days_ago, product="comirnaty"):
    return tuple(GivenDose(product, date(2026, 11, 23) - timedelta(days=days)) for days in days_ago)


def rule(code, outcome, *conditions):
    return Rule(code, outcome, f"{code} vi", f"{code} en", conditions)


def unless(kind, **terms):
    return Condition(kind, is_negated=True, **terms)


@pytest.mark.parametrize(
    ("condition", "known", "truth"),
    [
        (Condition("declared"), facts(), True),
        # It ends at the moment that the pass names, not after it.
        (Condition("declared"), facts(declared_until=NOW), False),
        (Condition("declared"), facts(declared_until=None), False),
        (Condition("expired"), facts(declared_until=EARLIER), True),
        (Condition("expired"), facts(declared_until=None), False),
        (Condition("symptoms"), facts(symptoms=("fever",)), True),
        (Condition("symptoms"), facts(), False),
        (Condition("symptoms"), facts(symptoms=None), None),
        (Condition("contact"), facts(had_contact=True), True),
        (Condition("contact"), facts(had_contact=None), None),
        (unless("registered"), facts(is_registered=False), True),
        (unless("registered"), facts(is_registered=None), None),
        (Condition("disagreement"), facts(disagreements=("name",)), True),
        (Condition("disagreement"), facts(), False),
        (Condition("origin-level", number=3), facts(origin_level=3), True),
        (Condition("origin-level", number=3), facts(origin_level=2), False),
        (Condition("origin-level", number=3), facts(), None),
        (unless("origin-level", number=3), facts(), None),
        (Condition("younger-than", number=18), facts(birth=born(2008, 11, 24)), True),
        (Condition("younger-than", number=18), facts(birth=born(2008, 11, 23)), False),
        (Condition("younger-than", number=18), facts(birth=born(2008, precision="Y")), None),
        (Condition("younger-than", number=18), facts(birth=born(2007, precision="Y")), False),
        (Condition("younger-than", number=18), facts(birth=born(2009, precision="Y")), True),
        (Condition("younger-than", number=18), facts(birth=born(2008, 11, precision="M")), None),
        (Condition("younger-than", number=18), facts(birth=born(2008, 10, precision="M")), False),
        (Condition("younger-than", number=18), facts(), None),
        (Condition("doses", number=2, days=14), facts(doses=doses(60, 14)), True),
        (Condition("doses", number=2, days=14), facts(doses=doses(60, 13)), False),
        # A third dose yesterday takes away nothing of the first two.
        (Condition("doses", number=2, days=14), facts(doses=doses(90, 60, 1)), True),
        (Condition("doses", number=1, codes=("janssen",)), facts(doses=doses(60)), False),
        (Condition("doses", number=1, codes=("janssen", "comirnaty")), facts(doses=doses(60)), True),
        (Condition("doses", number=1, codes=("janssen",)), facts(doses=doses(60, product="")), None),
        (Condition("doses", number=1), facts(doses=doses(60, product="")), True),
        (Condition("doses", number=1), facts(doses=()), False),
        (Condition("doses", number=1), facts(doses=None), None),
        (Condition("doses", number=2, days=14), facts(doses=(GivenDose("comirnaty"), *doses(20))), None),
        (
            Condition("doses", number=2, days=14),
            facts(doses=(GivenDose("comirnaty", given_by=date(2026, 11, 3)), *doses(20))),
            True,
        ),
        (Condition("doses", number=2, days=14), facts(doses=(GivenDose("comirnaty"), *doses(2))), False),
        (Condition("tested", hours=72), facts(tests=swab(72)), True),
        (
            Condition("tested", hours=72),
            facts(tests=(TakenTest("pcr", True, NOW - timedelta(hours=72) - MINUTE),)),
            False,
        ),
        (Condition("tested", hours=72), facts(tests=swab(1, is_negative=False)), False),
        (Condition("tested", hours=72), facts(tests=swab(-1)), False),
        (Condition("tested", hours=72, codes=("pcr",)), facts(tests=swab(1, "antigen")), False),
        (Condition("tested", hours=72), facts(tests=()), False),
        (Condition("tested", hours=72), facts(tests=None), None),
        (Condition("positive"), facts(tests=swab(1, is_negative=False)), True),
        (Condition("positive"), facts(tests=swab(1)), False),
        # Of who has declared nothing, no positive test is declared.
        (Condition("positive"), facts(tests=None), False),
        (
            Condition("recovered", number=6),
            facts(has_recovered=True, recovered_on=date(2026, 5, 23)),
            True,
        ),
        (Condition("recovered", number=6), facts(has_recovered=True, recovered_on=date(2026, 5, 22)), False),
        (Condition("recovered", number=6), facts(has_recovered=True), None),
        (Condition("recovered", number=6), facts(has_recovered=False), False),
        (Condition("recovered", number=6), facts(), None),
        (Condition("vehicle", codes=("truck",)), facts(vehicle="truck"), True),
        (Condition("vehicle", codes=("truck",)), facts(vehicle="motorbike"), False),
        (Condition("vehicle", codes=("truck",)), facts(), None),
    ],
)
def test_condition_is_true_false_or_unknown(condition, known, truth):
    assert holds(condition, known) is truth


def test_every_kind_of_condition_can_be_judged():
    assert set(KINDS) == set(EntryCondition.Kind.values)
    assert set(UNKNOWNS) == set(EntryCondition.Kind.values) - {"declared", "expired", "disagreement", "positive"}


def test_months_are_those_of_the_calendar():
    spring = Facts(at=datetime(2026, 5, 31, 8, tzinfo=UTC), has_recovered=True, recovered_on=date(2026, 2, 28))
    assert holds(Condition("recovered", number=3), spring) is True


def test_strictest_speaks_first_and_ties_stay_in_the_order_of_the_rules():
    rules = (rule("a", PASS), rule("b", CHECK), rule("c", STOP), rule("d", CHECK), rule("e", STOP))
    decision = decide(facts(), rules)
    assert (decision.verdict, decision.codes) == (STOP, ["c", "e", "b", "d", "a"])


def test_rule_speaks_only_when_all_its_conditions_hold():
    both = rule("both", STOP, Condition("declared"), Condition("contact"))
    assert decide(facts(had_contact=True), [both]).codes == ["both"]
    assert decide(facts(), [both]).codes == ["no-objection"]
    assert decide(facts(declared_until=None, had_contact=None), [both]).codes == ["no-objection"]


def test_where_no_rule_speaks_there_is_nothing_to_object():
    decision = decide(facts(), [])
    assert (decision.verdict, decision.codes) == (PASS, ["no-objection"])


@pytest.mark.parametrize(("outcome", "verdict"), [(STOP, CHECK), (CHECK, CHECK), (PASS, PASS)])
def test_rule_that_hangs_on_something_unknown_asks_to_check(outcome, verdict):
    decision = decide(facts(), [rule("far", outcome, Condition("declared"), Condition("origin-level", number=3))])
    assert decision.verdict == verdict
    # What would let pass needs no check: unknown or not, it changes nothing.
    assert decision.reasons[0].missing == (("origin-level",) if verdict == CHECK else ())


def test_reason_says_what_is_not_known_in_the_language_of_the_screen():
    reason = decide(facts(), [rule("far", STOP, Condition("origin-level", number=3))]).reasons[0]
    with override("en"):
        assert reason.text == "far en (not known: risk level of the place of origin)"
    with override("vi"):
        assert reason.text.startswith("far vi (")


# FIELD 1.3, of baothanhhoa.vn/…/146031 (October 2021): on a coach, last dose at least 14 days ago or recovered within six
# months, and a negative test of at most 72 hours; companions below the age of vaccination (18 then) need the test only.
COACH = Condition("vehicle", codes=("coach",))
COACH_RULES = (
    rule("no-test", STOP, COACH, unless("tested", hours=72)),
    rule(
        "not-immune",
        STOP,
        COACH,
        unless("younger-than", number=18),
        unless("doses", number=2, days=14),
        unless("recovered", number=6),
    ),
)
ADULT, CHILD = born(1990), born(2015)


def traveller(**different):
    known = {"vehicle": "coach", "birth": ADULT, "doses": doses(60, 14), "tests": swab(72), "has_recovered": False}
    return facts(**known | different)


@pytest.mark.parametrize(
    ("known", "verdict", "codes"),
    [
        (traveller(), PASS, ["no-objection"]),
        (traveller(doses=doses(60, 13)), STOP, ["not-immune"]),
        (traveller(doses=(), has_recovered=True, recovered_on=date(2026, 6, 1)), PASS, ["no-objection"]),
        (traveller(doses=(), has_recovered=True, recovered_on=date(2026, 5, 1)), STOP, ["not-immune"]),
        # The proof of recovery was not asked for yet: nobody is sent back for that.
        (traveller(doses=(), has_recovered=None), CHECK, ["not-immune"]),
        (traveller(tests=swab(73)), STOP, ["no-test"]),
        (traveller(tests=swab(1, is_negative=False)), STOP, ["no-test"]),
        (traveller(tests=None), CHECK, ["no-test"]),
        (traveller(birth=CHILD, doses=()), PASS, ["no-objection"]),
        (traveller(birth=CHILD, doses=(), tests=()), STOP, ["no-test"]),
        (traveller(birth=born(2008, precision="Y"), doses=()), CHECK, ["not-immune"]),
        (traveller(doses=(), tests=()), STOP, ["no-test", "not-immune"]),
        (traveller(doses=(), tests=(), vehicle="truck"), PASS, ["no-objection"]),
    ],
)
def test_coach_rule_of_october_2021(known, verdict, codes):
    decision = decide(known, COACH_RULES)
    assert (decision.verdict, decision.codes) == (verdict, codes)


def test_exempt_vehicle_is_a_condition_of_the_rule():
    rules = [rule("level", STOP, Condition("origin-level", number=3), unless("vehicle", codes=("truck", "train")))]
    assert decide(facts(origin_level=4, vehicle="truck"), rules).verdict == PASS
    assert decide(facts(origin_level=4, vehicle="car"), rules).verdict == STOP


@pytest.mark.parametrize("known", [facts(), traveller(recovered_on=date(2026, 5, 1), disagreements=("name",))])
def test_facts_come_back_from_the_access_log_as_they_were(known):
    kept = json.loads(json.dumps(facts_as_json(known), cls=DjangoJSONEncoder))
    assert facts_from_json(kept) == known
