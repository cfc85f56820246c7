"""What comes into the work lists: each thing once, in the place where it is to be decided."""

import pytest
from django.db import IntegrityError, transaction

from residents.duplicates import find_duplicates
from residents.models import DuplicatePair
from residents.tests.factories import UnitFactory
from vaccinations.imports import services, stages
from vaccinations.models import Dose, DoseImport, QualityCase
from vaccinations.quality.deciding import decide
from vaccinations.quality.feeding import feed_from_import, feed_from_pairs
from vaccinations.tests.cases import CONFLICT, DISAGREES, DOUBTFUL, MALFORMED, NO_ID, ROW, case_of, decision, province
from vaccinations.tests.sheets import BY, brought, committed, person

pytestmark = pytest.mark.django_db
Kind = QualityCase.Kind


@pytest.fixture
def place():
    return province()


def kinds():
    return sorted(QualityCase.objects.values_list("kind", flat=True))


def test_rows_of_a_committed_sheet_that_became_no_dose_are_cases(place):
    committed(brought(ROW, CONFLICT, NO_ID, MALFORMED, DISAGREES, DOUBTFUL, ROW, {"dose": "15n"}, province=place))
    # A row repeated and one that cannot be read wait for nobody.
    assert kinds() == sorted(["conflict", "no-id", "malformed-id", "disagrees", "doubtful"])
    assert set(QualityCase.objects.values_list("province", "ward", "state")) == {(place.pk, None, "open")}


def test_nothing_waits_before_the_commit(place):
    brought(ROW, NO_ID, province=place)
    assert not kinds()


def test_the_same_rows_are_fed_once(place):
    case_of(Kind.NO_ID, NO_ID, place=place)
    assert feed_from_import(DoseImport.objects.get()) == 0
    assert kinds() == ["no-id"]


def test_a_ward_of_the_row_is_the_ward_of_its_case(place):
    ward = UnitFactory(level="ward", parent=place, code="26734", name="Phường Bến Nghé")
    case = case_of(Kind.NO_ID, NO_ID, place=place)
    case.sheet_dose.ward = ward
    case.sheet_dose.save(update_fields=["ward"])
    case.delete()
    feed_from_import(DoseImport.objects.get())
    assert QualityCase.objects.get().ward == ward


def test_taking_a_sheet_back_takes_what_waits_off_the_lists_and_leaves_what_was_decided(place):
    committed(brought(ROW, NO_ID, {**DOUBTFUL, "on": "11/10/2021"}, province=place))
    decided = QualityCase.objects.get(kind="doubtful")
    decide(by=BY, case=decided, decision=decision("same"), version=1, now=decided.created_at)
    dose_import = DoseImport.objects.get()
    taken = stages.run(services.ask_revert(by=BY, dose_import=dose_import, reason="Gửi nhầm"))
    assert taken.taken_back == 1
    assert set(QualityCase.objects.values_list("kind", "state")) == {("no-id", "withdrawn"), ("doubtful", "decided")}
    assert [dose.dose_number for dose in Dose.objects.valid()] == [2]


def test_pairs_that_a_search_found_are_cases_when_it_is_through(place):
    person("079090000099", province=place)
    list(find_duplicates(by=BY))
    case = QualityCase.objects.get()
    assert (case.kind, case.province, case.pair) == ("pair", place, DuplicatePair.objects.get())
    assert feed_from_pairs() == 0


def test_a_pair_that_somebody_decided_does_not_come(place):
    person("079090000099", province=place)
    list(find_duplicates(by=BY))
    QualityCase.objects.all().delete()
    DuplicatePair.objects.update(status="different")
    assert feed_from_pairs() == 0


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"kind": "no-id"}, "qualitycase_about_one_thing"),
        ({"state": "decided"}, "qualitycase_decided_at"),
        ({"claimed_until": "2026-01-01T00:00Z"}, "qualitycase_claim_lapses"),
    ],
)
def test_database_refuses_cases_that_cannot_be(place, facts, constraint):
    person("079090000099", province=place)
    list(find_duplicates(by=BY))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        QualityCase.objects.update(**facts)
