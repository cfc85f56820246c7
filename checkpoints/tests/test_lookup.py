"""What one statement finds for a scan, and what is made of it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from checkpoints.admission import TakenTest
from checkpoints.answering.answers import compose
from checkpoints.answering.lookup import find
from checkpoints.cards.scan import read_scan
from checkpoints.models import RiskLevel
from checkpoints.rules.deciding import rules_at
from checkpoints.tests.factories import (
    CheckpointFactory,
    DeclarationFactory,
    RiskLevelFactory,
    SymptomFactory,
    keys_of,
    rule,
)
from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.tests.factories import DoseFactory

pytestmark = pytest.mark.django_db
NEW, OLD, OTHER = "079090000001", "012345678", "079090000009"
CARD = f"{NEW}|{OLD}|Nguyễn Văn An|05031990|Nam|12 Lê Lợi, Phường Bến Nghé|15042021"


def answer_to(text):
    scan = read_scan(text)
    return compose(scan, find(scan), timezone.now())


def filed(hours_ago, **facts):
    return DeclarationFactory(submitted_at=timezone.now() - timedelta(hours=hours_ago), **facts)


def test_it_works(django_assert_num_queries):
    province = UnitFactory(name="Tỉnh Đồng Nai")
    ward = UnitFactory(parent=province, name="Phường Biên Hòa")
    person = ResidentFactory(
        citizen_id=NEW, full_name="Nguyễn Văn An", province=province, ward=ward, phone="0912345678", address="12 Lê Lợi"
    )
    DoseFactory(resident=person, dose_number=2, administered_on="2026-03-01")
    DoseFactory(resident=person, dose_number=1, administered_on="2026-01-01", lot__vaccine__name="Comirnaty")
    declaration = filed(1, resident=NEW, origin=ward, places_visited="Huế")
    scan = read_scan(NEW)
    with django_assert_num_queries(1):
        found = find(scan)
    assert (found.number, found.numbers) == (NEW, (NEW,))
    assert (found.person.full_name, found.person.birth, found.person.sex) == ("Nguyễn Văn An", person.birth, "M")
    assert (found.person.phone, found.person.address) == ("0912345678", "12 Lê Lợi")
    assert (found.person.ward.name, found.person.province.name) == ("Phường Biên Hòa", "Tỉnh Đồng Nai")
    assert [(dose.number, dose.given_on) for dose in found.doses] == [(1, date(2026, 1, 1)), (2, date(2026, 3, 1))]
    assert found.doses[0].vaccine == "Comirnaty"
    (kept,) = found.declarations
    assert (kept.pk, kept.submitted_at, kept.valid_until) == (
        *(declaration.pk, declaration.submitted_at, declaration.valid_until),
    )
    assert (kept.origin.unit.name, kept.origin.province.name) == ("Phường Biên Hòa", "Tỉnh Đồng Nai")
    assert (kept.destination.text, kept.destination.province) == ("Xã Tân Hà", None)
    assert (kept.places_visited, kept.plate, kept.vehicle.name) == ("Huế", "51F12345", "Xe máy")
    assert answer_to(NEW).decision.codes == ["no-objection"]


def test_voided_doses_do_not_count():
    DoseFactory(resident=ResidentFactory(citizen_id=NEW, full_name="Nguyễn Văn An"), voided=True)
    assert find(read_scan(NEW)).doses == ()


def test_old_number_leads_to_the_person_with_all_doses_and_declarations():
    person = ResidentFactory(citizen_id=NEW, full_name="Nguyễn Văn An")
    alias = ResidentFactory(citizen_id=OLD, superseded_by=person)
    DoseFactory(resident=alias)
    declaration = filed(1, resident=OLD)
    for number in (NEW, OLD):
        answer = answer_to(number)
        assert (answer.number, answer.person.number, answer.can_register) == (NEW, NEW, False)
        assert len(answer.doses) == 1
        assert answer.declaration.pk == declaration.pk


def test_card_of_somebody_registered_by_the_old_number_finds_them_and_offers_registration():
    ResidentFactory(citizen_id=OLD, full_name="Nguyễn Văn An")
    answer = answer_to(CARD)
    assert (answer.number, answer.can_register) == (OLD, True)
    assert answer.decision.codes == ["no-declaration"]


def test_card_prefers_its_own_number_and_hears_declarations_under_the_old_one():
    ResidentFactory(citizen_id=NEW, full_name="Nguyễn Văn An")
    ResidentFactory(citizen_id=OLD, full_name="Somebody Else")
    DoseFactory(resident_id=OLD)
    filed(1, resident=OLD)
    answer = answer_to(CARD)
    assert (answer.number, answer.doses) == (NEW, ())
    assert answer.declaration.number == OLD


def test_unknown_number_is_found_with_its_declarations():
    filed(1, resident=OTHER)
    answer = answer_to(OTHER)
    assert (answer.number, answer.person, answer.can_register) == (OTHER, None, True)
    assert answer.who.full_name == "Nguyễn Văn An"
    assert answer.decision.codes == ["not-registered"]


def test_number_of_which_nothing_is_known_is_answered():
    answer = answer_to(OTHER)
    assert (answer.who.full_name, answer.doses, answer.declaration) == ("", (), None)
    assert answer.decision.codes == ["no-declaration", "not-registered"]


def test_pass_and_its_code_lead_to_declaration_and_person():
    ResidentFactory(citizen_id=NEW, full_name="Nguyễn Văn An")
    for key in keys_of(filed(1, resident=NEW)):
        answer = answer_to(key if len(key) == 8 else f"https://vaxreg.vn/p/{key}/")
        assert (answer.number, answer.person.number) == (NEW, NEW)
        assert not answer.is_pass_superseded


def test_key_of_no_pass_has_no_answer():
    assert answer_to("3467 9CDF") is None


def test_pass_replaced_by_a_newer_declaration_is_answered_with_the_newer():
    SymptomFactory(code="fever", name="Sốt")
    old = filed(20, resident=NEW)
    newer = filed(2, resident=NEW, symptoms=["fever"])
    answer = answer_to(keys_of(old)[1])
    assert (answer.declaration.pk, answer.is_pass_superseded) == (newer.pk, True)
    assert [symptom.name for symptom in answer.declaration.symptoms] == ["Sốt"]
    assert answer.decision.verdict == "STOP"


def test_declaration_in_force_counts_before_a_newer_one_that_has_ended():
    in_force = filed(20, resident=NEW)
    filed(2, resident=NEW, valid_until=timezone.now() - timedelta(hours=1))
    assert answer_to(NEW).declaration.pk == in_force.pk


def test_declaration_that_has_ended_is_shown_as_that_and_contradicts_nobody():
    ResidentFactory(citizen_id=NEW, full_name="Nguyễn Văn An")
    filed(100, resident=NEW, full_name="Somebody Else")
    answer = answer_to(NEW)
    assert (answer.is_in_force, answer.disagreements) == (False, ())
    assert answer.decision.codes == ["declaration-expired"]


def test_card_declaration_and_registry_are_compared():
    ResidentFactory(citizen_id=NEW, full_name="Nguyễn Văn An", sex="F")
    filed(1, resident=NEW, full_name="Nguyễn Văn Bình", date_of_birth=date(1990, 1, 1), birth_precision="Y")
    answer = answer_to(CARD)
    assert [disagreement.fact for disagreement in answer.disagreements] == ["name", "sex"]
    assert answer.decision.codes == ["disagreement"]
    assert answer.person.contradictions == ("sex",)


def test_symptom_renamed_since_is_shown_once_by_its_latest_name():
    SymptomFactory(code="fever", name="Sốt", in_force_until="2026-01-31")
    SymptomFactory(code="fever", name="Sốt cao", in_force_from="2026-02-01")
    filed(1, resident=NEW, symptoms=["fever"])
    assert [symptom.name for symptom in answer_to(NEW).declaration.symptoms] == ["Sốt cao"]


POSITIVE = {"test_kind": "pcr", "test_result": "positive", "test_taken_at": "2026-01-05T07:30+07:00"}


@pytest.mark.parametrize("said", [{"symptoms": ["fever"]}, {"had_contact": True}, POSITIVE])
def test_declaration_that_leaves_out_what_an_earlier_one_said_is_to_be_checked(said):
    ResidentFactory(citizen_id=NEW, full_name="Nguyễn Văn An")
    filed(5, resident=NEW, **said)
    assert answer_to(NEW).decision.verdict == "STOP"
    filed(1, resident=NEW)
    answer = answer_to(NEW)
    assert (answer.decision.verdict, answer.is_milder_than_before) == ("CHECK", True)
    assert "disagreement" in answer.decision.codes


def test_earlier_declaration_that_has_ended_or_said_less_is_no_matter():
    ResidentFactory(citizen_id=NEW, full_name="Nguyễn Văn An")
    filed(100, resident=NEW, had_contact=True)
    filed(5, resident=NEW)
    filed(1, resident=NEW)
    assert answer_to(NEW).decision.verdict == "PASS"
    filed(0, resident=NEW, had_contact=True)
    assert not answer_to(NEW).is_milder_than_before


def test_withdrawn_and_superseded_declarations_do_not_count():
    journey = uuid4()
    filed(3, resident=NEW, journey=journey, superseded_at=timezone.now())
    edited = filed(2, resident=NEW, journey=journey, version=2)
    filed(1, resident=NEW, withdrawn_at=timezone.now())
    assert [declaration.pk for declaration in find(read_scan(NEW)).declarations] == [edited.pk]


def test_pass_of_an_edited_declaration_leads_to_the_edited_one():
    old = filed(3, resident=NEW, superseded_at=timezone.now())
    edited = filed(2, resident=NEW, journey=old.journey, version=2)
    answer = answer_to(keys_of(old)[1])
    assert (answer.declaration.pk, answer.is_pass_superseded) == (edited.pk, False)


def test_child_without_a_number_is_not_taken_for_the_guardian():
    guardian = ResidentFactory(citizen_id=NEW, full_name="Nguyễn Văn An")
    DoseFactory(resident=guardian)
    own = filed(1, resident=NEW)
    child = filed(1, resident=NEW, journey=own.journey, place_in_journey=1, has_number=False, full_name="Nguyễn Bé Na")
    answer = answer_to(keys_of(child)[1])
    assert (answer.number, answer.person, answer.doses, answer.can_register) == (NEW, None, (), False)
    assert (answer.who.full_name, answer.facts.doses, answer.facts.is_registered) == ("Nguyễn Bé Na", None, None)
    assert answer_to(NEW).declaration.pk == own.pk


def test_facts_carry_doses_test_vehicle_and_the_level_of_the_origin():
    province = UnitFactory()
    ward, other = UnitFactory(parent=province), UnitFactory(parent=province)
    RiskLevelFactory(unit=province, level=2)
    RiskLevelFactory(unit=ward, level=4, in_force_from=date(2026, 1, 1))
    RiskLevelFactory(unit=other, level=3, in_force_until=date(2026, 1, 1))
    DoseFactory(resident=ResidentFactory(citizen_id=NEW, full_name="Nguyễn Văn An"), lot__vaccine__code="comirnaty")
    taken_at = timezone.now() - timedelta(hours=5)
    declaration = filed(1, resident=NEW, origin=ward, test_kind="pcr", test_result="negative", test_taken_at=taken_at)
    facts = answer_to(NEW).facts
    assert [dose.product for dose in facts.doses] == ["comirnaty"]
    assert facts.tests == (TakenTest("pcr", True, taken_at),)
    assert (facts.vehicle, facts.origin_level) == (declaration.vehicle_kind.code, 4)
    type(declaration).objects.update(origin=other)
    assert answer_to(NEW).facts.origin_level == 2
    RiskLevel.objects.filter(unit=province).delete()
    assert answer_to(NEW).facts.origin_level is None


def test_rules_of_this_checkpoint_and_of_all_decide_while_in_force():
    here, there = CheckpointFactory(), CheckpointFactory()
    now = timezone.now()
    rule(reason="draft", begun=False)
    rule(reason="coming", in_force_at=now + timedelta(hours=1))
    rule(reason="ended", ended_at=now - timedelta(minutes=1))
    rule(reason="elsewhere", checkpoint=there)
    own = rule({"kind": "tested", "hours": 72, "codes": ["pcr"], "is_negated": True}, reason="own", checkpoint=here)
    found = find(read_scan(NEW), checkpoint=here.pk, at=now).rules
    assert found[-1] == own.terms
    assert len(found) == 7 + 1
    assert found == rules_at(here, now)
    assert len(find(read_scan(NEW), at=now + timedelta(hours=2)).rules) == 7 + 1
