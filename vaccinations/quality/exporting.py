"""A work list as a file that comes back: rows with a sealed key, what the sheet says, and cells for the decision.

Pairs of records and doses of merged people are decided on their pages only: a row of a file is of one person.
"""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.citizen_id import grouped
from residents.listings import birth_text, path_of
from residents.models import Resident, Unit
from residents.phone import spaced_phone
from residents.templatetags.people import masked_number, masked_phone, short_name
from vaccinations.imports.columns import half_hidden
from vaccinations.imports.problems import REASONS
from vaccinations.models import MOST_DOSES, CaseDecision, QualityCase
from vaccinations.quality.listing import STATES, WHOSE, Narrowing
from vaxreg.exports.forms import ExportForm
from vaxreg.exports.listings import Field, Listing, registry
from vaxreg.models import User
from vaxreg.roles import Role
from vaxreg.sealing import seal

CODE, PURPOSE = "quality-cases", "quality-row"
KINDS = dict(QualityCase.Kind.choices)
Choice = CaseDecision.Choice
# What a row of a file may be decided to be. A person is registered on the page only, one by one.
OFFERED = (
    Choice.SAME,
    Choice.DIFFERENT,
    Choice.REGISTER_RIGHT,
    Choice.SHEET_RIGHT,
    Choice.BOTH_RIGHT,
    Choice.ASK,
)


def row_key(case: int, version: int) -> str:
    """Returns what leads from a row of a file back to its case, as it was when the file was made."""
    return seal([case, version], purpose=PURPOSE)


def local_day(at: datetime) -> date:
    """The day of the moment."""
    return timezone.localdate(at)


SAYS_WHO = _("says who it is")
FIELDS = (
    Field("case", _("Key of the row (do not change)"), ("pk", "version"), row_key, is_fixed=True),
    Field("kind", _("Kind of case"), ("kind",), lambda kind: str(KINDS[kind])),
    Field("since", _("Waits since"), ("created_at",), local_day),
    Field("ward", _("Ward or commune"), ("ward__name",)),
    Field("import", _("Import"), ("dose_import",)),
    Field("row", _("Row in the sheet"), ("sheet_dose__row",)),
    Field("vaccine", _("Vaccine"), ("sheet_dose__vaccine__name",)),
    Field("dose", _("Dose number"), ("sheet_dose__dose_number",)),
    Field("day", _("Given on"), ("sheet_dose__administered_on",)),
    Field("why", _("Why it waits"), ("sheet_dose__reason",), lambda code: str(REASONS.get(code, ""))),
    Field(
        "decision", _("Decision"), (), lambda: "", is_fixed=True, is_entry=True, options=tuple(c.label for c in OFFERED)
    ),
    Field(
        "number",
        _("Record as dose number"),
        (),
        lambda: "",
        is_fixed=True,
        is_entry=True,
        options=tuple(range(1, MOST_DOSES + 1)),
    ),
    Field("reason", _("Reason of the decision"), (), lambda: "", is_fixed=True, is_entry=True),
    Field("name", _("Name in the sheet"), ("sheet_dose__full_name",), why=SAYS_WHO, mask=short_name),
    Field("known_name", _("Name in the register"), ("known_name",), why=SAYS_WHO, mask=short_name),
    Field("born", _("Date of birth in the sheet"), ("sheet_dose__sheet_row__born",), why=SAYS_WHO),
    Field(
        "known_birth", _("Date of birth in the register"), ("known_birth", "known_precision"), birth_text, why=SAYS_WHO
    ),
    Field(
        "phone",
        _("Phone in the sheet"),
        ("sheet_dose__phone",),
        why=_("strangers can call, and it leads to accounts and messages"),
        mask=masked_phone,
        in_csv=spaced_phone,
    ),
    Field(
        "written",
        _("Number in the sheet"),
        ("sheet_dose__sheet_row__number",),
        why=_("it never changes, opens other registers, and tells sex, year and province of birth"),
        mask=half_hidden,
    ),
    Field(
        "known_number",
        _("Number in the register"),
        ("known_number",),
        why=_("it never changes, opens other registers, and tells sex, year and province of birth"),
        mask=masked_number,
        in_csv=grouped,
    ),
)


class CasesForm(ExportForm):
    """Which cases of which place."""

    narrowing = ("unit", "kind", "state", "whose")
    unit = forms.ModelChoiceField(label=_("Province or ward"), queryset=Unit.objects.none())
    kind = forms.ChoiceField(label=_("Kind of case"), required=False)
    state = forms.ChoiceField(label=_("Which"), required=False, choices=list(STATES.items())[:3])
    whose = forms.ChoiceField(label=_("Whose"), required=False, choices=list(WHOSE.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("all")), *[pair for pair in KINDS.items() if pair[0] != "pair"]]
        units = Unit.objects.inside(self.user, timezone.localdate()).order_by("level", "name", "pk")
        self.fields["unit"].queryset = units
        if first := units.first():
            self.initial.setdefault("unit", first.pk)


def cases(user: User, parameters: dict[str, Any]) -> QuerySet:
    """The cases of rows of sheets that the parameters leave, of the areas where the user works today."""
    unit = Unit.objects.get(pk=parameters["unit"])
    said = {name: parameters[name] or "" for name in ("kind", "state", "whose")}
    found = Narrowing(**said, **{unit.level: unit.pk}).applied(QualityCase.objects.visible_to(user), user)
    known = Resident.objects.filter(pk=OuterRef("sheet_dose__person"))
    facts = {"known_name": "full_name", "known_birth": "date_of_birth", "known_precision": "birth_precision"}
    found = found.filter(sheet_dose__isnull=False).annotate(
        known_number=Subquery(known.values(number=Coalesce("superseded_by", "citizen_id"))[:1]),
        **{
            name: Subquery(known.values(fact=Coalesce(f"superseded_by__{fact}", fact))[:1])
            for name, fact in facts.items()
        },
    )
    # Somebody who is not registered is found in the log of exports by the number that the sheet gives them.
    said_number = NullIf(F("sheet_dose__number"), Value(""))
    return found.annotate(person=Coalesce("known_number", said_number)).order_by("pk")


def area_of_cases(user: User, parameters: dict[str, Any]) -> str:
    """The place whose cases they are."""
    return path_of(Unit.objects.get(pk=parameters["unit"]))


registry.register(
    Listing(
        code=CODE,
        title=_("Work list to be decided in a file"),
        hint=_(
            "Rows that wait for a decision, with cells for it: fill them in and send the list back at the work lists."
        ),
        roles=frozenset({Role.PROVINCIAL_MANAGER}),
        fields=FIELDS,
        form=CasesForm,
        rows=cases,
        area=area_of_cases,
    )
)
