"""What the clinic desk shows of a person: history, what is unusual, what is proposed. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Resident
from residents.names import name_key
from residents.scan import Card
from residents.services import is_joined
from vaccinations.doses.services import check_dose
from vaccinations.doses.standing import NextDose, standing_of
from vaccinations.doses.warnings import Findings
from vaccinations.models import MOST_DOSES, ClinicSession, Dose, Facility, Lot
from vaccinations.rulebook import Rulebook


@dataclass(frozen=True)
class Chart:
    """A person's doses in the order given, voided ones among them."""

    doses: Sequence[Dose]

    @property
    def valid(self) -> list[Dose]:
        return [dose for dose in self.doses if dose.is_valid]

    @property
    def next_number(self) -> int:
        """The number after the highest recorded: a gap is for the clerk to fill, not for us to guess."""
        return min(max((dose.dose_number for dose in self.valid), default=0) + 1, MOST_DOSES)

    def without(self, dose: Dose) -> "Chart":
        """The chart as if that dose had been voided."""
        return Chart([other for other in self.doses if other.pk != dose.pk])


def chart_of(resident: Resident) -> Chart:
    """Returns the doses under every number the person has or had. One query."""
    return Chart(list(Dose.objects.of_person(resident.pk).as_history()))


def preview(
    *,
    resident: Resident,
    chart: Chart,
    lot: Lot | None,
    dose_number: int | None,
    on: date | None,
    now: datetime,
    facility: Facility,
    sessions: Sequence[ClinicSession] = (),
    rules: Rulebook | None = None,
) -> Findings:
    """Returns what would be unusual about the dose as far as it is entered; the next one today where nothing is."""
    return check_dose(
        resident=resident,
        dose_number=dose_number or chart.next_number,
        vaccine=lot.vaccine if lot else None,
        lot=lot,
        on=on or timezone.localdate(now),
        history=chart.valid,
        now=now,
        facility=facility,
        sessions=sessions,
        rules=rules,
    )


def following(dose: Dose, on: date) -> NextDose | None:
    """Returns the dose that is due after this one by the rules of that day; None where it is not the last one given."""
    doses = list(Dose.objects.of_person(dose.resident_id).valid().as_history())
    if any(other.administered_on > dose.administered_on for other in doses):
        return None
    return standing_of(dose.resident, doses, on).next_dose


def disagreements(*, card: Card, resident: Resident) -> list[str]:
    """Returns a sentence for each fact of which card and registry say different things."""
    found = []
    if name_key(card.full_name) != resident.name_key:
        found.append(_("Name on the card: %(text)s") % {"text": card.full_name})
    if not card.birth.agrees_with(resident.birth):
        found.append(_("Date of birth on the card: %(text)s") % {"text": card.birth})
    if card.sex and resident.sex and card.sex != resident.sex:
        found.append(_("Sex on the card: %(text)s") % {"text": Resident.Sex(card.sex).label})
    return found


def is_same_person(*, card: Card, resident: Resident) -> bool:
    """Whether the card says what the record of its number says; what the record does not know, the card cannot confirm."""
    return card.traits.is_surely(resident.traits, share_a_number=True)


def needs_confirmation(*, card: Card, holder: Resident) -> bool:
    """Whether the holder of the card's old number can be the card's, which only somebody who sees them can say."""
    return card.traits.can_be(holder.traits) and not is_joined(card, holder)
