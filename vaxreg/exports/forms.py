"""What whoever asks for a list must say: why, under which case, and which fields. The apps add what narrows their list."""

import re
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from vaxreg.exports.listings import Field, Listing
from vaxreg.exports.models import Export
from vaxreg.exports.services import Request
from vaxreg.models import User
from vaxreg.sealing import BrokenSealError, seal, unseal

# A citizen ID, an old card number or a provisional number, standing alone.
NUMBER = re.compile(r"(?<!\w)(?:[0-9]{12}|[0-9]{9}|T[0-9]{11})(?!\w)", re.ASCII | re.IGNORECASE)


def refuse_number(text: str) -> None:
    """Raises ValidationError for a text with a person's number in it: whoever reads the log later may not see it."""
    if NUMBER.search(text):
        raise ValidationError(_("This holds an ID number of a person. Write it without."), code="number")


class ExportForm(forms.Form):
    """A list's form. A subclass names the fields that narrow the list in `narrowing`, and their choices for `self.user`."""

    narrowing: tuple[str, ...] = ()
    purpose = forms.ChoiceField(label=_("Purpose"), choices=[("", "–"), *Export.Purpose.choices])
    purpose_text = forms.CharField(
        label=_("What exactly for, and who will get the file"),
        min_length=10,
        max_length=250,
        validators=[refuse_number],
        help_text=_("In words that whoever checks it later understands. No name and no ID number."),
    )
    case_number = forms.CharField(
        label=_("Case or document number"),
        min_length=3,
        max_length=60,
        validators=[refuse_number],
        help_text=_("Of the order, request or case that the list is needed for. No name and no ID number."),
    )
    plain = forms.MultipleChoiceField(
        label=_("Fields"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Leave out what is not needed."),
    )
    sensitive = forms.MultipleChoiceField(
        label=_("Sensitive fields"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick only those without which the purpose cannot be reached; each one is logged."),
    )
    # What the preview showed, sealed: sent is only what was seen.
    seen = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, listing: Listing, **kwargs: Any) -> None:
        self.user, self.listing = user, listing
        kwargs["initial"] = {"plain": self._codes(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["plain"].choices = [(field.code, field.label) for field in listing.fields if is_asked(field)]
        self.fields["sensitive"].choices = [(field.code, explained(field)) for field in listing.fields if field.why]
        self.order_fields([*self.narrowing, "plain", "sensitive", "purpose", "purpose_text", "case_number"])

    def _codes(self) -> list[str]:
        return [field.code for field in self.listing.fields if is_asked(field)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not self.codes:
            self.add_error("plain", _("Choose at least one field."))
        return cleaned

    @property
    def narrowing_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.narrowing]

    @property
    def codes(self) -> list[str]:
        """The codes of the fields chosen, in the order of the list."""
        chosen = self.cleaned_data.get("plain", []) + self.cleaned_data.get("sensitive", [])
        return [field.code for field in self.listing.chosen(chosen)]

    @property
    def parameters(self) -> dict[str, Any]:
        """What narrows the list, as it is kept: rows by their keys, days and times as text."""
        return {name: _kept(self.cleaned_data.get(name)) for name in self.narrowing}

    @cached_property
    def words(self) -> dict[str, dict[str, Any]]:
        """Title, fields and parameters in words, by language."""
        return {language: self._words_in(language) for language, _name in settings.LANGUAGES}

    def _words_in(self, language: str) -> dict[str, Any]:
        with translation.override(language):
            narrowed = [(name, self.cleaned_data.get(name)) for name in self.narrowing]
            return {
                "title": str(self.listing.title),
                "fields": [str(field.label) for field in self.listing.chosen(self.codes)],
                "sensitive": [str(field.label) for field in self.listing.chosen(self.codes) if field.why],
                "parameters": [
                    [str(self.fields[name].label), self._in_words(name, value)]
                    for name, value in narrowed
                    if value not in (None, "")
                ],
            }

    def _in_words(self, name: str, value: Any) -> str:
        if isinstance(value, date):
            # A datetime is a date too, and its format says the time.
            return date_format(value, "SHORT_DATETIME_FORMAT" if hasattr(value, "hour") else "SHORT_DATE_FORMAT")
        choices = getattr(self.fields[name], "choices", ())
        return str(value if isinstance(value, Model) else dict(choices).get(value, value))

    @property
    def request(self) -> Request:
        """What a valid form asks for."""
        said = {name: self.cleaned_data[name] for name in ("purpose", "purpose_text", "case_number")}
        return Request(self.listing, self.parameters, self.codes, self.words, **said)

    @property
    def _subject(self) -> dict[str, Any]:
        return {"user": self.user.pk, "list": self.listing.code, "parameters": self.parameters, "fields": self.codes}

    def new_seen(self) -> str:
        """The sealed proof that a preview of this list and these fields was shown, and the key of what is sent from it."""
        return seal({**self._subject, "key": str(uuid4())}, purpose="export-seen")

    @property
    def key(self) -> UUID | None:
        """The key of the form, once its own preview was shown; else None."""
        try:
            seen = unseal(self.cleaned_data["seen"], purpose="export-seen", max_age_seconds=settings.SESSION_COOKIE_AGE)
            key = UUID(seen.pop("key"))
        except (BrokenSealError, AttributeError, KeyError, TypeError, ValueError):
            # Nothing was seen yet, or too long ago.
            return None
        return key if seen == self._subject else None


def is_asked(field: Field) -> bool:
    """Whether the field is one that may be left out, and says little of a person."""
    return not field.why and not field.is_fixed


def explained(field: Field) -> str:
    """The field's label, and why it is sensitive."""
    return format_html('{} <span class="muted">– {}</span>', field.label, field.why)


def _kept(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


class DecisionForm(forms.Form):
    """A second person's yes or no. `verdict` is the button pressed."""

    verdict = forms.ChoiceField(choices=[("approve", _("Approve")), ("refuse", _("Refuse"))], widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason or note"),
        max_length=250,
        required=False,
        validators=[refuse_number],
        help_text=_("Needed to refuse; whoever asked reads it. No name and no ID number."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("verdict") == "refuse" and len(cleaned.get("reason", "")) < 5:
            self.add_error("reason", _("Say why you refuse, so that the request can be mended."))
        return cleaned

    @property
    def is_approval(self) -> bool:
        return self.cleaned_data["verdict"] == "approve"


class LogForm(forms.Form):
    """What to look for in the log; nothing stands for everything."""

    person = forms.CharField(
        label=_("Citizen ID number of a person"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    username = forms.CharField(label=_("User name of who asked"), max_length=150, required=False)
    case_number = forms.CharField(label=_("Case or document number"), max_length=60, required=False)
    code = forms.CharField(
        label=_("Code of the download"),
        max_length=20,
        required=False,
        help_text=_("It stands in the first line of a file."),
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("person", "username", "case_number", "code"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
