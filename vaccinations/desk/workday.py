"""Where a clerk works now, and what stays chosen from one person to the next: kept in the session until midnight."""

from contextlib import suppress
from datetime import date
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from vaccinations.models import Facility, Lot
from vaxreg.models import User

KEY = "clinic"


class Workday:
    """One clerk's session, as of one day: what an earlier day left is forgotten, but for the facility."""

    def __init__(self, session: SessionBase, user: User, today: date) -> None:
        self.session, self.user, self.today = session, user, today
        kept = session.get(KEY, {})
        self.facility_id: int | None = kept.get("facility")
        self.sticky: dict[str, Any] = kept.get("sticky", {}) if kept.get("day") == today.isoformat() else {}

    def facilities(self) -> list[Facility]:
        """The facilities the clerk may work at, by name."""
        return list(Facility.objects.visible_to(self.user).select_related("unit"))

    def facility(self) -> Facility | None:
        """Where the clerk works now: the only one there is, or the one chosen; None when that is still to be said."""
        facilities = self.facilities()
        if len(facilities) == 1:
            return facilities[0]
        return next((facility for facility in facilities if facility.pk == self.facility_id), None)

    @property
    def given_on(self) -> date:
        """The day of the doses that are typed in: today, or an earlier one chosen for a pile of paper."""
        with suppress(KeyError, ValueError):
            return date.fromisoformat(self.sticky["given_on"])
        return self.today

    @property
    def is_of_today(self) -> bool:
        return self.given_on == self.today

    @property
    def vaccinator(self) -> str:
        return self.sticky.get("vaccinator", "")

    def lot(self) -> Lot | None:
        """The lot that sticks, if it is still in use and not recalled."""
        lots = Lot.objects.usable().filter(recalled_at=None, pk=self.sticky.get("lot"))
        return lots.with_usable_until(self.given_on).select_related("vaccine").first()

    def choose(self, facility: Facility) -> None:
        """Works at that facility from now on. What stuck at another one is forgotten with it."""
        if facility.pk != self.facility_id:
            self.sticky = {}
        self.facility_id = facility.pk
        self._keep()

    @property
    def session_id(self) -> int | None:
        """The key of today's vaccination session that the desk works for; None where that was not chosen."""
        return self.sticky.get("session")

    def stick(self, *, lot: int | None, vaccinator: str, given_on: date, **others: int | None) -> None:
        """Keeps what was chosen (the lot and the vaccination session by their ids) for the next person."""
        chosen = {"lot": lot, "vaccinator": vaccinator, "given_on": given_on.isoformat(), **others}
        if {**self.sticky, **chosen} != self.sticky:
            self.sticky |= chosen
            self._keep()

    def _keep(self) -> None:
        self.session[KEY] = {"facility": self.facility_id, "day": self.today.isoformat(), "sticky": self.sticky}
