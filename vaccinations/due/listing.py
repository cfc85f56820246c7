"""The export of who is due or overdue for a dose at a facility."""

from typing import Any

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, IntegerField, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.listings import BIRTH_YEAR, PERSON_FIELDS, SEX, facts_by_number, path_of
from vaccinations.due import lists
from vaccinations.due.forms import DueForm
from vaccinations.models import DueDose, Facility, Vaccine
from vaxreg.exports.forms import ExportForm
from vaxreg.exports.listings import Field, Listing
from vaxreg.models import User
from vaxreg.roles import Role

COURSES = dict(DueDose.Course.choices)


class DueListForm(DueForm, ExportForm):
    """Which facility, and what narrows its list on the page."""

    narrowing = ("facility", "when", "vaccine", "age_from", "age_to")
    facility = forms.ModelChoiceField(label=_("Facility"), queryset=Facility.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facilities = Facility.objects.exportable_by(self.user).order_by("name")
        self.fields["facility"].queryset = facilities
        if len(facilities) == 1:
            self.initial.setdefault("facility", facilities[0])


def due(user: User, parameters: dict[str, Any]) -> QuerySet:
    """Who is due by the list of a facility that is the user's, as of today, with the names of the products for them."""
    facility = Facility.objects.exportable_by(user).filter(pk=parameters["facility"]).first()
    if facility is None:
        return DueDose.objects.none().annotate(**facts_by_number("resident"))
    said = parameters | {"vaccine": Vaccine.objects.filter(pk=parameters["vaccine"]).first()}
    listed = lists.of_facility(facility, said, timezone.localdate())
    place = Func(OuterRef("products"), F("code"), function="array_position", output_field=IntegerField())
    named = Vaccine.objects.annotate(place=place).filter(place__isnull=False).order_by("place").values("name")
    listed = listed.annotate(product_names=ArraySubquery(named), **facts_by_number("resident"))
    return listed.order_by("recommended_on", "id")


def area_of_due(user: User, parameters: dict[str, Any]) -> str:
    """Where the facility is."""
    return path_of(Facility.objects.select_related("unit").get(pk=parameters["facility"]).unit)


LISTING = Listing(
    code="due",
    title=_("Doses due at a facility"),
    hint=_("Who is due or overdue for a dose, by where the last one was given: whom to invite."),
    roles=frozenset({Role.CLINIC_LEAD, Role.PROVINCIAL_MANAGER}),
    fields=(
        Field("recommended_on", _("Recommended"), ("recommended_on",)),
        Field("past_due_on", _("past due on"), ("past_due_on",)),
        Field("dose_number", _("Dose number"), ("dose_number",)),
        Field("course", _("kind of dose"), ("course",), lambda course: str(COURSES.get(course, ""))),
        Field("products", _("products"), ("product_names",), ", ".join),
        SEX,
        BIRTH_YEAR,
        *PERSON_FIELDS,
    ),
    form=DueListForm,
    rows=due,
    area=area_of_due,
)
