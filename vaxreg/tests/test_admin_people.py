"""Records of people in the admin: masked lists, sealed addresses, and an entry for every look."""

import re
from html import unescape
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from checkpoints.models import Passage
from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory
from residents.models import Resident
from residents.tests.factories import ResidentFactory
from vaccinations.tests.factories import DoseFactory
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db
NUMBER = "079090123456"
LISTS = [
    "/admin/residents/resident/",
    "/admin/vaccinations/dose/",
    "/admin/checkpoints/declaration/",
    "/admin/checkpoints/passage/",
    "/admin/vaxreg/auditentry/",
]


@pytest.fixture
def auditor(client):
    return sign_in(client, UserFactory(username="auditor", roles=[Role.AUDITOR]))


@pytest.fixture
def person():
    return ResidentFactory(citizen_id=NUMBER, full_name="Lê Hữu Ước", phone="0912345678")


@pytest.fixture
def records(person):
    DoseFactory(resident=person)
    DeclarationFactory(resident=NUMBER)
    let_pass(NUMBER)


def let_pass(number):
    Passage.objects.create(
        resident=number,
        checkpoint=CheckpointFactory(),
        officer=UserFactory(),
        outcome="passed",
        verdict="PASS",
        scanned_at=timezone.now(),
        idempotency_key=uuid4(),
    )


def addresses(page):
    return [unquote(unescape(address)) for address in re.findall(r'(?:href|action|src)="([^"]*)"', page)]


def rows_linked(page, path):
    """Where the rows of a list are opened, without the search to come back to."""
    found = [address.partition("?")[0] for address in addresses(page)]
    return [address for address in found if address.startswith(path) and address.endswith("/change/")]


def search(client, path, term):
    return client.post(path, {"term": term})


def found_by(client, path, term=NUMBER):
    """The page that a search leads to."""
    return client.get(search(client, path, term).url).content.decode()


@pytest.mark.parametrize("path", LISTS[:4])
def test_list_shows_nobody_before_a_search_and_says_so(auditor, records, path):
    auditor.cookies["django_language"] = "en"
    for address in (path, f"{path}?p=2", f"{path}?all="):
        page = auditor.get(address).content.decode()
        assert "3456" not in page
        assert "Nobody is listed before you search" in page
        assert "paginator" not in page
    assert not AuditEntry.objects.filter(action__endswith=".listed").exists()


@pytest.mark.parametrize("path", LISTS[:4])
def test_list_that_finds_nobody_says_so(auditor, records, path):
    auditor.cookies["django_language"] = "en"
    assert "Nothing was found." in found_by(auditor, path, "079090999999")


@pytest.mark.parametrize("path", LISTS[:4])
def test_each_person_shown_leaves_an_entry_each_time(auditor, records, path):
    other = ResidentFactory(citizen_id="079090123457", full_name="Lê Hữu Bình")
    term = "le huu" if path == LISTS[0] else NUMBER
    address = search(auditor, path, term).url
    auditor.get(address)
    auditor.get(address)
    listed = AuditEntry.objects.filter(action=f"{path.split('/')[3]}.listed")
    numbers = [NUMBER, other.pk] if path == LISTS[0] else [NUMBER]
    assert sorted(listed.values_list("resident", flat=True)) == sorted(numbers * 2)
    assert {(entry.user.username, entry.channel) for entry in listed} == {("auditor", "admin")}


@pytest.mark.parametrize("path", LISTS)
def test_search_for_a_number_is_recorded_with_the_person(auditor, path):
    search(auditor, path, "079 0 90 123456")
    search(auditor, path, "Ước")
    searched = AuditEntry.objects.filter(action__endswith=".searched").order_by("pk")
    assert [entry.resident for entry in searched] == [NUMBER, ""]


@pytest.mark.parametrize("path", LISTS)
def test_search_of_somebody_else_is_refused(auditor, records, path):
    address = search(auditor, path, NUMBER).url
    sign_in(auditor, UserFactory(roles=[Role.AUDITOR]))
    auditor.cookies["django_language"] = "en"
    answer = auditor.get(address, follow=True)
    assert answer.redirect_chain == [(path, 302)]
    assert "somebody else made it" in answer.content.decode()
    assert not AuditEntry.objects.filter(action__endswith=".listed").exists()


@pytest.mark.parametrize("path", LISTS[:4])
def test_list_shows_the_person_masked_and_never_links_the_number(auditor, records, path):
    page = found_by(auditor, path).replace(f'value="{NUMBER}"', "")
    assert "3456" in page
    assert NUMBER not in page.replace(" ", "")
    assert not [address for address in addresses(page) if NUMBER in address]


