"""The page where a citizen declares."""

import re
from html import unescape

import pytest

from checkpoints.models import Declaration
from checkpoints.tests.factories import SymptomFactory, VehicleKindFactory, declared, journey
from residents.models import Unit
from residents.tests.factories import UnitFactory
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def refusal(client, **different):
    """The page that a declaration with these answers brings back."""
    response = client.post("/declare/", declared(**different))
    assert response.status_code == 200
    assert not Declaration.objects.exists()
    return unescape(response.content.decode())


def test_it_works(client):
    response = client.post("/declare/", declared())
    declaration = Declaration.objects.get()
    assert response.status_code == 303
    assert re.fullmatch(r"/p/[\w-]{22}/", response["Location"])
    assert (declaration.resident, declaration.full_name) == ("079090000001", "Nguyễn Văn An")
    assert (declaration.phone, declaration.plate, str(declaration.birth)) == ("0912345678", "51F12345", "05/03/1990")
    assert (declaration.symptoms, declaration.had_contact, declaration.places_visited) == ([], False, "")
    assert (declaration.valid_until - declaration.submitted_at).total_seconds() == 72 * 3600
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.resident, entry.channel) == ("declaration.filed", "079090000001", "public")


def test_page_offers_todays_units_vehicles_and_signs_and_presets_no_answer(client):
    UnitFactory(name="Tỉnh Cũ", in_force_from=None, in_force_until="2025-06-30")
    UnitFactory(name="Tỉnh Mới", name_en="New Province")
    SymptomFactory(code="fever")
    SymptomFactory(code="past", name_en="Past", in_force_until="2025-01-01")
    VehicleKindFactory()
    page = client.get("/declare/").content.decode()
    assert page.count(">New Province</option>") == 2
    assert "Tỉnh Cũ" not in page
    assert "Motorbike" in page
    page = client.post("/declare/", declared(do="add")).content.decode()
    assert "Fever" in page
    assert "Past" not in page
    blank = client.post("/declare/", journey(do="continue")).content.decode()
    assert "checked" not in blank
    assert "sessionid" not in client.cookies


def test_wards_are_found_in_the_province_chosen_and_words_are_kept(client):
    province, other = UnitFactory(), UnitFactory()
    ward = UnitFactory(parent=province, name="Phường Bến Nghé")
    UnitFactory(parent=other, name="Phường Bến Nghé")
    answers = {"origin_place": "ben nghe", "destination_place": "Thị trấn Xa Xôi"}
    client.post("/declare/", declared(origin_province=province.pk, destination_province=other.pk, **answers))
    declaration = Declaration.objects.get()
    assert (declaration.origin, declaration.origin_text) == (ward, "ben nghe")
    assert (declaration.destination, declaration.destination_text) == (other, "Thị trấn Xa Xôi")


def test_signs_contact_and_places_are_kept(client):
    for code in ("fever", "cough"):
        SymptomFactory(code=code)
    client.post(
        "/declare/",
        declared(
            symptoms=["fever", "cough"], had_contact="yes", has_travelled="yes", places_visited="Hà Nội,\nLào Cai"
        ),
    )
    declaration = Declaration.objects.get()
    assert (declaration.symptoms, declaration.had_contact) == (["cough", "fever"], True)
    assert declaration.places_visited == "Hà Nội, Lào Cai"


def test_vehicle_without_a_plate_keeps_none(client):
    kind = VehicleKindFactory(has_plate=False)
    client.post("/declare/", declared(vehicle_kind=kind.pk, plate="51F12345"))
    assert Declaration.objects.get().plate == ""


def test_birth_of_which_only_the_year_is_known_is_kept_as_that(client):
    client.post("/declare/", declared(birth="1950"))
    assert str(Declaration.objects.get().birth) == "1950"


@pytest.mark.parametrize(
    ("different", "field", "message"),
    [
        ({"number": ""}, "id_number", "Enter the number on the ID card."),
        ({"full_name": ""}, "id_full_name", "Enter the full name."),
        ({"phone": ""}, "id_phone", "Enter your phone number."),
        ({"origin_place": ""}, "id_origin_place", "Enter the ward or commune you travel from."),
        ({"vehicle_kind": ""}, "id_vehicle_kind", "Choose how you travel."),
        ({"number": "12345"}, "id_number", "Enter 12 digits"),
        ({"birth": "31/02/1990"}, "id_birth", "Enter the date of birth as day/month/year"),
        ({"birth": "01/01/2190"}, "id_birth", "This date of birth lies in the future."),
        ({"phone": "123"}, "id_phone", "Enter a phone number of 10 digits"),
        ({"plate": " - "}, "id_plate", "Enter the number plate of the vehicle."),
        ({"has_travelled": ""}, "id_has_travelled_0", "Answer yes or no."),
        ({"has_travelled": "yes"}, "id_places_visited", "Name the places where you have been."),
        ({"places_visited": "Huế"}, "id_places_visited", "You answered “No” but named places."),
        ({"symptoms": []}, "id_symptoms_0", "Tick the signs you have had"),
        ({"had_contact": ""}, "id_had_contact_0", "Answer yes or no."),
        ({"attested": ""}, "id_attested", "Tick this box to confirm your declaration."),
        ({"origin_province": "0"}, "id_origin_province", "Select a valid choice."),
        ({"checkpoint": "x"}, "id_checkpoint", "Select a valid choice."),
    ],
)
def test_missing_or_wrong_answer_is_named_above_and_beside_its_field(client, different, field, message):
    page = refusal(client, **different)
    assert re.search(rf'<a href="#{field}">[^<]*[:?] {re.escape(message)}', page)
    assert f'id="{field}"' in page
    assert page.count(message) >= 2
    assert different.get("full_name") == "" or 'value="Nguyễn Văn An"' in page


def test_signs_together_with_none_of_these_are_refused(client):
    SymptomFactory(code="fever")
    assert "not both" in refusal(client, symptoms=["fever", "none"])


def test_answer_of_another_province_s_id_is_no_ward(client):
    ward = UnitFactory(parent=UnitFactory())
    assert "Select a valid choice." in refusal(client, origin_province=ward.pk)
    assert Unit.objects.filter(pk=ward.pk).exists()


def test_address_that_sends_too_many_is_asked_to_wait(client, settings):
    settings.PUBLIC_FORM_LIMIT = 1
    assert client.post("/declare/", declared()).status_code == 303
    assert client.post("/declare/", declared()).status_code == 429
    assert Declaration.objects.count() == 1
