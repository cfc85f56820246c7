"""What a row typed from a paper slip says. Nothing is invented: what cannot be read is a fault beside its column."""

from dataclasses import dataclass, field
from datetime import date

from residents.birth import UNKNOWN, Birth
from residents.citizen_id import CitizenId
from residents.matching import Facts
from residents.names import clean_name
from vaccinations.imports.dictionaries import Dictionaries
from vaccinations.imports.phones import read_phone_text
from vaccinations.models import DoseImport, Lot, Pile, PileRow

Said = list[tuple[str, str]]
# What a number was read as all the same, or that there is none: no fault.
NOTES = {"number-missing", "number-restored"}


@dataclass
class Reading:
    """The facts of a row; `faults` says for a column why it cannot be read, as a code of SAYINGS."""

    number: str = ""
    full_name: str = ""
    birth: Birth = UNKNOWN
    sex: str = ""
    phone: str = ""
    dose_number: int | None = None
    lot: Lot | None = None
    given_on: date | None = None
    faults: Said = field(default_factory=list)

    @property
    def facts(self) -> Facts:
        """Who the slip is about, as residents.matching takes it."""
        return Facts(self.number, self.full_name, self.birth, self.sex, self.phone)

    def fault(self, column: str, code: str) -> None:
        self.faults.append((column, code))


def read_row(row: PileRow, *, on: date) -> Reading:
    """Returns what the row says, with what is constant in its pile. `on` is today."""
    pile, meanings, reading = row.pile, Dictionaries(DoseImport(), on=on), Reading()
    _read_person(row, meanings, reading)
    _read_dose(row, pile, meanings, reading)
    return reading


def _read_person(row: PileRow, meanings: Dictionaries, reading: Reading) -> None:
    reading.full_name = clean_name(row.full_name)
    if not reading.full_name:
        reading.fault("full_name", "name-missing")
    births = meanings.births([row.born])
    reading.birth = births.get(row.born, UNKNOWN)
    if row.born not in births:
        reading.fault("born", "birth-unreadable")
    sexes, phone = meanings.sexes([row.sex]), read_phone_text(row.phone)
    reading.sex, reading.phone = sexes.get(row.sex, ""), phone or ""
    if row.sex not in sexes:
        reading.fault("sex", "sex-unreadable")
    if phone is None:
        reading.fault("phone", "phone-unreadable")
    _read_number(row, meanings, reading)


def _read_number(row: PileRow, meanings: Dictionaries, reading: Reading) -> None:
    """Zeros put back in front of a number that was cut short, too, make somebody else's: the year of birth in it tells."""
    number, born = meanings.numbers([row.number])[row.number], reading.birth.earliest
    if number.problem == "number-restored" and CitizenId(number.number).contradictions(sex="", born=born):
        reading.fault("number", "number-malformed")
        return
    reading.number = number.number
    if number.problem and number.problem not in NOTES:
        reading.fault("number", number.problem)


def _read_dose(row: PileRow, pile: Pile, meanings: Dictionaries, reading: Reading) -> None:
    reading.dose_number, reading.given_on, reading.lot = pile.dose_number, pile.given_on, pile.lot
    if row.dose or pile.dose_number is None:
        reading.dose_number, problem = meanings.dose_numbers([row.dose])[row.dose]
        if problem:
            reading.fault("dose", problem)
    if row.given_on:
        reading.given_on, problem = meanings.days([row.given_on])[row.given_on]
        if problem:
            reading.fault("given_on", problem)
    if row.lot_number:
        reading.lot = _lot(row, pile, reading)


def _lot(row: PileRow, pile: Pile, reading: Reading) -> Lot | None:
    """The lot of that number; of two vaccines with a lot of the same number, the pile's own."""
    lots = list(Lot.objects.usable().filter(lot_number__iexact=row.lot_number.strip()).select_related("vaccine"))
    own = [lot for lot in lots if lot.vaccine_id == pile.lot.vaccine_id]
    if len(own or lots) == 1:
        return (own or lots)[0]
    reading.fault("lot_number", "lot-several" if lots else "lot-nobodys")
    return None
