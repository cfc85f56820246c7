"""Somebody not registered: from the card, under a typed number, or without any. Never twice in silence."""

from datetime import date

import pytest

from residents.models import Resident
from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaccinations.tests.factories import DoseFactory
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db
CARD = "079090123456|012345678|Nguyễn Văn Đức|05031990|Nam|12 Lê Lợi, Phường Bến Nghé|15042021"
TYPED = {"full_name": "Nguyễn Văn Đức", "birth": "05/03/1990", "sex": "M", "phone": "0912345678"}
NO_NUMBER = {**TYPED, "has_no_number": "on"}


def identity_of(page):
    return str(page.context["form"]["identity"]).split('value="')[1].split('"')[0]


def register(desk, page, **facts):
    return desk.post("/clinic/register/", {"identity": identity_of(page), **facts})


def scan(desk, text):
    return desk.post("/clinic/person/", {"scan": text})


def test_one_button_registers_from_the_card(desk):
    page = scan(desk, CARD)
    assert "This number is not registered" in page.content.decode()
    assert list(page.context["form"].fields) == ["identity", "phone", "phone_reason", "province", "ward"]
    response = register(desk, page, phone="")
    person = Resident.objects.current().get()
    assert (person.pk, person.full_name, str(person.birth), person.sex) == (
        "079090123456",
        "Nguyễn Văn Đức",
        "05/03/1990",
        "M",
    )
    assert (person.source, bool(person.verified_at)) == ("clinic", True)
    assert Resident.objects.get(pk="012345678").superseded_by == person
    assert "Record a dose" in response.content.decode()
    assert "The card says the same." in response.content.decode()


@pytest.mark.parametrize("text", [CARD, "079090123456", ""])
def test_a_person_registered_is_found_in_the_area_where_they_live(desk, facility, text):
    ward = UnitFactory(parent=facility.unit)
    page = scan(desk, text) if text else desk.get("/clinic/register/")
    form = page.context["form"]
    # Proposed, and there to be seen: the facility's province with its wards.
    assert form["province"].value() == facility.unit.pk
    assert list(form.fields["ward"].queryset) == [ward]
    assert f'<option value="{facility.unit.pk}" selected>' in page.content.decode()
    register(desk, page, **NO_NUMBER, province=facility.unit.pk, ward=ward.pk)
    person = Resident.objects.current().get()
    assert (person.province, person.ward) == (facility.unit, ward)
    AreaAssignmentFactory(user=desk.user, unit=ward)
    assert Resident.objects.visible_to(desk.user).current().get() == person


def test_the_province_of_a_facility_in_a_ward_is_proposed(desk, facility):
    province, facility.unit = facility.unit, UnitFactory(parent=facility.unit)
    facility.save()
    assert desk.get("/clinic/register/").context["form"]["province"].value() == province.pk


def test_a_ward_of_another_province_is_told_and_the_right_ones_are_offered(desk, facility):
    ward = UnitFactory(parent=facility.unit)
    there = UnitFactory(parent=UnitFactory())
    UnitFactory(parent=there.parent, in_force_from=None, in_force_until=date(2025, 6, 30))
    response = register(desk, desk.get("/clinic/register/"), **NO_NUMBER, province=there.parent_id, ward=ward.pk)
    assert "This ward lies in another province." in response.content.decode()
    assert list(response.context["form"].fields["ward"].queryset) == [there]
    assert not Resident.objects.exists()


@pytest.mark.parametrize("province", ["x", "99999999999999999999"])
def test_a_province_that_is_none_is_refused(desk, province):
    response = register(desk, desk.get("/clinic/register/"), **NO_NUMBER, province=province)
    assert "province" in response.context["form"].errors


def test_a_province_not_known_stays_unknown(desk):
    register(desk, desk.get("/clinic/register/"), **NO_NUMBER, province="")
    assert Resident.objects.get().province is None


def test_looking_alone_registers_nobody(desk):
    scan(desk, CARD)
    assert not Resident.objects.exists()


