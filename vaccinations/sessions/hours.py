"""The hours of a session, each with its own number of places. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

HOUR = timedelta(hours=1)
ANY_DAY = date(2000, 1, 1)


def hours_between(opens_at: time, closes_at: time) -> list[time]:
    """Returns when each hour of a session begins: 07:30 to 10:30 → 07:30, 08:30, 09:30."""
    opens, closes = (datetime.combine(ANY_DAY, at) for at in (opens_at, closes_at))
    return [(opens + n * HOUR).time() for n in range(max(0, (closes - opens) // HOUR))]


def hour_at(opens_at: time, closes_at: time, at: time) -> time | None:
    """Returns the hour that somebody who comes at that time belongs to: the first before the opening, none afterwards."""
    if at >= closes_at:
        return None
    begun = [hour for hour in hours_between(opens_at, closes_at) if hour <= at]
    return begun[-1] if begun else opens_at


@dataclass(frozen=True)
class Hour:
    """One hour of a session: when it begins, and how many of its places are taken."""

    starts_at: time
    capacity: int
    taken: int

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.taken)

    @property
    def ends_at(self) -> time:
        return (datetime.combine(ANY_DAY, self.starts_at) + HOUR).time()
