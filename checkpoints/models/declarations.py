"""What citizens declared, and the keys of their passes."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from checkpoints.models.places import Checkpoint
from checkpoints.models.reference import Attestation, JourneyReason, TestKind, TestResult, VehicleKind
from residents.birth import Birth, Precision
from residents.citizen_id import NUMBER_PATTERN
from residents.fields import CitizenIdField
from residents.models import Resident, Unit
from vaxreg.fields import KeyField
from vaxreg.models import User


class Declaration(models.Model):
    """What a citizen declared before a journey, word for word. The public never writes the registry.

    `resident` is the number as declared: no foreign key, for nobody has checked that it is in the registry.
    """

    resident = CitizenIdField(_("number declared"))
    full_name = models.CharField(_("full name"), max_length=150)
    date_of_birth = models.DateField(_("date of birth"))
    birth_precision = models.CharField(_("precision of the date of birth"), max_length=1, choices=Precision)
    phone = models.CharField(_("phone"), max_length=15)
    origin = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("origin"), related_name="+", db_index=False)
    origin_text = models.CharField(_("place of origin as declared"), max_length=150, blank=True, default="")
    destination = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("destination"), related_name="+", db_index=False
    )
    destination_text = models.CharField(_("destination as declared"), max_length=150, blank=True, default="")
    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="+", db_index=False
    )
    vehicle_kind = models.ForeignKey(
        VehicleKind, models.PROTECT, verbose_name=_("vehicle"), related_name="+", db_index=False
    )
    plate = models.CharField(_("number plate"), max_length=15, blank=True, default="")
    seat = models.CharField(_("seat"), max_length=10, blank=True, default="")
    departs_on = models.DateField(_("day of the journey"), null=True)
    journey_reason = models.ForeignKey(
        JourneyReason,
        models.PROTECT,
        null=True,
        verbose_name=_("reason of the journey"),
        related_name="+",
        db_index=False,
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Resident.Sex, blank=True, default="")
    nationality = models.CharField(_("nationality"), max_length=60, blank=True, default="")
    address = models.CharField(_("address"), max_length=250, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    insurance_number = models.CharField(_("health insurance number"), max_length=20, blank=True, default="")
    # One form makes one journey of one or more people; 0 is the person who filed it.
    journey = models.UUIDField(_("journey"), default=uuid4)
    place_in_journey = models.PositiveSmallIntegerField(_("place in the journey"), default=0)
    is_for_other = models.BooleanField(_("filed for somebody else"), default=False)
    # False: the person has no number, and `resident` is the number of the guardian, who filed.
    has_number = models.BooleanField(_("has a number"), default=True)
    # An edit is a new row; the row before it ends with `superseded_at`.
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    superseded_at = models.DateTimeField(_("superseded at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    filed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("filed at the desk by"), related_name="+", db_index=False
    )
    attestation = models.ForeignKey(
        Attestation, models.PROTECT, null=True, verbose_name=_("attestation"), related_name="+", db_index=False
    )
    test_kind = models.CharField(_("kind of test"), max_length=8, choices=TestKind, blank=True, default="")
    test_result = models.CharField(_("test result"), max_length=8, choices=TestResult, blank=True, default="")
    test_taken_at = models.DateTimeField(_("test taken at"), null=True)
    # The three questions of the domestic declaration form of 2021 (docs/glossary.md).
    places_visited = models.CharField(_("places visited in the last 14 days"), max_length=500, blank=True, default="")
    symptoms = ArrayField(models.CharField(max_length=20), verbose_name=_("symptoms"), default=list)
    had_contact = models.BooleanField(_("contact with a case"))
    attested = models.BooleanField(_("attested"))
    submitted_at = models.DateTimeField(_("received at"))
    valid_until = models.DateTimeField(_("valid until"))
    idempotency_key = models.UUIDField(_("key of the form"))

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        constraints = [
            models.UniqueConstraint(fields=["resident", "idempotency_key"], name="declaration_filed_once"),
            models.CheckConstraint(condition=Q(resident__regex=NUMBER_PATTERN), name="declaration_number_form"),
            models.CheckConstraint(condition=Q(attested=True), name="declaration_attested"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("submitted_at")), name="declaration_valid_after"),
            models.UniqueConstraint(
                fields=["resident", "journey", "place_in_journey", "version"], name="declaration_version_once"
            ),
            models.CheckConstraint(
                condition=Q(test_kind="", test_result="", test_taken_at=None)
                | ~Q(test_kind="") & ~Q(test_result="") & Q(test_taken_at__isnull=False),
                name="declaration_test_whole",
                violation_error_message=_("Enter kind, result and time of the test, or none of them."),
            ),
            models.CheckConstraint(
                condition=Q(test_taken_at=None) | Q(test_taken_at__lte=F("submitted_at")),
                name="declaration_test_past",
                violation_error_message=_("The test lies in the future. Check day and time."),
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "-submitted_at"], name="declaration_newest"),
            models.Index(fields=["plate", "-submitted_at"], name="declaration_by_plate", condition=~Q(plate="")),
        ]

    def __str__(self) -> str:
        return f"{self.submitted_at:%Y-%m-%d %H:%M}"

    @property
    def birth(self) -> Birth:
        return Birth(self.date_of_birth, self.birth_precision)


class PassKey(models.Model):
    """A key of a pass: the token in its address (22 characters) or its short code (8).

    It leads to one person's declaration, or, without a declaration, to the whole journey: `members` are the numbers under
    which its people are filed, in the order of their places.
    """

    key = KeyField(_("key"), max_length=22, primary_key=True)
    resident = CitizenIdField(_("number declared"))
    declaration = models.ForeignKey(Declaration, models.CASCADE, null=True, related_name="keys", db_constraint=False)
    journey = models.UUIDField(_("journey"))
    members = ArrayField(models.CharField(max_length=12), verbose_name=_("members"), default=list)

    class Meta:
        verbose_name = _("pass key")
        verbose_name_plural = _("pass keys")
        indexes = [models.Index(fields=["journey"], name="passkey_of_journey", condition=Q(declaration=None))]

    def __str__(self) -> str:
        return str(self.declaration_id)

    @property
    def is_token(self) -> bool:
        return len(self.key) > 8
