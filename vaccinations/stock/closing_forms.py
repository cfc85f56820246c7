"""The form of the evening's sheet: what was counted of each lot, and why it differs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from vaccinations.stock.closing import Counted
from vaccinations.stock.forms import DosesField
from vaccinations.stock.services import StockError
from vaccinations.stock.sheets import Sheet


class CountLineForm(forms.Form):
    """One lot of the evening's sheet; `seen` is the closing number that was on the screen."""

    counted = DosesField(label=_("Counted"), min_value=0)
    explanation = ReasonField(label=_("Explanation"), required=False)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("counted", "explanation"):
            # A table has no room for labels: each box says for itself which lot it is about.
            self.fields[name].widget.attrs |= {"class": "form-control", "autocomplete": "off"}
            self.fields[name].widget.attrs["aria-label"] = f"{self.fields[name].label}: {label}"
        self.fields["counted"].error_messages["required"] = _("Count this lot.")

    @property
    def told(self) -> Counted:
        """The line as the service takes it."""
        said = self.cleaned_data
        return Counted(said["counted"], said["explanation"], seen=said["seen"])


class ClosingForm:
    """All lines of a sheet to be counted; `faults` are about the sheet as a whole."""

    def __init__(self, data: Any, *, sheet: Sheet) -> None:
        self.is_bound, self.faults = data is not None, []
        self.rows = [
            (line, CountLineForm(data, prefix=f"lot{line.lot.pk}", label=line.lot.lot_number)) for line in sheet.lines
        ]

    def is_valid(self) -> bool:
        return self.is_bound and not [form for _line, form in self.rows if not form.is_valid()]

    @property
    def counts(self) -> dict[int, Counted]:
        """What was typed, by lot."""
        return {line.lot.pk: form.told for line, form in self.rows}

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """(id of the box, lot and box, message) of every line at fault."""
        return [
            (form[name].id_for_label, f"{line.lot} – {form.fields[name].label}", message)
            for line, form in self.rows
            for name, messages in form.errors.items()
            for message in messages
        ]

    def focus(self) -> None:
        """Puts the keyboard on the first box at fault, or the first one."""
        boxes = [(form, name) for _line, form in self.rows for name in ("counted", "explanation")]
        faulty = [(form, name) for form, name in boxes if self.is_bound and form.errors.get(name)]
        for form, name in (faulty or boxes)[:1]:
            form.fields[name].widget.attrs["autofocus"] = True

    def add_fault(self, error: StockError) -> None:
        """Tells what the service refused, beside the lots that it is about."""
        self.faults.append(error.message)
        for line, form in self.rows:
            if line.lot.pk in getattr(error, "lots", ()):
                form.add_error("explanation", _("Explain the difference."))
