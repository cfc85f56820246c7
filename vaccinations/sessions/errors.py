"""What the rules of sessions refuse; each message says what to do instead."""

from datetime import time
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from vaccinations.models import Appointment, ClinicSession


class SessionError(Exception):
    """A rule of the sessions refuses."""

    message = ""


class NotTodayError(SessionError):
    """The session is of another day, over, or was cancelled: `session`."""

    message = _("This session is not held now. Look at its day and hours.")

    def __init__(self, session: "ClinicSession") -> None:
        super().__init__()
        self.session = session


class NotOpenError(SessionError):
    """The session takes only people who were invited, or nobody further."""

    message = _("This session takes nobody without an invitation. A clinic lead can open it, or invite the person.")


class SessionFullError(SessionError):
    """No place is left in the hour; `offer` is the next session and hour with a place, if there is one."""

    message = _("No place is left in this hour.")

    def __init__(self, offer: "tuple[ClinicSession, time] | None" = None) -> None:
        super().__init__()
        self.offer = offer


class NotExpectedError(SessionError):
    """The appointment ended before: declined, or cancelled by the clinic."""

    message = _("This invitation is no longer good: it was declined or cancelled.")


class UnknownInvitationError(SessionError):
    message = _("No invitation to this facility has this code.")


class OtherSessionError(SessionError):
    """The invitation is for another session than those that the desk asked for: `session`."""

    def __init__(self, session: "ClinicSession") -> None:
        super().__init__()
        self.session = session

    @property
    def message(self) -> str:
        return _("This invitation is for another session: %(session)s.") % {"session": self.session}


class EndedInvitationError(SessionError):
    """The invitation was declined, cancelled or used up: `appointment`."""

    def __init__(self, appointment: "Appointment") -> None:
        super().__init__()
        self.appointment = appointment

    @property
    def message(self) -> str:
        return _("This invitation cannot be used: %(state)s.") % {"state": self.appointment.get_state_display()}


class AlreadyArrivedError(SessionError):
    """The invitation was used, or the person has come already: `appointment`."""

    message = _("This invitation was used already.")

    def __init__(self, appointment: "Appointment") -> None:
        super().__init__()
        self.appointment = appointment


class WrongPersonError(SessionError):
    """The invitation belongs to somebody else than the person whose card was scanned."""

    message = _("This invitation is for another person. It cannot be passed on.")


class CardNeededError(SessionError):
    """The person registered with a number, so their card says whether it is they."""

    message = _("This person registered with a number: scan their card first.")


class DoubtfulPersonError(SessionError):
    """Name, date of birth or sex are not those registered, and no number tells: somebody must say why it is the person."""

    message = _("Name, date of birth or sex differ from the registration. If it is the same person, say how you know.")


class ChangedMeanwhileError(SessionError):
    """Somebody else changed the appointment at the same moment."""

    message = _("Somebody else has just changed this. Look at it again.")