def test_a_typed_number_asks_the_name(desk):
    page = scan(desk, "079090123456")
    empty = register(desk, page)
    assert "full_name" in empty.context["form"].errors
    register(desk, page, **TYPED)
    person = Resident.objects.get()
    assert (person.pk, person.phone, person.verified_at) == ("079090123456", "0912345678", None)


def test_the_same_form_twice_registers_one_person_under_a_number(desk):
    page = scan(desk, "079090123456")
    register(desk, page, **TYPED)
    again = register(desk, page, **TYPED)
    assert "This number was registered already" in again.content.decode()
    assert "Record a dose" in again.content.decode()
    assert Resident.objects.count() == 1


def test_no_number_at_all_gets_a_provisional_one_after_confirmation(desk):
    page = desk.get("/clinic/register/")
    assert "provisional number" in page.content.decode()
    unconfirmed = register(desk, page, **TYPED)
    assert "has_no_number" in unconfirmed.context["form"].errors
    assert TYPED["full_name"] in unconfirmed.content.decode()
    response = register(desk, page, **NO_NUMBER)
    person = Resident.objects.get()
    assert person.pk.startswith("T")
    assert person.grouped_number in response.content.decode()


def test_a_provisional_number_made_up_elsewhere_is_refused(desk):
    page = scan(desk, "T00000000099")
    response = register(desk, page, **TYPED)
    assert "was never issued" in response.content.decode()
    assert not Resident.objects.exists()


def test_the_same_form_twice_without_a_number_points_at_the_first(desk):
    page = desk.get("/clinic/register/")
    register(desk, page, **NO_NUMBER)
    again = register(desk, page, **NO_NUMBER)
    assert "Somebody who may be this person is registered" in again.content.decode()
    assert Resident.objects.count() == 1


@pytest.mark.parametrize("text", [CARD, "079090123456", ""])
def test_a_possible_double_is_pointed_out_first(desk, text):
    there = ResidentFactory(citizen_id="079090000001", full_name="NGUYEN VAN DUC", phone="0987654321")
    ResidentFactory(full_name="Nguyễn Văn Đức", date_of_birth="1991-03-05")
    page = scan(desk, text) if text else desk.get("/clinic/register/")
    response = register(desk, page, **NO_NUMBER)
    assert [double.resident for double in response.context["doubles"]] == [there]
    assert "same name, same date of birth" in response.content.decode()
    assert AuditEntry.objects.filter(action="resident.listed", resident=there.pk, user=desk.user).exists()
    assert "NGUYEN VAN DUC" in response.content.decode()
    assert there.phone not in response.content.decode()
    assert there.pk not in response.content.decode()
    assert Resident.objects.current().count() == 2
    # Enter pressed without looking neither makes a second person nor opens one who may be somebody else.
    assert response.content.decode().count("autofocus") == 1
    assert 'role="alert" tabindex="-1" autofocus' in response.content.decode()
    # Having seen them, the clerk says that this is another person. What was typed is still there.
    register(desk, response, **NO_NUMBER)
    assert Resident.objects.current().count() == 3


def test_a_double_tap_on_another_person_still_registers_once(desk):
    ResidentFactory(full_name="Nguyễn Văn Đức")
    pointed = register(desk, desk.get("/clinic/register/"), **NO_NUMBER)
    register(desk, pointed, **NO_NUMBER)
    again = register(desk, pointed, **NO_NUMBER)
    assert again.context["doubles"]
    assert Resident.objects.count() == 2


