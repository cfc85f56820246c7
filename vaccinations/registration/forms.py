"""The other questions of a registration: where, and the consent; and how it is opened again."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from residents.forms import BirthField, province_order
from residents.models import Unit
from residents.names import fold
from vaccinations.models import ConsentText, Facility, RegisteredPerson
from vaxreg.codes import read_code
from vaxreg.forms import RowField, SealedField, missing
from vaxreg.language import named

OPENED, OPEN_SECONDS = "registration-opened", 1_800
UNKNOWN = "unknown"
NO_TEXT = _("I agree to register these people, and that the clinic uses what I have entered to invite them.")
Reach = RegisteredPerson.Reach


class HomeForm(forms.Form):
    """The first step: wards and clinics to choose from follow from it."""

    province = RowField(
        label=_("Province or city where you live"),
        error_messages=missing(_("Choose the province or city where you live.")),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["province"].offer(sorted(Unit.objects.provinces().in_force(today), key=province_order))

    @property
    def chosen(self) -> Unit | None:
        return self.fields["province"].rows.get(str(self["province"].value() or ""))


class WardField(RowField):
    """A ward of the province, or the answer that it is not known (cleans to None)."""

    def offer(self, rows: list) -> None:
        super().offer(rows)
        self.choices = [*self.choices, (UNKNOWN, _("I do not know"))]


class WhereForm(forms.Form):
    """The ward, and where the people want to be invited: to a place they choose, and to no other (complaint 22)."""

    ward = WardField(
        label=_("Ward or commune where you live"),
        help_text=_("Its name since July 2025."),
        error_messages=missing(_("Choose the ward or commune, or “I do not know”.")),
    )
    where = forms.ChoiceField(
        label=_("Where you want to be vaccinated"),
        help_text=_("You are invited to no other place."),
        error_messages=missing(_("Choose where you want to be vaccinated.")),
    )

    def __init__(self, *args: Any, today: date, province: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wards = Unit.objects.wards().in_force(today).filter(parent=province)
        self.fields["ward"].offer(sorted(wards, key=_ward_order))
        facilities = Facility.objects.in_province(province).select_related("unit")
        self.places = {str(facility.pk): facility for facility in facilities}
        wide = [(Reach.WARD.value, Reach.WARD.label), (Reach.PROVINCE.value, Reach.PROVINCE.label)]
        self.fields["where"].choices = [("", _("Choose")), *wide, *_grouped(self.places.values())]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("where") == Reach.WARD and "ward" in cleaned and cleaned["ward"] is None:
            self.add_error("where", _("Choose your ward above, or another answer here."))
        return cleaned

    @property
    def answered(self) -> dict[str, Any]:
        facility = self.places.get(self.cleaned_data["where"])
        reach = Reach.FACILITY if facility else Reach(self.cleaned_data["where"])
        return {"ward": self.cleaned_data["ward"], "reach": reach, "preferred_facility": facility}


class ConsentForm(forms.Form):
    """The last word, and the key that makes one registration of a form sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    is_for_other = forms.BooleanField(label=_("I fill this in for somebody else"), required=False)
    consent = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    consented = forms.BooleanField(
        error_messages=missing(_("Tick this box to agree. Without it nobody is registered."))
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_force = ConsentText.objects.in_force(today).order_by("in_force_from", "pk").last()
        self.fields["consented"].label = named(self.in_force) if self.in_force else NO_TEXT
        self.fields["consent"].initial = self.in_force and self.in_force.pk

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        shown, now = cleaned.get("consent", ""), str(self.in_force.pk) if self.in_force else ""
        if shown and shown != now:
            self.data = self.data.copy()
            self.data["consent"] = now
            self.add_error("consented", _("The text to agree to has changed. Read it again."))
        return cleaned


class CodeField(forms.CharField):
    """A code of eight letters and digits; cleans to them without spaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Code"), "max_length": 30, **kwargs})
        self.widget.attrs |= {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        code = read_code(text) if text else ""
        if code is None:
            raise ValidationError(_("A code has 8 letters and digits, for example 3467 9CDF."), code="malformed")
        return code


class IdentityForm(forms.Form):
    """What only the person who registered, or who was invited, knows together."""

    code = CodeField(
        help_text=_("The code of your registration, or of an invitation."), error_messages=missing(_("Enter the code."))
    )
    birth = BirthField(
        help_text=_("As you entered it. Of a registration for several people: that of the first."),
        error_messages=missing(_("Enter the date of birth.")),
    )


class OpenedForm(forms.Form):
    """Proof that the registration was opened, and whose lines were shown; `person` is the one that the button is about."""

    opened = SealedField(purpose=OPENED, max_age_seconds=OPEN_SECONDS)
    person = forms.IntegerField(min_value=1, max_value=2**63 - 1)

    @property
    def chosen(self) -> int:
        return self.cleaned_data["person"]

    @property
    def sealed(self) -> str:
        """The proof as it came, for the next page."""
        return self.data["opened"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "opened" in cleaned and cleaned.get("person") not in cleaned["opened"]["people"]:
            raise ValidationError(_("This button belongs to another registration."), code="foreign")
        return cleaned


def _ward_order(ward: Unit) -> str:
    """People look for "Phường Bến Nghé" under B."""
    name = fold(named(ward))
    for word in ("phuong ", "xa ", "dac khu "):
        name = name.removeprefix(word)
    return name


def _grouped(facilities: Iterable[Facility]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The places under the names of their wards; those of the province as a whole first."""

    def home(facility: Facility) -> tuple[bool, str, int]:
        return facility.unit.parent_id is not None, _ward_order(facility.unit), facility.unit_id

    ordered = sorted(facilities, key=lambda facility: (*home(facility), named(facility)))
    return [
        (named(group[0].unit), [(str(facility.pk), named(facility)) for facility in group])
        for group in (list(found) for _home, found in groupby(ordered, key=home))
    ]
