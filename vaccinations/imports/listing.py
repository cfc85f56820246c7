"""The list of imports, whose sheets a user may send, and how far an import has come."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Unit
from vaccinations.models import DoseImport, Facility
from vaxreg.models import User
from vaxreg.roles import Role

PAGE = 25
State = DoseImport.State
JUDGED = frozenset({State.REVIEW, State.COMMITTING, State.COMMITTED, State.REVERTING, State.REVERTED})
# The stages that an import goes through, by the state each ends in, and what is being done to get there.
STAGES = (
    (State.RECEIVED, _("File received"), _("Receiving the file")),
    (State.READ, _("File read"), _("Reading the file")),
    (State.CHECKED, _("Values checked"), _("Checking the values")),
    (State.MATCHED, _("People found"), _("Finding the people")),
    (State.REVIEW, _("Review"), _("Comparing with the register")),
    (State.COMMITTED, _("Doses written"), _("Writing the doses")),
)
TAKING_BACK = (State.REVERTED, _("Doses taken back"), _("Taking the doses back"))
BACK = frozenset({State.REVERTING, State.REVERTED})
PLACES = {state: place for place, (state, _done, _doing) in enumerate(STAGES)}
PLACES |= {
    State.COMMITTING: PLACES[State.REVIEW],
    State.REVERTING: PLACES[State.COMMITTED],
    State.REVERTED: len(STAGES),
}


@dataclass(frozen=True)
class Stage:
    """`is_current`: it is being worked at, or waits for somebody."""

    label: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class Page:
    imports: list[DoseImport]
    older: str


def page(visible: QuerySet, *, before: str) -> Page:
    """Returns the imports before that key, the newest first."""
    rows = visible.select_related("province", "facility", "created_by").order_by("-pk")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    return Page(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def owners(user: User) -> dict[str, Unit | Facility]:
    """Returns the provinces and facilities whose sheets the user may send today, each under a key for a form."""
    today, found = timezone.localdate(), {}
    if user.has_role({Role.PROVINCIAL_MANAGER}):
        found |= {f"province-{unit.pk}": unit for unit in Unit.objects.of(user, today).provinces().order_by("name")}
    if user.has_role({Role.CLINIC_LEAD}):
        places = Facility.objects.visible_to(user).select_related("unit__parent").order_by("name")
        found |= {f"facility-{place.pk}": place for place in places}
    return found


def stages_of(dose_import: DoseImport) -> list[Stage]:
    """Returns the stages with what is done and what is under way."""
    if dose_import.state == State.CANCELLED:
        return []
    current = PLACES[dose_import.state] + (dose_import.state != State.REVIEW)
    works, is_back = dose_import.has_work, dose_import.state in BACK
    return [
        Stage(str(doing if works and place == current else done), place < current, place == current)
        for place, (_state, done, doing) in enumerate([*STAGES, TAKING_BACK] if is_back else STAGES)
    ]
