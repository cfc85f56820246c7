"""Who may pass. The rules are those of issue 2: the strictest outcome first, and every reason that spoke."""

from datetime import UTC, datetime, timedelta

import pytest

from checkpoints.admission import REASONS, Facts, Verdict, decide

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(hours=1), NOW - timedelta(hours=1)


def facts(**different):
    return Facts(**{"at": NOW, "is_registered": True, "declared_until": LATER} | different)


@pytest.mark.parametrize(
    ("known", "verdict", "codes"),
    [
        (facts(), Verdict.PASS, ["declared"]),
        (facts(symptoms=("fever",)), Verdict.STOP, ["symptoms"]),
        (facts(had_contact=True), Verdict.STOP, ["contact"]),
        (facts(declared_until=None), Verdict.CHECK, ["no-declaration"]),
        (facts(declared_until=EARLIER), Verdict.CHECK, ["declaration-expired"]),
        # It ends at the moment that the pass names, not after it.
        (facts(declared_until=NOW), Verdict.CHECK, ["declaration-expired"]),
        (facts(is_registered=False), Verdict.CHECK, ["not-registered"]),
        (facts(disagreements=("name",)), Verdict.CHECK, ["disagreement"]),
        # What an expired declaration said of illness no longer stops anybody: they are asked again.
        (facts(declared_until=EARLIER, symptoms=("fever",), had_contact=True), Verdict.CHECK, ["declaration-expired"]),
        (
            facts(is_registered=False, symptoms=("fever",), had_contact=True, disagreements=("birth",)),
            Verdict.STOP,
            ["symptoms", "contact", "not-registered", "disagreement"],
        ),
    ],
)
def test_decide_returns_the_strictest_outcome_and_all_reasons(known, verdict, codes):
    decision = decide(known)
    assert (decision.verdict, decision.codes) == (verdict, codes)


def test_reasons_fit_the_column_that_keeps_them():
    assert max(map(len, REASONS)) <= 40
    assert all(code == reason.code and str(reason.text) for code, reason in REASONS.items())