@pytest.mark.parametrize(
    ("born", "precision", "typed", "expected"),
    [
        ("1990-03-05", "D", "05/03/1990", True),
        ("1990-03-05", "D", "1990", True),
        ("1990-01-01", "Y", "05/03/1990", True),
        ("1990-03-01", "M", "05/03/1990", True),
        ("1990-04-01", "M", "05/03/1990", False),
        ("1990-03-06", "D", "05/03/1990", False),
        ("1989-01-01", "Y", "1990", False),
        (None, "U", "", True),
        (None, "U", "05/03/1990", False),
        ("1990-03-05", "D", "", False),
    ],
)
def test_births_compare_as_far_as_they_are_known(desk, born, precision, typed, expected):
    ResidentFactory(full_name="Nguyễn Văn Đức", date_of_birth=born, birth_precision=precision)
    response = register(desk, desk.get("/clinic/register/"), **{**NO_NUMBER, "birth": typed})
    assert bool(response.context.get("doubles")) is expected


def test_who_is_alike_is_offered_with_the_evidence_in_words(desk):
    there = ResidentFactory(citizen_id="079090123465", full_name="Nguyễn Văn Dực", phone="0912345678")
    response = register(desk, scan(desk, "079090123456"), **TYPED)
    assert [double.resident for double in response.context["doubles"]] == [there]
    for words in ("two digits of the number changed places", "same date of birth", "same phone"):
        assert words in response.content.decode()
    assert Resident.objects.count() == 1


def test_who_is_surely_meant_is_opened_by_enter(desk):
    ResidentFactory(citizen_id="079090000001", full_name="NGUYEN VAN DUC", phone="0912345678")
    response = register(desk, desk.get("/clinic/register/"), **NO_NUMBER)
    assert "autofocus>This is the person <kbd>Alt+1</kbd>" in response.content.decode()


def this_is_the_person(desk, response):
    same = response.content.decode().split('name="same" value="')[1].split('"')[0]
    return desk.post("/clinic/same/", {"same": same})


@pytest.mark.parametrize(
    ("had", "presented", "current"),
    [
        ("T00000000001", "079090123456", "079090123456"),
        ("012345678", "079090123456", "079090123456"),
        ("079090123456", "012345678", "079090123456"),
    ],
)
def test_the_number_presented_is_added_to_the_person_found(desk, had, presented, current):
    dose = DoseFactory(resident__citizen_id=had, resident__full_name="Nguyễn Văn Đức")
    pointed = register(desk, scan(desk, presented), **TYPED)
    response = this_is_the_person(desk, pointed)
    assert dose.vaccine.name in response.content.decode()
    assert Resident.objects.current().get().pk == current
    assert set(Resident.objects.numbers_of(presented)) == {had, presented}


def test_a_second_citizen_id_is_not_joined_and_that_is_told(desk):
    ResidentFactory(citizen_id="079090000001", full_name="Nguyễn Văn Đức")
    pointed = register(desk, scan(desk, "079090123456"), **TYPED)
    assert "The number was not added" in this_is_the_person(desk, pointed).content.decode()
    assert Resident.objects.get().pk == "079090000001"


def test_somebody_without_a_number_is_simply_opened(desk):
    ResidentFactory(citizen_id="079090000001", full_name="Nguyễn Văn Đức")
    pointed = register(desk, desk.get("/clinic/register/"), **NO_NUMBER)
    response = this_is_the_person(desk, pointed)
    assert "079 0 90 000001" in response.content.decode()
    assert "The number was not added" not in response.content.decode()


def test_the_old_number_of_the_card_joins_its_holder(desk):
    dose = DoseFactory(resident__citizen_id="012345678", resident__full_name="Nguyễn Văn Đức")
    page = scan(desk, CARD)
    assert "Registering makes both one record" in page.content.decode()
    response = register(desk, page)
    assert dose.vaccine.name in response.content.decode()
    assert Resident.objects.current().get().pk == "079090123456"


@pytest.mark.parametrize("answer", [{}, {"is_holder": "on"}])
def test_the_old_number_of_somebody_of_unknown_birth_is_joined_only_when_the_clerk_says_so(desk, answer):
    ResidentFactory(citizen_id="012345678", full_name="Nguyễn Văn Đức", sex="", date_of_birth=None, birth_precision="U")
    page = scan(desk, CARD)
    assert "It stays theirs unless you say below" in page.content.decode()
    assert "a date of birth that agrees" not in page.content.decode()
    assert "is_holder" in page.context["form"].fields
    register(desk, page, **answer)
    assert Resident.objects.current().count() == (1 if answer else 2)


