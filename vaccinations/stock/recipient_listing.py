"""The export of who got a recalled lot."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from residents.listings import BIRTH_YEAR, PERSON_FIELDS, SEX, facts_of, path_of
from vaccinations.models import Facility, Lot
from vaccinations.querysets import FacilityQuerySet
from vaccinations.stock.recipients import doses_of
from vaxreg.exports.forms import ExportForm
from vaxreg.exports.listings import Field, Listing, common_area
from vaxreg.models import User
from vaxreg.roles import Role


class RecipientsForm(ExportForm):
    """Which lot, and where it was given."""

    narrowing = ("lot", "facility")
    lot = forms.ModelChoiceField(
        label=_("Recalled lot"), queryset=Lot.objects.none(), help_text=_("Only lots that are recalled now.")
    )
    facility = forms.ModelChoiceField(
        label=_("Facility"), queryset=Facility.objects.none(), required=False, empty_label=_("all facilities")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].queryset = Lot.objects.recalled().listed()
        self.fields["facility"].queryset = Facility.objects.exportable_by(self.user).order_by("name")


def facilities_of(user: User, parameters: dict[str, Any]) -> FacilityQuerySet:
    """The facility chosen, or all whose doses the user may export."""
    facilities = Facility.objects.exportable_by(user)
    return facilities.filter(pk=parameters["facility"]) if parameters["facility"] else facilities


def recipients(user: User, parameters: dict[str, Any]) -> QuerySet:
    """The valid doses of the lot at these facilities; none once the recall is lifted."""
    lot = Lot.objects.recalled().filter(pk=parameters["lot"]).first()
    facilities = list(facilities_of(user, parameters).values_list("pk", flat=True)) if lot else []
    doses = doses_of(lot, facilities).annotate(**facts_of("resident"))
    return doses.order_by("facility_id", "administered_on", "pk")


def area_of_recipients(user: User, parameters: dict[str, Any]) -> str:
    """The smallest area that holds these facilities."""
    return common_area(path_of(place.unit) for place in facilities_of(user, parameters).select_related("unit"))


LISTING = Listing(
    code="recall",
    title=_("Who got a recalled lot"),
    hint=_("Whom to call after a lot was recalled."),
    roles=frozenset({Role.CLINIC_LEAD, Role.PROVINCIAL_MANAGER}),
    fields=(
        Field("facility", _("Facility"), ("facility__name",)),
        Field("administered_on", _("Given on"), ("administered_on",)),
        Field("vaccine", _("Vaccine"), ("vaccine__name",)),
        Field("dose_number", _("Dose number"), ("dose_number",)),
        SEX,
        BIRTH_YEAR,
        *PERSON_FIELDS,
    ),
    form=RecipientsForm,
    rows=recipients,
    area=area_of_recipients,
)
