"""Lists of people that were asked for, the files made of them, and who was in which: what left can be said years later."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vaxreg.exports.querysets import ExportQuerySet
from vaxreg.fields import KeyField


class Export(models.Model):
    """A list of people that somebody asked to take out of the registry: what, why, how many, and what became of it.

    What was asked never changes, and no row goes (migration 0002): only the file does.
    """

    class Purpose(models.TextChoices):
        CAMPAIGN = "campaign", _("planning vaccinations")
        CONTACT = "contact", _("calling or visiting people")
        CORRECTION = "correction", _("checking and mending records")
        OUTBREAK = "outbreak", _("investigating an outbreak")
        REPORT = "report", _("report to an authority")
        INSPECTION = "inspection", _("inspection, complaint or court case")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for approval")
        QUEUED = "queued", _("is being prepared")
        READY = "ready", _("ready")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("expired")

    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked for by"), related_name="+", db_index=False
    )
    requested_at = models.DateTimeField(_("asked for at"))
    idempotency_key = models.UUIDField(_("key of the form"))
    language = models.CharField(_("language of the file"), max_length=5)
    listing = models.CharField(_("list"), max_length=40)
    parameters = models.JSONField(_("parameters"), default=dict)
    fields = ArrayField(models.CharField(max_length=40), verbose_name=_("fields"))
    # Title, fields and parameters in both languages, as they were called then: the code may call them otherwise by now.
    words = models.JSONField(_("in words"))
    area = KeyField(_("area"), max_length=60, blank=True, default="")
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    purpose_text = models.CharField(_("what for"), max_length=250)
    case_number = models.CharField(_("case or document number"), max_length=60)
    people = models.PositiveIntegerField(_("people counted"))
    # The file never holds more: what has outgrown it goes back to be approved.
    most_people = models.PositiveIntegerField(_("most people"))
    needs_approval = models.BooleanField(_("needs approval"))
    # Until when the next step may be taken: deciding, making the file, downloading it.
    expires_at = models.DateTimeField(_("expires at"))
    is_approved = models.BooleanField(_("approved"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        verbose_name=_("decided by"),
        related_name="+",
        db_index=False,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision_reason = models.CharField(_("reason of the decision"), max_length=250, blank=True, default="")
    built_at = models.DateTimeField(_("made at"), null=True)
    built_people = models.PositiveIntegerField(_("people in the file"), null=True)
    built_rows = models.PositiveIntegerField(_("rows in the file"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints = [
            models.UniqueConstraint(fields=["requested_by", "idempotency_key"], name="export_asked_once"),
            models.CheckConstraint(
                condition=~Q(case_number="") & ~Q(purpose_text="") & ~Q(fields=[]), name="export_says_why_and_what"
            ),
            models.CheckConstraint(
                condition=Q(is_approved=None, decided_by=None, decided_at=None)
                | Q(is_approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="export_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                name="export_decided_by_another",
                violation_error_message=_("Nobody approves their own export."),
            ),
            models.CheckConstraint(
                # Without "not null" an open decision would make this neither true nor false, and that passes a constraint.
                condition=Q(built_at=None) | Q(needs_approval=False) | Q(is_approved__isnull=False, is_approved=True),
                name="export_made_when_approved",
            ),
            models.CheckConstraint(
                condition=Q(built_at=None, built_people=None, built_rows=None)
                | Q(built_at__isnull=False, built_rows__isnull=False, built_people__isnull=False)
                & Q(built_people__lte=F("most_people")),
                name="export_made_within_bounds",
            ),
        ]
        indexes = [
            models.Index(fields=["requested_by", "-id"], name="export_by_user"),
            models.Index(fields=["case_number", "-id"], name="export_by_case"),
            models.Index(fields=["expires_at"], name="export_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.case_number})"

    @property
    def _words(self) -> dict:
        return self.words["en" if (get_language() or "").startswith("en") else "vi"]

    @property
    def title(self) -> str:
        return self._words["title"]

    @property
    def field_labels(self) -> list[str]:
        return self._words["fields"]

    @property
    def sensitive_labels(self) -> list[str]:
        return self._words["sensitive"]

    @property
    def narrowed_by(self) -> list[list[str]]:
        """(label, value) of each parameter."""
        return self._words["parameters"]

    def state_at(self, now: datetime) -> "Export.State":
        """What has become of it by then."""
        if self.withdrawn_at:
            return self.State.WITHDRAWN
        if self.is_approved is False:
            return self.State.REFUSED
        if self.expires_at <= now:
            return self.State.EXPIRED
        if self.built_at:
            return self.State.READY
        return self.State.WAITING if self.needs_approval and not self.is_approved else self.State.QUEUED


class ExportChunk(models.Model):
    """A thousand rows of a file, encrypted. Goes when the file expires."""

    export = models.ForeignKey(Export, models.PROTECT, related_name="chunks", db_index=False)
    position = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("part of a file")
        verbose_name_plural = _("parts of a file")
        constraints = [models.UniqueConstraint(fields=["export", "position"], name="exportchunk_once")]

    def __str__(self) -> str:
        return f"{self.export_id}/{self.position}"


class ExportedPerson(models.Model):
    """Somebody is in the file of an export. Append-only: the fields are the export's, who took it are its downloads."""

    pk = models.CompositePrimaryKey("resident", "export_id")
    resident = KeyField(_("person"), max_length=12)
    # Without a foreign key in the database: checking it for each of a million rows would take as long as all the rest.
    export = models.ForeignKey(
        Export, models.PROTECT, related_name="exported_people", db_constraint=False, db_index=False
    )

    class Meta:
        verbose_name = _("exported person")
        verbose_name_plural = _("exported people")
        # Rows come export by export, so an index of a few pages finds everybody in one.
        indexes = [BrinIndex(fields=["export"], name="exportedperson_by_export")]

    def __str__(self) -> str:
        return str(self.export_id)


class ExportDownload(models.Model):
    """One file that left: its code stands in it, so that a leaked file names who took it. Append-only."""

    class Format(models.TextChoices):
        XLSX = "xlsx", "XLSX"
        CSV = "csv", "CSV"

    code = KeyField(_("code of the download"), max_length=8, primary_key=True)
    export = models.ForeignKey(Export, models.PROTECT, verbose_name=_("export"), related_name="downloads")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("user"), related_name="+", db_index=False
    )
    at = models.DateTimeField(_("when"))
    address = models.GenericIPAddressField(_("network address"), null=True)
    format = models.CharField(_("format"), max_length=4, choices=Format)

    class Meta:
        verbose_name = _("download of an export")
        verbose_name_plural = _("downloads of exports")
        ordering = ["at"]

    def __str__(self) -> str:
        return self.code
