"""Vaccination sheets on their way into the register: the file, its rows as written, and what was made of each.

Two tables of rows, for the second is worked out of the first as often as need be. They are ordinary, logged tables: an
unlogged one is empty after a crash, and an import that waits for review must still be there.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.fields import CitizenIdField
from residents.models import Unit
from vaccinations.imports.querysets import DoseImportQuerySet, SheetDoseQuerySet
from vaccinations.models.places import Facility
from vaccinations.models.vaccines import Vaccine
from vaxreg.fields import KeyField
from vaxreg.models import User


class Outcome(models.TextChoices):
    """What becomes of a dose of a sheet. The first of these that applies, in this order."""

    NEW = "new", _("New dose")
    ALREADY_RECORDED = "already-recorded", _("Already recorded")
    CONFLICT = "conflict", _("Conflict with another dose")
    DOUBTFUL = "doubtful", _("Person doubtful")
    NO_ID = "no-id", _("No ID")
    MALFORMED_ID = "malformed-id", _("Malformed ID")
    DISAGREES = "disagrees", _("Person disagrees")
    UNREADABLE = "unreadable", _("Value unreadable")
    DUPLICATE = "duplicate", _("Repeated in the file")


# The columns of DoseImport that count them.
COUNTS = {outcome: "count_" + outcome.value.replace("-", "_") for outcome in Outcome}


class DoseImport(models.Model):
    """One sheet on its way. `state` says which stage was finished last; a worker goes on from there, however often it dies."""

    class State(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("import", "received")
        READ = "read", _("read")
        CHECKED = "checked", _("checked")
        MATCHED = "matched", _("matched")
        REVIEW = "review", _("waiting for review")
        COMMITTING = "committing", _("being committed")
        COMMITTED = "committed", _("committed")
        REVERTING = "reverting", _("being taken back")
        REVERTED = "reverted", _("taken back")
        CANCELLED = "cancelled", _("cancelled")

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    # Counts how often it was sent back to an earlier stage: a worker still at the old one sees that its work is void.
    revision = models.PositiveIntegerField(_("revision"), default=0)
    # Why the work stopped within a stage; empty while nothing is wrong.
    failure = models.CharField(_("failure"), max_length=20, blank=True, default="")
    failure_row = models.PositiveIntegerField(_("row of the failure"), default=0)
    awaits_columns = models.BooleanField(_("waits for its columns"), default=False)
    # How much of the stage under way is done, in bytes or rows; shown only.
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("of"), default=0)

    province = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, verbose_name=_("province"), related_name="+"
    )
    facility = models.ForeignKey(
        Facility, models.PROTECT, null=True, blank=True, verbose_name=_("facility"), related_name="+"
    )
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("sent by"), related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("received at"), db_default=Now())

    file_name = models.CharField(_("name of the file"), max_length=200)
    file_size = models.PositiveBigIntegerField(_("size of the file"))
    file_hash = models.CharField(_("SHA-256 of the file"), max_length=64, db_index=True)
    # What is read of the file, and how: sheet, row of headings, column by column. Read and written only as a whole.
    layout = models.JSONField(_("layout"), default=dict)
    # Doses whose facility is not known go to the province's placeholder: only because somebody said so.
    takes_unknown_facilities = models.BooleanField(_("takes unknown facilities"), default=False)

    rows = models.PositiveIntegerField(_("rows"), null=True)
    doses = models.PositiveIntegerField(_("doses"), null=True)
    count_new = models.PositiveIntegerField(Outcome.NEW.label, default=0)
    count_already_recorded = models.PositiveIntegerField(Outcome.ALREADY_RECORDED.label, default=0)
    count_conflict = models.PositiveIntegerField(Outcome.CONFLICT.label, default=0)
    count_doubtful = models.PositiveIntegerField(Outcome.DOUBTFUL.label, default=0)
    count_no_id = models.PositiveIntegerField(Outcome.NO_ID.label, default=0)
    count_malformed_id = models.PositiveIntegerField(Outcome.MALFORMED_ID.label, default=0)
    count_disagrees = models.PositiveIntegerField(Outcome.DISAGREES.label, default=0)
    count_unreadable = models.PositiveIntegerField(Outcome.UNREADABLE.label, default=0)
    count_duplicate = models.PositiveIntegerField(Outcome.DUPLICATE.label, default=0)
    count_held = models.PositiveIntegerField(_("new, but held back"), default=0)
    # How many rows had changed when it was to be committed, so that it was not: the reviewer looks again.
    changed_meanwhile = models.PositiveIntegerField(_("changed meanwhile"), default=0)

    committed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("committed by"), related_name="+", db_index=False
    )
    committed_at = models.DateTimeField(_("committed at"), null=True)
    added = models.PositiveIntegerField(_("doses added"), null=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("cancelled or taken back by"), related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(_("cancelled or taken back at"), null=True)
    end_reason = models.CharField(_("reason"), max_length=250, blank=True, default="")
    taken_back = models.PositiveIntegerField(_("doses taken back"), null=True)
    purged_at = models.DateTimeField(_("file and settled rows removed at"), null=True)

    objects = DoseImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["review", "committing", "committed", "reverting", "reverted"])
                | Q(
                    doses=F("count_new")
                    + F("count_already_recorded")
                    + F("count_conflict")
                    + F("count_doubtful")
                    + F("count_no_id")
                    + F("count_malformed_id")
                    + F("count_disagrees")
                    + F("count_unreadable")
                    + F("count_duplicate"),
                    rows__isnull=False,
                    doses__gte=F("rows"),
                ),
                name="doseimport_counts_add_up",
                violation_error_message=_("The counts do not add up to the doses of the file."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["committed", "reverting", "reverted"])
                | Q(committed_at__isnull=False, added=F("count_new") - F("count_held")),
                name="doseimport_added_what_was_accepted",
                violation_error_message=_("Not exactly the accepted doses were added."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reverting", "reverted"]) | ~Q(end_reason=""),
                name="doseimport_reverted_with_reason",
                violation_error_message=_("An import is taken back with a reason."),
            ),
        ]
        indexes = [models.Index(fields=["province", "-id"], name="doseimport_by_province")]

    def __str__(self) -> str:
        return _("Import %(number)d") % {"number": self.pk}

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many doses have each outcome, in their order."""
        return {outcome: getattr(self, column) for outcome, column in COUNTS.items()}

    @property
    def accepted(self) -> int:
        """How many doses a commit would add, or has added."""
        return self.count_new - self.count_held

    @property
    def has_work(self) -> bool:
        """Whether a worker has something to do for it."""
        waits = self.failure or self.awaits_columns
        states = self.State
        return not waits and self.state in {
            states.RECEIVED,
            states.READ,
            states.CHECKED,
            states.MATCHED,
            states.COMMITTING,
            states.REVERTING,
        }

    @property
    def can_be_cancelled(self) -> bool:
        """Whether it can be given up: until it was committed."""
        states = self.State
        return self.state not in {states.COMMITTED, states.REVERTING, states.REVERTED, states.CANCELLED}

    @property
    def can_be_read_again(self) -> bool:
        """Whether its columns can still be chosen: nothing of it is in the register, and its file is there."""
        return self.can_be_cancelled and self.state != self.State.COMMITTING

    @cached_property
    def columns(self) -> list[dict[str, object]]:
        """The columns of the file in their order: heading, field and dose."""
        return self.layout.get("columns", [])

    @property
    def other_sheets(self) -> dict[str, int]:
        """The lists on other sheets of the workbook, which are not read, with their rows."""
        return self.layout.get("others", {})


