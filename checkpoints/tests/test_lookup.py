"""What one statement finds for a scan, and what is made of it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from checkpoints.answers import compose
from checkpoints.lookup import find
from checkpoints.scan import read_scan
from checkpoints.tests.factories import DeclarationFactory, SymptomFactory, keys_of
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
    assert answer_to(NEW).decision.codes == ["declared"]


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
