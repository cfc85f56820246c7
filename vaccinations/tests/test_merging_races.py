"""A merge while somebody writes for the person dropped, with two real connections: what is written ends at the one kept."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from residents.merging.services import merge
from residents.tests.factories import ResidentFactory
from vaccinations.doses.services import record_dose
from vaccinations.models import Dose, DueDose
from vaccinations.tests.factories import entry
from vaccinations.tests.test_races import somebody_waits_for_us, until
from vaxreg.tests.factories import UserFactory, actor

pytestmark = pytest.mark.django_db(transaction=True)
A, B = "079090000001", "T00000000001"


@pytest.fixture
def acts():
    """Recording a dose of the person dropped, and the merge."""
    kept, dropped = ResidentFactory(citizen_id=A), ResidentFactory(citizen_id=B)
    clerk, manager, given = actor(UserFactory()), actor(UserFactory()), entry()
    return (
        lambda: record_dose(by=clerk, resident=dropped, entry=given, now=timezone.now()),
        lambda: merge(by=manager, keep=kept, drop=dropped, reason="một người"),
    )


@pytest.mark.parametrize(("first", "number"), [(0, B), (1, A)], ids=["dose first", "merge first"])
def test_the_dose_is_the_kept_persons_whoever_came_first(acts, first, number):
    def run():
        try:
            return acts[1 - first]()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            acts[first]()
            other = pool.submit(run)
            until(somebody_waits_for_us)
        other.result(10)
    (dose,) = Dose.objects.of_person(A)
    assert dose.resident_id == number
    assert DueDose.objects.get().resident == A
