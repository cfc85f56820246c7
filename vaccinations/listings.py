"""Exports of the vaccinations: the doses given at a facility, and the lists of the rooms."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

import vaccinations.quality.exporting  # noqa: F401  Registers the work lists.
from residents.listings import BIRTH_YEAR, PERSON_FIELDS, SEX, facts_of, path_of
from vaccinations.due.listing import LISTING as DUE
from vaccinations.imports.rejected import LISTING as REJECTED
from vaccinations.models import Dose, Facility
from vaccinations.stock.recipient_listing import LISTING as RECIPIENTS
from vaxreg.exports.forms import ExportForm
from vaxreg.exports.listings import Field, Listing, registry
from vaxreg.forms import DayField
from vaxreg.models import User
from vaxreg.roles import Role


class DosesForm(ExportForm):
    """Which facility, and which days."""

    narrowing = ("facility", "since", "until")
    facility = forms.ModelChoiceField(label=_("Facility"), queryset=Facility.objects.none())
    since = DayField(label=_("Given from day"), help_text=_("As day/month/year."))
    until = DayField(label=_("To day"), help_text=_("As day/month/year."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facilities = Facility.objects.exportable_by(self.user)
        self.fields["facility"].queryset = facilities
        if len(facilities) == 1:
            self.initial.setdefault("facility", facilities[0])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        return cleaned


def doses(user: User, parameters: dict[str, Any]) -> QuerySet:
    """The doses that count, given on these days at a facility that is the user's."""
    facilities = Facility.objects.exportable_by(user).filter(pk=parameters["facility"])
    days = (date.fromisoformat(parameters["since"]), date.fromisoformat(parameters["until"]))
    found = Dose.objects.valid().filter(facility__in=facilities, administered_on__range=days)
    return found.annotate(**facts_of("resident")).order_by("administered_on", "pk")


def area_of_doses(user: User, parameters: dict[str, Any]) -> str:
    """Where the facility is."""
    return path_of(Facility.objects.select_related("unit").get(pk=parameters["facility"]).unit)


DOSES = Listing(
    code="doses",
    title=_("Doses of a facility"),
    hint=_("Which doses were given at a facility, and to whom."),
    roles=frozenset({Role.CLINIC_LEAD, Role.PROVINCIAL_MANAGER}),
    fields=(
        Field("administered_on", _("Given on"), ("administered_on",)),
        Field("vaccine", _("Vaccine"), ("vaccine__name",)),
        Field("lot", _("Lot"), ("lot__lot_number",)),
        Field("dose_number", _("Dose number"), ("dose_number",)),
        SEX,
        BIRTH_YEAR,
        *PERSON_FIELDS,
    ),
    form=DosesForm,
    rows=doses,
    area=area_of_doses,
)

for listing in (DOSES, DUE, REJECTED, RECIPIENTS):
    registry.register(listing)
