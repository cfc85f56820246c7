"""Two people at one case at the same moment, with real connections: one gets it, and its dose is recorded once."""

import pytest
from django.utils import timezone

from vaccinations.models import Dose
from vaccinations.quality import working
from vaccinations.quality.deciding import decide
from vaccinations.quality.errors import StaleError, TakenError
from vaccinations.tests.cases import DOUBTFUL, ROW, case_of, decider, decision, province
from vaxreg.tests.at_once import at_once
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db(transaction=True)


def kinds(results):
    return sorted(type(result).__name__ for result in results)


def test_two_take_and_two_decide_one_case_at_once():
    place = province()
    case, now = case_of("doubtful", ROW, DOUBTFUL, place=place), timezone.now()
    people = [actor(decider(place)) for _n in range(2)]
    claims = at_once(*[lambda by=by: working.claim(by=by, case=case, now=now) for by in people])
    assert kinds(claims) == ["QualityCase", TakenError.__name__]
    (mine,) = [by for by, claimed in zip(people, claims, strict=True) if not isinstance(claimed, TakenError)]
    said = {"by": mine, "case": case, "decision": decision("same"), "version": 1, "now": now}
    assert kinds(at_once(*[lambda: decide(**said)] * 2)) == ["CaseDecision", StaleError.__name__]
    assert Dose.objects.filter(dose_number=2).count() == 1
