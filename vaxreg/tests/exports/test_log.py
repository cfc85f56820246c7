"""Years later: which files held this person, with which fields, and who took them. Reading that is logged too."""

import pytest

from residents.tests.factories import ResidentFactory, UnitFactory
from vaxreg.exports import services
from vaxreg.exports.models import Export
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.sealing import seal
from vaxreg.tests.exports.factories import built, export_by, later, manager_of, people_of, ready_export
from vaxreg.tests.factories import UserFactory, actor, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client):
    user = UserFactory(roles=[Role.AUDITOR])
    sign_in(client, user)
    client.cookies["django_language"] = "en"
    return user


def downloaded(export):
    return services.start_download(by=actor(export.requested_by), export=export, format="csv", now=later())


def found(client, **said):
    return [export.pk for export in client.post("/exports/log/", said).context["page"].exports]


def test_person_is_found_with_fields_taker_and_download(client, auditor):
    export = ready_export(people=1, sensitive=("phone",))
    ready_export(people=1)
    download = downloaded(export)
    number = export.exported_people.get().resident
    page = client.post("/exports/log/", {"person": f"{number[:3]} {number[3:]}"})
    text = page.content.decode()
    assert [one.pk for one in page.context["page"].exports] == [export.pk]
    spaced = f"{download.code[:4]} {download.code[4:]}"
    for fact in (
        "Year of birth, Phone",
        export.requested_by.full_name,
        export.requested_by.username,
        "KH-12/2026",
        spaced,
    ):
        assert fact in text
    assert number not in text.replace(f'value="{number[:3]} {number[3:]}"', "")


def test_person_is_found_under_a_number_that_came_later(client, auditor):
    export = ready_export(people=1)
    old = export.exported_people.get().resident
    now = ResidentFactory(citizen_id="079090888888")
    type(now).objects.filter(pk=old).update(superseded_by=now)
    assert found(client, person=now.pk) == [export.pk]
    assert found(client, person=old) == [export.pk]


def test_log_is_searched_by_user_case_and_code(client, auditor):
    one, other = ready_export(), ready_export()
    code = downloaded(one).code
    everything = [other.pk, one.pk]
    assert found(client) == everything
    assert found(client, username=one.requested_by.username) == [one.pk]
    assert found(client, case_number="KH-12/2026") == everything
    assert found(client, case_number="KH") == []
    assert found(client, code=f"{code[:4].lower()} {code[4:]}") == [one.pk]
    assert found(client, code="xyz") == found(client, person="nonsense") == []
    assert found(client, username=other.requested_by.username, code=code) == []


def test_reading_the_log_is_logged_in_the_persons_history(client, auditor):
    number = ready_export(people=1).exported_people.get().resident
    found(client, person=number, case_number="KH-12/2026")
    entry = AuditEntry.objects.get(action="export.log-read")
    assert (entry.user, entry.resident, entry.changes["case_number"]) == (auditor, number, "KH-12/2026")


def test_address_carries_no_person(client, auditor):
    number = ready_export(people=1).exported_people.get().resident
    page = client.get(f"/exports/log/?person={number}")
    assert AuditEntry.objects.get(action="export.log-read").resident == ""
    assert "no-store" in page["Cache-Control"]


def test_pages_follow_each_other_without_gap_or_more_queries(client, auditor, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("vaxreg.exports.log.PAGE_SIZE", 2)
    unit = UnitFactory()
    people_of(unit, 1)
    exports = [built(export_by(manager_of(unit), unit)) for _n in range(5)]
    for export in exports:
        downloaded(export)
    pages, before = [], ""
    while before is not None:
        page = client.post("/exports/log/", {"before": before}).context["page"]
        pages += [export.pk for export in page.exports]
        before = page.older
    assert pages == [export.pk for export in reversed(exports)]
    # Session, user with roles, savepoint, exports with people of the staff, downloads, their users, audit entry, released;
    # and the exports that wait, which the head shows.
    with django_assert_num_queries(9):
        client.post("/exports/log/", {})


def test_own_list_is_paged_and_needs_no_more_queries_for_more(client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("vaxreg.exports.views.PAGE_SIZE", 2)
    unit = UnitFactory()
    people_of(unit, 1)
    manager = manager_of(unit)
    exports = [export_by(manager, unit) for _n in range(3)]
    sign_in(client, manager)
    first = client.get("/exports/")
    assert [export.pk for export, _state in first.context["own"]] == [exports[2].pk, exports[1].pk]
    assert f"/exports/{exports[0].pk}/" in client.get(f"/exports/?before={first.context['older']}").content.decode()
    assert client.get("/exports/?before=" + "9" * 40).status_code == 200
    # Session, user with roles, own exports, areas, waiting ones; and their count in the head.
    with django_assert_num_queries(6):
        client.get("/exports/")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PROVINCIAL_MANAGER])
def test_person_page_shows_the_files_that_left(client, role):
    export = ready_export(people=1)
    person = export.exported_people.get().resident
    unit = export.requested_by.area_assignments.get().unit
    sign_in(client, manager_of(unit) if role == Role.PROVINCIAL_MANAGER else UserFactory(roles=[role]))
    client.cookies["django_language"] = "en"
    address = f"/residents/{seal(person, purpose='resident')}/"
    assert "None." in client.get(address).content.decode()
    code = downloaded(export).code
    page = client.get(address).content.decode()
    assert f"{code[:4]} {code[4:]}" in page
    assert "Year of birth, Full name" in page


def test_list_that_is_no_more_in_the_code_is_still_told(client, auditor):
    export = ready_export(people=1)
    # The database refuses to change what was asked: another list stands in for one of long ago.
    facts = {field.attname: getattr(export, field.attname) for field in Export._meta.concrete_fields}
    facts |= {
        "id": None,
        "listing": "gone",
        "fields": ["lost"],
        "idempotency_key": "12345678-1234-5678-1234-567812345678",
    }
    Export(
        **facts | {"words": {"en": {"title": "Old list", "fields": ["Shoe size"], "sensitive": [], "parameters": []}}}
    ).save()
    page = client.get("/exports/log/").content.decode()
    assert "Old list" in page
    assert "Shoe size" in page


def test_auditor_opens_a_request_but_takes_no_file(client, auditor):
    export = ready_export()
    page = client.get(f"/exports/{export.pk}/").content.decode()
    assert "The file is ready" in page
    assert "/download/" not in page
    assert client.post(f"/exports/{export.pk}/download/").status_code == 403
