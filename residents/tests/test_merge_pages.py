"""From a person's page to both records side by side, to one record, and back to two."""

import re

import pytest
from django.conf import settings

from residents.models import DuplicatePair, Merge, Resident
from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaccinations.tests.factories import DoseFactory
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.sealing import seal
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db
A, B, TWIN, OUTSIDE = "079190000001", "T00000000001", "079190000002", "079190000003"
WHY = "cùng thẻ, cùng mẹ và điện thoại"


@pytest.fixture
def people():
    home = UnitFactory()
    person = ResidentFactory(citizen_id=A, full_name="Trần Thị Đào", sex="F", phone="0912345678", province=home)
    other = ResidentFactory(
        citizen_id=B, full_name="Trần Thi Đào", sex="F", phone="0987654321", address="12 Lê Lợi, Phường 1"
    )
    DoseFactory(resident=person)
    DoseFactory(resident=other)
    return person, other


@pytest.fixture
def manager(client, people):
    return signed_in(client, Role.PROVINCIAL_MANAGER, people[0].province)


def signed_in(client, role, unit):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    user = UserFactory(roles=[role], full_name="Lê Thị Quản")
    AreaAssignmentFactory(user=user, unit=unit)
    sign_in(client, user)
    return user


def person_address(number):
    return f"/residents/{seal(number, purpose='resident')}/"


def pair_address(*numbers):
    return f"/residents/merge/{seal(sorted(numbers), purpose='merge')}/"


def merged(client, **sent):
    return client.post(pair_address(A, B), {"merge": "1", "keep": "0", "reason": WHY} | sent, follow=True)


def text_of(response):
    return response.content.decode()


def test_it_works(client, people, manager):
    assert "/merge/" in text_of(client.get(person_address(A)))
    response = client.post(f"{person_address(A)}merge/", {"number": B}, follow=True)
    page = text_of(response)
    for shown in ("Trần Thị Đào", "Trần Thi Đào", "T ••• •••• 0001", "differs", "Dose 1 is recorded 2 times"):
        assert shown in page
    address, _status = response.redirect_chain[-1]
    page = text_of(client.post(address, {"merge": "1", "keep": "0", "reason": WHY}, follow=True))
    assert "Merged into one record" in page
    assert WHY in page
    assert "doses: 1" in page
    made = Merge.objects.get()
    assert (made.kept, made.dropped, made.by) == (A, B, manager)
    page = text_of(client.get(person_address(A)))
    assert f"/residents/merges/{made.pk}/" in page
    assert "T ••• •••• 0001" in page
    page = text_of(client.post(f"/residents/merges/{made.pk}/", {"reason": "hai chị em"}, follow=True))
    assert "Merge undone" in page
    assert "hai chị em" in page
    assert Resident.objects.current().count() == 2


def test_numbers_are_masked_until_a_reason_is_given_and_each_look_is_logged(client, people, manager):
    page = text_of(client.get(pair_address(A, B)))
    assert not [secret for secret in (A, B, "0912345678", "0987654321", "Lê Lợi") if secret in page.replace(" ", "")]
    assert set(AuditEntry.objects.filter(action="resident.read").values_list("resident", flat=True)) == {A, B}
    page = text_of(client.post(pair_address(A, B), {"show": "1", "keep": "1", "reason": ""}))
    assert "0987654321" not in page
    assert not AuditEntry.objects.filter(action="resident.unmasked").exists()
    page = text_of(client.post(pair_address(A, B), {"show": "1", "keep": "1", "reason": WHY}))
    assert "0987654321" in page
    assert WHY in page
    assert re.search(r'value="1"[^>]*checked', page)
    unmasked = AuditEntry.objects.filter(action="resident.unmasked", user=manager)
    assert {entry.resident for entry in unmasked} == {A, B}
    assert not Merge.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"reason": ""}, "This field is required"),
        ({"reason": "079190000009"}, "Say the reason in words"),
        ({"keep": "7"}, "Select a valid choice"),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(client, people, manager, sent, said):
    page = text_of(merged(client, **sent))
    assert said in page
    assert sent.get("reason") or WHY if "reason" not in sent else True
    assert not Merge.objects.exists()