class FilePart(models.Model):
    """A piece of an import's file. In the database, where all machines reach it, a backup has it, and it goes with its import."""

    dose_import = models.ForeignKey(DoseImport, models.CASCADE, related_name="parts", db_index=False)
    place = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("part of a file")
        verbose_name_plural = _("parts of files")
        constraints = [models.UniqueConstraint(fields=["dose_import", "place"], name="filepart_once")]

    def __str__(self) -> str:
        return f"{self.dose_import_id}/{self.place}"


class SheetRow(models.Model):
    """One dose of a sheet as it is written there: two doses in one row of the file are two of these."""

    # No foreign keys in the database: whoever writes these rows holds the import, and looking each one up took a third longer.
    dose_import = models.ForeignKey(
        DoseImport, models.CASCADE, related_name="sheet_rows", db_index=False, db_constraint=False
    )
    row = models.PositiveIntegerField(_("row"))
    part = models.PositiveSmallIntegerField(_("dose of the row"), default=0)
    # A row of more cells than headings: nobody knows what stands where.
    is_ragged = models.BooleanField(default=False)
    number = models.TextField(default="")
    full_name = models.TextField(default="")
    sex = models.TextField(default="")
    born = models.TextField(default="")
    phone = models.TextField(default="")
    province = models.TextField(default="")
    ward = models.TextField(default="")
    vaccine = models.TextField(default="")
    dose_number = models.TextField(default="")
    administered_on = models.TextField(default="")
    lot = models.TextField(default="")
    facility = models.TextField(default="")
    vaccinator = models.TextField(default="")

    class Meta:
        verbose_name = _("row of a sheet")
        verbose_name_plural = _("rows of sheets")
        constraints = [models.UniqueConstraint(fields=["dose_import", "row", "part"], name="sheetrow_once")]

    def __str__(self) -> str:
        return f"{self.dose_import_id}/{self.row}"


