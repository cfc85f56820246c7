"""The tables of the checkpoints, one module a subject."""

from checkpoints.models.counts import CheckpointHour, ClosedDay, MovementCount, ProvinceMovement
from checkpoints.models.declarations import Declaration, PassKey
from checkpoints.models.passages import Passage
from checkpoints.models.places import Checkpoint, CheckpointAssignment, QuickMode, Shift
from checkpoints.models.reference import (
    Attestation,
    JourneyReason,
    RiskLevel,
    Symptom,
    TestKind,
    TestResult,
    TrustedSigner,
    VehicleKind,
)
from checkpoints.models.rules import EntryCondition, EntryRule

__all__ = [
    "Attestation",
    "Checkpoint",
    "CheckpointAssignment",
    "CheckpointHour",
    "ClosedDay",
    "Declaration",
    "EntryCondition",
    "EntryRule",
    "JourneyReason",
    "MovementCount",
    "PassKey",
    "Passage",
    "ProvinceMovement",
    "QuickMode",
    "RiskLevel",
    "Shift",
    "Symptom",
    "TestKind",
    "TestResult",
    "TrustedSigner",
    "VehicleKind",
]
