"""The code of an invitation, as a desk is given it."""

from vaccinations.models import Appointment, ClinicSession, Facility
from vaccinations.sessions.errors import EndedInvitationError, OtherSessionError, UnknownInvitationError

MAY_COME = (*Appointment.LIVE, Appointment.State.NO_SHOW)


def find_invitation(code: str) -> Appointment | None:
    """Returns the appointment that the code was issued for, or None. For the desk only: the public page asks for more."""
    return Appointment.objects.filter(code=code).with_people().select_related("session__facility").first()


def read_invitation(code: str, *, facility: Facility, sessions: list[ClinicSession]) -> Appointment:
    """Returns the invitation to one of these sessions of the facility that its person may still come on, or has come on.

    Raises UnknownInvitationError, OtherSessionError, EndedInvitationError.
    """
    found = find_invitation(code)
    if found is None or found.session.facility_id != facility.pk:
        raise UnknownInvitationError
    if found.session not in sessions:
        raise OtherSessionError(found.session)
    if found.state not in MAY_COME:
        raise EndedInvitationError(found)
    return found
