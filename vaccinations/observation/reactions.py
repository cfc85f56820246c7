"""Writes of reactions after a dose. What is known grows: each time a new version, the ones before stay."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Resident
from vaccinations.models import AdverseEvent, AdverseEventReading, Dose, Facility
from vaccinations.observation.rules import is_serious, severity_of_grade, worse
from vaxreg import audit
from vaxreg.actors import Actor

FACTS = (
    "onset_at",
    "symptoms",
    "other_symptom",
    "severity",
    "anaphylaxis_grade",
    "seriousness",
    "treatment",
    "outcome",
    "referred_to",
)
ANAPHYLAXIS = "anaphylaxis"


class ReactionError(Exception):
    """A rule of the reactions refuses; `message` tells the user what to do."""

    message = ""


class ChangedReactionError(ReactionError):
    """Somebody wrote a version after the page was opened: `latest`."""

    message = _("Somebody else has just added to this reaction. What they wrote is shown; enter yours again.")

    def __init__(self, latest: AdverseEvent) -> None:
        super().__init__()
        self.latest = latest


class BeforeDoseError(ReactionError):
    message = _("The onset lies before the dose.")


class FutureOnsetError(ReactionError):
    message = _("The onset lies in the future.")


@dataclass(frozen=True)
class Reaction:
    """What is known of a reaction. `symptoms` are codes of terms; an anaphylaxis has a grade."""

    onset_at: datetime
    symptoms: tuple[str, ...] = ()
    other_symptom: str = ""
    severity: str = AdverseEvent.Severity.MILD
    anaphylaxis_grade: int | None = None
    seriousness: tuple[str, ...] = ()
    treatment: str = ""
    outcome: str = AdverseEvent.Outcome.UNKNOWN
    referred_to: str = ""

    @property
    def is_serious(self) -> bool:
        return is_serious(
            severity=self.severity,
            anaphylaxis_grade=self.anaphylaxis_grade,
            seriousness=self.seriousness,
            outcome=self.outcome,
        )

    def with_symptom(self, code: str, *, severity: str, grade: int | None) -> "Reaction":
        """The same reaction with one more symptom: as severe as the gravest of them."""
        grades = [each for each in (self.anaphylaxis_grade, grade) if each is not None]
        return replace(
            self,
            symptoms=tuple(dict.fromkeys((*self.symptoms, code))),
            severity=worse(self.severity, severity),
            anaphylaxis_grade=max(grades, default=None),
        )


def known_of(event: AdverseEvent) -> Reaction:
    """Returns what the version says."""
    facts = {name: getattr(event, name) for name in FACTS}
    return Reaction(**facts | {name: tuple(facts[name]) for name in ("symptoms", "seriousness")})


def one_tap(code: str, *, severity: str = "", grade: int | None = None, now: datetime) -> Reaction:
    """Returns what a single tap says: this symptom, as severe as that, since now."""
    first = Reaction(onset_at=now, severity=severity or severity_of_grade(grade or 1))
    return first.with_symptom(code, severity=first.severity, grade=grade)


@transaction.atomic
def report(
    *, by: Actor, dose: Dose, facility: Facility, key: UUID, reaction: Reaction, now: datetime, source: str
) -> AdverseEvent:
    """Returns the first version of a reaction after that dose; the same form again returns the same one.

    Raises BeforeDoseError, FutureOnsetError.
    """
    _refuse_impossible(dose, reaction, now)
    there = AdverseEvent.objects.filter(resident=dose.resident_id, event=key).first()
    if there:
        return there
    facts = {"event": key, "resident": dose.resident_id, "dose": dose, "facility": facility, "source": source}
    return _write(by=by, reaction=reaction, version=1, **facts)


@transaction.atomic
def amend(*, by: Actor, latest: AdverseEvent, reaction: Reaction, now: datetime) -> AdverseEvent:
    """Returns the version that takes the place of that one; the same facts again change nothing.

    Raises ChangedReactionError where it is not the latest any more, BeforeDoseError, FutureOnsetError.
    """
    _refuse_impossible(latest.dose, reaction, now)
    if reaction == known_of(latest):
        return latest
    rows = AdverseEvent.objects.current().filter(resident=latest.resident, pk=latest.pk)
    if not rows.update(superseded_at=timezone.now()):
        raise ChangedReactionError(AdverseEvent.objects.current().get(resident=latest.resident, event=latest.event))
    same = {name: getattr(latest, name) for name in ("event", "resident", "dose", "facility", "source")}
    return _write(by=by, reaction=reaction, version=latest.version + 1, **same)


@transaction.atomic
def read_reaction(*, by: Actor, event: AdverseEvent) -> None:
    """Logs that somebody opened the reaction with its person, and marks this version as read by them."""
    key = {"resident": event.resident, "event": event.event, "version": event.version, "user": by.user}
    AdverseEventReading.objects.bulk_create([AdverseEventReading(**key)], ignore_conflicts=True)
    audit.record(by=by, action="reaction.read", subject=event, resident=event.resident)


def reactions_of(numbers: Iterable[str]) -> list[AdverseEvent]:
    """Returns the reactions of a person under any of their numbers, each in its latest version, the newest first."""
    found = AdverseEvent.objects.current().filter(resident__in=list(numbers))
    return list(found.select_related("dose__vaccine", "facility", "recorded_by").order_by("-recorded_at", "-pk"))


def person_of(event: AdverseEvent) -> Resident:
    """Returns the person under their present number."""
    return Resident.objects.by_number(event.resident).get()


def _refuse_impossible(dose: Dose, reaction: Reaction, now: datetime) -> None:
    if reaction.onset_at > now:
        raise FutureOnsetError
    given = dose.administered_at or reaction.onset_at
    if reaction.onset_at < given or timezone.localdate(reaction.onset_at) < dose.administered_on:
        raise BeforeDoseError


def _write(*, by: Actor, reaction: Reaction, version: int, **facts: object) -> AdverseEvent:
    values = {name: getattr(reaction, name) for name in FACTS}
    values |= {name: list(values[name]) for name in ("symptoms", "seriousness")}
    try:
        with transaction.atomic():
            event = AdverseEvent.objects.create(
                **facts, **values, version=version, is_serious=reaction.is_serious, recorded_by=by.user
            )
    except IntegrityError:
        # The same form sent twice at once: whoever comes second finds what the first one wrote.
        same = {"resident": facts["resident"], "event": facts["event"], "version": version}
        there = AdverseEvent.objects.filter(**same).first()
        if there is None:
            raise
        return there
    changes = {"version": version, "severity": event.severity, "serious": event.is_serious}
    audit.record(by=by, action="reaction.recorded", subject=event, resident=event.resident, changes=changes)
    return event
