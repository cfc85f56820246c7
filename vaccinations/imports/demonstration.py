"""A sheet to review: invented, like the people in it (residents/demonstration.py). Its rows have every outcome once at least."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from io import BytesIO, StringIO

from residents.models import Resident, Unit
from residents.names import fold
from vaccinations.imports import services, stages
from vaccinations.models import Dose, DoseImport
from vaxreg.actors import Actor

HEADINGS = (
    *(
        "STT",
        "Họ và tên",
        "Giới tính",
        "Ngày sinh",
        "Số CCCD/CMND",
        "Số điện thoại",
        "Tên vắc xin",
        "Mũi số",
        "Ngày tiêm",
    ),
    *("Số lô", "Cơ sở tiêm"),
)
NAME = "Danh sách tiêm lưu động (minh họa).csv"
TITLE = "DANH SÁCH ĐỐI TƯỢNG TIÊM CHỦNG TẠI ĐIỂM TIÊM LƯU ĐỘNG (MINH HỌA)"
STRANGER = {"name": "Nguyễn Thị Minh Họa", "born": "1962", "number": "", "phone": "", "sex": "Nữ"}


def load_sheet(*, by: Actor, province: Unit, people: Sequence[Resident], today: date) -> DoseImport:
    """Returns the import of a sheet of these people, as far as it goes without a reviewer."""
    file = sheet_file(_rows(people, today))
    return stages.run(services.receive(by=by, file=file, name=NAME, province=province))


def sheet_file(rows: Iterable[dict[str, str]]) -> BytesIO:
    """Returns the rows as a file, with a title and headings."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerows([[TITLE], [], HEADINGS])
    for place, row in enumerate(rows, start=1):
        writer.writerow([place, *row.values()])
    return BytesIO(text.getvalue().encode("utf-8-sig"))


def _rows(people: Sequence[Resident], today: date) -> Iterator[dict[str, str]]:
    rows = [row_of(person, on=today - timedelta(days=20 + place % 5)) for place, person in enumerate(people)]
    yield from rows[:12]
    yield rows[1]
    # A first dose whose second one, among those above, was typed as another first.
    twice = next(row for row in rows if row["dose"] == "1")
    yield twice | {"on": f"{today - timedelta(days=80):%d/%m/%Y}"}
    vaccinated = [dose for person in people if (dose := person.doses.order_by("dose_number").first())]
    for dose in vaccinated[:2]:
        yield row_of(dose.resident, on=dose.administered_on) | _as_recorded(dose)
    yield row_of(vaccinated[2].resident, on=vaccinated[2].administered_on + timedelta(days=1)) | {"dose": "1"}
    for row, change in zip(rows[12:], _changes(rows, today), strict=False):
        yield row | change


def row_of(person: Resident, *, on: date) -> dict[str, str]:
    """Returns a row about the person's next dose."""
    return {
        "name": person.full_name,
        "sex": person.get_sex_display(),
        "born": f"{person.date_of_birth:%d/%m/%Y}",
        "number": person.pk,
        "phone": person.phone,
        "vaccine": "AstraZeneca",
        "dose": str(person.doses.count() + 1),
        "on": f"{on:%d/%m/%Y}",
        "lot": "DEMO-VA1",
        "facility": "Điểm tiêm lưu động nhà văn hóa",
    }


def _as_recorded(dose: Dose) -> dict[str, str]:
    return {"vaccine": dose.vaccine.name, "dose": str(dose.dose_number), "lot": dose.lot.lot_number}


def _changes(rows: list[dict[str, str]], today: date) -> list[dict[str, str]]:
    """What clerks do to a row, one change a row."""
    return [
        {"name": fold(rows[12]["name"]).upper()},
        {"lot": "DEMO-CO1"},
        {"dose": "15n"},
        {"on": f"{today.replace(year=today.year + 10):%d/%m/%Y}"},
        {"number": "", "phone": "0900999999"},
        {"number": rows[0]["number"], "phone": rows[0]["phone"]},
        STRANGER,
        STRANGER | {"number": "07919012"},
    ]
