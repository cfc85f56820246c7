"""Forms of the imports' pages."""

import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from vaccinations.imports.columns import DOUBTS, Layout, doubts_of
from vaccinations.imports.days import read_day
from vaccinations.imports.dictionaries import Dictionaries
from vaccinations.imports.dose_numbers import read_dose_number
from vaccinations.imports.headings import OF_DOSE, Field
from vaccinations.models import Facility

DOSES = range(1, 5)
SHARED = ("vaccine", "dose_number", "administered_on", "month_first", "births_month_first", "since_1904")


class UploadForm(forms.Form):
    """A sheet and whose it is; asked only where the user has several provinces and facilities (`owners`, by key)."""

    owner = forms.ChoiceField(label=_("Whose sheet is it?"))
    file = forms.FileField(
        label=_("Vaccination sheet"),
        help_text=_("XLSX, XLS or CSV, as you use it: titles above the table and any order of columns are all right."),
        error_messages={
            "required": _("Choose the file of the sheet."),
            "empty": _("The file is empty. Choose the file again."),
        },
    )

    def __init__(self, *args: Any, owners: dict[str, Any], was_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners = owners
        if was_too_large:
            megabytes = settings.IMPORT_MOST_BYTES // 1_000_000
            message = _("The file is larger than %(size)d MB. Send it in several parts.") % {"size": megabytes}
            self.fields["file"].error_messages["required"] = message
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.xls,.xlsb,.ods,.csv,.tsv,.txt"
        if len(owners) > 1:
            self.fields["owner"].choices = [(key, str(owner)) for key, owner in owners.items()]
        else:
            del self.fields["owner"]

    @property
    def chosen_owner(self) -> Any:
        """The province or facility whose sheet it is."""
        return self.owners[self.cleaned_data.get("owner") or next(iter(self.owners))]


class ColumnsForm(forms.Form):
    """What each column of the sheet holds, and what is the same for all its rows. Cleans to a layout."""

    month_first = forms.BooleanField(label=_("Days of doses are written month first (3/25/2021)"), required=False)
    births_month_first = forms.BooleanField(label=_("Dates of birth are written month first"), required=False)
    since_1904 = forms.BooleanField(
        label=_("The spreadsheet counts its days from 1904 (old Excel for Mac)"), required=False
    )
    vaccine = forms.CharField(label=_("Vaccine of all rows"), required=False, max_length=80)
    dose_number = forms.CharField(label=_("Dose number of all rows"), required=False, max_length=20)
    administered_on = forms.CharField(label=_("Day of all doses"), required=False, max_length=20)

    def __init__(self, *args: Any, layout: Layout, dictionaries: Dictionaries, **kwargs: Any) -> None:
        self.layout, self.dictionaries = layout, dictionaries
        initial = {
            **{name: layout.get(name) for name in ("month_first", "births_month_first", "since_1904")},
            **layout["constants"],
            **{f"column_{place}": choice_of(column) for place, column in enumerate(layout["columns"])},
        }
        super().__init__(*args, initial=initial, **kwargs)
        for place, column in enumerate(layout["columns"]):
            label = column["heading"] or _("Column %(number)d, without a heading") % {"number": place + 1}
            widget = forms.Select(attrs={"class": "form-select"})
            field = forms.ChoiceField(label=label, choices=choices(), required=False, widget=widget)
            self.fields[f"column_{place}"] = field

    @property
    def column_fields(self) -> list[tuple[Any, list[str]]]:
        """The fields of the columns with samples of what stands in each."""
        return [
            (self[f"column_{place}"], column.get("samples", [])) for place, column in enumerate(self.layout["columns"])
        ]

    @property
    def shared_fields(self) -> list[Any]:
        return [self[name] for name in SHARED]

    def clean_vaccine(self) -> str:
        text = self.cleaned_data["vaccine"]
        if text and not self.dictionaries.vaccines([text])[text][0]:
            raise ValidationError(_("No vaccine is known by this name."), code="unknown")
        return text

    def clean_dose_number(self) -> str:
        text = self.cleaned_data["dose_number"]
        if text and not read_dose_number(text):
            raise ValidationError(_("The dose number cannot be read."), code="unreadable")
        return text

    def clean_administered_on(self) -> str:
        text = self.cleaned_data["administered_on"]
        if text and not read_day(text):
            raise ValidationError(_("The day of the dose cannot be read. Write it dd/mm/yyyy."), code="unreadable")
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            for doubt in doubts_of(self.chosen):
                self.add_error(None, DOUBTS[doubt])
        return cleaned

    @property
    def chosen(self) -> Layout:
        """The layout as the person says."""
        said, columns = self.cleaned_data, []
        for place, column in enumerate(self.layout["columns"]):
            field, _colon, dose = said[f"column_{place}"].partition(":")
            columns.append({**column, "field": field, "dose": int(dose or 0), "guessed": False})
        constants = {name: said[name] for name in ("vaccine", "dose_number", "administered_on")}
        habits = {name: said[name] for name in ("month_first", "births_month_first", "since_1904")}
        return {**self.layout, **habits, "columns": columns, "constants": constants}


def choices() -> list[tuple[Any, Any]]:
    """Returns what a column can hold: one fact of the person or dose, or one of one of several doses in a row."""
    general = [(field.value, field.label) for field in Field if field]
    of_doses = [
        (
            _("Dose %(number)d of the row") % {"number": dose},
            [(f"{field.value}:{dose}", f"{field.label} – {dose}") for field in Field if field in OF_DOSE],
        )
        for dose in DOSES
    ]
    return [("", Field.IGNORED.label), *general, *of_doses]


def choice_of(column: dict[str, Any]) -> str:
    """Returns the choice that says what the column holds."""
    return f"{column['field']}:{column['dose']}" if column["dose"] else column["field"]


class TableForm(forms.Form):
    """Which sheet of the workbook, and in which row its headings are."""

    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    heading_row = forms.IntegerField(
        label=_("Headings are in row"),
        min_value=1,
        max_value=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, layout: Layout, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: layout.get(name) for name in ("sheet", "heading_row")}, **kwargs)
        names = layout.get("sheets", [])
        if len(names) > 1:
            self.fields["sheet"].choices = [(name, name) for name in names]
        else:
            del self.fields["sheet"]


