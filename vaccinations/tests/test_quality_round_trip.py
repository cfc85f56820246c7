"""A work list goes out as XLSX and comes back with decisions: applied row by row, stale rows noticed, nothing else touched."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from residents.tests.factories import UnitFactory
from vaccinations.models import CaseDecision, Dose, QualityCase, ReturnedList
from vaccinations.quality.deciding import decide
from vaccinations.quality.exporting import row_key
from vaccinations.quality.returning import WHY_NOT, apply
from vaccinations.tests.cases import CONFLICT, DISAGREES, DOUBTFUL, NO_ID, NUMBER, ROW, WHY, decider, decision, province
from vaccinations.tests.sheets import brought, committed, xlsx_file
from vaxreg import jobs
from vaxreg.exports import services
from vaxreg.exports.files import xlsx_file as exported_file
from vaxreg.exports.listings import registry
from vaxreg.exports.models import ExportDownload
from vaxreg.exports.watermark import watermark_of
from vaxreg.models import AuditEntry
from vaxreg.tests.exports.factories import built, form_of
from vaxreg.tests.factories import actor, sign_in

pytestmark = pytest.mark.django_db
HEADINGS = ("Mã dòng (không sửa)", "Quyết định", "Ghi là mũi số", "Lý do của quyết định")


@pytest.fixture
def place():
    found = province()
    committed(brought(ROW, CONFLICT, NO_ID, DISAGREES, DOUBTFUL, province=found))
    return found


@pytest.fixture
def manager(client, place):
    client.user = decider(place)
    return sign_in(client, client.user)


@pytest.fixture
def cases(place):
    return {case.kind: case for case in QualityCase.objects.all()}


def taken_out(user, place):
    """The workbook that the user downloads, as openpyxl sees it."""
    plain = ["kind", "since", "vaccine", "dose", "day"]
    with translation.override("vi"):
        request = form_of(user, "quality-cases", unit=place.pk, plain=plain, sensitive=["name"]).request
        export = built(services.ask(by=actor(user), request=request, key=uuid4(), now=timezone.now()))
        facts = {"by": actor(user), "export": export, "format": ExportDownload.Format.XLSX, "now": timezone.now()}
        with exported_file(export, watermark_of(services.start_download(**facts))) as file:
            return openpyxl.load_workbook(BytesIO(file.read()))


def column(sheet, heading):
    return next(cell.column for cell in sheet[2] if cell.value == heading)


def send(client, content):
    if not isinstance(content, bytes):
        file = BytesIO()
        content.save(file)
        content = file.getvalue()
    answer = client.post("/quality/lists/", {"file": SimpleUploadedFile("viec.xlsx", content)})
    while jobs.work_one():
        pass
    return answer.url


def rows_of(*rows):
    """A file of such rows, as somebody may have put it together."""
    return xlsx_file([HEADINGS, *rows]).getvalue()


def faults():
    return list(ReturnedList.objects.get().rows.order_by("row").values_list("fault", flat=True))


def test_it_goes_out_is_filled_in_and_comes_back(manager, place, cases):
    book = taken_out(manager.user, place)
    sheet = book.active
    headings = [cell.value for cell in sheet[2]]
    assert set(HEADINGS) < set(headings)
    assert sheet.max_row == 2 + 4 + 1
    kinds = {sheet.cell(row, column(sheet, "Loại trường hợp")).value: row for row in range(3, 7)}
    filled = {"Chưa chắc là ai": "Cùng một người", "Không có số định danh": "Hỏi xã"}
    for kind, choice in filled.items():
        sheet.cell(kinds[kind], column(sheet, "Quyết định"), choice)
        sheet.cell(kinds[kind], column(sheet, "Lý do của quyết định"), WHY)
    address = send(manager, book)
    returned = ReturnedList.objects.get()
    assert (returned.state, returned.applied, returned.empty, faults()) == ("done", 2, 2, ["", ""])
    assert bytes(returned.content or b"") == b""
    assert Dose.objects.filter(resident=NUMBER, dose_number=2, recorded_by=manager.user).exists()
    states = dict(QualityCase.objects.values_list("kind", "state"))
    assert states == {"doubtful": "decided", "no-id": "waiting", "conflict": "open", "disagrees": "open"}
    assert set(CaseDecision.objects.values_list("reason", "by")) == {(WHY, manager.user.pk)}
    assert "Đã làm xong mọi việc" in manager.get(address).content.decode()
    assert AuditEntry.objects.filter(action="quality.list-applied", channel="worker").exists()


def test_only_the_cells_for_the_decision_can_be_changed_and_are_chosen_from_a_list(manager, place):
    sheet = taken_out(manager.user, place).active
    assert sheet.protection.sheet
    unlocked = {cell.column for row in sheet.iter_rows(3, 6) for cell in row if not cell.protection.locked}
    assert unlocked == {column(sheet, heading) for heading in HEADINGS[1:]}
    assert all(cell.protection.locked for cell in sheet[2])
    lists = {str(found.sqref)[0]: found.formula1 for found in sheet.data_validations.dataValidation}
    letter = sheet.cell(2, column(sheet, "Quyết định")).column_letter
    assert lists[letter].startswith('"Cùng một người,Hai người khác nhau,')


def test_the_same_list_sent_twice_changes_nothing_the_second_time(manager, place, cases):
    case = cases["no-id"]
    content = rows_of((row_key(case.pk, 1), "Hỏi xã", "", WHY))
    send(manager, content)
    ReturnedList.objects.all().delete()
    page = manager.get(send(manager, content)).content.decode()
    assert faults() == ["stale"]
    assert str(WHY_NOT["stale"]) in page
    assert CaseDecision.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "row", "fault"),
    [
        ("no-id", ("Hỏi xã", "", ""), "no-reason"),
        ("no-id", ("Hỏi xã", "", f"Hỏi {NUMBER}"), "bad-reason"),
        ("no-id", ("Hỏi ai đó", "", WHY), "choice"),
        ("no-id", ("", "", WHY), "no-choice"),
        ("no-id", ("", "2", ""), "no-choice"),
        ("no-id", ("Cùng một người", "", WHY), "nobody"),
        ("no-id", ("Danh sách đúng", "", WHY), "refused"),
        ("conflict", ("Cả hai mũi đều đã tiêm", "hai", WHY), "bad-number"),
        ("doubtful", ("Cùng một người", "1", WHY), "number-taken"),
        ("conflict", ("Cả hai mũi đều đã tiêm", "2", WHY), ""),
        ("conflict", ("the sheet is RIGHT", "", WHY), ""),
    ],
)
def test_what_becomes_of_a_row(manager, cases, kind, row, fault):
    send(manager, rows_of((row_key(cases[kind].pk, 1), *row)))
    assert faults() == [fault]
    assert CaseDecision.objects.exists() == (not fault)


def test_rows_of_elsewhere_changed_keys_and_cases_in_work_are_left_as_they_are(manager, place, cases):
    other = UnitFactory(code="01", name="Hà Nội")
    QualityCase.objects.filter(pk=cases["no-id"].pk).update(province=other)
    decide(by=actor(manager.user), case=cases["disagrees"], decision=decision("ask", ""), version=1, now=timezone.now())
    until = timezone.now() + timedelta(minutes=5)
    QualityCase.objects.filter(pk=cases["conflict"].pk).update(claimed_by=decider(place), claimed_until=until)
    said = ("Sổ đúng", "", WHY)
    keys = [row_key(cases[kind].pk, 1) for kind in ("no-id", "disagrees", "conflict")]
    send(manager, rows_of(*[(key, *said) for key in keys], ("gAAAAAnonsense", *said)))
    assert faults() == ["elsewhere", "stale", "taken", "key"]
    assert CaseDecision.objects.count() == 1


def test_a_worker_that_died_goes_on_after_the_rows_that_are_done(manager, cases):
    rows = [(row_key(cases[kind].pk, 1), "Hỏi xã", "", WHY) for kind in ("no-id", "disagrees")]
    send(manager, rows_of(*rows))
    content = rows_of(*rows)
    ReturnedList.objects.update(state="received", content=content, done_at=None)
    ReturnedList.objects.get().rows.get(row=3).delete()
    apply(ReturnedList.objects.get().pk)
    # The second row was done before; its decision stands, and it is said to be.
    assert (faults(), CaseDecision.objects.count()) == (["", "stale"], 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no sheet", "message-error"),
        (rows_of(("x",))[:-200], "message-error"),
        (xlsx_file([["A", "B"], ["x", "y"]]).getvalue(), "xuất lại"),
    ],
)
def test_a_file_that_is_no_work_list_says_what_to_do(manager, content, words):
    page = manager.get(send(manager, content)).content.decode()
    assert ReturnedList.objects.get().state == "failed"
    assert words in page.casefold()


def test_a_page_without_a_file_says_so_and_lists_are_seen_by_who_sent_them(manager, client, place, cases):
    assert "Hãy chọn tệp" in manager.post("/quality/lists/", {}).content.decode()
    address = send(manager, rows_of((row_key(cases["no-id"].pk, 1), "Hỏi xã", "", WHY)))
    sign_in(client, decider(place))
    assert client.get(address).status_code == 404


def test_cases_outside_the_area_do_not_leave(place, cases):
    other = UnitFactory(code="01", name="Hà Nội")
    listing = registry.listings["quality-cases"]
    said = {"unit": place.pk, "kind": "", "state": "", "whose": ""}
    assert listing.rows(decider(place), said).count() == 4
    assert listing.rows(decider(other), said).count() == 0
    assert set(listing.rows(decider(place), said).values_list("person", flat=True)) == {NUMBER, None}