def test_two_citizen_ids_ask_for_a_second_reason(client, people, manager):
    ResidentFactory(citizen_id=TWIN, full_name="Trần Thị Mai", province=people[0].province)
    address, sent = pair_address(A, TWIN), {"merge": "1", "keep": "0", "reason": WHY}
    page = text_of(client.post(address, sent))
    assert "Two citizen IDs" in page
    assert "This field is required" in page
    assert not Merge.objects.exists()
    client.post(address, sent | {"second_reason": "công an xã xác nhận cấp nhầm"})
    assert Merge.objects.get().second_reason == "công an xã xác nhận cấp nhầm"


def test_the_better_number_is_proposed(client, people, manager):
    page = text_of(client.get(pair_address(A, B)))
    (checked,) = re.findall(r'<input type="radio"[^>]*value="(\d)"[^>]*checked', page)
    assert checked == "0"


def test_a_second_press_finds_one_record(client, people, manager):
    merged(client)
    assert "These two numbers are of one record already" in text_of(merged(client))
    assert Merge.objects.count() == 1


@pytest.mark.parametrize(
    ("number", "said"), [("079190000099", "Nobody is registered"), (A, "own already"), ("1", "digits")]
)
def test_a_number_of_nobody_or_of_the_person_is_said_beside_the_field(client, people, manager, number, said):
    assert said in text_of(client.post(f"{person_address(A)}merge/", {"number": number}))


def test_people_of_other_areas_cannot_be_merged_nor_their_merges_seen(client, people, manager):
    ResidentFactory(citizen_id=OUTSIDE)
    assert client.get(pair_address(B, OUTSIDE)).status_code == 404
    assert client.get(pair_address(A, "079190000099")).status_code == 404
    assert client.get("/residents/merge/forged/").status_code == 404
    made = Merge.objects.create(kept=B, dropped=OUTSIDE, reason="x")
    assert client.get(f"/residents/merges/{made.pk}/").status_code == 404


def test_what_was_recorded_since_must_be_said_to_stay(client, people, manager):
    merged(client)
    made = Merge.objects.get()
    DoseFactory(resident=people[0], dose_number=2)
    address = f"/residents/merges/{made.pk}/"
    page = text_of(client.post(address, {"reason": "hai chị em"}))
    assert "Dose 2 of" in page
    assert "Say that it stays" in page
    assert "hai chị em" in page
    client.post(address, {"reason": "hai chị em", "later_stay": "on"})
    assert Merge.objects.get().is_undone


def test_what_must_be_undone_first_is_listed_and_there_is_no_button(client, people, manager):
    merged(client)
    Resident.objects.filter(pk__in=[A, B]).update(
        superseded_by=ResidentFactory(citizen_id=TWIN, province=people[0].province)
    )
    page = text_of(client.get(f"/residents/merges/{Merge.objects.get().pk}/"))
    assert "Before it can be undone" in page
    assert "corrected since" in page
    assert 'name="reason"' not in page


def test_likely_doubles_lead_to_the_comparison(client, people, manager):
    DuplicatePair.objects.create(person_a_id=A, person_b_id=B, band="likely", score=20, evidence=[])
    page = text_of(client.get(person_address(A)))
    (address,) = re.findall(r'href="(/residents/merge/[^"]+)"', page)
    assert "Trần Thi Đào" in text_of(client.get(address))


def test_a_likely_double_of_a_number_merged_since_is_the_person_it_leads_to(client, people, manager):
    twin = ResidentFactory(citizen_id=TWIN, full_name="Trần Thị Mai")
    Resident.objects.filter(pk=TWIN).update(superseded_by=ResidentFactory(citizen_id=OUTSIDE, full_name="Lê Thị Nay"))
    DuplicatePair.objects.create(person_a_id=twin.pk, person_b_id=B, band="likely", score=20, evidence=[])
    merged(client)
    page = text_of(client.get(person_address(A)))
    assert "Lê Thị Nay" in page
    assert "Trần Thị Mai" not in page


def test_only_who_may_merge_is_offered_it(client, people):
    signed_in(client, Role.AUDITOR, people[0].province)
    made = Merge.objects.create(kept=A, dropped="123456789", reason=WHY)
    page = text_of(client.get(person_address(A)))
    assert WHY in page
    assert f"/residents/merges/{made.pk}/" not in page
    assert "Merge with another" not in page


def test_comparing_takes_as_many_queries_for_many_records(client, people, manager, django_assert_max_num_queries):
    for number in range(2, 6):
        DoseFactory(resident=people[1], dose_number=number)
    with django_assert_max_num_queries(45):
        client.get(pair_address(A, B))
