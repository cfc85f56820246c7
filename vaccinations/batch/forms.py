"""What all slips of a pile have in common, and what is decided about a slip in the tray."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from vaccinations.batch.tray import CANDIDATE
from vaccinations.desk.dose_forms import GivenOnField, LotField
from vaccinations.models import MOST_DOSES, Lot, Pile
from vaxreg.forms import SealedField

SHOWN_SECONDS = 3600


class PileForm(forms.Form):
    lot = LotField()
    given_on = GivenOnField()
    vaccinator = forms.CharField(label=_("Vaccinator"), max_length=150, required=False)
    dose_number = forms.IntegerField(
        label=_("Dose, if all slips are of the same one"),
        min_value=1,
        max_value=MOST_DOSES,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, lots: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].queryset = lots

    def clean_given_on(self) -> date:
        if self.cleaned_data["given_on"] > timezone.localdate():
            raise ValidationError(_("This day lies in the future."), code="future")
        return self.cleaned_data["given_on"]

    @classmethod
    def of(cls, pile: Pile, data: Any) -> "PileForm":
        """The form that changes what the pile's slips have in common."""
        lots = Lot.objects.to_choose_at(pile.facility, pile.given_on, besides=pile.lot_id)
        return cls(data, lots=lots, initial={name: getattr(pile, name) for name in cls.base_fields})


class DecisionForm(forms.Form):
    """`act`: the person sealed in `candidate`, a "new" one, "aside" or "back"."""

    ACTS = ("person", "new", "aside", "back")
    reason = ReasonField(label=_("Why do you decide so?"))
    act = forms.ChoiceField(choices=[(act, act) for act in ACTS])
    # Whom the page showed: somebody new is none of them.
    seen = SealedField(purpose="batch-seen", max_age_seconds=SHOWN_SECONDS)
    candidate = SealedField(purpose=CANDIDATE, max_age_seconds=SHOWN_SECONDS, required=False)

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        # The button of a candidate carries who it is.
        if data and data.get("candidate"):
            data = {**data.dict(), "act": "person"}
        super().__init__(data, *args, **kwargs)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if facts.get("act") == "person" and not facts.get("candidate"):
            self.add_error(None, _("This page was too old. Look at the slip again."))
        return facts
