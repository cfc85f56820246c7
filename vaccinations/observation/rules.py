"""How long people stay after a dose, and what makes a reaction one to be told at once. Pure, plain values in and out."""

from collections.abc import Collection
from datetime import datetime, timedelta

# At least 30 minutes at the site (health ministry, June 2021, tienphong.vn post1341910; the same since).
STAY = timedelta(minutes=30)
# From the mildest.
SEVERITIES = ("mild", "moderate", "severe")
# Circular 51/2017/TT-BYT, annex II: I mild (skin alone), II severe, III critical, IV cardiac arrest.
GRADES = (1, 2, 3, 4)
SERIOUS_FROM_GRADE = 2


def ends_at(begun_at: datetime) -> datetime:
    """Returns until when somebody stays who was given the dose then."""
    return begun_at + STAY


def is_early(released_at: datetime, until: datetime) -> bool:
    """Whether somebody leaves before the time is over."""
    return released_at < until


def is_serious(*, severity: str, anaphylaxis_grade: int | None, seriousness: Collection[str], outcome: str) -> bool:
    """Whether the provincial manager is told at once.

    Serious by any criterion of ICH E2D and WHO's AEFI manual (death, threat to life, hospital, disability, birth defect,
    another important event), as a fatal outcome is; and what Vietnam reports within 24 hours as a severe reaction (Circular
    34/2018/TT-BYT): severe ones, and anaphylaxis from grade II.
    """
    is_grave = anaphylaxis_grade is not None and anaphylaxis_grade >= SERIOUS_FROM_GRADE
    return bool(seriousness) or outcome == "fatal" or severity == "severe" or is_grave


def severity_of_grade(grade: int) -> str:
    """Returns the severity that an anaphylaxis of that grade has at least."""
    return "severe" if grade >= SERIOUS_FROM_GRADE else "mild"


def worse(first: str, second: str) -> str:
    """Returns the graver of two severities; an empty one is not known and says nothing."""
    return max((first, second), key=lambda severity: SEVERITIES.index(severity) if severity else -1)