def test_opening_a_resident_shows_the_number_and_leaves_an_entry(auditor, person):
    page = found_by(auditor, "/admin/residents/resident/")
    [address] = rows_linked(page, LISTS[0])
    opened = auditor.get(address)
    assert "079 0 90 123456" in opened.content.decode()
    assert not [found for found in addresses(opened.content.decode()) if NUMBER in found]
    entry = AuditEntry.objects.get(action="resident.opened")
    assert (entry.user.username, entry.resident, entry.channel) == ("auditor", NUMBER, "admin")


def test_resident_page_says_what_contradicts_the_number(auditor):
    ResidentFactory(citizen_id="079190123456", sex="M")
    auditor.cookies["django_language"] = "en"
    page = found_by(auditor, "/admin/residents/resident/", "079190123456")
    [address] = rows_linked(page, LISTS[0])
    assert '<div class="readonly">sex</div>' in auditor.get(address).content.decode()


@pytest.mark.parametrize(("path", "action"), [(LISTS[1], "dose"), (LISTS[2], "declaration"), (LISTS[3], "passage")])
def test_opening_a_record_leaves_an_entry_and_links_no_number(auditor, records, path, action):
    page = found_by(auditor, path)
    [address] = rows_linked(page, path)
    opened = auditor.get(address).content.decode()
    assert not [found for found in addresses(opened) if NUMBER in found]
    assert AuditEntry.objects.get(action=f"{action}.opened").resident == NUMBER


@pytest.mark.parametrize("handle", [NUMBER, "gAAAAAxyz", "%ED%A0%80", "1"])
def test_resident_under_the_bare_number_is_no_page(auditor, person, handle):
    assert auditor.get(f"/admin/residents/resident/{handle}/change/").status_code == 404
    assert auditor.get(f"/admin/residents/resident/{handle}/history/").status_code == 404
    assert not AuditEntry.objects.filter(action="resident.opened").exists()


@pytest.mark.parametrize("term", [NUMBER, "079 0 90 123456", "0912345678", "Ước Lê Hữu", "le huu"])
def test_search_finds_under_a_sealed_address_and_is_recorded(auditor, person, term):
    ResidentFactory(full_name="Trần Đức Bình")
    answer = search(auditor, "/admin/residents/resident/", term)
    assert answer.status_code == 302
    assert term not in unquote(answer.url)
    page = auditor.get(answer.url).content.decode()
    assert "Lê Hữu Ước" in page
    assert "Trần Đức Bình" not in page
    assert f'value="{term}"' in page
    assert AuditEntry.objects.get(action="resident.searched").changes == {"term": term}


@pytest.mark.parametrize("query", [f"q={NUMBER}", "q=gAAAAAxyz", "q=%00", "q=%ED%A0%80"])
def test_search_term_in_the_address_finds_nobody(auditor, person, query):
    answer = auditor.get(f"/admin/residents/resident/?{query}", follow=True)
    assert answer.status_code in (200, 400)
    assert "Lê Hữu Ước" not in answer.content.decode()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query", ["citizen_id=1", "resident__phone=0912345678", "_popup=1", "o=1", "e=1", "_to_field=pk"]
)
def test_filters_by_address_are_not_followed(auditor, records, path, query):
    assert auditor.get(f"{path}?{query}").url == path


def test_autocomplete_gives_nobody_away(auditor, person):
    source = "app_label=vaccinations&model_name=dose&field_name=resident"
    assert auditor.get(f"/admin/autocomplete/?term=&{source}").status_code == 403


@pytest.mark.parametrize("path", LISTS)
def test_records_are_read_only_for_superusers_too(client, records, path):
    sign_in(client, UserFactory(is_superuser=True))
    page = found_by(client, path)
    if path == LISTS[0]:
        [address] = rows_linked(page, LISTS[0])
    else:
        address = re.search(rf"{path}\d+/change/", page)[0]
    assert client.get(f"{path}add/").status_code == 403
    assert client.post(address, {"full_name": "X"}).status_code == 403
    assert client.post(address.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403
    assert Resident.objects.get(pk=NUMBER).full_name == "Lê Hữu Ước"


@pytest.mark.parametrize("path", LISTS)
def test_list_takes_as_many_queries_for_many_rows_as_for_one_and_counts_no_table(auditor, records, path):
    address = search(auditor, path, "le huu" if path == LISTS[0] else NUMBER).url
    auditor.get(address)
    with CaptureQueriesContext(connection) as few:
        auditor.get(address)
    for _number in range(5):
        ResidentFactory(full_name="Lê Hữu Bình")
        DeclarationFactory(resident=NUMBER)
        let_pass(NUMBER)
        search(auditor, LISTS[4], NUMBER)
    for number in range(2, 7):
        DoseFactory(resident_id=NUMBER, dose_number=number)
    with CaptureQueriesContext(connection) as many:
        answer = auditor.get(address)
    assert len(answer.context["cl"].result_list) > 1
    assert len(few) == len(many)
    for query in many:
        assert 'COUNT(*) AS "__count" FROM "' not in query["sql"]
        assert "COUNT(*)" not in query["sql"] or "LIMIT 1000" in query["sql"]
