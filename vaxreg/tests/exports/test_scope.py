"""A row outside the area never leaves, whatever is posted and whatever roles are added up."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory, PassageFactory
from residents.models import AreaAssignment
from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.models import DueDose
from vaccinations.tests.factories import DoseFactory, FacilityFactory, LotFactory, VaccineFactory, clerk
from vaccinations.tests.sheets import NUMBER, brought, known_names
from vaxreg.exports.listings import may_ask, registry
from vaxreg.exports.models import Export
from vaxreg.roles import Role
from vaxreg.tests.exports.factories import asked_in_form, built, export_by, form_of, manager_of, people_of
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db
RECALLED = {"recalled_at": timezone.now(), "recall_document": "12/QĐ", "recall_reason": "nhiệt độ"}
YEAR = {"since": "2021-01-01", "until": timezone.localdate().isoformat()}


def persons(user, listing, **parameters):
    """The numbers of whom the list holds."""
    return sorted(registry.listings[listing].rows(user, parameters).values_list("person", flat=True))


def people_in(unit):
    return {"unit": unit.pk, "born_since": None, "born_until": None, "sex": ""}


def test_people_are_those_of_the_unit_inside_the_area():
    here, elsewhere = UnitFactory(), UnitFactory()
    ward = UnitFactory(parent=here)
    (mine,), (_foreign,) = people_of(here, 1, ward=ward), people_of(elsewhere, 1)
    manager = manager_of(here)
    assert persons(manager, "people", **people_in(here)) == [mine.pk]
    assert persons(manager, "people", **people_in(ward)) == [mine.pk]
    assert persons(manager, "people", **people_in(elsewhere)) == []
    # A manager of a ward who posts the whole province gets the ward.
    assert persons(manager_of(ward), "people", **people_in(here)) == [mine.pk]
    assert persons(manager_of(UnitFactory(parent=here)), "people", **people_in(here)) == []


@pytest.mark.parametrize("facts", [{"roles": [Role.ADMINISTRATOR]}, {"roles": [Role.AUDITOR]}, {"is_superuser": True}])
def test_a_wider_role_besides_widens_nothing(facts):
    here, elsewhere = UnitFactory(), UnitFactory()
    people_of(elsewhere, 1)
    roles = facts.pop("roles", [])
    assert persons(manager_of(here, *roles, **facts), "people", **people_in(elsewhere)) == []


@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR, Role.AUDITOR, Role.CLINIC_STAFF, Role.RESPONSE_AGENT])
def test_nobody_asks_for_being_a_superuser_or_in_another_role(client, role):
    user = UserFactory(is_superuser=True, roles=[role] if role else [])
    assert not [listing for listing in registry.listings.values() if may_ask(user, listing)]
    sign_in(client, user)
    assert client.get("/exports/new/people/").status_code == 404


def test_unit_outside_the_area_is_neither_offered_nor_taken(client):
    here, elsewhere = UnitFactory(), UnitFactory()
    people_of(elsewhere, 1)
    sign_in(client, manager_of(here))
    assert elsewhere.name not in client.get("/exports/new/people/").content.decode()
    assert "error-summary" in client.post("/exports/new/people/", asked_in_form(elsewhere)).content.decode()


def test_people_are_narrowed_by_age_and_sex():
    here = UnitFactory()
    man = ResidentFactory(province=here, date_of_birth=date(1980, 1, 1))
    woman = ResidentFactory(province=here, date_of_birth=date(2000, 1, 1), sex="F")
    manager = manager_of(here)
    assert persons(manager, "people", **people_in(here) | {"sex": "F"}) == [woman.pk]
    assert persons(manager, "people", **people_in(here) | {"born_until": 1999}) == [man.pk]
    assert persons(manager, "people", **people_in(here) | {"born_since": 1990, "born_until": 2000}) == [woman.pk]


def test_old_number_of_a_person_is_not_a_second_person():
    here = UnitFactory()
    person = ResidentFactory(province=here)
    ResidentFactory(citizen_id="012345678", province=here, superseded_by=person)
    assert persons(manager_of(here), "people", **people_in(here)) == [person.pk]


def test_doses_are_those_of_the_own_facility_on_these_days():
    own, other = FacilityFactory(), FacilityFactory()
    mine, _foreign = DoseFactory(facility=own), DoseFactory(facility=other)
    DoseFactory(facility=own, voided=True)
    DoseFactory(facility=own, administered_on=date(2020, 12, 31))
    lead = clerk(own, role=Role.CLINIC_LEAD)
    assert persons(lead, "doses", facility=own.pk, **YEAR) == [mine.resident_id]
    assert persons(lead, "doses", facility=other.pk, **YEAR) == []
    assert persons(manager_of(other.unit), "doses", facility=own.pk, **YEAR) == []
    assert persons(manager_of(own.unit), "doses", facility=own.pk, **YEAR) == [mine.resident_id]


def test_dose_under_an_old_number_leaves_under_the_present_one_with_the_present_facts():
    person = ResidentFactory(full_name="Lê Thị Mới")
    old = ResidentFactory(citizen_id="012345678", full_name="Lê Thị Cũ", superseded_by=person)
    dose = DoseFactory(resident=old)
    lead = clerk(dose.facility, role=Role.CLINIC_LEAD)
    rows = registry.listings["doses"].rows(lead, {"facility": dose.facility_id, **YEAR})
    assert list(rows.values_list("person", "full_name")) == [(person.pk, "Lê Thị Mới")]


def test_recipients_of_a_recalled_lot_are_those_of_the_own_facilities():
    own, other, lot = FacilityFactory(), FacilityFactory(), LotFactory(**RECALLED)
    mine, foreign = DoseFactory(facility=own, lot=lot), DoseFactory(facility=other, lot=lot)
    DoseFactory(facility=own, lot=lot, voided=True)
    DoseFactory(facility=own)
    lead, asked = clerk(own, role=Role.CLINIC_LEAD), {"lot": lot.pk, "facility": None}
    assert persons(lead, "recall", **asked) == [mine.resident_id]
    assert persons(lead, "recall", lot=lot.pk, facility=other.pk) == []
    assert persons(manager_of(other.unit), "recall", **asked) == [foreign.resident_id]
    # Once the recall is lifted nobody needs to be called.
    type(lot).objects.update(recalled_at=None, recall_document="", recall_reason="")
    assert persons(lead, "recall", **asked) == []


def test_due_are_those_of_the_own_facility_under_their_present_number():
    own, other, person = FacilityFactory(), FacilityFactory(), ResidentFactory(full_name="Lê Thị Mới")
    ResidentFactory(citizen_id="012345678", full_name="Lê Thị Cũ", superseded_by=person)
    vaccine, today = VaccineFactory(), timezone.localdate()
    facts = {"dose_number": 2, "earliest_on": today, "recommended_on": today, "computed_on": today}
    facts |= {"products": [vaccine.code]}
    DueDose.objects.create(resident="012345678", facility=own, **facts)
    DueDose.objects.create(resident=ResidentFactory().pk, facility=other, **facts)
    asked = {"facility": own.pk, "when": "now", "vaccine": vaccine.pk, "age_from": None, "age_to": None}
    lead = clerk(own, role=Role.CLINIC_LEAD)
    rows = registry.listings["due"].rows(lead, asked).values_list("person", "full_name", "product_names")
    assert list(rows) == [(person.pk, "Lê Thị Mới", [vaccine.name])]
    assert persons(lead, "due", **asked | {"when": "overdue"}) == []
    assert persons(lead, "due", **asked | {"facility": other.pk}) == []
    assert persons(manager_of(other.unit), "due", **asked) == []


def test_rejected_are_those_of_an_import_of_the_own_area():
    province, elsewhere = known_names(), UnitFactory()
    dose_import = brought({"dose": "15n"}, province=province)
    asked = {"dose_import": dose_import.pk}
    assert persons(manager_of(province), "rejected", **asked) == [NUMBER]
    assert persons(manager_of(elsewhere), "rejected", **asked) == []


def test_traced_are_those_at_the_checkpoints_of_the_area():
    post, foreign, at = CheckpointFactory(), CheckpointFactory(), timezone.now()
    mine = PassageFactory(checkpoint=post, plate="51F12345", decided_at=at)
    PassageFactory(checkpoint=foreign, plate="51F12345", decided_at=at)
    tracer = UserFactory(roles=[Role.TRACER])
    AreaAssignment.objects.create(user=tracer, unit=post.unit)
    asked = {"plate": "51F12345", "checkpoint": None, "begin": (at - timedelta(hours=1)).isoformat()}
    asked |= {"end": (at + timedelta(hours=1)).isoformat()}
    assert persons(tracer, "traced", **asked) == [mine.resident]
    assert persons(tracer, "traced", **asked | {"checkpoint": foreign.pk}) == []


def test_child_without_a_number_leaves_with_what_was_declared_and_not_with_the_guardians_phone():
    post, at = CheckpointFactory(), timezone.now()
    guardian = ResidentFactory(phone="0912345678")
    facts = {"resident": guardian.pk, "has_number": False, "full_name": "Nguyễn Bé Tư"}
    for phone in ("0987654321", ""):
        declaration = DeclarationFactory(**facts, phone=phone)
        PassageFactory(resident=guardian.pk, checkpoint=post, decided_at=at, declaration=declaration)
    tracer = UserFactory(roles=[Role.TRACER])
    AreaAssignment.objects.create(user=tracer, unit=post.unit)
    asked = {"plate": "", "checkpoint": post.pk, "begin": at.isoformat(), "end": (at + timedelta(hours=1)).isoformat()}
    rows = registry.listings["traced"].rows(tracer, asked)
    assert list(rows.values_list("full_name", "phone")) == [("Nguyễn Bé Tư", "0987654321"), ("Nguyễn Bé Tư", "")]


def test_area_that_ended_before_the_file_was_made_gives_nothing():
    here = UnitFactory()
    people_of(here, 2)
    manager = manager_of(here)
    export = export_by(manager, here)
    AreaAssignment.objects.filter(user=manager).update(in_force_until=timezone.localdate() - timedelta(days=1))
    assert built(export).built_people == 0


def test_role_that_ended_before_the_file_was_made_withdraws_the_request():
    here = UnitFactory()
    people_of(here, 1)
    manager = manager_of(here)
    export = export_by(manager, here)
    manager.groups.clear()
    export = built(Export.objects.get(pk=export.pk))
    assert export.state_at(timezone.now()) == Export.State.WITHDRAWN
    assert not export.chunks.exists()


def test_fields_not_chosen_are_not_even_read():
    here = UnitFactory()
    people_of(here, 1)
    form = form_of(manager_of(here), "people", unit=here.pk, plain=["sex"])
    listing = registry.listings["people"]
    (row,) = listing.read(form.user, form.parameters, listing.chosen(form.codes))
    assert set(row) == {"person", "sex"}


@pytest.mark.parametrize("listing", registry.listings.values(), ids=lambda listing: listing.code)
def test_fields_of_a_list_begin_with_those_that_need_no_reason(listing):
    sensitive = [bool(field.why) for field in listing.fields]
    assert sensitive == sorted(sensitive)
    assert not sensitive[0]
    assert listing.fields[-1].code in ("citizen_id", "known_number")
