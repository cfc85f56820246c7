"""What a pass says of its journey: told to the phone that filed it, and to whoever knows the date of birth declared.

A pass is shown around, and a picture of it finds its way further; what was declared with it does not.
"""

from datetime import datetime
from typing import Any

from django.utils import timezone

from checkpoints.admission import Facts, TakenTest
from checkpoints.declaring import passes
from checkpoints.models import Declaration
from checkpoints.route.stops import Journey
from checkpoints.rules.levels import level_of


def declared_with(token: str) -> list[Declaration]:
    """Returns the declarations behind a pass, one a person; none for what is no token.

    Only for tokens: a short code can be guessed.
    """
    return passes.find_declarations(token)


def journey_of(declarations: list[Declaration], at: datetime) -> Journey:
    """Returns the journey declared, at that moment; the checkpoint declared comes first on it."""
    first = declarations[0]
    return Journey(first.origin, first.destination, at, first=first.checkpoint)


def facts_of(declaration: Declaration, at: datetime, answers: dict[str, Any]) -> Facts:
    """Returns what the desk would know by the declaration at that moment, with the answers that it does not give itself."""
    said = {"declared_until": None if declaration.withdrawn_at else declaration.valid_until, "birth": declaration.birth}
    if not declaration.withdrawn_at and declaration.submitted_at <= at < declaration.valid_until:
        # A test that is not declared is none to the desk; the traveller may still add it.
        answers = {"tests": ()} | answers
        said |= _in_force(declaration, at)
    # That a number is in the registry is taken for granted; who has none of their own is asked about at the desk.
    return Facts(at=at, is_registered=True if declaration.has_number else None, **answers | said)


def _in_force(declaration: Declaration, at: datetime) -> dict[str, Any]:
    said = {
        "symptoms": tuple(declaration.symptoms),
        "had_contact": declaration.had_contact,
        "origin_level": level_of(declaration.origin, timezone.localdate(at)),
        "vehicle": declaration.vehicle_kind.code,
    }
    if declaration.test_taken_at:
        is_negative = declaration.test_result == "negative"
        said["tests"] = (TakenTest(declaration.test_kind, is_negative, declaration.test_taken_at),)
    return said
