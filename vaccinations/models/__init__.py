"""The tables of vaccination, one module a subject."""

from vaccinations.models.doses import Dose, Slip
from vaccinations.models.imports import (
    COUNTS,
    DoseImport,
    FacilityAlias,
    FilePart,
    Outcome,
    RememberedHeading,
    SheetDose,
    SheetRow,
    VaccineAlias,
)
from vaccinations.models.lots import Lot
from vaccinations.models.places import Facility, FacilityAssignment
from vaccinations.models.rule_tables import (
    AgeRule,
    Contraindication,
    IntervalRule,
    ProductRule,
    Schedule,
    Series,
    SeriesDose,
    SkipRule,
)
from vaccinations.models.vaccines import MOST_DOSES, CourseRule, Vaccine

__all__ = [
    "COUNTS",
    "MOST_DOSES",
    "AgeRule",
    "Contraindication",
    "CourseRule",
    "Dose",
    "DoseImport",
    "Facility",
    "FacilityAlias",
    "FacilityAssignment",
    "FilePart",
    "IntervalRule",
    "Lot",
    "Outcome",
    "ProductRule",
    "RememberedHeading",
    "Schedule",
    "Series",
    "SeriesDose",
    "SheetDose",
    "SheetRow",
    "SkipRule",
    "Slip",
    "Vaccine",
    "VaccineAlias",
]
