"""A registration while it is filled in: first where, then who."""

from datetime import date

from django.forms import Form
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property

from vaccinations.models import ChronicCondition, PriorityGroup
from vaccinations.registration.forms import ConsentForm, HomeForm, WhereForm
from vaccinations.registration.person_forms import PersonForm
from vaccinations.registration.services import Answers
from vaxreg.sheets import PeopleSheet

# The button that goes back to the first step.
HOME = "home"


class RegistrationSheet(PeopleSheet):
    """A form about one or more people of one household."""

    def __init__(self, data: MultiValueDict, *, act: str, today: date) -> None:
        super().__init__(data, act=act)
        self.today = today
        self.home = self.form(HomeForm, is_checked=act in self.judging, today=today)
        self.is_at_start = act == HOME or self.home.chosen is None

    @cached_property
    def where(self) -> WhereForm:
        return self.form(WhereForm, today=self.today, province=self.home.chosen)

    @cached_property
    def people(self) -> list[PersonForm]:
        groups = list(PriorityGroup.objects.in_force(self.today))
        ailments = list(ChronicCondition.objects.in_force(self.today))
        return [
            self.form(PersonForm, prefix=prefix, place=place, groups=groups, ailments=ailments)
            for place, prefix in enumerate(self.prefixes, start=1)
        ]

    @cached_property
    def consent(self) -> ConsentForm:
        return self.form(ConsentForm, today=self.today)

    @property
    def forms(self) -> list[Form]:
        return [self.home] if self.is_at_start else [self.where, *self.people, self.consent]

    @property
    def answers(self) -> Answers:
        """What a complete sheet says."""
        said = self.consent.cleaned_data
        phone = self.people[0].cleaned_data["phone"]
        return Answers(
            form_key=said["key"],
            people=tuple(person.answered(phone) for person in self.people),
            province=self.home.chosen,
            **self.where.answered,
            is_for_other=said["is_for_other"],
            consent=self.consent.in_force,
            consented=said["consented"],
        )