def test_a_card_does_not_say_the_same_as_a_record_of_unknown_birth(desk):
    ResidentFactory(citizen_id="079090123456", full_name="Nguyễn Văn Đức", date_of_birth=None, birth_precision="U")
    assert "The card says the same." not in scan(desk, CARD).content.decode()


@pytest.mark.parametrize("facts", [{"full_name": "Phạm Thị Khác"}, {"full_name": "Nguyễn Văn Đức", "sex": "F"}])
def test_the_old_number_of_somebody_else_stays_theirs(desk, facts):
    ResidentFactory(citizen_id="012345678", **facts)
    page = scan(desk, CARD)
    assert "It stays theirs." in page.content.decode()
    assert "is_holder" not in page.context["form"].fields
    register(desk, page, is_holder="on")
    assert Resident.objects.current().count() == 2


@pytest.mark.parametrize("name", [CARD, "Nguyễn Văn 079090123456", "\u200b"])
def test_a_card_scanned_into_the_name_is_told(desk, name):
    response = register(desk, desk.get("/clinic/register/"), **{**NO_NUMBER, "full_name": name})
    assert "full_name" in response.context["form"].errors
    assert not Resident.objects.exists()


def test_a_card_too_long_for_the_registry_is_no_card(desk):
    response = scan(desk, f"079090123456||{'A' * 151}|05031990|Nam|x|15042021")
    assert response.context["form"].errors
    assert scan(desk, f"079090123456||A|05031990|Nam|{'x' * 251}|15042021").context["form"].errors


@pytest.mark.parametrize("path", ["register", "same"])
@pytest.mark.parametrize("sealed", ["", "x"])
def test_a_page_not_ours_leads_back_to_the_box(desk, path, sealed):
    assert desk.post(f"/clinic/{path}/", {"identity": sealed, "same": sealed, **NO_NUMBER}).url == "/clinic/"
    assert not Resident.objects.exists()


def carriers(count, phone="0912345678"):
    for n in range(count):
        ResidentFactory(
            citizen_id=f"0790500000{n:02d}", phone=phone, full_name="Trần Thị Bưởi", date_of_birth="1950-02-01"
        )


def test_a_phone_that_many_carry_is_asked_about_and_no_block(desk):
    """FIELD 2, complaint 5: one number used for a whole company."""
    carriers(8)
    page = desk.get("/clinic/register/")
    asked = register(desk, page, **NO_NUMBER)
    assert "8 people have this phone number already." in asked.content.decode()
    assert list(asked.context["form"].errors) == ["phone_reason"]
    assert 'value="0912345678"' in asked.content.decode()
    register(desk, page, **NO_NUMBER, phone_reason="Điện thoại của trưởng thôn")
    person = Resident.objects.get(full_name="Nguyễn Văn Đức")
    entry = AuditEntry.objects.get(action="phone.explained")
    assert (entry.resident, entry.changes) == (person.pk, {"reason": "Điện thoại của trưởng thôn"})


def test_a_phone_that_fewer_carry_is_not_asked_about(desk):
    carriers(7)
    ResidentFactory(citizen_id="012345678", phone="0912345678", superseded_by=Resident.objects.first())
    register(desk, desk.get("/clinic/register/"), **NO_NUMBER, phone_reason="thừa")
    assert Resident.objects.filter(full_name="Nguyễn Văn Đức").exists()
    assert not AuditEntry.objects.filter(action="phone.explained").exists()


def test_without_a_phone_nobody_is_asked_why_so_many_have_none(desk):
    carriers(9, phone="")
    register(desk, desk.get("/clinic/register/"), **{**NO_NUMBER, "phone": ""})
    assert Resident.objects.filter(full_name="Nguyễn Văn Đức").exists()