class FacilitiesForm(forms.Form):
    """For each name of a facility that is not known, the facility that it means: by code or name, or left open."""

    takes_unknown = forms.BooleanField(
        label=_("Record the doses of the others without a facility (“Chưa rõ cơ sở”)"), required=False
    )

    def __init__(self, *args: Any, names: list[tuple[str, int]], facilities: list[Facility], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {field_of(name): (name, doses) for name, doses in names if name}
        self.by_text = {text_of(place): place for place in facilities} | {place.code: place for place in facilities}
        for field, (name, _doses) in self.names.items():
            widget = forms.TextInput(attrs={"class": "form-control", "list": "facilities", "autocomplete": "off"})
            self.fields[field] = forms.CharField(label=name, required=False, max_length=250, widget=widget)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for field in self.names:
            text = cleaned.get(field)
            if text and text not in self.by_text:
                self.add_error(field, _("Choose a facility from the list, or leave the field empty."))
        return cleaned

    @property
    def rows(self) -> list[tuple[Any, int]]:
        """The fields with the number of doses of each name."""
        return [(self[field], doses) for field, (_name, doses) in self.names.items()]

    @property
    def chosen(self) -> dict[str, Facility]:
        said = self.cleaned_data
        return {name: self.by_text[said[field]] for field, (name, _doses) in self.names.items() if said.get(field)}


def field_of(name: str) -> str:
    """Returns the name of the field for a facility's name: whatever that holds, it is fit for a form."""
    return "place_" + hashlib.sha256(name.encode()).hexdigest()[:16]


def text_of(facility: Facility) -> str:
    """Returns how a facility is offered in the list."""
    return f"{facility.name} ({facility.code})"


class CommitForm(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput)


class RevertForm(forms.Form):
    reason = ReasonField(
        label=_("Why is this import taken back?"),
        max_length=200,
        help_text=_("For example: wrong sheet, sent twice, columns mixed up. It is kept with every dose taken back."),
    )


class RowsForm(forms.Form):
    """The rows chosen in the list, and what is to be done with them."""

    action = forms.ChoiceField(
        choices=[
            (name, name) for name in ("hold", "release", "take", "take-all", "hold-lots", "release-lots", "register")
        ]
    )
    dose = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        sent = data.getlist("dose")[:500]
        self.fields["dose"].choices = [
            (text, text) for text in sent if text.isascii() and text.isdigit() and len(text) < 19
        ]
