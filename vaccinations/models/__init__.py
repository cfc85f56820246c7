"""The tables of vaccination, one module a subject."""

from vaccinations.models.doses import Dose, Slip
from vaccinations.models.lots import Lot
from vaccinations.models.mends import Mend
from vaccinations.models.observation import AdverseEvent, AdverseEventReading, AdverseEventTerm, Observation
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
from vaccinations.models.screening import Screening, ScreeningItem, VitalLimit
from vaccinations.models.vaccines import MOST_DOSES, CourseRule, Vaccine
from vaccinations.models.visits import Visit

__all__ = [
    "MOST_DOSES",
    "AdverseEvent",
    "AdverseEventReading",
    "AdverseEventTerm",
    "AgeRule",
    "Contraindication",
    "CourseRule",
    "Dose",
    "Facility",
    "FacilityAssignment",
    "IntervalRule",
    "Lot",
    "Mend",
    "Observation",
    "ProductRule",
    "Schedule",
    "Screening",
    "ScreeningItem",
    "Series",
    "SeriesDose",
    "SkipRule",
    "Slip",
    "Vaccine",
    "Visit",
    "VitalLimit",
]
