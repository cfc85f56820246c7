"""Exports of the registry: the people of an area; and what other lists say of a person."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.birth import Birth
from residents.citizen_id import MalformedNumberError, grouped, read_number
from residents.models import Resident, Unit
from residents.phone import spaced_phone
from residents.templatetags.people import masked_address, masked_number, masked_phone, short_name
from vaxreg.exports.forms import ExportForm
from vaxreg.exports.listings import Field, Listing, registry
from vaxreg.language import in_language
from vaxreg.models import User
from vaxreg.roles import Role

FACTS = ("full_name", "date_of_birth", "birth_precision", "sex", "phone", "address")
SEXES = dict(Resident.Sex.choices)


def year_of(born: date | None) -> int | None:
    """The year of birth, where it is known."""
    return born and born.year


def birth_text(born: date | None, precision: str) -> str:
    """The date of birth as far as it is known."""
    return str(Birth(born, precision))


SEX = Field("sex", _("Sex"), ("sex",), lambda sex: str(SEXES[sex]) if sex else "")
BIRTH_YEAR = Field("birth_year", _("Year of birth"), ("date_of_birth",), year_of)
# The least sensitive first: the number stands last, for it opens every other register, and for life.
PERSON_FIELDS = (
    Field("full_name", _("Full name"), ("full_name",), why=_("says who it is"), mask=short_name),
    Field(
        "birth",
        _("Date of birth"),
        ("date_of_birth", "birth_precision"),
        birth_text,
        why=_("with the name it picks out one person; the year is enough to plan by age"),
    ),
    Field(
        "phone",
        _("Phone"),
        ("phone",),
        why=_("strangers can call, and it leads to accounts and messages"),
        mask=masked_phone,
        in_csv=spaced_phone,
    ),
    Field("address", _("Address"), ("address",), why=_("strangers can come to the door"), mask=masked_address),
    Field(
        "citizen_id",
        _("Citizen ID number"),
        ("person",),
        why=_("it never changes, opens other registers, and tells sex, year and province of birth"),
        mask=masked_number,
        in_csv=grouped,
    ),
)


def facts_of(path: str) -> dict[str, Any]:
    """Annotations for rows that refer to a person by `path`: the present number as `person`, and the facts kept under it."""
    facts = {name: Coalesce(f"{path}__superseded_by__{name}", f"{path}__{name}") for name in FACTS}
    return {"person": Coalesce(f"{path}__superseded_by", path), **facts}


def facts_by_number(column: str) -> dict[str, Any]:
    """The same for rows that hold a person's number in a column of their own, without a reference to the register."""
    held = Resident.objects.filter(pk=OuterRef(column))
    return {
        name: Subquery(held.annotate(fact=expression).values("fact"))
        for name, expression in (
            ("person", Coalesce("superseded_by", "pk")),
            *((name, Coalesce(f"superseded_by__{name}", name)) for name in FACTS),
        )
    }


def path_of(unit: Unit) -> str:
    """The unit as an area of exports: its province, and itself where it is a ward."""
    return f"{unit.parent_id}/{unit.pk}" if unit.parent_id else str(unit.pk)


def areas_of(user: User) -> list[str]:
    """The areas where the user works today."""
    return [path_of(unit) for unit in Unit.objects.of(user, timezone.localdate())]


def numbers_in(text: str) -> list[str]:
    """All numbers of the person whom the text names; the number alone of somebody not registered, none of a malformed one."""
    try:
        number = read_number(text).number
    except MalformedNumberError:
        return []
    return [number, *Resident.objects.numbers_of(number).exclude(pk=number)]


class PeopleForm(ExportForm):
    """Whom of an area."""

    narrowing = ("unit", "born_since", "born_until", "sex")
    unit = forms.ModelChoiceField(label=_("Province or ward"), queryset=Unit.objects.none())
    born_since = forms.IntegerField(
        label=_("Born in or after the year"), required=False, min_value=1850, max_value=2200
    )
    born_until = forms.IntegerField(
        label=_("Born in or before the year"), required=False, min_value=1850, max_value=2200
    )
    sex = forms.ChoiceField(
        label=_("Sex"), required=False, choices=[("", pgettext_lazy("sex", "all")), *Resident.Sex.choices[:2]]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The province before its wards, and these by name.
        units = Unit.objects.inside(self.user, timezone.localdate()).order_by("level", "name", "pk")
        self.fields["unit"].queryset = units

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        since, until = cleaned.get("born_since"), cleaned.get("born_until")
        if since and until and until < since:
            self.add_error("born_until", _("The last year is before the first."))
        return cleaned


def people(user: User, parameters: dict[str, Any]) -> QuerySet:
    """The people of a unit, as far as it lies in the areas where the user works today."""
    unit = Unit.objects.get(pk=parameters["unit"])
    found = Resident.objects.in_areas_of(user).current().filter(**{unit.level: unit})
    lookups = {"born_since": "date_of_birth__year__gte", "born_until": "date_of_birth__year__lte", "sex": "sex"}
    found = found.filter(**{lookup: parameters[name] for name, lookup in lookups.items() if parameters[name]})
    return found.annotate(person=F("citizen_id")).order_by("ward__code", "folded_name", "citizen_id")


def area_of_people(user: User, parameters: dict[str, Any]) -> str:
    """Where the people live."""
    return path_of(Unit.objects.get(pk=parameters["unit"]))


registry.numbers_of = numbers_in
registry.areas_of = areas_of
registry.register(
    Listing(
        code="people",
        title=_("People of an area"),
        hint=_("Who lives in a province or ward, by age and sex."),
        roles=frozenset({Role.PROVINCIAL_MANAGER}),
        fields=(
            Field("ward", _("Ward or commune"), ("ward__name", "ward__name_en"), in_language),
            SEX,
            BIRTH_YEAR,
            *PERSON_FIELDS,
        ),
        form=PeopleForm,
        rows=people,
        area=area_of_people,
    )
)
