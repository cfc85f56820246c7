"""Clinic sessions, and who is expected at them."""

from datetime import datetime, time

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.birth import Birth
from residents.models import Resident
from residents.names import sort_key
from vaccinations.models.places import Facility
from vaccinations.models.registrations import RegisteredPerson
from vaccinations.models.vaccines import Vaccine
from vaccinations.sessions.hours import hour_at, hours_between
from vaccinations.sessions.querysets import AppointmentQuerySet, ClinicSessionQuerySet
from vaxreg.fields import KeyField
from vaxreg.models import User


class ClinicSession(models.Model):
    """Some hours of a day at which a facility vaccinates, with so many places in each hour."""

    class Kind(models.TextChoices):
        OPEN = "open", _("open: whoever comes, while there are places")
        INVITED = "invited", _("by invitation only")
        CLOSED = "closed", _("closed: nobody further is taken")

    facility = models.ForeignKey(Facility, models.PROTECT, verbose_name=_("facility"), related_name="sessions")
    held_on = models.DateField(_("held on"))
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))
    vaccines = models.ManyToManyField(Vaccine, verbose_name=_("vaccines"), related_name="+")
    capacity_per_hour = models.PositiveSmallIntegerField(_("places in an hour"))
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.INVITED)
    note = models.CharField(_("note"), max_length=250, blank=True, default="")
    idempotency_key = models.UUIDField(_("key of the form"), unique=True)
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("made by"), related_name="+", db_index=False
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)
    cancelled_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("cancelled by"), related_name="+", db_index=False
    )
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=250, blank=True, default="")

    objects = ClinicSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("vaccination session")
        verbose_name_plural = _("vaccination sessions")
        ordering = ["held_on", "opens_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="clinicsession_closes_after_opening",
                violation_error_message=_("The session closes before it opens."),
            ),
            models.CheckConstraint(
                condition=Q(closes_at__minute=F("opens_at__minute"), opens_at__second=0, closes_at__second=0),
                name="clinicsession_whole_hours",
                violation_error_message=_("Make it whole hours: one that opens at 07:30 closes at 10:30 or 11:30."),
            ),
            models.CheckConstraint(
                condition=Q(capacity_per_hour__gte=1, capacity_per_hour__lte=1000),
                name="clinicsession_capacity_range",
                violation_error_message=_("There are 1 to 1,000 places in an hour."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancel_reason="") | Q(cancelled_at__isnull=False) & ~Q(cancel_reason=""),
                name="clinicsession_cancelled_with_reason",
                violation_error_message=_("A session is cancelled with a reason."),
            ),
        ]
        indexes = [models.Index(fields=["facility", "held_on", "id"], name="clinicsession_by_facility")]

    def __str__(self) -> str:
        return f"{self.held_on:%d/%m/%Y} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def has_appointments(self) -> bool:
        """Whether somebody is, or was, invited to it."""
        return self.appointments.exists()

    @property
    def is_closed(self) -> bool:
        return self.kind == self.Kind.CLOSED

    @property
    def takes_walk_ins(self) -> bool:
        return self.kind == self.Kind.OPEN and not self.is_cancelled

    @property
    def starts(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.held_on, self.opens_at))

    @property
    def ends(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.held_on, self.closes_at))

    @property
    def hours(self) -> list[time]:
        """When each of its hours begins."""
        return hours_between(self.opens_at, self.closes_at)

    @property
    def places(self) -> int:
        """How many places it has altogether."""
        return len(self.hours) * self.capacity_per_hour

    @property
    def expected(self) -> int:
        """How many people are still to come, where the figures were asked for (with_figures)."""
        return self.invited + self.confirmed

    def hour_now(self, now: datetime) -> time | None:
        """The hour that somebody who comes now belongs to; none where the session is over or of another day."""
        local = timezone.localtime(now)
        return hour_at(self.opens_at, self.closes_at, local.time()) if local.date() == self.held_on else None


class Appointment(models.Model):
    """One person's place in one hour of a session: by invitation, called from the standby list, or taken on arrival.

    Whoever stands in a live state holds a place; the database refuses one place more than the hour has
    (vaccinations/sessions/guards.py).
    """

    class State(models.TextChoices):
        INVITED = "invited", _("invited")
        CONFIRMED = "confirmed", _("will come")
        DECLINED = "declined", _("cannot come")
        ARRIVED = "arrived", _("arrived")
        DONE = "done", _("seen")
        NO_SHOW = "no-show", _("did not come")
        CANCELLED = "cancelled", _("cancelled by the clinic")

    class Origin(models.TextChoices):
        INVITATION = "invitation", _("invitation")
        STANDBY = "standby", _("standby list")
        WALK_IN = "walk-in", _("came without an invitation")

    # Not yet over; and those whose place nobody else can have.
    EXPECTED = (State.INVITED, State.CONFIRMED)
    LIVE = (*EXPECTED, State.ARRIVED)
    HOLDING = (*LIVE, State.DONE)

    session = models.ForeignKey(
        ClinicSession, models.PROTECT, verbose_name=_("session"), related_name="appointments", db_index=False
    )
    starts_at = models.TimeField(_("hour"))
    # None: came without having registered.
    person = models.ForeignKey(
        RegisteredPerson, models.PROTECT, null=True, verbose_name=_("registered person"), related_name="appointments"
    )
    # None: nobody has identified the person yet.
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, verbose_name=_("resident"), related_name="appointments"
    )
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.INVITATION)
    code = KeyField(_("code"), max_length=8, null=True, unique=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.INVITED)
    # What was due when the place was given, as far as it was known.
    dose_number = models.PositiveSmallIntegerField(_("dose number"), null=True)
    due_on = models.DateField(_("due on"), null=True)
    # People invited by one form: it invites once.
    batch = models.UUIDField(_("key of the form"), null=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("made by"), related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    end_reason = models.CharField(_("reason of the end"), max_length=250, blank=True, default="")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["session", "starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["invited", "confirmed", "arrived"]),
                name="appointment_once_a_person",
                violation_error_message=_("This person has an appointment already."),
            ),
            models.UniqueConstraint(
                fields=["resident"],
                condition=Q(state__in=["invited", "confirmed", "arrived"]),
                name="appointment_once_a_resident",
                violation_error_message=_("This person has an appointment already."),
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(resident__isnull=False), name="appointment_of_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["arrived", "done"]) | Q(arrived_at__isnull=False),
                name="appointment_arrived_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(origin="walk-in", code=None) | ~Q(origin="walk-in") & Q(code__isnull=False),
                name="appointment_code_of_an_invitation",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "starts_at", "id"], name="appointment_by_hour"),
            models.Index(fields=["batch"], name="appointment_by_batch", condition=Q(batch__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.starts_at:%H:%M}"

    @property
    def is_expected(self) -> bool:
        return self.state in self.EXPECTED

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def name(self) -> str:
        """The person's name: from the registry once somebody has identified them, else as registered."""
        return self.resident.full_name if self.resident else self.person.full_name

    @property
    def sort_key(self) -> tuple:
        """Orders people as Vietnamese lists do, by the given name."""
        return sort_key(self.name)

    @property
    def number(self) -> str:
        """The number under which acts on it are logged; empty for somebody without one."""
        return self.resident_id or (self.person.number if self.person else "")

    @property
    def birth(self) -> Birth:
        return self.resident.birth if self.resident else self.person.birth

    @property
    def phone(self) -> str:
        """Where to reach the person: the number they registered with, else the registry's."""
        return self.person.phone if self.person else self.resident.phone

    @property
    def starts(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.session.held_on, self.starts_at))
