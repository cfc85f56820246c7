"""Asking for a list: what must be said, what is shown before, and how many people one person's word is good for."""

import pytest

from residents.tests.factories import ResidentFactory, UnitFactory
from vaxreg.exports import services
from vaxreg.exports.models import Export
from vaxreg.models import AuditEntry
from vaxreg.tests.exports.factories import (
    asked_in_form,
    built,
    content_of,
    export_by,
    form_of,
    later,
    manager_of,
    people_of,
    preview_and_send,
    text_of,
)
from vaxreg.tests.factories import actor, sign_in

pytestmark = pytest.mark.django_db
ADDRESS = "/exports/new/people/"


@pytest.fixture
def unit():
    return UnitFactory()


@pytest.fixture
def manager(client, unit):
    user = manager_of(unit)
    sign_in(client, user)
    client.cookies["django_language"] = "en"
    return user


def test_least_sensitive_fields_are_ticked_beforehand_and_the_others_say_why_not(client, manager):
    page = client.get(ADDRESS)
    form = page.context["form"]
    assert form["plain"].value() == ["ward", "sex", "birth_year"]
    assert not form["sensitive"].value()
    assert "it never changes, opens other registers" in page.content.decode()


def test_preview_counts_people_and_shows_five_masked(client, manager, unit):
    people_of(unit, 7, full_name="Nguyễn Thị Thủy", phone="0912345678")
    page = client.post(ADDRESS, asked_in_form(unit, sensitive=["full_name", "phone", "citizen_id", "birth"]))
    text = page.content.decode()
    assert page.context["preview"].people == 7
    assert len(page.context["preview"].rows) == 5
    assert "N. T. Thủy" in text
    assert not any(secret in text for secret in ("Nguyễn Thị Thủy", "0912345678", "079090", "05/03/1990"))


def test_preview_is_logged_for_each_person_shown(client, manager, unit):
    people_of(unit, 2)
    client.post(ADDRESS, asked_in_form(unit))
    entries = AuditEntry.objects.filter(action="export.previewed")
    assert entries.get(resident="").changes["people"] == 2
    assert entries.exclude(resident="").count() == 2


@pytest.mark.parametrize("missing", ["purpose", "purpose_text", "case_number", "unit"])
def test_nothing_is_shown_without(client, manager, unit, missing):
    people_of(unit, 1)
    page = client.post(ADDRESS, asked_in_form(unit) | {missing: ""})
    assert "error-summary" in page.content.decode()
    assert not AuditEntry.objects.filter(action="export.previewed").exists()


@pytest.mark.parametrize("name", ["purpose_text", "case_number"])
@pytest.mark.parametrize("number", ["079301123456", "012345678", "T00000000001"])
def test_number_of_a_person_is_refused_where_the_log_would_show_it(client, manager, unit, name, number):
    page = client.post(ADDRESS, asked_in_form(unit, **{name: f"theo đơn của {number}"}))
    assert "This holds an ID number of a person" in page.content.decode()


def test_no_field_chosen_is_refused(client, manager, unit):
    assert "Choose at least one field" in client.post(ADDRESS, asked_in_form(unit, plain=[])).content.decode()


def test_what_was_not_looked_at_is_not_sent(client, manager, unit):
    people_of(unit, 1)
    sent = asked_in_form(unit)
    seen = client.post(ADDRESS, sent).context["seen"]
    page = client.post(ADDRESS, sent | {"step": "send", "seen": seen, "sensitive": ["citizen_id"]})
    assert "Look again, then send it" in page.content.decode()
    assert not Export.objects.exists()


def test_preview_of_somebody_else_sends_nothing(client, manager, unit):
    people_of(unit, 1)
    other = form_of(manager_of(unit), "people", unit=unit.pk, plain=["ward"])
    client.post(ADDRESS, asked_in_form(unit, plain=["ward"], step="send", seen=other.new_seen()))
    assert not Export.objects.exists()


def test_short_list_comes_at_once_and_is_logged_all_the_same(client, manager, unit):
    people_of(unit, 3)
    response = preview_and_send(client, "people", asked_in_form(unit, plain=["ward"]))
    assert response["Content-Disposition"].startswith('attachment; filename="vaxreg-')
    assert content_of(response).startswith(b"PK")
    export = Export.objects.get()
    assert export.exported_people.count() == 3
    assert export.downloads.get().user == manager


def test_form_sent_twice_is_one_export(client, manager, unit, settings):
    settings.EXPORT_FREE_PEOPLE = 0
    people_of(unit, 1)
    sent = asked_in_form(unit)
    sent |= {"seen": client.post(ADDRESS, sent).context["seen"], "step": "send"}
    addresses = {client.post(ADDRESS, sent).url for _twice in range(2)}
    assert addresses == {f"/exports/{Export.objects.get().pk}/"}


def test_longer_list_has_a_page_with_its_file(client, manager, unit, settings):
    settings.EXPORT_FREE_PEOPLE = 2
    people_of(unit, 3, full_name="Lê Hữu Ước")
    response = preview_and_send(client, "people", asked_in_form(unit, sensitive=["full_name"]))
    page = client.get(response.url)
    assert "The file is ready" in page.content.decode()
    assert "Lê Hữu Ước" in text_of(client.post(f"{response.url}download/", {"format": "csv"}))


def test_empty_list_is_refused(manager, unit):
    with pytest.raises(services.NobodyError):
        export_by(manager, unit)


def test_people_taken_within_a_day_are_added_up(manager, unit, settings):
    settings.EXPORT_APPROVAL_PEOPLE = 5
    people_of(unit, 3)
    assert not export_by(manager, unit).needs_approval
    assert export_by(manager, unit).needs_approval
    assert not export_by(manager_of(unit), unit).needs_approval
    assert not export_by(manager, unit, now=later(hours=25)).needs_approval


def test_withdrawing_gives_the_day_back_only_of_what_did_not_leave(manager, unit, settings):
    settings.EXPORT_APPROVAL_PEOPLE = 5
    people_of(unit, 3)
    first = export_by(manager, unit)
    services.withdraw(by=actor(manager), export=first, now=later())
    second = export_by(manager, unit)
    assert not second.needs_approval
    services.start_download(by=actor(manager), export=built(second), format="csv", now=later())
    services.withdraw(by=actor(manager), export=second, now=later())
    assert export_by(manager, unit).needs_approval


def test_request_keeps_its_words_in_both_languages(manager, unit):
    ResidentFactory(province=unit)
    words = export_by(manager, unit, sex="M", born_since=1980).words
    assert words["en"]["fields"] == ["Year of birth", "Full name"]
    assert words["vi"]["fields"] == ["Năm sinh", "Họ và tên"]
    assert words["en"]["sensitive"] == ["Full name"]
    assert words["en"]["parameters"] == [
        ["Province or ward", unit.name_en],
        ["Born in or after the year", "1980"],
        ["Sex", "Male"],
    ]
