"""The box of the observation board, and what is known of a reaction."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from vaccinations.desk.dose_forms import GivenOnField
from vaccinations.desk.person_forms import SHIFT_SECONDS
from vaccinations.desk.scan_forms import BoxForm
from vaccinations.models import AdverseEvent, AdverseEventTerm
from vaccinations.observation.reactions import ANAPHYLAXIS, Reaction, one_tap
from vaccinations.observation.rules import GRADES, SEVERITIES
from vaxreg.forms import SealedField

REACTION = "clinic-reaction"


class BoardForm(BoxForm):
    """The box: a slip or card opens the person's reactions; left empty, Enter releases whom the page named."""

    first = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scan"].required = False
        self.fields["scan"].label = _("Slip or card")
        self.fields["scan"].help_text = _("Scan it to note a reaction.")


class EarlyForm(forms.Form):
    release = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    reason = ReasonField(label=_("Why does the person leave now?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["autofocus"] = True


class PageForm(forms.Form):
    """What the page of a reaction carries: {"key": of a new reaction, "latest": the version shown, or none}."""

    page = SealedField(purpose=REACTION, max_age_seconds=SHIFT_SECONDS)

    @property
    def key(self) -> UUID:
        return UUID(self.cleaned_data["page"]["key"])

    @property
    def latest(self) -> int | None:
        return self.cleaned_data["page"]["latest"]


class TapForm(PageForm):
    """One tap: a symptom with its severity, or a grade of anaphylaxis, as `code:severity` or `anaphylaxis:grade`."""

    tap = forms.CharField(max_length=50)

    def clean_tap(self) -> tuple[str, str]:
        code, _colon, weight = self.cleaned_data["tap"].partition(":")
        known = [str(grade) for grade in GRADES] if code == ANAPHYLAXIS else SEVERITIES
        if weight not in known or not AdverseEventTerm.objects.filter(code=code).exists():
            raise ValidationError(_("Choose a sign or symptom."), code="unknown")
        return code, weight

    def reaction(self, known: Reaction | None, *, now: datetime) -> Reaction:
        """What the tap says, added to what is known."""
        code, weight = self.cleaned_data["tap"]
        grade = int(weight) if code == ANAPHYLAXIS else None
        said = one_tap(code, severity="" if grade else weight, grade=grade, now=now)
        return known.with_symptom(code, severity=said.severity, grade=grade) if known else said


class ReactionForm(PageForm):
    onset_on = GivenOnField(label=_("Onset: day"))
    onset_time = forms.TimeField(
        label=_("Onset: time"), widget=forms.TimeInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )
    symptoms = forms.MultipleChoiceField(
        label=_("Signs and symptoms"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other_symptom = forms.CharField(label=_("Another one, in words"), required=False, max_length=250)
    severity = forms.ChoiceField(label=_("Severity"), choices=AdverseEvent.Severity.choices, widget=forms.RadioSelect)
    anaphylaxis_grade = forms.TypedChoiceField(
        label=_("Grade of anaphylaxis"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("no anaphylaxis")),
            (1, _("I – skin only")),
            (2, "II"),
            (3, "III"),
            (4, _("IV – cardiac arrest")),
        ],
    )
    seriousness = forms.MultipleChoiceField(
        label=_("Serious because of"),
        required=False,
        choices=AdverseEvent.Seriousness.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    treatment = forms.CharField(
        label=_("Treatment"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    outcome = forms.ChoiceField(label=_("How it goes"), choices=AdverseEvent.Outcome.choices)
    referred_to = forms.CharField(label=_("Referred to (hospital)"), required=False, max_length=150)

    def __init__(self, *args: Any, terms: list[AdverseEventTerm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["symptoms"].choices = [(term.code, str(term)) for term in terms]

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        symptoms, grade = facts.get("symptoms", []), facts.get("anaphylaxis_grade")
        if not symptoms and not facts.get("other_symptom"):
            self.add_error("symptoms", _("Choose a sign or symptom, or write one down."))
        if (ANAPHYLAXIS in symptoms) != (grade is not None):
            self.add_error("anaphylaxis_grade", _("An anaphylaxis has a grade, and a grade means an anaphylaxis."))
        return facts

    @property
    def reaction(self) -> Reaction:
        """What was entered, as the services take it."""
        facts = {name: self.cleaned_data[name] for name in Reaction.__dataclass_fields__ if name in self.cleaned_data}
        onset = datetime.combine(self.cleaned_data["onset_on"], self.cleaned_data["onset_time"])
        facts |= {name: tuple(facts[name]) for name in ("symptoms", "seriousness")}
        return Reaction(onset_at=timezone.make_aware(onset), **facts)

    @staticmethod
    def initial_of(known: Reaction | None, *, now: datetime) -> dict[str, Any]:
        """What is known already; of a new reaction only that it begins now."""
        onset = timezone.localtime(known.onset_at if known else now)
        facts = {name: getattr(known, name) for name in Reaction.__dataclass_fields__} if known else {}
        return {**facts, "onset_on": onset.date(), "onset_time": onset.time().replace(second=0, microsecond=0)}


def quick_rows(terms: list[AdverseEventTerm]) -> Iterator[tuple[AdverseEventTerm, list[tuple[str, str]]]]:
    """Returns each term with the buttons that record it at once: what they send, and what they say."""
    labels = dict(AdverseEvent.Severity.choices)
    for term in terms:
        if term.code == ANAPHYLAXIS:
            yield (
                term,
                [
                    (f"{term.code}:{grade}", roman)
                    for grade, roman in zip(GRADES, ("I", "II", "III", "IV"), strict=True)
                ],
            )
        else:
            yield term, [(f"{term.code}:{severity}", str(labels[severity])) for severity in SEVERITIES]
