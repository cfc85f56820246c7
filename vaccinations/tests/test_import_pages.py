"""The pages of imports: what each shows, to whom, and what is logged of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from residents.models import AreaAssignment
from residents.tests.factories import UnitFactory
from vaccinations.imports import services
from vaccinations.models import Dose, DoseImport, FacilityAssignment, SheetDose
from vaccinations.tests.factories import DoseFactory, FacilityFactory
from vaccinations.tests.sheets import (
    BY,
    NUMBER,
    ROW,
    STRANGER,
    brought,
    brought_file,
    committed,
    csv_file,
    known_names,
    person,
    table,
)
from vaxreg import jobs
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db
SECOND = {"dose": "2", "on": "10/10/2021"}


@pytest.fixture(autouse=True)
def _english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def province():
    return known_names()


@pytest.fixture
def manager(client, province):
    user = UserFactory(roles=[Role.PROVINCIAL_MANAGER])
    AreaAssignment.objects.create(user=user, unit=province)
    client.user = user
    return sign_in(client, user)


def upload(client, rows=(ROW,), content=None, name="sheet.csv", **fields):
    content = csv_file(table(rows)).getvalue() if content is None else content
    return client.post("/imports/new/", {"file": SimpleUploadedFile(name, content), **fields})


def work():
    while jobs.work_one():
        pass


def text_of(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return " ".join(response.content.decode().split())


def test_it_works(manager, province):
    person()
    page = upload(manager, [ROW, SECOND, ROW, {"dose": "15n"}, STRANGER])
    dose_import = DoseImport.objects.get()
    assert page.url == f"/imports/{dose_import.pk}/"
    assert "At work" in text_of(manager, page.url)
    work()
    review = text_of(manager, page.url)
    assert "Commit 2 new doses" in review
    assert "The dose number cannot be read." in review
    assert "5 rows of the file" in review
    manager.post(f"{page.url}facilities/", {"takes_unknown": "on"})
    assert "Commit 2 doses to the register?" in text_of(manager, f"{page.url}commit/")
    manager.post(f"{page.url}commit/", {"seen": "2"})
    work()
    committed_page = text_of(manager, page.url)
    assert "doses were added to the register" in committed_page
    assert "1 dose waits for a decision in the" in committed_page
    assert set(Dose.objects.values_list("recorded_by", "dose_import")) == {(manager.user.pk, dose_import.pk)}
    manager.post(f"{page.url}revert/", {"reason": "Gửi nhầm tệp"})
    work()
    assert "of 2 doses were taken back" in text_of(manager, page.url)
    assert not Dose.objects.valid().exists()


def test_rows_are_shown_in_part_and_everyone_in_them_is_logged(manager, province):
    person()
    dose_import = brought(ROW, {"on": "03/08/2021"}, STRANGER, province=province)
    page = text_of(manager, f"/imports/{dose_import.pk}/rows/?outcome=conflict")
    assert "N. V. Bưởi" in page
    assert "079 • •• ••0001" in page
    assert "Nguyễn" not in page
    assert NUMBER not in page
    assert "Row 3 of the sheet: dose 1 of 03/08/2021, AstraZeneca." in page
    logged = AuditEntry.objects.filter(action="import.listed")
    assert [(entry.resident, entry.user, entry.object_id) for entry in logged] == [
        (NUMBER, manager.user, str(dose_import.pk))
    ]


def test_whom_a_row_was_taken_for_without_its_number_and_what_it_repeats_is_said(manager, province):
    person()
    dose_import = brought({"number": ""}, {}, {"on": "10/10/2021", "dose": "2"}, province=province)
    page = text_of(manager, f"/imports/{dose_import.pk}/rows/?outcome=new")
    assert page.count("The person was found by: same name, same date of birth,") == 1
    page = text_of(manager, f"/imports/{dose_import.pk}/rows/?outcome=duplicate")
    assert page.count("Row 2 of the sheet: dose 1 of 01/08/2021, AstraZeneca.") == 1


def test_what_a_row_differs_in_from_the_holder_of_its_number_is_said_and_filtered_by(manager, province):
    person()
    changes = [{"name": "Lê Thị Khác", "sex": "Nữ"}, {"name": "Nguyễn Văn Khác", "born": "01/01/1950"}]
    dose_import = brought(*changes, province=province)
    assert dose_import.count_disagrees == 2
    review = text_of(manager, f"/imports/{dose_import.pk}/")
    assert 'cause=name-other">2</a> – Another name.' in review
    assert 'cause=sex-other">1</a> – Another sex.' in review
    page = text_of(manager, f"/imports/{dose_import.pk}/rows/?outcome=disagrees&cause=birth-other")
    assert "Another date of birth." in page
    assert page.count('<td class="count">') == 1


def test_review_names_nobody(manager, province):
    person()
    dose_import = brought(ROW, STRANGER, province=province)
    page = text_of(manager, f"/imports/{dose_import.pk}/")
    assert "Bưởi" not in page
    assert not AuditEntry.objects.filter(action="import.listed").exists()


def test_imports_of_other_provinces_and_facilities_do_not_exist(manager, province):
    person()
    facility = FacilityFactory(unit=UnitFactory())
    theirs = brought(ROW, facility=facility)
    lead = UserFactory(roles=[Role.CLINIC_LEAD])
    FacilityAssignment.objects.create(user=lead, facility=FacilityFactory(unit=province))
    for client in (manager, sign_in(Client(), lead)):
        assert f"/imports/{theirs.pk}/" not in text_of(client, "/imports/")
        for page in ("", "columns/", "facilities/", "rows/", "commit/", "revert/"):
            assert client.get(f"/imports/{theirs.pk}/{page}").status_code == 404
        for page in ("decide/", "cancel/", "resume/", "check-again/", "commit/", "revert/"):
            assert client.post(f"/imports/{theirs.pk}/{page}", {"action": "hold", "seen": 1}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == "review"


def test_clinic_lead_sends_a_sheet_of_the_own_facility_and_the_manager_sees_it(manager, province):
    person()
    station, lead = FacilityFactory(unit=province), UserFactory(roles=[Role.CLINIC_LEAD])
    FacilityAssignment.objects.create(user=lead, facility=station)
    page = upload(sign_in(Client(), lead))
    dose_import = DoseImport.objects.get()
    assert (dose_import.facility, dose_import.province) == (station, province)
    assert manager.get(page.url).status_code == 200


def test_whose_sheet_it_is_is_asked_where_there_is_a_choice(manager, province):
    other = UnitFactory()
    AreaAssignment.objects.create(user=manager.user, unit=other)
    assert "Select a valid choice" not in text_of(manager, "/imports/new/")
    assert upload(manager).status_code == 200
    assert upload(manager, owner=f"province-{UnitFactory().pk}").status_code == 200
    assert not DoseImport.objects.exists()
    upload(manager, owner=f"province-{other.pk}")
    assert DoseImport.objects.get().province == other


def test_user_without_a_place_is_told_whom_to_ask(client):
    sign_in(client, UserFactory(roles=[Role.PROVINCIAL_MANAGER]))
    assert "Ask your administrator" in text_of(client, "/imports/new/")
    assert upload(client).status_code == 200
    assert not DoseImport.objects.exists()


def test_same_file_twice_is_pointed_out(manager, province):
    person()
    first = brought(ROW, province=province)
    page = upload(manager)
    assert f'<a href="/imports/{first.pk}/">import {first.pk}</a>' in text_of(manager, page.url)


@pytest.mark.parametrize(("content", "message"), [(b"", "The file is empty"), (None, "Choose the file of the sheet")])
def test_upload_without_a_sheet_is_refused_beside_the_field(manager, content, message):
    page = manager.post("/imports/new/", {}) if content is None else upload(manager, content=content)
    assert message in page.content.decode()
    assert not DoseImport.objects.exists()


def test_file_larger_than_allowed_is_thrown_away_as_it_comes(manager, settings):
    settings.IMPORT_MOST_BYTES = 1_000_000
    page = upload(manager, content=b"a" * 1_100_000)
    assert "larger than 1 MB" in page.content.decode()


def test_file_sent_to_any_other_page_is_not_kept(manager, monkeypatch):
    made = []
    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryUploadedFile", lambda *facts: made.append(facts))
    manager.post("/residents/", {"q": "Bưởi", "file": SimpleUploadedFile("a.csv", b"1" * 10_000)})
    assert not made


def test_damaged_file_says_what_to_do_and_can_be_cancelled(manager):
    page = upload(manager, content=b"PK\x03\x04 no zip", name="sheet.xlsx")
    work()
    assert "The spreadsheet is damaged" in text_of(manager, page.url)
    manager.post(f"{page.url}cancel/")
    assert "nothing of it is in the register" in text_of(manager, page.url)


def test_columns_are_asked_for_where_the_headings_are_not_clear(manager, province):
    person()
    cells = table([ROW])
    cells[0][8] = "Hôm đó"
    page = upload(manager, content=csv_file(cells).getvalue())
    work()
    assert "Say what the columns hold" in text_of(manager, page.url)
    form = text_of(manager, f"{page.url}columns/")
    assert "No column holds the day of the dose" in form
    assert "Hôm đó" in form
    assert "Nguyễn" not in form
    chosen = {f"column_{place}": column["field"] for place, column in enumerate(DoseImport.objects.get().columns)}
    refused = manager.post(f"{page.url}columns/", chosen)
    assert "No column holds the day of the dose" in refused.content.decode()
    manager.post(f"{page.url}columns/", chosen | {"column_8": "administered_on"})
    work()
    assert DoseImport.objects.get().counts["new"] == 1
    # Remembered: the next sheet of the province asks nothing.
    cells[1][7] = "2"
    cells[1][8] = "10/10/2021"
    assert not brought_file(csv_file(cells), province=province).awaits_columns


def test_what_is_the_same_in_all_rows_is_entered_once(manager, province):
    person()
    cells = [[row[place] for place in (0, 1, 2, 3, 4)] for row in table([ROW])]
    page = upload(manager, content=csv_file(cells).getvalue())
    work()
    chosen = {f"column_{place}": column["field"] for place, column in enumerate(DoseImport.objects.get().columns)}
    bad = {"vaccine": "Thuốc lạ", "dose_number": "15n", "administered_on": "hôm nay"}
    refused = manager.post(f"{page.url}columns/", chosen | bad).content.decode()
    assert refused.count("No vaccine is known by this name") == 2
    assert "hôm nay" in refused
    manager.post(f"{page.url}columns/", chosen | {"vaccine": "AZ", "dose_number": "1", "administered_on": "1/8/2021"})
    work()
    assert SheetDose.objects.get().outcome == "new"


def test_headings_in_another_row_are_looked_for_there(manager, province):
    cells = [["Bảng", "tiêm"], ["x", "y"], *table([ROW])]
    cells[2] = [f"Cột {place}" for place in range(len(cells[2]))]
    page = upload(manager, content=csv_file(cells).getvalue())
    work()
    manager.post(f"{page.url}columns/", {"heading_row": "3"})
    work()
    assert DoseImport.objects.get().layout["heading_row"] == 3
    assert "Cột 5" in text_of(manager, f"{page.url}columns/")


def test_facilities_are_named_by_code_or_from_the_list(manager, province):
    person()
    station = FacilityFactory(unit=province, name="Trạm Y tế Phường 1", code="tram-1")
    dose_import = brought({"facility": "Trạm lạ"}, {**SECOND, "facility": "Điểm lạ"}, province=province)
    page = f"/imports/{dose_import.pk}/facilities/"
    form = text_of(manager, page)
    assert "Trạm Y tế Phường 1 (tram-1)" in form
    fields = [part.split('"')[0] for part in form.split('name="place_')[1:]]
    wrong = manager.post(page, {f"place_{fields[0]}": "không có"}).content.decode()
    assert "Choose a facility from the list" in wrong
    assert "không có" in wrong
    manager.post(page, {f"place_{fields[0]}": "tram-1", f"place_{fields[1]}": "Trạm Y tế Phường 1 (tram-1)"})
    work()
    assert set(SheetDose.objects.values_list("facility", flat=True)) == {station.pk}


def test_commit_before_the_facilities_are_known_is_refused(manager, province):
    person()
    dose_import = brought(ROW, province=province)
    page = manager.post(f"/imports/{dose_import.pk}/commit/", {"seen": "1"}, follow=True)
    assert "Some facilities are not known yet" in page.content.decode()
    assert DoseImport.objects.get().state == "review"


def test_rows_are_held_back_and_released_and_numbers_taken(manager, province):
    person()
    dose_import = brought(ROW, {"on": "10/10/2021"}, province=province)
    new, conflict = SheetDose.objects.order_by("row")
    page = f"/imports/{dose_import.pk}/decide/"
    manager.post(page, {"action": "hold", "dose": [new.pk]})
    assert "Held back." in text_of(manager, f"/imports/{dose_import.pk}/rows/?outcome=new")
    manager.post(page, {"action": "release", "dose": [new.pk]})
    manager.post(page, {"action": "take", "dose": [conflict.pk]})
    work()
    dose_import.refresh_from_db()
    assert (dose_import.accepted, dose_import.counts["new"]) == (2, 2)
    assert "Recorded as dose 2 by decision." in text_of(manager, f"/imports/{dose_import.pk}/rows/")
    assert "Choose rows first." in manager.post(page, {"action": "hold"}, follow=True).content.decode()


def test_doses_that_stay_are_listed_before_taking_back(manager, province):
    resident = person()
    dose_import = committed(brought(ROW, province=province))
    DoseFactory(resident=resident, dose_number=2)
    page = text_of(manager, f"/imports/{dose_import.pk}/revert/")
    assert "1 dose stays" in page
    assert "A later dose of the person was recorded since." in page
    assert AuditEntry.objects.filter(action="import.listed", resident=NUMBER).exists()
    refused = manager.post(f"/imports/{dose_import.pk}/revert/", {"reason": ""}).content.decode()
    assert "Please mend 1 answer" in refused


def test_rows_page_by_page(manager, province, monkeypatch):
    monkeypatch.setattr("vaccinations.imports.review.PAGE", 2)
    dose_import = brought(*[STRANGER | {"name": f"Lê Thị Số {n}"} for n in range(5)], province=province)
    seen, address = [], "?"
    while address:
        page = text_of(manager, f"/imports/{dose_import.pk}/rows/{address}")
        seen.append([int(cell.split("<")[0]) for cell in page.split('<td class="count">')[1:]])
        address = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in page else ""
    assert seen == [[2, 3], [4, 5], [6]]
    back = page.split('rel="prev" href="')[1].split('"')[0].replace("&amp;", "&")
    assert '<td class="count">4<' in text_of(manager, f"/imports/{dose_import.pk}/rows/{back}")


def queries(django_assert_num_queries, client, path, count):
    client.get(path)
    with django_assert_num_queries(count):
        client.get(path)


def test_pages_ask_a_fixed_number_of_questions(manager, province, django_assert_num_queries):
    person()
    for n in range(3):
        brought(ROW, SECOND, *[STRANGER | {"name": f"Lê Thị Số {m}{n}"} for m in range(10)], province=province)
    pk = DoseImport.objects.latest("pk").pk
    queries(django_assert_num_queries, manager, "/imports/", 5)
    queries(django_assert_num_queries, manager, f"/imports/{pk}/", 7)
    queries(django_assert_num_queries, manager, f"/imports/{pk}/rows/", 8)


def test_list_goes_on_where_it_was_left(manager, province, monkeypatch):
    monkeypatch.setattr("vaccinations.imports.listing.PAGE", 2)
    for n in range(3):
        services.receive(by=BY, file=csv_file([[str(n)]]), name=f"tệp {n}.csv", province=province)
    page = text_of(manager, "/imports/")
    assert "tệp 2.csv" in page
    assert "tệp 0.csv" not in page
    older = page.split('rel="next" href="')[1].split('"')[0]
    assert "tệp 0.csv" in text_of(manager, f"/imports/{older}")