class SheetDose(models.Model):
    """What was made of a dose of a sheet: its facts as the register keeps them, the person, and the outcome.

    What cannot be read is NULL or empty, and `problems` says so; nothing is put in its place. References without a foreign
    key in the database are checked when the doses are written: here they would cost more than the rows themselves.
    """

    sheet_row = models.OneToOneField(
        SheetRow, models.CASCADE, primary_key=True, related_name="dose", db_constraint=False
    )
    dose_import = models.ForeignKey(
        DoseImport, models.CASCADE, related_name="sheet_doses", db_index=False, db_constraint=False
    )
    row = models.PositiveIntegerField(_("row"))
    part = models.PositiveSmallIntegerField(_("dose of the row"))
    number = KeyField(_("number"), max_length=12, default="")
    full_name = models.TextField(_("full name"), default="")
    born = models.DateField(_("date of birth"), null=True)
    birth_precision = models.CharField(max_length=1, default="U")
    sex = models.CharField(_("sex"), max_length=1, default="")
    phone = models.CharField(_("phone"), max_length=15, default="")
    province = models.ForeignKey(
        Unit, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    ward = models.ForeignKey(Unit, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False)
    vaccine = models.ForeignKey(
        Vaccine, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    dose_number = models.PositiveSmallIntegerField(_("dose number"), null=True)
    administered_on = models.DateField(_("given on"), null=True)
    lot_number = models.CharField(_("lot number"), max_length=30, default="")
    facility = models.ForeignKey(
        Facility, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    problems = ArrayField(models.CharField(max_length=24), default=list)

    # Filled by residents.matching.
    person = CitizenIdField(_("person"), null=True)
    band = models.CharField(max_length=10, default="", db_default="")
    score = models.FloatField(null=True)
    evidence = ArrayField(models.CharField(max_length=40), null=True)
    rival = CitizenIdField(null=True)

    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, default="", db_default="")
    # Why it is that one, where the problems do not say so; and what is unusual about a new dose, kept with it.
    reason = models.CharField(max_length=24, default="", db_default="")
    warnings = ArrayField(models.CharField(max_length=20), default=list, db_default=[])
    # The recorded dose that it is, or contradicts.
    recorded_dose = models.BigIntegerField(null=True)
    suggested_number = models.PositiveSmallIntegerField(null=True)
    # What the reviewer said: the number of the dose is another one; it is not to be committed.
    decided_number = models.PositiveSmallIntegerField(_("dose number as decided"), null=True)
    is_held = models.BooleanField(_("held back"), default=False, db_default=False)

    objects = SheetDoseQuerySet.as_manager()

    class Meta:
        verbose_name = _("dose of a sheet")
        verbose_name_plural = _("doses of sheets")
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="sheetdose_outcome"),
            models.CheckConstraint(
                condition=~Q(outcome="new")
                | Q(
                    person__isnull=False,
                    vaccine__isnull=False,
                    dose_number__isnull=False,
                    administered_on__isnull=False,
                ),
                name="sheetdose_new_is_whole",
            ),
        ]
        # None with the outcome: then a row could not be given its person and its outcome in place, in half the time.
        indexes = [models.Index(fields=["dose_import", "row", "part"], name="sheetdose_by_row")]

    def __str__(self) -> str:
        return f"{self.dose_import_id}/{self.row}"
