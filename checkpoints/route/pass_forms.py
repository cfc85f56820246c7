"""The route by a pass: which one, that it is one's own, and what the pass does not say."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.admission import Facts
from checkpoints.cards.scan import PASS_ADDRESS
from checkpoints.declaring.fields import missing
from checkpoints.declaring.views import ROUTE_PASS
from checkpoints.models import Declaration
from checkpoints.route.declared import declared_with, facts_of
from checkpoints.route.forms import AnswersForm
from residents.forms import BirthField
from vaxreg.codes import read_code
from vaxreg.forms import SealedField

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
# Told by the declaration itself.
DECLARED = ("declared", "has_symptoms", "had_contact", "birth", "vehicle")
TEST = ("has_test", "test_kind", "tested_on", "tested_time")


class PassAddressForm(forms.Form):
    """The address of a pass, typed or pasted; cleans to its token."""

    pass_address = forms.CharField(
        label=_("Address of your pass"),
        max_length=300,
        help_text=_("Open your pass and copy its address. The short code is not enough here: it could be guessed."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages=missing(_("Enter the address of the pass.")),
    )

    def clean_pass_address(self):
        text = self.cleaned_data["pass_address"].strip()
        found = PASS_ADDRESS.search(text)
        token = found[1] if found else text
        if not found and read_code(text):
            raise forms.ValidationError(
                _("This is the short code. Enter the address of the pass, or answer the questions instead."),
                code="code",
            )
        if not TOKEN.fullmatch(token):
            raise forms.ValidationError(_("This is no address of a pass."), code="unreadable")
        if not declared_with(token):
            raise forms.ValidationError(_("There is no pass at this address."), code="unknown")
        return token


class SealedPassForm(forms.Form):
    """The pass as its own page hands it on: sealed, so that the address says nothing."""

    sealed_pass = SealedField(purpose=ROUTE_PASS, max_age_seconds=settings.DECLARATION_VALID_HOURS * 3_600)


class PassRouteForm(AnswersForm):
    """When, and what the pass does not say. `is_own`: the phone that filed it asks; anybody else tells a date of birth."""

    declared_birth = BirthField(
        label=_("Date of birth, as declared with this pass"),
        error_messages=missing(_("Enter the date of birth, as you declared it.")),
    )

    def __init__(self, *args: Any, declarations: list[Declaration], is_own: bool, **kwargs: Any) -> None:
        self.declarations = declarations
        super().__init__(*args, **kwargs)
        first, is_alone = declarations[0], len(declarations) == 1
        for name in (*DECLARED, *(TEST if first.test_taken_at else ())):
            del self.fields[name]
        if is_own:
            del self.fields["declared_birth"]
        # One form cannot answer for several: what only a question could tell is unknown then.
        self.may_ask = is_alone

    @classmethod
    def proposed(cls, declarations: list[Declaration], now: datetime) -> dict[str, Any]:
        """This hour, on the day of the journey where that is still to come."""
        departs_on = declarations[0].departs_on
        if departs_on and departs_on > timezone.localdate(now):
            now = timezone.make_aware(datetime.combine(departs_on, timezone.localtime(now).time()))
        return cls.moment(now)

    def clean_declared_birth(self):
        birth = self.cleaned_data["declared_birth"]
        if birth != self.declarations[0].birth:
            raise forms.ValidationError(
                _("This is not the date of birth that was declared with this pass."), code="foreign"
            )
        return birth

    @property
    def people(self) -> list[Facts]:
        """The facts of all who travel with the pass."""
        return [facts_of(declaration, self.at, self.answers) for declaration in self.declarations]
