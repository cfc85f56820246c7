"""The rows of an import that did not get into the register, as a list that can be mended and sent again.

Headings and reasons are Vietnamese whatever language the reader has: the sheet goes to clinics. It leaves, as every list
of people, by the door for exports.
"""

from typing import Any

from django import forms
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from residents.fields import CitizenIdField
from residents.listings import PERSON_FIELDS, path_of
from vaccinations.imports.listing import JUDGED
from vaccinations.imports.problems import PROBLEMS
from vaccinations.imports.review import REJECTED, sentences_for
from vaccinations.models import DoseImport, Outcome, SheetRow
from vaxreg.exports.forms import ExportForm
from vaxreg.exports.listings import Field, Listing
from vaxreg.models import User
from vaxreg.roles import Role

WHY = {field.code: field.why for field in PERSON_FIELDS}
MASKS = {field.code: field.mask for field in PERSON_FIELDS}


def outcome_text(outcome: str) -> str:
    """The outcome in Vietnamese."""
    with translation.override("vi"):
        return str(Outcome(outcome).label)


def reason_text(outcome: str, problems: list[str], reason: str, warnings: list[str], evidence: list[str] | None) -> str:
    """What keeps the row out, in Vietnamese; all that could not be read where the outcome says the rest."""
    with translation.override("vi"):
        facts = {"outcome": outcome, "problems": problems, "reason": reason, "warnings": warnings, "evidence": evidence}
        causes = sentences_for(**facts)
        return " ".join(causes or [str(PROBLEMS[code]) for code in problems] or [outcome_text(outcome)])


def written(code: str, heading: str, person_field: str = "") -> Field:
    """A value as it is written in the sheet; one about the person is as sensitive as what the register has."""
    if not person_field:
        return Field(code, heading, (code,))
    return Field(person_field, heading, (code,), why=WHY[person_field], mask=MASKS[person_field])


# Read again, each heading means what it stood for, and the first three nothing.
FIELDS = (
    Field("row", "Dòng trong tệp gốc", ("row",)),
    Field("outcome", "Kết quả", ("dose__outcome",), outcome_text),
    Field(
        "reason",
        "Lý do, cách xử lý",
        ("dose__outcome", "dose__problems", "dose__reason", "dose__warnings", "dose__evidence"),
        reason_text,
    ),
    written("vaccine", "Tên vắc xin"),
    written("dose_number", "Mũi số"),
    written("administered_on", "Ngày tiêm"),
    written("lot", "Số lô"),
    written("facility", "Cơ sở tiêm"),
    written("vaccinator", "Người tiêm"),
    written("province", "Tỉnh/TP"),
    written("ward", "Phường/Xã"),
    written("sex", "Giới tính"),
    written("full_name", "Họ và tên", "full_name"),
    written("born", "Ngày sinh", "birth"),
    written("phone", "Số điện thoại", "phone"),
    written("number", "Số CCCD/CMND", "citizen_id"),
)


class ImportField(forms.ModelChoiceField):
    """Imports by their number and the name of their file."""

    def label_from_instance(self, obj: DoseImport) -> str:
        return f"{obj}: {obj.file_name}"


class RejectedForm(ExportForm):
    """Of which import."""

    narrowing = ("dose_import",)
    dose_import = ImportField(
        label=_("Import"),
        queryset=DoseImport.objects.none(),
        help_text=_("To mend the sheet and send it again, tick all fields, the sensitive ones too."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dose_import"].queryset = DoseImport.objects.visible_to(self.user).filter(state__in=JUDGED)


def rejected(user: User, parameters: dict[str, Any]) -> QuerySet:
    """The rejected doses of an import that is the user's, in the order of the file, with the number of whom each is about.

    The person that was found, or else the number written; None where there is neither.
    """
    imports = DoseImport.objects.visible_to(user).filter(pk=parameters["dose_import"], state__in=JUDGED)
    rows = SheetRow.objects.filter(dose__dose_import__in=imports, dose__outcome__in=REJECTED)
    number = NullIf(F("dose__number"), Value(""))
    person = Coalesce("dose__person", number, output_field=CitizenIdField())
    return rows.annotate(person=person).order_by("dose__row", "dose__part")


def area_of_import(user: User, parameters: dict[str, Any]) -> str:
    """Where the facility is that sent the sheet, or the province."""
    dose_import = DoseImport.objects.select_related("facility__unit", "province").get(pk=parameters["dose_import"])
    return path_of(dose_import.facility.unit if dose_import.facility else dose_import.province)


LISTING = Listing(
    code="rejected",
    title=_("Rejected rows of an import"),
    hint=_("Which rows of a sheet did not get into the register, and why: to be mended and sent again."),
    roles=frozenset({Role.CLINIC_LEAD, Role.PROVINCIAL_MANAGER}),
    fields=FIELDS,
    form=RejectedForm,
    rows=rejected,
    area=area_of_import,
)
