"""What the texts of a slice of rows mean: each different one is looked at once, however many rows have it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Q

from residents.birth import Birth
from residents.models import Unit
from vaccinations.imports.days import read_birth_text, read_day
from vaccinations.imports.dose_numbers import read_dose_number
from vaccinations.imports.numbers import ReadNumber, read_number_text
from vaccinations.imports.sheet_names import key, one_vaccine, unit_key, vaccine_keys
from vaccinations.models import MOST_DOSES, DoseImport, Facility, FacilityAlias, VaccineAlias

SEXES = {
    **dict.fromkeys(("m", "nam", "male", "man", "boy", "trai", "namgioi", "ong"), "M"),
    **dict.fromkeys(("f", "nu", "female", "woman", "girl", "gai", "nugioi", "ba"), "F"),
    "": "",
}
# No dose of this register is older; a year like 1021 is a slip of the pen.
EARLIEST = date(1900, 1, 1)


@dataclass
class Dictionaries:
    """All that reading an import's rows needs to know besides the rows. `on` is today."""

    dose_import: DoseImport
    on: date
    _habits: dict[str, bool] = field(init=False)
    _birth_habits: dict[str, bool] = field(init=False)

    def __post_init__(self) -> None:
        layout = self.dose_import.layout
        self._habits = {name: bool(layout.get(name)) for name in ("since_1904", "month_first")}
        self._birth_habits = {
            **self._habits,
            "month_first": layout.get("births_month_first", self._habits["month_first"]),
        }

    def births(self, texts: Iterable[str]) -> dict[str, Birth]:
        """Returns the births that can be read and do not lie in the future."""
        read = {text: read_birth_text(text, on=self.on, **self._birth_habits) for text in texts}
        return {text: birth for text, birth in read.items() if birth and not _after(birth.earliest, self.on)}

    def days(self, texts: Iterable[str]) -> dict[str, tuple[date | None, str]]:
        """Returns for each text the day of the dose, or None and the problem."""
        return {text: self._day(text) for text in texts}

    def _day(self, text: str) -> tuple[date | None, str]:
        day = read_day(text, **self._habits)
        if day is None or day < EARLIEST:
            return None, "day-unreadable" if text else "day-missing"
        return (None, "day-future") if day > self.on else (day, "")

    def dose_numbers(self, texts: Iterable[str]) -> dict[str, tuple[int | None, str]]:
        """Returns for each text the number of the dose, or None and the problem."""
        read = {text: read_dose_number(text) for text in texts}
        return {
            text: (number, "") if number and number <= MOST_DOSES else (None, _missing("dose", text))
            for text, number in read.items()
        }

    def vaccines(self, texts: Iterable[str]) -> dict[str, tuple[int | None, str]]:
        """Returns for each text the id of the vaccine, or None and the problem."""
        return {text: self._vaccine(text) for text in texts}

    def _vaccine(self, text: str) -> tuple[int | None, str]:
        known = next((self._vaccine_ids[key] for key in vaccine_keys(text) if key in self._vaccine_ids), None)
        known = known or one_vaccine(text, self._vaccine_ids)
        return (known, "") if known else (None, "vaccine-unknown" if text else "vaccine-missing")

    def sexes(self, texts: Iterable[str]) -> dict[str, str]:
        """Returns the sexes of the texts that say one; '' for an empty one."""
        return {text: SEXES[key(text)] for text in texts if key(text) in SEXES}

    def numbers(self, texts: Iterable[str]) -> dict[str, ReadNumber]:
        """Returns what the numbers that are not twelve plain digits are read as."""
        return {text: read_number_text(text, self._prefixes) for text in texts}

    def places(self, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[int | None, int | None]]:
        """Returns today's province and ward for each pair of texts, None for what is not known or not unique."""
        return {pair: self._place(*pair) for pair in pairs}

    def _place(self, province: str, ward: str) -> tuple[int | None, int | None]:
        found = self._provinces.get(unit_key(province)) if province else None
        return found, self._wards.get((found, unit_key(ward))) if found and ward else None

    def facilities(self, texts: Iterable[str]) -> dict[str, tuple[int | None, str]]:
        """Returns for each text the id of the facility, or None and the problem."""
        return {text: self._facility(text) for text in texts}

    def _facility(self, text: str) -> tuple[int | None, str]:
        own, known = self.dose_import.facility_id, self._facility_ids.get(key(text))
        if own:
            return (None, "facility-other") if known and known != own else (own, "")
        return (known, "") if known else (None, "facility-unknown" if text else "facility-missing")

    @cached_property
    def _vaccine_ids(self) -> dict[str, int]:
        return dict(VaccineAlias.objects.values_list("key", "vaccine"))

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        return frozenset(Unit.objects.provinces().exclude(cccd_prefix="").values_list("cccd_prefix", flat=True))

    @cached_property
    def _provinces(self) -> dict[str, int]:
        """Today's province by the names of the provinces of all times; the newest name goes first."""
        units = Unit.objects.provinces().in_bulk()
        found: dict[str, int] = {}
        for unit in sorted(units.values(), key=lambda unit: unit.in_force_until or date.max, reverse=True):
            today = unit
            while today.successor_id:
                today = units[today.successor_id]
            found.setdefault(unit_key(unit.name), today.pk)
        return found

    @cached_property
    def _wards(self) -> dict[tuple[int, str], int]:
        """Today's wards by province and name; of two that differ in accents only, none."""
        found: dict[tuple[int, str], list[int]] = {}
        for pk, parent, name in Unit.objects.wards().in_force(self.on).values_list("pk", "parent", "name"):
            found.setdefault((parent, unit_key(name)), []).append(pk)
        return {place: pks[0] for place, pks in found.items() if len(pks) == 1}

    @cached_property
    def _facility_ids(self) -> dict[str, int]:
        """The facilities of the import's province by what they are called; of the whole country where it has none."""
        province = self.dose_import.province_id
        here = Q(unit=province) | Q(unit__parent=province) if province else Q()
        found: dict[str, set[int]] = {}
        for pk, *names in Facility.objects.filter(here).values_list("pk", "name", "name_en", "code"):
            for name in filter(None, map(key, names)):
                found.setdefault(name, set()).add(pk)
        named = {name: pks.pop() for name, pks in found.items() if len(pks) == 1}
        # What somebody of the province said goes before what the names suggest.
        return named | dict(FacilityAlias.objects.filter(province=province).values_list("name", "facility"))


def _after(day: date | None, on: date) -> bool:
    return day is not None and day > on


def _missing(what: str, text: str) -> str:
    return f"{what}-unreadable" if text else f"{what}-missing"
