import re
from time import time

import pytest
from django.conf import settings

from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaxreg.access import PEOPLE_SEARCH
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.sealing import seal
from vaxreg.tests.factories import UserFactory, sign_in

NUMBER, PHONE = "079301123456", "0912345678"


@pytest.fixture
def province(db):
    return UnitFactory()


@pytest.fixture
def person(province):
    person = ResidentFactory(
        citizen_id=NUMBER,
        full_name="Trần Thị Đào",
        phone=PHONE,
        address="12 Lê Lợi, Phường 1, Quận 1",
        province=province,
    )
    ResidentFactory(citizen_id="123456789", superseded_by=person)
    return person


@pytest.fixture
def sign_in_as(client, province):
    def sign_in_as(role):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        user = UserFactory(roles=[role])
        AreaAssignmentFactory(user=user, unit=province)
        sign_in(client, user)
        return user

    return sign_in_as


def address_of(number):
    return f"/residents/{seal(number, purpose='resident')}/"


def test_it_works(client, person, sign_in_as):
    sign_in_as(Role.CLINIC_STAFF)
    found = client.post("/residents/", {"q": NUMBER}).content.decode()
    (address,) = re.findall(r'href="(/residents/[^"]+/)"', found)
    page = client.get(address).content.decode()
    for shown in (
        "Trần Thị Đào",
        "05/03/1990",
        "079 • •• ••3456",
        "••• ••• 789",
        "09•• ••• 678",
        "•••, Phường 1, Quận 1",
    ):
        assert shown in page
    for hidden in (NUMBER, "079 3 01 123456", PHONE, "Lê Lợi", "123 456 789"):
        assert hidden not in page


def test_number_that_contradicts_the_facts_is_warned_of(client, person, sign_in_as):
    sign_in_as(Role.CLINIC_STAFF)
    # 3 stands for a woman born in the 2000s; the person is a man of 1990.
    page = client.get(address_of(NUMBER)).content.decode()
    assert "The number says another sex" in page
    assert "The number says another year of birth" in page


def test_each_look_is_logged(client, person, sign_in_as):
    user = sign_in_as(Role.CLINIC_STAFF)
    client.get(address_of(NUMBER))
    entry = AuditEntry.objects.get(action="resident.read")
    assert (entry.user, entry.resident, entry.changes) == (user, NUMBER, {"purpose": "page", "found": True})


def test_title_names_the_page_and_nobody(client, person, sign_in_as):
    sign_in_as(Role.RESPONSE_AGENT)
    assert "<title>Record of a person – VaxReg</title>" in client.get(address_of(NUMBER)).content.decode()


def test_reason_shows_everything_and_is_logged(client, person, sign_in_as):
    user = sign_in_as(Role.RESPONSE_AGENT)
    page = client.post(address_of(NUMBER), {"reason": "The citizen is on the phone"}).content.decode()
    for shown in ("079 3 01 123456", "123 456 789", PHONE, "12 Lê Lợi"):
        assert shown in page
    entry = AuditEntry.objects.get(action="resident.unmasked")
    assert (entry.user, entry.resident, entry.changes) == (user, NUMBER, {"reason": "The citizen is on the phone"})


@pytest.mark.parametrize("reason", [" ", "079 301 123456", "079301123456||Trần Thị Đào|05031990|Nữ|x|15042021"])
def test_without_a_reason_nothing_more_is_shown(client, person, sign_in_as, reason):
    sign_in_as(Role.RESPONSE_AGENT)
    page = client.post(address_of(NUMBER), {"reason": reason}).content.decode()
    assert PHONE not in page
    assert "error-summary" in page
    assert not AuditEntry.objects.filter(action="resident.unmasked").exists()


def test_person_of_another_area_is_not_found(client, person, sign_in_as):
    sign_in_as(Role.CLINIC_STAFF)
    other = ResidentFactory(full_name="Lê Ba", province=UnitFactory())
    response = client.post(address_of(other.pk), {"reason": "I would like to know"})
    assert response.status_code == 404
    assert "Lê Ba" not in response.content.decode()


@pytest.mark.parametrize(
    "handle", [NUMBER, "x", seal(NUMBER, purpose="other")], ids=["number", "text", "other purpose"]
)
def test_address_that_was_not_sealed_is_not_found(client, person, sign_in_as, handle):
    sign_in_as(Role.CLINIC_STAFF)
    assert client.get(f"/residents/{handle}/").status_code == 404


def test_address_older_than_a_session_is_not_found(client, person, sign_in_as, monkeypatch):
    sign_in_as(Role.CLINIC_STAFF)
    with monkeypatch.context() as yesterday:
        yesterday.setattr("cryptography.fernet.time.time", lambda: time() - settings.SESSION_COOKIE_AGE - 60)
        address = address_of(NUMBER)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PROVINCIAL_MANAGER])
def test_history_of_all_numbers_is_shown(client, person, sign_in_as, role):
    colleague = UserFactory(full_name="Nguyễn Tò Mò")
    AuditEntry.objects.create(
        user=colleague, channel="web", action="resident.updated", resident="123456789", changes={"phone": ["", PHONE]}
    )
    sign_in_as(role)
    page = client.get(address_of(NUMBER)).content.decode()
    for shown in ("Nguyễn Tò Mò", "Facts corrected", "phone", "Looked up"):
        assert shown in page
    assert PHONE not in page
    assert f"phone: – → {PHONE}" in client.post(address_of(NUMBER), {"reason": "Complaint 12"}).content.decode()


@pytest.mark.parametrize("role", sorted(PEOPLE_SEARCH - {Role.AUDITOR, Role.PROVINCIAL_MANAGER}))
def test_history_is_not_shown_to_others(client, person, sign_in_as, role):
    sign_in_as(role)
    assert "Who looked" not in client.get(address_of(NUMBER)).content.decode()


@pytest.mark.parametrize("role", sorted(set(Role) - PEOPLE_SEARCH))
def test_other_roles_may_not_open_it(client, person, sign_in_as, role):
    sign_in_as(role)
    assert client.get(address_of(NUMBER)).status_code == 403


def test_queries_do_not_grow_with_the_history(client, person, sign_in_as, django_assert_num_queries):
    user = sign_in_as(Role.AUDITOR)
    for _n in range(20):
        AuditEntry.objects.create(user=user, channel="web", action="resident.read", resident=NUMBER)
    client.get(address_of(NUMBER))
    # Session, user with roles, savepoint, person with units, audit entry, savepoint released, numbers twice, merges,
    # history, downloads, exports that wait.
    with django_assert_num_queries(12):
        client.get(address_of(NUMBER))
