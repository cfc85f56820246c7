"""The form that writes a rule: one row for each kind of condition, with only the fields that the kind needs."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from checkpoints.admission import Condition, Verdict
from checkpoints.models import Checkpoint, EntryRule
from checkpoints.rules.writing import Draft
from vaxreg.language import named

HOLDS = [("", _("Makes no difference")), ("yes", _("Yes")), ("no", _("No"))]
# "Two doses of one vaccine, or one of another" is two rows that both say No; so with two kinds of test.
STATEMENTS = [
    ("declared", _("A declaration is in force")),
    ("expired", _("The declaration has expired")),
    ("symptoms", _("Signs of illness are declared")),
    ("contact", _("Contact with a case is declared")),
    ("positive", _("A positive test is declared")),
    ("registered", _("The number is in the registry")),
    ("disagreement", _("Card, declaration and registry disagree")),
    ("origin-level", _("The journey starts where the risk level is at least …")),
    ("younger-than", _("The person is younger than … years")),
    ("doses", _("There are at least … doses of vaccine")),
    ("doses", _("There are at least … doses of vaccine (a second such condition)")),
    ("tested", _("There is a negative test of the last … hours")),
    ("tested", _("There is a negative test of the last … hours (a second such condition)")),
    ("recovered", _("There is proof of recovery in the last … months")),
    ("vehicle", _("The vehicle is one of these")),
]
NUMBERS = {
    "origin-level": (_("Level"), 4),
    "younger-than": (_("Years"), 120),
    "doses": (_("Doses"), 20),
    "recovered": (_("Months"), 60),
}
CODES = {
    "doses": _("Of these vaccines (none ticked: any)"),
    "tested": _("Of these kinds (none ticked: any)"),
    "vehicle": _("Vehicles"),
}


class ConditionForm(forms.Form):
    """One row: whether it makes a difference, and its terms."""

    holds = forms.ChoiceField(choices=HOLDS, required=False)

    def __init__(self, *args: Any, kind: str, statement: str, names: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["holds"].label = statement
        if kind in NUMBERS:
            label, most = NUMBERS[kind]
            self.fields["number"] = forms.IntegerField(label=label, required=False, min_value=1, max_value=most)
        if kind == "doses":
            self.fields["days"] = forms.IntegerField(
                label=_("Given at least so many days ago"), required=False, min_value=0, max_value=3_650
            )
        if kind == "tested":
            self.fields["hours"] = forms.IntegerField(label=_("Hours"), required=False, min_value=1, max_value=8_760)
        if kind in CODES:
            self.fields["codes"] = forms.MultipleChoiceField(
                label=CODES[kind],
                required=False,
                choices=list(names.items()),
                widget=forms.CheckboxSelectMultiple,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("holds"):
            for name in ("number", "hours"):
                if name in self.fields and name not in self.errors and cleaned.get(name) is None:
                    self.add_error(name, _("Enter a number."))
            if self.kind == "vehicle" and "codes" not in self.errors and not cleaned.get("codes"):
                self.add_error("codes", _("Choose at least one vehicle."))
        return cleaned

    @property
    def terms(self):
        return [field for field in self if field.name != "holds"]

    @property
    def condition(self) -> Condition | None:
        """What a valid row says; None where it makes no difference."""
        said = self.cleaned_data
        if not said["holds"]:
            return None
        terms = {name: said.get(name) for name in ("number", "days", "hours")}
        return Condition(self.kind, said["holds"] == "no", **terms, codes=tuple(said.get("codes") or ()))


class RuleForm(forms.Form):
    """A draft. `checkpoints` are those for which the user may write; None among them stands for all checkpoints."""

    checkpoint = forms.ChoiceField(label=_("Where it applies"))
    outcome = forms.ChoiceField(
        label=_("Then the answer is"),
        choices=Verdict,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose PASS, CHECK or STOP.")},
    )
    reason = forms.CharField(
        label=_("Reason, as officers and travellers read it"),
        max_length=150,
        help_text=_("In Vietnamese."),
        error_messages={"required": _("Write the reason: officers and travellers read it.")},
    )
    reason_en = forms.CharField(label=_("The reason in English"), max_length=150, required=False)
    source = forms.CharField(
        label=_("Source document"), max_length=250, required=False, help_text=_("Number and date of the order.")
    )
    position = forms.IntegerField(
        label=_("Order among equals"),
        min_value=0,
        max_value=30_000,
        initial=100,
        help_text=_("Of two rules with the same answer, the lower number is shown first."),
    )
    for_everybody = forms.BooleanField(label=_("The rule applies to everybody, without any condition"), required=False)

    def __init__(
        self,
        *args: Any,
        checkpoints: list[Checkpoint],
        for_all: bool,
        names: dict[str, dict[str, str]],
        rule: EntryRule | None = None,
    ) -> None:
        super().__init__(*args, initial=_initial(rule))
        self.checkpoints = {str(checkpoint.pk): checkpoint for checkpoint in checkpoints}
        everywhere = [("all", _("All checkpoints"))] if for_all else []
        self.fields["checkpoint"].choices = [
            *everywhere,
            *((key, named(checkpoint)) for key, checkpoint in self.checkpoints.items()),
        ]
        kept = list(rule.terms.conditions) if rule else []
        self.rows = [
            ConditionForm(
                *args,
                kind=kind,
                statement=statement,
                names=names.get(kind, {}),
                prefix=f"c{number}",
                initial=_taken(kept, kind),
            )
            for number, (kind, statement) in enumerate(STATEMENTS)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        checked = [row.is_valid() for row in self.rows]
        if not all(checked):
            raise ValidationError(_("Complete the conditions marked below."), code="conditions")
        if not self.conditions and not cleaned.get("for_everybody"):
            self.add_error(
                "for_everybody", _("Choose at least one condition, or tick that the rule applies to everybody.")
            )
        if self.conditions and cleaned.get("for_everybody"):
            self.add_error("for_everybody", _("There are conditions: untick this, or remove them."))
        return cleaned

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return tuple(row.condition for row in self.rows if row.condition)

    @property
    def draft(self) -> Draft:
        """What a valid form says."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "for_everybody"}
        checkpoint = self.checkpoints.get(said.pop("checkpoint"))
        return Draft(checkpoint=checkpoint, **said, conditions=self.conditions)


class MomentForm(forms.Form):
    """When something takes effect; now where nothing is entered."""

    at = forms.DateTimeField(
        label=_("From when"),
        required=False,
        help_text=_("Leave it empty for now, or write for example 24/11/2026 18:00."),
        input_formats=["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"],
    )


class DayForm(forms.Form):
    day = forms.DateField(label=_("Day"), required=False)


def _initial(rule: EntryRule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    said = {name: getattr(rule, name) for name in ("outcome", "reason", "reason_en", "source", "position")}
    where = str(rule.checkpoint_id) if rule.checkpoint_id else "all"
    return said | {"checkpoint": where, "for_everybody": not rule.terms.conditions}


def _taken(kept: list[Condition], kind: str) -> dict[str, Any]:
    """The first kept condition of this kind, as the row shows it; it is taken out of the list."""
    found = next((condition for condition in kept if condition.kind == kind), None)
    if found is None:
        return {}
    kept.remove(found)
    terms = {"number": found.number, "days": found.days, "hours": found.hours, "codes": list(found.codes)}
    return terms | {"holds": "no" if found.is_negated else "yes"}
