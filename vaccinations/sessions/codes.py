"""Codes of invitations and registrations: each is one of its kind."""

from vaccinations.models import Appointment, Registration
from vaxreg.codes import new_code

ATTEMPTS = 20


def free_code() -> str:
    """Returns a code that no invitation, and no registration, has."""
    return free_codes(1)[0]


def free_codes(count: int) -> list[str]:
    """Returns that many different codes that no invitation, and no registration, has.

    The column's constraint stands behind: two writers who draw the same one at the same moment are one in a billion.
    """
    drawn: set[str] = set()
    for _attempt in range(ATTEMPTS):
        drawn |= {new_code() for _missing in range(count - len(drawn))}
        drawn -= set(Appointment.objects.filter(code__in=drawn).values_list("code", flat=True))
        drawn -= set(Registration.objects.filter(code__in=drawn).values_list("code", flat=True))
        if len(drawn) == count:
            return list(drawn)
    raise RuntimeError("no free codes found")
