"""Forms of the work lists."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from residents.merging.joining import are_two_citizen_ids
from vaccinations.models import MOST_DOSES, CaseDecision, QualityCase
from vaccinations.quality.choices import choices_of
from vaccinations.quality.deciding import EVERY_WARNING, Decision
from vaxreg.exports.forms import refuse_number
from vaxreg.forms import SealedField

# The key with Alt of each decision; the page shows it on the button.
KEYS = {
    CaseDecision.Choice.SAME: "s",
    CaseDecision.Choice.DIFFERENT: "k",
    CaseDecision.Choice.REGISTER_RIGHT: "r",
    CaseDecision.Choice.SHEET_RIGHT: "h",
    CaseDecision.Choice.FIRST_RIGHT: "r",
    CaseDecision.Choice.SECOND_RIGHT: "h",
    CaseDecision.Choice.BOTH_RIGHT: "b",
    CaseDecision.Choice.ASK: "x",
    CaseDecision.Choice.NEW_PERSON: "m",
}
# What most decisions are made by, offered while the reason is typed.
USUAL_REASONS = (
    _("Compared with the paper sheet"),
    _("The person was called"),
    _("The commune confirmed it"),
    _("Compared with the population database"),
)
NEEDS_PERSON = frozenset({CaseDecision.Choice.SAME, CaseDecision.Choice.DIFFERENT})


class DecisionForm(forms.Form):
    """A decision and its reason. `choice` is the button pressed; `person` whom the page showed, sealed."""

    choice = forms.ChoiceField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    person = SealedField(purpose="quality-person", required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=400)
    dose_number = forms.TypedChoiceField(
        label=_("Record it as dose"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "–"), *[(number, number) for number in range(1, MOST_DOSES + 1)]],
    )
    reason = ReasonField(
        label=_("Reason"),
        max_length=200,
        validators=[refuse_number],
        help_text=_("By what you know it. No name and no number of anybody."),
    )

    keep = forms.ChoiceField(
        label=_("Which record is kept"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("a", _("the first")), ("b", _("the second"))],
    )
    second_reason = ReasonField(
        label=_("Why both citizen IDs are of one person"),
        required=False,
        max_length=200,
        validators=[refuse_number],
        help_text=_("Only where both records have a number of 12 digits and are one person."),
    )

    def __init__(self, *args: Any, case: QualityCase, **kwargs: Any) -> None:
        self.case = case
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = [(choice, choice.label) for choice in choices_of(case)]
        self.fields["reason"].widget.attrs["list"] = "usual-reasons"
        for name in ("dose_number",) if case.is_pair else ("keep", "second_reason"):
            del self.fields[name]
        if case.is_pair and not are_two_citizen_ids(case.pair.person_a_id, case.pair.person_b_id):
            del self.fields["second_reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        needs = cleaned.get("choice") in NEEDS_PERSON and not self.case.is_pair
        if needs and not cleaned.get("person"):
            raise ValidationError(_("Choose the person whom this row means."), code="nobody")
        if self.case.is_pair and cleaned.get("choice") == CaseDecision.Choice.SAME and not cleaned.get("keep"):
            self.add_error("keep", _("Say which of the two records is kept."))
        if cleaned.get("choice") == CaseDecision.Choice.BOTH_RIGHT and not cleaned.get("dose_number"):
            self.add_error("dose_number", _("Say which dose the other one is."))
        return cleaned

    @property
    def decision(self) -> Decision:
        said = self.cleaned_data
        seen = frozenset(said["seen"].split(",")) & EVERY_WARNING
        person = self._kept if self.case.is_pair else said["person"] or ""
        second = said.get("second_reason", "")
        return Decision(said["choice"], said["reason"], person, said.get("dose_number"), seen, second)

    @property
    def _kept(self) -> str:
        """The number of the record that is kept."""
        pair = self.case.pair
        return {"a": pair.person_a_id, "b": pair.person_b_id}.get(self.cleaned_data["keep"], "")


class UndoForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = ReasonField(label=_("Why is this decision taken back?"), max_length=200, validators=[refuse_number])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Other forms of the page ask for a reason too; a label belongs to one field.
        super().__init__(*args, auto_id="undo_%s", **kwargs)


class AssignForm(forms.Form):
    """The cases chosen in a list, by their keys, and the colleague who gets them."""

    to = forms.ModelChoiceField(
        label=_("Assign to"), queryset=None, required=False, empty_label=_("nobody"), blank=True
    )
    case = forms.TypedMultipleChoiceField(coerce=int, error_messages={"required": _("Choose cases first.")})

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues
        if self.is_bound:
            sent = self.data.getlist("case")[:500]
            self.fields["case"].choices = [
                (text, text) for text in sent if text.isascii() and text.isdigit() and len(text) < 19
            ]


class ReturnForm(forms.Form):
    """A work list that comes back with decisions in it."""

    file = forms.FileField(
        label=_("Work list with its decisions"),
        help_text=_("The XLSX that was taken out here, with the yellow cells filled in."),
        error_messages={
            "required": _("Choose the file of the list."),
            "empty": _("The file is empty. Choose the file again."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.xls,.ods,.csv"

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.QUALITY_MOST_BYTES:
            megabytes = settings.QUALITY_MOST_BYTES // 1_000_000
            message = _("The file is larger than %(size)d MB. Send it in several parts.") % {"size": megabytes}
            raise ValidationError(message, code="large")
        return file
