"""Form fields for the facts of a person, each telling beside itself what it expects."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.birth import Birth, UnreadableBirthError, read_birth
from residents.citizen_id import CitizenId, MalformedNumberError, read_number
from residents.models import Resident, Unit
from residents.names import clean_name, fold
from residents.phone import CARRIED_BY_MANY, MalformedPhoneError, read_phone
from residents.querysets import UnitQuerySet
from residents.search import Query, UnreadableQueryError, read_query
from vaxreg.language import named

PROVINCE_WORDS = ("thanh pho ", "tinh ")


class NumberField(forms.CharField):
    """A citizen ID, old card number or provisional number; cleans to a CitizenId."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"label": _("Citizen ID number"), "max_length": 40, **kwargs}
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> CitizenId | None:
        text = super().clean(value)
        try:
            return read_number(text) if text else None
        except MalformedNumberError as error:
            raise ValidationError(error.message, code="malformed") from error


class NameField(forms.CharField):
    """A person's full name, kept as clean_name keeps it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Full name"), "max_length": 150, **kwargs})
        self.widget.attrs |= {"autocomplete": "name", "autocapitalize": "words", "spellcheck": "false"}

    def to_python(self, value: Any) -> str:
        return clean_name(super().to_python(value))


class LineField(forms.CharField):
    """Somebody's own words; kept in composed letters and on one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 150, **kwargs})

    def to_python(self, value: Any) -> str:
        return clean_name(super().to_python(value))


class BirthField(forms.CharField):
    """A date of birth, or as much of it as is known; cleans to a Birth."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = _("Day/month/year, for example 05/03/1990. If only the year is known, enter the year.")
        super().__init__(**{"label": _("Date of birth"), "max_length": 20, "help_text": help_text, **kwargs})
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "bday"}

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Birth) else value

    def clean(self, value: Any) -> Birth | None:
        text = super().clean(value)
        try:
            birth = read_birth(text) if text else None
        except UnreadableBirthError as error:
            raise ValidationError(error.message, code="unreadable") from error
        if birth and birth.earliest > timezone.localdate():
            raise ValidationError(_("This date of birth lies in the future. Check the year."), code="future")
        return birth


class PhoneField(forms.CharField):
    """A Vietnamese phone number; cleans to its national form, 0912345678."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Phone number"), "max_length": 20, **kwargs})
        self.widget.input_type = "tel"
        self.widget.attrs |= {"autocomplete": "tel", "inputmode": "tel"}

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return read_phone(text) if text else ""
        except MalformedPhoneError as error:
            raise ValidationError(error.message, code="malformed") from error


class ReasonField(forms.CharField):
    """Why somebody does what is unusual. A card scanned into it by mistake is told from a reason."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_length": 3, "max_length": 250, **kwargs})
        self.widget.attrs |= {"autocomplete": "off"}

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if "|" in text or _is_number(text):
            raise ValidationError(_("This looks like a card or a number. Say the reason in words."), code="scanned")
        return text


def province_order(province: Unit) -> str:
    """People look for "Hà Nội" under H, not under the T of "Thành phố"."""
    name = fold(named(province))
    for word in PROVINCE_WORDS:
        name = name.removeprefix(word)
    return name


class PhoneReasonField(ReasonField):
    """Why somebody has a phone number that many have: hidden until that is asked (`explain_phone`)."""

    def __init__(self, **kwargs: Any) -> None:
        label = _("Why do so many people have this phone number?")
        super().__init__(**{"label": label, "required": False, "widget": forms.HiddenInput, **kwargs})


def explain_phone(form: forms.Form) -> None:
    """For the `clean` of a form with `phone` and `phone_reason`: a number that many carry needs a reason, and is no block."""
    phone = form.cleaned_data.get("phone")
    carriers = Resident.objects.carrying(phone).count() if phone else 0
    if carriers < CARRIED_BY_MANY:
        form.cleaned_data["phone_reason"] = ""
        return
    form.fields["phone_reason"].widget = forms.TextInput(attrs={"autocomplete": "off"})
    if not form.cleaned_data.get("phone_reason") and "phone_reason" not in form.errors:
        sentence = _("%(count)d people have this phone number already. Check it; if it is right, say why.")
        form.add_error("phone_reason", sentence % {"count": carriers})


def _is_number(text: str) -> bool:
    try:
        return bool(read_number(text))
    except MalformedNumberError:
        return False


class SearchForm(forms.Form):
    """The box, and what narrows a search; `q` cleans to a Query. `units` are those that the user may choose from.

    Where these are provinces alone (`offers_wards`), the wards of the one chosen are offered with what was found in it.
    """

    q = forms.CharField(
        label=_("Number, phone or name"),
        max_length=400,
        help_text=_("A name with or without accents, its words in any order."),
    )
    birth_year = forms.IntegerField(label=_("Year of birth"), required=False, min_value=1850, max_value=2200)
    unit = forms.ModelChoiceField(
        label=_("Province or ward"), queryset=Unit.objects.none(), required=False, empty_label=_("anywhere I work")
    )

    ward = forms.ModelChoiceField(
        label=_("Ward or commune"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("all of the province"),
        error_messages={"invalid_choice": _("This ward lies in another province. Choose again.")},
    )

    def __init__(self, *args: Any, units: UnitQuerySet, offers_wards: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self._offer_wards(offers_wards)
        self.fields["q"].widget.attrs |= {"autofocus": True, "autocomplete": "off", "spellcheck": "false"}
        self.fields["birth_year"].widget.attrs |= {"inputmode": "numeric"}

    def _offer_wards(self, offers_wards: bool) -> None:
        unit = self.fields["unit"]
        try:
            chosen = unit.clean(self["unit"].value()) if offers_wards else None
        except ValidationError:
            chosen = None
        if chosen:
            self.fields["ward"].queryset = chosen.wards.in_force(timezone.localdate())
        else:
            del self.fields["ward"]
        if offers_wards:
            unit.help_text = _("Search in a province, and its wards are offered too.")

    @property
    def area(self) -> Unit | None:
        """The smallest unit chosen."""
        return self.cleaned_data.get("ward") or self.cleaned_data["unit"]

    def clean_q(self) -> Query:
        try:
            return read_query(self.cleaned_data["q"])
        except UnreadableQueryError as error:
            raise ValidationError(error.message, code="unreadable") from error


class ReasonForm(forms.Form):
    """Why somebody must see a person's number, phone and address in full."""

    reason = ReasonField(
        label=_("Why do you need to see it?"),
        min_length=5,
        help_text=_("Your reason is logged with your name."),
    )
