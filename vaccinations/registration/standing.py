"""Where registered people stand: waiting, invited, withdrawn; as the page of the status says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vaccinations.models import Appointment, RegisteredPerson
from vaccinations.registration.services import restorable_until


@dataclass(frozen=True)
class Standing:
    """One person, and the appointment that was made last, if any."""

    person: RegisteredPerson
    appointment: Appointment | None
    now: datetime

    @property
    def invitation(self) -> Appointment | None:
        """The appointment to come, or at which the person is now."""
        return self.appointment if self.appointment and self.appointment.is_live else None

    @property
    def state(self) -> str:
        """The state of the appointment made last; "withdrawn" or "waiting" where there is none to speak of."""
        if self.person.is_withdrawn:
            return "withdrawn"
        return self.appointment.state if self.appointment else "waiting"

    @property
    def restorable_until(self) -> datetime | None:
        """Until when the withdrawal can be undone; None where there is none, or no more."""
        if not self.person.is_withdrawn:
            return None
        until = restorable_until(self.person)
        return until if self.now < until else None

    @property
    def can_confirm(self) -> bool:
        return self.state == Appointment.State.INVITED and self.now < self.appointment.starts

    @property
    def can_decline(self) -> bool:
        return self.invitation is not None and self.invitation.is_expected

    @property
    def can_come_after_all(self) -> bool:
        return self.state == Appointment.State.DECLINED and self.now < self.appointment.starts

    @property
    def can_withdraw(self) -> bool:
        return not self.person.is_withdrawn and self.state not in (Appointment.State.ARRIVED, Appointment.State.DONE)


def standings(people: Iterable[int], now: datetime) -> list[Standing]:
    """Returns where these registered people (keys) stand, in the order of their registration. Three queries."""
    rows = RegisteredPerson.objects.filter(pk__in=people).order_by("registration", "place")
    made = Appointment.objects.filter(person__in=people).order_by("made_at", "pk")
    last = {
        row.person_id: row for row in made.select_related("session__facility").prefetch_related("session__vaccines")
    }
    return [Standing(person, last.get(person.pk), now) for person in rows]
