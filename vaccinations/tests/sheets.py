"""Vaccination sheets for tests, and their way through the pipeline."""

import csv
from collections.abc import Iterable
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import openpyxl

from residents.models import Resident, Unit
from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.imports import services, stages
from vaccinations.imports.sheet_names import key
from vaccinations.models import DoseImport, SheetDose, VaccineAlias
from vaccinations.tests.factories import VaccineFactory
from vaxreg.actors import Actor

HEADINGS = {
    "name": "Họ và tên",
    "sex": "Giới tính",
    "born": "Ngày sinh",
    "number": "Số CCCD/CMND",
    "phone": "Số điện thoại",
    "province": "Tỉnh/TP",
    "vaccine": "Tên vắc xin",
    "dose": "Mũi số",
    "on": "Ngày tiêm",
    "lot": "Số lô",
    "facility": "Cơ sở tiêm",
}
VACCINES = (("AstraZeneca", "AZ", "Vaxzevria"), ("Comirnaty", "Pfizer"), ("Vero Cell", "Sinopharm"))
NUMBER = "079090000001"
ROW = {
    "name": "Nguyễn Văn Bưởi",
    "sex": "Nam",
    "born": "05/03/1990",
    "number": NUMBER,
    "phone": "0912345678",
    "province": "TP. Hồ Chí Minh",
    "vaccine": "AstraZeneca",
    "dose": "1",
    "on": "01/08/2021",
    "lot": "AB1234",
    "facility": "Trạm Y tế Bến Nghé",
}
# Somebody whom nobody knows.
STRANGER = {"number": "", "name": "Lê Thị Khác", "born": "1950", "sex": "Nữ", "phone": ""}
BY = Actor.command("test")


def known_names() -> Unit:
    """What reading a sheet looks up: a province, as it is today and was, and the vaccines. Returns the province."""
    province = UnitFactory(code="79", name="Thành phố Hồ Chí Minh")
    UnitFactory(
        code="79",
        name="Thành phố Hồ Chí Minh",
        cccd_prefix="079",
        in_force_from=None,
        in_force_until=date(2025, 6, 30),
        successor=province,
    )
    for name, *aliases in VACCINES:
        vaccine = VaccineFactory(code=key(name), name=name)
        VaccineAlias.objects.bulk_create(VaccineAlias(vaccine=vaccine, name=alias) for alias in (name, *aliases))
    return province


def table(rows: Iterable[dict[str, str]]) -> list[list[str]]:
    """Headings and rows; a row is what differs from ROW."""
    return [list(HEADINGS.values()), *[list((ROW | row).values()) for row in rows]]


def csv_file(cells: Iterable[Iterable[Any]], *, encoding: str = "utf-8-sig", delimiter: str = ",") -> BytesIO:
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(cells)
    return BytesIO(text.getvalue().encode(encoding))


def xlsx_file(cells: Iterable[Iterable[Any]], *, title: str = "Danh sách", since_1904: bool = False) -> BytesIO:
    book = openpyxl.Workbook()
    if since_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.title = title
    for row in cells:
        book.active.append(list(row))
    file = BytesIO()
    book.save(file)
    return file


def brought(*rows: dict[str, str], **facts: Any) -> DoseImport:
    """The import of a sheet of these rows, as far as it goes by itself: for review."""
    return brought_file(csv_file(table(rows)), **facts)


def brought_file(file: BytesIO, *, name: str = "sheet.csv", **facts: Any) -> DoseImport:
    return stages.run(services.receive(by=BY, file=file, name=name, **facts))


def committed(dose_import: DoseImport, by: Actor = BY) -> DoseImport:
    """The import after all its new doses were committed; those of unknown facilities too."""
    if not dose_import.takes_unknown_facilities:
        services.name_facilities(by=by, dose_import=dose_import, names={}, takes_unknown=True)
    dose_import.refresh_from_db()
    return stages.run(services.ask_commit(by=by, dose_import=dose_import, seen=dose_import.accepted))


def outcomes(dose_import: DoseImport) -> list[str]:
    """The outcome of each dose in the order of the file, with its reason where there is one."""
    doses = SheetDose.objects.filter(dose_import=dose_import).order_by("row", "part")
    return [" ".join(filter(None, (dose.outcome, dose.reason))) for dose in doses]


def person(number: str = NUMBER, **facts: Any) -> Resident:
    """Whom ROW is about."""
    known = {"full_name": ROW["name"], "date_of_birth": date(1990, 3, 5), "sex": "M", "phone": ROW["phone"]}
    return ResidentFactory(citizen_id=number, **known | facts)
