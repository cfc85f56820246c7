"""Cases of the work lists: what a program may not decide about a row, two records or two doses, and what people decided."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from residents.fields import CitizenIdField
from residents.models import DuplicatePair, Unit
from vaccinations.models.imports import DoseImport, SheetDose
from vaccinations.quality.querysets import QualityCaseQuerySet, ReturnedListQuerySet
from vaxreg.models import User


class QualityCase(models.Model):
    """One thing that waits for a person's decision. `version` grows with each change: whoever decides says which they saw."""

    class Kind(models.TextChoices):
        """The ministry's three categories (công văn 2262/BYT-CNTT of 4 May 2022), and what a program is not sure of."""

        NO_ID = "no-id", _("No ID")
        MALFORMED_ID = "malformed-id", _("Malformed ID")
        DISAGREES = "disagrees", _("Person disagrees")
        DOUBTFUL = "doubtful", _("Person doubtful")
        PAIR = "pair", _("Two records, perhaps one person")
        CONFLICT = "conflict", _("Conflict of doses")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        WAITING = "waiting", _("waiting for the commune")
        DECIDED = "decided", _("decided")
        WITHDRAWN = "withdrawn", _("fallen away")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN, db_default=State.OPEN)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1)
    province = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("province"), related_name="+", db_index=False
    )
    ward = models.ForeignKey(Unit, models.PROTECT, null=True, verbose_name=_("ward"), related_name="+", db_index=False)
    # What it is about: the row of a sheet, or the pair of records. Rows of sheets have no foreign keys (models.imports).
    sheet_dose = models.OneToOneField(
        SheetDose, models.PROTECT, null=True, related_name="case", verbose_name=_("row"), db_constraint=False
    )
    dose_import = models.ForeignKey(
        DoseImport, models.PROTECT, null=True, related_name="cases", verbose_name=_("import"), db_index=False
    )
    pair = models.OneToOneField(
        DuplicatePair, models.PROTECT, null=True, related_name="case", verbose_name=_("pair of records")
    )
    # Or one of two recorded doses of one number, by its id alone as doses refer to doses, and whose they are.
    dose = models.BigIntegerField(_("dose"), null=True, unique=True)
    recipient = CitizenIdField(_("person"), blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("waits since"), db_default=Now(), editable=False)
    assigned_to = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("assigned to"), related_name="+", db_index=False
    )
    claimed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("in work with"), related_name="+", db_index=False
    )
    claimed_until = models.DateTimeField(_("in work until"), null=True)
    asked_at = models.DateTimeField(_("commune asked at"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    # As its standing decisions say: the league table counts these, and reads no decisions for it.
    has_dose = models.BooleanField(_("dose recorded"), default=False, db_default=False)

    objects = QualityCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case of the work lists")
        verbose_name_plural = _("cases of the work lists")
        constraints = [
            models.CheckConstraint(
                condition=Q(sheet_dose__isnull=False, dose_import__isnull=False, pair=None, dose=None) & ~Q(kind="pair")
                | Q(sheet_dose=None, dose_import=None, pair__isnull=False, dose=None, kind="pair")
                | Q(sheet_dose=None, dose_import=None, pair=None, dose__isnull=False, kind="conflict"),
                name="qualitycase_about_one_thing",
                violation_error_message=_("A case is about a row, a pair of records or two doses."),
            ),
            models.CheckConstraint(
                condition=Q(state="decided", decided_at__isnull=False) | ~Q(state="decided") & Q(decided_at=None),
                name="qualitycase_decided_at",
                violation_error_message=_("A decided case has the moment of its decision."),
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_until=None)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="qualitycase_claim_lapses",
                violation_error_message=_("A case is in work until a certain moment."),
            ),
        ]
        indexes = [
            # Lists of what is to be done: of a province or all, in the order of waiting.
            models.Index(
                fields=["province", "id"],
                name="qualitycase_to_do",
                condition=Q(state__in=["open", "waiting"]),
                include=["kind", "state", "created_at"],
            ),
            models.Index(fields=["ward", "id"], name="qualitycase_of_ward", condition=Q(state__in=["open", "waiting"])),
            models.Index(
                fields=["assigned_to", "id"], name="qualitycase_of_user", condition=Q(assigned_to__isnull=False)
            ),
            models.Index(
                fields=["province", "id"],
                name="qualitycase_decided",
                condition=Q(state="decided"),
                include=["kind", "has_dose"],
            ),
            models.Index(fields=["dose_import"], name="qualitycase_of_import", condition=Q(dose_import__isnull=False)),
        ]

    def __str__(self) -> str:
        return _("Case %(number)d") % {"number": self.pk}

    @property
    def is_to_do(self) -> bool:
        """Whether somebody has to decide."""
        return self.state in (self.State.OPEN, self.State.WAITING)

    @property
    def is_pair(self) -> bool:
        return self.pair_id is not None

    @property
    def is_of_doses(self) -> bool:
        """Whether it is about two recorded doses of one number."""
        return self.dose is not None

    def holder(self, now: datetime) -> User | None:
        """Who has the case in work at that moment: a claim lapses."""
        return self.claimed_by if self.claimed_until and self.claimed_until > now else None


class CaseDecision(models.Model):
    """What somebody decided about a case, and why. Never changed: taking it back is a row that undoes it."""

    class Choice(models.TextChoices):
        SAME = "same", _("Same person")
        DIFFERENT = "different", _("Different people")
        REGISTER_RIGHT = "register-right", _("The register is right")
        SHEET_RIGHT = "sheet-right", _("The sheet is right")
        FIRST_RIGHT = "first-right", _("The first dose is right")
        SECOND_RIGHT = "second-right", _("The second dose is right")
        BOTH_RIGHT = "both-right", _("Both doses were given")
        ASK = "ask", _("Ask the commune")
        NEW_PERSON = "new-person", _("A person whom nobody has registered")
        UNDO = "undo", _("Decision taken back")

    case = models.ForeignKey(
        QualityCase, models.PROTECT, related_name="decisions", verbose_name=_("case"), db_index=False
    )
    choice = models.CharField(_("decision"), max_length=14, choices=Choice)
    reason = models.CharField(_("reason"), max_length=250)
    # Whom it is about: the row's person, or the record kept; and the one who was found to be somebody else, or given up.
    person = CitizenIdField(_("person"), blank=True, default="")
    other = CitizenIdField(_("other record"), blank=True, default="")
    # What it wrote, so that it can be taken back: by their ids alone, as doses refer to doses.
    dose = models.BigIntegerField(_("dose recorded"), null=True)
    replaced_dose = models.BigIntegerField(_("dose voided"), null=True)
    merge = models.BigIntegerField(_("merge"), null=True)
    conflict = models.BigIntegerField(_("decision on doses of one number"), null=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by", verbose_name=_("undoes"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"), db_index=False)
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("decision about a case")
        verbose_name_plural = _("decisions about cases")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="casedecision_has_reason",
                violation_error_message=_("Every decision has its reason."),
            ),
            models.CheckConstraint(
                condition=Q(choice="undo", undoes__isnull=False) | ~Q(choice="undo") & Q(undoes=None),
                name="casedecision_undoes_one",
                violation_error_message=_("What takes a decision back says which."),
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="casedecision_of_case"),
            models.Index(fields=["dose"], name="casedecision_of_dose", condition=Q(dose__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.get_choice_display())


class ReturnedList(models.Model):
    """A work list that came back with decisions in it. A worker applies it row by row; each row says what became of it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        DONE = "done", _("applied")
        FAILED = "failed", _("cannot be read")

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RECEIVED)
    file_name = models.CharField(_("name of the file"), max_length=200)
    # Gone when it was applied: the decisions are with their cases.
    content = models.BinaryField(_("file"), null=True)
    failure = models.CharField(_("failure"), max_length=24, blank=True, default="")
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    sent_at = models.DateTimeField(_("sent at"), db_default=Now(), editable=False)
    done_at = models.DateTimeField(_("applied at"), null=True)
    applied = models.PositiveIntegerField(_("decisions applied"), default=0)
    empty = models.PositiveIntegerField(_("rows without a decision"), default=0)

    objects = ReturnedListQuerySet.as_manager()

    class Meta:
        verbose_name = _("work list that came back")
        verbose_name_plural = _("work lists that came back")

    def __str__(self) -> str:
        return self.file_name

    def faults(self) -> models.QuerySet:
        """The rows that were not applied, in the order of the file."""
        return self.rows.exclude(fault="").select_related("case").order_by("row")


class ReturnedRow(models.Model):
    """A row with a decision in such a list, and what became of it: `fault` is empty where it was applied."""

    returned_list = models.ForeignKey(ReturnedList, models.CASCADE, related_name="rows", db_index=False)
    row = models.PositiveIntegerField(_("row"))
    case = models.ForeignKey(QualityCase, models.PROTECT, null=True, related_name="+", verbose_name=_("case"))
    fault = models.CharField(_("why not"), max_length=24, blank=True, default="")

    class Meta:
        verbose_name = _("row of a work list that came back")
        verbose_name_plural = _("rows of work lists that came back")
        constraints = [models.UniqueConstraint(fields=["returned_list", "row"], name="returnedrow_once")]

    def __str__(self) -> str:
        return f"{self.returned_list_id}/{self.row}"
