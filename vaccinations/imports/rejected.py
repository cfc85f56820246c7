"""The rows of an import that did not get into the register, as a sheet that can be mended and sent again.

Headings and reasons are Vietnamese whatever language the reader has: the sheet goes to clinics. Who may have it as a file is
decided at the door for exports; nothing is written here.
"""

from collections.abc import Iterator

from django.utils import translation

from vaccinations.imports.review import sentences_of
from vaccinations.imports.staging import TEXTS
from vaccinations.models import DoseImport, Outcome, SheetDose

# What waits for somebody; of the others there is nothing to mend.
REJECTED = (
    Outcome.CONFLICT,
    Outcome.DOUBTFUL,
    Outcome.NO_ID,
    Outcome.MALFORMED_ID,
    Outcome.DISAGREES,
    Outcome.UNREADABLE,
)
# Field and heading, in the order of the sheet; read again, each heading means what it stood for.
COLUMNS: dict[str, str] = {
    "row": "Dòng trong tệp gốc",
    "outcome": "Kết quả",
    "reason": "Lý do, cách xử lý",
    "number": "Số CCCD/CMND",
    "full_name": "Họ và tên",
    "sex": "Giới tính",
    "born": "Ngày sinh",
    "phone": "Số điện thoại",
    "province": "Tỉnh/TP",
    "ward": "Phường/Xã",
    "vaccine": "Tên vắc xin",
    "dose_number": "Mũi số",
    "administered_on": "Ngày tiêm",
    "lot": "Số lô",
    "facility": "Cơ sở tiêm",
    "vaccinator": "Người tiêm",
}


def rejected_rows(dose_import: DoseImport) -> Iterator[dict[str, str | int]]:
    """Yields the rejected doses in the order of the file, by the fields of COLUMNS: values as written, with the reason."""
    doses = SheetDose.objects.filter(dose_import=dose_import, outcome__in=REJECTED).order_by("row", "part")
    for dose in doses.select_related("sheet_row").iterator(chunk_size=2_000):
        written = {field: getattr(dose.sheet_row, field) for field in TEXTS}
        with translation.override("vi"):
            said = {"outcome": str(Outcome(dose.outcome).label), "reason": " ".join(sentences_of(dose))}
        yield {"row": dose.row, **said, **written}


def rejected_people(dose_import: DoseImport) -> set[str]:
    """Returns the numbers of the people who are in the rejected rows, as far as they are known: whom an export names."""
    doses = SheetDose.objects.filter(dose_import=dose_import, outcome__in=REJECTED)
    return {person or number for person, number in doses.values_list("person", "number")} - {""}
