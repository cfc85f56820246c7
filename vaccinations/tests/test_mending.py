"""A wrong phone or name, mended with slip and number: /clinic/mend/. The mend is kept, with before and after in the audit."""

import pytest
from django.db import IntegrityError, transaction

from residents.models import Resident
from residents.services import update_resident
from residents.tests.factories import ResidentFactory
from vaccinations.models import Mend
from vaccinations.tests.factories import SlipFactory, clerk
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor, sign_in

pytestmark = pytest.mark.django_db
NUMBER = "079090123456"
CARD = f"{NUMBER}||Nguyễn Văn Đức|05031990|Nam|12 Lê Lợi|15042021"


@pytest.fixture
def slip(facility):
    return SlipFactory(
        code="C6NYWD6G",
        dose__facility=facility,
        dose__resident__citizen_id=NUMBER,
        dose__resident__full_name="Nguyễn Văn Đực",
        dose__resident__phone="0912345678",
        dose__resident__source=Resident.Source.CLINIC,
    )


def find(desk, code="c6ny wd6g", number="079 0 90 123456"):
    return desk.post("/clinic/mend/", {"code": code, "number": number})


def mend(desk, found, **different):
    form = found.context["form"]
    facts = {"mend": form["mend"].value(), "full_name": form.initial["full_name"], "phone": form.initial["phone"]}
    return desk.post("/clinic/mend/", {**facts, "reason": "Nghe nhầm", **different})


def person():
    return Resident.objects.get(pk=NUMBER)


def test_it_works(desk, slip, facility):
    found = find(desk)
    assert "0912345678" in found.content.decode()
    assert NUMBER not in found.content.decode()
    response = mend(desk, found, phone="0912 345 679")
    assert response.url == "/clinic/slip/C6NYWD6G/"
    assert person().phone == "0912345679"
    kept = Mend.objects.get()
    assert (kept.facts, kept.reason, kept.mended_by, kept.facility) == (["phone"], "Nghe nhầm", desk.user, facility)
    entry = AuditEntry.objects.get(action="resident.updated")
    assert entry.changes == {"phone": ["0912345678", "0912345679"], "reason": "Nghe nhầm"}
    assert AuditEntry.objects.get(action="slip.mended").changes["slip"] == "C6NYWD6G"


def test_a_name_nobody_checked_is_mended_without_a_card(desk, slip):
    mend(desk, find(desk), full_name="nguyễn văn đức")
    assert (person().full_name, Mend.objects.get().card_seen) == ("nguyễn văn đức", False)


@pytest.mark.parametrize("source", [Resident.Source.POPULATION, Resident.Source.CLINIC])
def test_a_name_that_was_checked_needs_the_card(desk, slip, source):
    Resident.objects.update(source=source, verified_at="2026-01-01T00:00:00Z" if source == "clinic" else None)
    found = find(desk)
    assert "This name was checked before." in found.content.decode()
    page = mend(desk, found, full_name="Nguyễn Văn Đức").content.decode()
    assert "To change it, scan the person&#x27;s card." in page
    assert person().full_name == "Nguyễn Văn Đực"
    mend(desk, found, full_name="Nguyễn Văn Đức", card=CARD)
    assert person().full_name == "Nguyễn Văn Đức"
    assert Mend.objects.get().card_seen
    assert person().verified_at


def test_the_card_scanned_at_first_counts(desk, slip):
    Resident.objects.update(source=Resident.Source.POPULATION)
    mend(desk, find(desk, number=CARD), full_name="Nguyễn Văn Đức")
    assert person().full_name == "Nguyễn Văn Đức"


@pytest.mark.parametrize("card", [CARD.replace("Đức", "Đạt"), CARD.replace(NUMBER, "079090999999")])
def test_a_card_of_another_name_or_person_mends_nothing(desk, slip, card):
    page = mend(desk, find(desk), full_name="Nguyễn Văn Đức", card=card).content.decode()
    assert "another person&#x27;s, or says another name" in page
    assert not Mend.objects.exists()


@pytest.mark.parametrize(("code", "number"), [("C6NYWD6G", "079090999999"), ("WXYWXYWX", NUMBER)])
def test_slip_and_number_must_belong_together_and_which_is_wrong_is_not_told(desk, slip, code, number):
    page = find(desk, code, number).content.decode()
    assert "No slip of this code belongs to this number." in page
    assert "0912345678" not in page


@pytest.mark.parametrize(
    ("different", "sentence"),
    [
        ({}, "Nothing differs from what is recorded."),
        ({"phone": "12"}, "phone"),
        ({"full_name": ""}, "This field is required."),
        ({"full_name": "Nguyễn 079090123456"}, "A name has no digits."),
        ({"phone": "0912345679", "reason": ""}, "This field is required."),
        ({"phone": "0912345679", "card": "rubbish"}, "This is no number, code or card that we know."),
    ],
)
def test_a_mistake_is_told_and_nothing_typed_is_lost(desk, slip, different, sentence):
    page = mend(desk, find(desk), **{"reason": "Đã gõ lý do", **different}).content.decode()
    assert sentence in page
    assert "Đã gõ lý do" in page or "reason" in different
    assert not Mend.objects.exists()


def test_a_record_changed_meanwhile_is_told(desk, slip):
    found = find(desk)
    update_resident(by=actor(), resident=person(), phone="0900000009")
    page = mend(desk, found, phone="0912345679").content.decode()
    assert "Somebody else has just changed this person" in page
    assert person().phone == "0900000009"


def test_a_page_not_ours_leads_back(desk, slip):
    assert desk.post("/clinic/mend/", {"mend": "x", "full_name": "A"}).url == "/clinic/mend/"


def test_the_slips_page_leads_there_with_its_code_and_no_address_carries_it(desk, slip):
    assert 'action="/clinic/mend/"' in desk.get("/clinic/slip/C6NYWD6G/").content.decode()
    page = desk.post("/clinic/mend/", {"code": "C6NYWD6G"}).content.decode()
    assert 'value="C6NYWD6G"' in page
    assert "This field is required." not in page


def test_staff_elsewhere_find_no_slip(client, slip, english):
    other = sign_in(client, clerk())
    assert "No slip of this code" in find(other).content.decode()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.RESPONSE_AGENT])
def test_others_are_refused(client, role):
    assert sign_in(client, UserFactory(roles=[role])).get("/clinic/mend/").status_code == 403


def test_a_mend_is_kept_for_good(desk, slip):
    mend(desk, find(desk), phone="0912345679")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Mend.objects.update(reason="khác")
    for wrong in ({"facts": []}, {"reason": ""}):
        kept = Mend.objects.values("resident", "dose_id", "facility_id", "facts", "reason").get()
        with pytest.raises(IntegrityError, match="mend_of_something"), transaction.atomic():
            Mend.objects.create(**{**kept, **wrong})


def test_a_phone_that_many_carry_is_asked_about_when_it_is_new_and_no_block(desk, slip):
    for n in range(8):
        ResidentFactory(citizen_id=f"0790500000{n:02d}", phone="0987654321")
    asked = mend(desk, find(desk), phone="0987654321")
    assert "8 people have this phone number already." in asked.content.decode()
    assert person().phone == "0912345678"
    mend(desk, find(desk), phone="0987654321", phone_reason="Điện thoại của trưởng thôn")
    assert person().phone == "0987654321"
    assert AuditEntry.objects.get(action="phone.explained").changes == {"reason": "Điện thoại của trưởng thôn"}
    mend(desk, find(desk), full_name="Nguyễn Văn Đức")
    assert person().full_name == "Nguyễn Văn Đức"
