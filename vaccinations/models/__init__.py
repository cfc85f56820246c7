"""The tables of vaccination, one module a subject."""

from vaccinations.models.closing import DayClose, DayCloseLine
from vaccinations.models.doses import Dose, Slip
from vaccinations.models.due import DueDose
from vaccinations.models.lots import Lot, LotExtension
from vaccinations.models.places import Facility, FacilityAssignment
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
from vaccinations.models.sessions import Appointment, ClinicSession
from vaccinations.models.stock import Ledger, StockEntry, Transfer, VialOpening
from vaccinations.models.vaccines import MOST_DOSES, Vaccine

__all__ = [
    "MOST_DOSES",
    "AgeRule",
    "Appointment",
    "ChronicCondition",
    "ClinicSession",
    "ConsentText",
    "Contraindication",
    "DayClose",
    "DayCloseLine",
    "Dose",
    "DueDose",
    "Facility",
    "FacilityAssignment",
    "IntervalRule",
    "Ledger",
    "Lot",
    "LotExtension",
    "PriorityGroup",
    "ProductRule",
    "RegisteredPerson",
    "Registration",
    "Schedule",
    "Series",
    "SeriesDose",
    "SkipRule",
    "Slip",
    "StockEntry",
    "Transfer",
    "Vaccine",
    "VialOpening",
]
