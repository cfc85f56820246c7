"""The places of work, as the head of every page and the home page show them: each once, with the roles that it is open to."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vaccinations.observation.finding import unread_serious
from vaxreg import access
from vaxreg.exports.models import Export
from vaxreg.models import User
from vaxreg.roles import ADMIN_ROLES

# So many stand in the head of a page; the others follow behind "More".
IN_HEAD = 5
MOST_COUNTED = 99


def waiting_exports(user: User) -> int:
    """Returns how many requests for exports wait for the user's decision."""
    return Export.objects.decidable_by(user, timezone.now())[:MOST_COUNTED].count()


@dataclass(frozen=True)
class Place:
    """`waiting` counts what waits there for the user: nobody is told by post."""

    address: str
    label: Promise
    hint: Promise
    roles: Collection[str]
    waiting: Callable[[User], int] = lambda user: 0


PLACES = (
    Place("/desk/", _("Checkpoint desk"), _("Scan a card or a pass, and let people through."), access.CHECKPOINT_DESK),
    Place("/clinic/", _("Clinic desk"), _("Find a person, record a dose, print the slip."), access.CLINIC_DESK),
    Place("/clinic/sessions/", _("Sessions"), _("Who is invited, who has come, places left."), access.CLINIC_DESK),
    Place("/clinic/due/", _("Doses due"), _("Who is due or overdue for the next dose."), access.CLINIC_DESK),
    Place("/clinic/stock/", _("Stock"), _("Lots on hand, opened vials, the evening's sheet."), access.CLINIC_DESK),
    Place(
        "/adverse-events/",
        _("Reactions after doses"),
        _("Serious ones of your area, as soon as they are recorded."),
        access.AREA_REPORTS,
        unread_serious,
    ),
    Place(
        "/facilities/", _("Facilities"), _("The day of each facility of your area, in numbers."), access.AREA_REPORTS
    ),
    Place(
        "/imports/",
        _("Imports"),
        _("Send a vaccination sheet, review it row by row, commit it or take it back."),
        access.IMPORTS,
    ),
    Place(
        "/quality/",
        _("Work lists"),
        _("Rows without their person, records that may be one, doses that contradict each other: decide them."),
        access.QUALITY,
    ),
    Place("/residents/", _("People"), _("Find people by number, name or phone."), access.PEOPLE_SEARCH),
    Place("/stock/", _("Stock"), _("What each facility has, what expires, and lots recalled."), access.STOCK_READING),
    Place(
        "/sessions/",
        _("Registrations"),
        _("Registered, invited and waiting people of your area, and its sessions, in numbers."),
        access.SESSION_FIGURES,
    ),
    Place(
        "/clinic/due/facilities/",
        _("Doses due"),
        _("How many are due or overdue at each facility."),
        access.DUE_COUNTS,
    ),
    Place(
        "/rules/",
        _("Entry rules"),
        _("Who may pass: the rules in force, coming and in draft."),
        access.RULES_READING,
    ),
    Place("/movements/", _("Movements"), _("Who moved from where to where, in numbers."), access.MOVEMENTS),
    Place("/tracing/", _("Contact tracing"), _("Who passed a checkpoint, or travelled in a vehicle."), access.TRACING),
    Place(
        "/quality/provinces/",
        _("How provinces stand"),
        _("Doses of sheets that found their person, and what waits, by province."),
        access.QUALITY_FIGURES,
    ),
    Place(
        "/exports/",
        _("Exports"),
        _("Lists of people as files: ask, approve, and see what left."),
        access.EXPORTS,
        waiting_exports,
    ),
    Place("/admin/", _("Administration"), _("Users, places, vaccines, lots and the audit trail."), ADMIN_ROLES),
)


@dataclass(frozen=True)
class Open:
    """A place that is open to the user."""

    place: Place
    user: User

    @cached_property
    def waiting(self) -> int:
        """How much waits there; asked only where a page shows it."""
        return self.place.waiting(self.user)


def open_to(user: User) -> list[Open]:
    """Returns the places that the user's roles open, in their order."""
    return [Open(place, user) for place in PLACES if user.has_role(place.roles)]
