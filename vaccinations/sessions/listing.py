"""Lists of sessions and of their people; whoever looks at people is logged."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction

from vaccinations.models import Appointment, ClinicSession, Facility
from vaccinations.sessions.hours import Hour
from vaccinations.sessions.places import hours_of
from vaccinations.sessions.querysets import ClinicSessionQuerySet
from vaxreg import audit
from vaxreg.actors import Actor

PAGE, MOST_COMING = 20, 60
PLACE = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{1,18})")


@dataclass(frozen=True)
class Day:
    """A session's people by the hour: for paper, or one hour of them for the screen."""

    session: ClinicSession
    hours: list[Hour]
    chosen: time | None
    appointments: list[Appointment]
    printed_at: datetime | None = None

    @property
    def by_hour(self) -> list[tuple[Hour, list[Appointment]]]:
        """Each hour with its people; hours that a change of the session took away are left out: nobody is in them."""
        return [(hour, [row for row in self.appointments if row.starts_at == hour.starts_at]) for hour in self.hours]


def sessions_of(
    facility: Facility, among: ClinicSessionQuerySet, today: date, before: str
) -> tuple[list[ClinicSession], list[ClinicSession], str]:
    """Returns the sessions to come, a page of the past ones, and where the next page begins ('' at the end)."""
    among = among.with_figures().prefetch_related("vaccines")
    coming = list(among.coming(facility, today)[:MOST_COMING])
    past = list(among.past(facility, today, _read_place(before))[: PAGE + 1])
    older = f"{past[PAGE - 1].held_on}.{past[PAGE - 1].pk}" if len(past) > PAGE else ""
    return coming, past[:PAGE], older


@transaction.atomic
def list_hour(*, by: Actor, session: ClinicSession, wanted: str, now: datetime) -> Day:
    """Returns the people of one hour: the one wanted ("07:30"), else the present one, else the first; looking is logged."""
    hours = hours_of(session)
    starts = {hour.starts_at.strftime("%H:%M"): hour.starts_at for hour in hours}
    chosen = starts.get(wanted) or session.hour_now(now) or hours[0].starts_at
    listed = Appointment.objects.filter(session=session, starts_at=chosen)
    found = list(listed.with_people().by_hour())
    changes = {"hour": chosen.strftime("%H:%M"), "people": len(found)}
    audit.record(by=by, action="clinicsession.listed", subject=session, changes=changes)
    return Day(session, hours, chosen, found)


@transaction.atomic
def list_for_paper(*, by: Actor, session: ClinicSession, now: datetime) -> Day:
    """Returns everybody expected or arrived, by the hour and the name; each of them is logged as printed."""
    rows = Appointment.objects.filter(session=session).holding().with_people()
    found = sorted(rows, key=lambda row: (row.starts_at, row.sort_key))
    audit.record(by=by, action="clinicsession.printed", subject=session, changes={"people": len(found)})
    numbers = [row.number for row in found if row.number]
    audit.record_each(by=by, action="clinicsession.printed", subject=session, residents=numbers)
    return Day(session, hours_of(session), None, found, printed_at=now)


def to_invite_anew(session: ClinicSession) -> Sequence[Appointment]:
    """Returns the places of this session that the clinic took away, of people who have had no other one since."""
    ended = Appointment.objects.filter(session=session, state=Appointment.State.CANCELLED, person__isnull=False)
    later = Appointment.objects.filter(person__in=ended.values("person"), made_at__gt=session.created_at)
    again = {row.person_id for row in later.exclude(session=session).live()}
    return [row for row in ended.with_people() if row.person_id not in again and not row.person.is_withdrawn]


def _read_place(text: str) -> tuple[date, int] | None:
    match = PLACE.fullmatch(text)
    if match is None:
        return None
    try:
        return date.fromisoformat(match[1]), int(match[2])
    except ValueError:
        return None
