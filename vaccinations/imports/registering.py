"""People of a sheet whom nobody knows, registered because the reviewer says so, row by row: never silently, never in bulk."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from residents.birth import Birth, Precision
from residents.citizen_id import CitizenId, Kind
from residents.matching import Facts
from residents.models import Resident
from residents.names import name_key
from residents.services import register_resident
from vaccinations.desk.registering import possible_doubles
from vaccinations.imports.services import again_from, held_import
from vaccinations.models import DoseImport, Outcome, SheetDose
from vaxreg import audit
from vaxreg.actors import Actor

# As many as a page of the review has rows.
MOST = 50
WITHOUT_PERSON = (Outcome.NO_ID, Outcome.MALFORMED_ID, Outcome.DOUBTFUL)


@dataclass(frozen=True)
class Registered:
    """How many people were registered, and the rows of which nobody could be."""

    people: int
    refused: list[int]


@transaction.atomic
def register_people(*, by: Actor, dose_import: DoseImport, doses: Collection[int]) -> Registered:
    """Registers whom these rows are about, and returns how many; rows that say the same of a person are one person.

    Under the number of the row, or a provisional one where it has none. Not registered is who may be somebody registered
    (a candidate that matching finds, or the same name and birth), whose birth is not known, or whose number says otherwise.
    """
    held = held_import(dose_import, DoseImport.State.REVIEW)
    rows = SheetDose.objects.filter(dose_import=held, pk__in=list(doses)[:MOST], outcome__in=WITHOUT_PERSON)
    people: dict[tuple, str] = {}
    refused = []
    for row in rows.select_related("province", "ward").order_by("row", "part"):
        facts = (row.number, name_key(row.full_name), row.born, row.sex, row.phone)
        if facts not in people and not _may_be_registered(row):
            refused.append(row.row)
            continue
        if facts not in people:
            people[facts] = _register(by, row).pk
        row.person, row.band, row.evidence = people[facts], "link", ["registered"]
        row.save(update_fields=["person", "band", "evidence"])
    if people:
        again_from(held, DoseImport.State.MATCHED)
        audit.record(by=by, action="import.people-registered", subject=held, changes={"people": len(people)})
    return Registered(len(people), refused)


def _may_be_registered(row: SheetDose) -> bool:
    if row.person or not row.full_name or row.birth_precision == Precision.UNKNOWN:
        return False
    if row.number and (CitizenId(row.number).contradictions(sex=row.sex, born=row.born) or _is_unissued(row.number)):
        return False
    return not possible_doubles(facts_of_row(row))


def _is_unissued(number: str) -> bool:
    """A provisional number that nobody has was not issued here."""
    return CitizenId(number).kind is Kind.PROVISIONAL


def facts_of_row(row: SheetDose) -> Facts:
    """Returns what the row says of its person."""
    birth = Birth(row.born, row.birth_precision)
    said = {name: getattr(row, name) for name in ("number", "full_name", "sex", "phone", "province", "ward")}
    return Facts(birth=birth, **said)


def _register(by: Actor, row: SheetDose) -> Resident:
    return register_resident(
        by=by,
        source=Resident.Source.IMPORT,
        number=row.number or None,
        full_name=row.full_name,
        birth=Birth(row.born, row.birth_precision),
        sex=row.sex,
        phone=row.phone,
        province=row.province,
        ward=row.ward,
    )
