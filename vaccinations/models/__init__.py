"""The tables of vaccination, one module a subject."""

from vaccinations.models.batch import COLUMNS, Pile, PileRow
from vaccinations.models.closing import DayClose, DayCloseLine
from vaccinations.models.conflicts import ConflictDecision
from vaccinations.models.doses import Dose, Slip
from vaccinations.models.due import DueDose
from vaccinations.models.imports import COUNTS, DoseImport, FilePart, Outcome, SheetDose, SheetRow
from vaccinations.models.lots import Lot, LotExtension
from vaccinations.models.mends import Mend
from vaccinations.models.observation import AdverseEvent, AdverseEventReading, AdverseEventTerm, Observation
from vaccinations.models.places import Facility, FacilityAssignment
from vaccinations.models.quality import CaseDecision, QualityCase, ReturnedList, ReturnedRow
from vaccinations.models.registrations import (
    ChronicCondition,
    ConsentText,
    PriorityGroup,
    RegisteredPerson,
    Registration,
)
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
from vaccinations.models.screening import Screening, ScreeningItem, VitalLimit
from vaccinations.models.sessions import Appointment, ClinicSession
from vaccinations.models.sheet_names import FacilityAlias, RememberedHeading, VaccineAlias
from vaccinations.models.stock import Ledger, StockEntry, Transfer, VialOpening
from vaccinations.models.vaccines import MOST_DOSES, Vaccine
from vaccinations.models.visits import Visit

__all__ = [
    "COLUMNS",
    "COUNTS",
    "MOST_DOSES",
    "AdverseEvent",
    "AdverseEventReading",
    "AdverseEventTerm",
    "AgeRule",
    "Appointment",
    "CaseDecision",
    "ChronicCondition",
    "ClinicSession",
    "ConflictDecision",
    "ConsentText",
    "Contraindication",
    "DayClose",
    "DayCloseLine",
    "Dose",
    "DoseImport",
    "DueDose",
    "Facility",
    "FacilityAlias",
    "FacilityAssignment",
    "FilePart",
    "IntervalRule",
    "Ledger",
    "Lot",
    "LotExtension",
    "Mend",
    "Observation",
    "Outcome",
    "Pile",
    "PileRow",
    "PriorityGroup",
    "ProductRule",
    "QualityCase",
    "RegisteredPerson",
    "Registration",
    "RememberedHeading",
    "ReturnedList",
    "ReturnedRow",
    "Schedule",
    "Screening",
    "ScreeningItem",
    "Series",
    "SeriesDose",
    "SheetDose",
    "SheetRow",
    "SkipRule",
    "Slip",
    "StockEntry",
    "Transfer",
    "Vaccine",
    "VaccineAlias",
    "VialOpening",
    "Visit",
    "VitalLimit",
]
