"""What a page of the clinic desk carries of its person, and the forms beside the dose."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from residents.models import Resident
from residents.scan import Card
from vaccinations.desk.places import Arrival
from vaccinations.desk.scan import read_scan
from vaccinations.models import Visit
from vaxreg.forms import SealedField

PERSON, SAME, FOUND = "clinic-person", "clinic-same", "clinic-found"
SHIFT_SECONDS = 12 * 3600


class PersonForm(forms.Form):
    """Whose page it is, sealed as `page_of` makes it."""

    person = SealedField(purpose=PERSON, max_age_seconds=SHIFT_SECONDS)

    @property
    def page(self) -> dict[str, Any]:
        return self.cleaned_data["person"]

    @property
    def number(self) -> str:
        return self.page["number"]

    @property
    def card(self) -> Card | None:
        """The card that was scanned for this page."""
        text = self.page["card"]
        return read_scan(text).card if text else None

    @property
    def seen(self) -> str:
        """The visit that the page showed, as the services of visits take it."""
        return self.page["visit"]

    def arrival(self, **facts: Any) -> Arrival:
        """How the person comes, as the services of visits take it: from when the page was opened."""
        opened_at = datetime.fromisoformat(self.page["opened_at"])
        return Arrival(opened_at, self.page["invitation"], **facts)


def page_of(
    resident: Resident, *, card_text: str, visit: Visit | None, now: datetime, invitation: str = ""
) -> dict[str, Any]:
    """Returns what a person's page carries on: number, card, invitation, visit shown; its key makes one dose of two Enters."""
    return {
        "number": resident.pk,
        "card": card_text,
        "invitation": invitation,
        "visit": visit.state if visit else "",
        "opened_at": now.isoformat(),
        **new_key(),
    }


def new_key() -> dict[str, str]:
    """Returns the key of a new form: what it records is recorded once."""
    return {"key": str(uuid4())}


class NotGivenForm(forms.Form):
    """Why no dose is given; left empty where one is."""

    not_given_reason = forms.ChoiceField(
        label=_("Why is no dose given?"),
        required=False,
        choices=[("", _("– a dose is given –")), *Visit.NotGiven.choices],
    )
    not_given_text = ReasonField(label=_("In words"), required=False)
    act = forms.CharField(required=False, max_length=20)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        reason, text = facts.get("not_given_reason"), facts.get("not_given_text")
        if reason == "" and (text or facts.get("act") == "not-given"):
            self.add_error("not_given_reason", ValidationError(_("Choose the reason."), code="no_reason"))
        if reason == Visit.NotGiven.OTHER and text == "":
            self.add_error("not_given_text", ValidationError(_("Say the other reason in words."), code="no_words"))
        return facts

    @property
    def is_chosen(self) -> bool:
        """Whether the page says that no dose is given, be it complete or not."""
        return bool(self.data.get("not_given_reason") or self.data.get("not_given_text"))

    def focus(self) -> bool:
        """Puts the keyboard on the first fault; says whether there is one."""
        faulty = [field.name for field in self.visible_fields() if field.errors]
        for name in faulty[:1]:
            self.fields[name].widget.attrs["autofocus"] = True
        return bool(faulty)

    @property
    def facts(self) -> dict[str, str]:
        return {"reason": self.cleaned_data["not_given_reason"], "text": self.cleaned_data["not_given_text"]}


class RevealForm(PersonForm):
    reason = ReasonField(label=_("Why must you see phone and address?"))


class FoundForm(forms.Form):
    """Somebody picked from a list: their number, sealed."""

    found = SealedField(purpose=FOUND, max_age_seconds=SHIFT_SECONDS)

    @property
    def number(self) -> str:
        return self.cleaned_data["found"]["number"]


class SameForm(forms.Form):
    """A possible double and the number presented: {"resident": number, "presented": number or empty}."""

    same = SealedField(purpose=SAME, max_age_seconds=SHIFT_SECONDS)

    @property
    def number(self) -> str:
        return self.cleaned_data["same"]["resident"]

    @property
    def presented(self) -> str:
        return self.cleaned_data["same"]["presented"]
