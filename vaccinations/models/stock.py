"""The stock of a facility: its ledger of doses by lot, transfers and opened vials.

What was given is no entry: it is counted from the doses. On hand is always a sum, never a column.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vaccinations.models.lots import Lot
from vaccinations.models.places import Facility
from vaccinations.stock.querysets import StockEntryQuerySet, TransferQuerySet, VialOpeningQuerySet
from vaxreg.models import User

MOST_DOSES_AT_ONCE = 9_999_999


def person(label: str, **kwargs: bool) -> models.ForeignKey:
    """The column of who did it: kept for ever, and never searched by."""
    return models.ForeignKey(User, models.PROTECT, verbose_name=label, related_name="+", db_index=False, **kwargs)


class Ledger(models.Model):
    """That a facility keeps its stock here, and from which day: doses given before are not taken from it.

    Whoever writes the facility's stock holds this row, so that what was summed is still so when it is written.
    """

    facility = models.OneToOneField(
        Facility, models.PROTECT, primary_key=True, verbose_name=_("facility"), related_name="ledger"
    )
    begun_on = models.DateField(_("kept from"))

    class Meta:
        verbose_name = _("stock ledger")
        verbose_name_plural = _("stock ledgers")

    def __str__(self) -> str:
        return str(self.facility)


class Transfer(models.Model):
    """Doses on the way from one facility to another. It ends once: as an entry at the receiver, or back at the sender."""

    lot = models.ForeignKey(Lot, models.PROTECT, verbose_name=_("lot"), related_name="transfers", db_index=False)
    sender = models.ForeignKey(
        Facility, models.PROTECT, verbose_name=_("sender"), related_name="transfers_sent", db_index=False
    )
    receiver = models.ForeignKey(
        Facility, models.PROTECT, verbose_name=_("receiver"), related_name="transfers_received", db_index=False
    )
    doses = models.PositiveIntegerField(_("doses sent"))
    document = models.CharField(_("document number"), max_length=60)
    sent_by = person(_("sent by"), null=True)
    sent_at = models.DateTimeField(_("sent at"), db_default=Now())

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(condition=Q(doses__gte=1), name="transfer_has_doses"),
            models.CheckConstraint(
                condition=~Q(sender=F("receiver")),
                name="transfer_between_two",
                violation_error_message=_("A transfer goes to another facility."),
            ),
        ]
        indexes = [
            models.Index(fields=["receiver", "-id"], name="transfer_by_receiver"),
            models.Index(fields=["sender", "-id"], name="transfer_by_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.lot}: {self.doses}"


class VialOpening(models.Model):
    """A vial punctured at a time, and until when its doses may be used; None where no limit is laid down.

    The database refuses every change but to the columns that say when it was put away.
    """

    facility = models.ForeignKey(
        Facility, models.PROTECT, verbose_name=_("facility"), related_name="vials", db_index=False
    )
    lot = models.ForeignKey(Lot, models.PROTECT, verbose_name=_("lot"), related_name="vials", db_index=False)
    doses = models.PositiveSmallIntegerField(_("doses in the vial"))
    opened_at = models.DateTimeField(_("opened at"))
    use_until = models.DateTimeField(_("use until"), null=True)
    opened_by = person(_("opened by"), null=True)
    ended_at = models.DateTimeField(_("put away at"), null=True)
    ended_by = person(_("put away by"), null=True)
    idempotency_key = models.UUIDField(_("key of the form"))

    objects = VialOpeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("opened vial")
        verbose_name_plural = _("opened vials")
        constraints = [
            models.UniqueConstraint(fields=["facility", "idempotency_key"], name="vial_opened_once"),
            models.CheckConstraint(condition=Q(doses__gte=1), name="vial_has_doses"),
            models.CheckConstraint(
                condition=Q(use_until=None) | Q(use_until__gt=F("opened_at")), name="vial_used_after_opening"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("opened_at")), name="vial_ends_after_opening"
            ),
        ]
        indexes = [models.Index(fields=["facility", "-opened_at"], name="vial_by_facility")]

    def __str__(self) -> str:
        return f"{self.lot} ({self.doses})"


class StockEntry(models.Model):
    """One movement of a lot at a facility, in doses: more is positive, less negative. Append-only, in the database too.

    A mistake is taken back by an entry of the same kind with the opposite sign that points to it. A count keeps what was
    counted; its `doses` are the difference from what the ledger said.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("stock", "received")
        SENT = "sent", pgettext_lazy("stock", "sent to another facility")
        ARRIVED = "arrived", pgettext_lazy("stock", "arrived from another facility")
        CAME_BACK = "came-back", pgettext_lazy("stock", "transfer taken back")
        WASTED = "wasted", pgettext_lazy("stock", "wasted")
        RETURNED = "returned", pgettext_lazy("stock", "returned to the supplier")
        COUNTED = "counted", pgettext_lazy("stock", "counted")

    class Reason(models.TextChoices):
        """Why doses were wasted."""

        BROKEN = "broken", _("vial broken")
        EXPIRED = "expired", _("expired")
        OPENED_TOO_LONG = "opened-too-long", _("open for too long")
        COLD_CHAIN = "cold-chain", _("cold chain broken")
        RECALLED = "recalled", _("lot recalled")
        OTHER = "other", _("another reason")

    # What can be taken back by an opposite entry; a transfer comes back whole, and a count is followed by a better one.
    REVERSIBLE = (Kind.RECEIVED, Kind.WASTED, Kind.RETURNED)

    facility = models.ForeignKey(
        Facility, models.PROTECT, verbose_name=_("facility"), related_name="stock_entries", db_index=False
    )
    lot = models.ForeignKey(Lot, models.PROTECT, verbose_name=_("lot"), related_name="stock_entries", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    doses = models.IntegerField(pgettext_lazy("stock", "doses"))
    counted = models.PositiveIntegerField(_("doses counted"), null=True)
    on = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=16, choices=Reason, blank=True, default="")
    note = models.CharField(_("explanation"), max_length=250, blank=True, default="")
    party = models.CharField(_("from or to whom"), max_length=150, blank=True, default="")
    document = models.CharField(_("document number"), max_length=60, blank=True, default="")
    transfer = models.ForeignKey(
        Transfer, models.PROTECT, null=True, verbose_name=_("transfer"), related_name="entries", db_index=False
    )
    vial = models.ForeignKey(
        VialOpening, models.PROTECT, null=True, verbose_name=_("opened vial"), related_name="waste", db_index=False
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, verbose_name=_("takes back"), related_name="reversal"
    )
    recorded_by = person(_("recorded by"), null=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    idempotency_key = models.UUIDField(_("key of the form"))

    objects = StockEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock entry")
        verbose_name_plural = _("stock entries")
        constraints = [
            models.UniqueConstraint(fields=["facility", "idempotency_key"], name="stockentry_recorded_once"),
            models.UniqueConstraint(
                fields=["transfer"], condition=Q(kind__in=["arrived", "came-back"]), name="transfer_ends_once"
            ),
            models.UniqueConstraint(fields=["transfer"], condition=Q(kind="sent"), name="transfer_sent_once"),
            models.UniqueConstraint(
                fields=["vial"], condition=Q(vial__isnull=False, reverses=None), name="vial_wasted_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="counted", reverses=None)
                | Q(kind__in=["received", "came-back"], reverses=None, doses__gt=0)
                # Of a transfer nothing may have arrived.
                | Q(kind="arrived", reverses=None, doses__gte=0)
                | Q(kind__in=["sent", "wasted", "returned"], reverses=None, doses__lt=0)
                | Q(kind="received", reverses__isnull=False, doses__lt=0)
                | Q(kind__in=["wasted", "returned"], reverses__isnull=False, doses__gt=0),
                name="stockentry_sign",
            ),
            models.CheckConstraint(
                condition=Q(kind="counted", counted__isnull=False) | ~Q(kind="counted") & Q(counted=None),
                name="stockentry_counted_what",
            ),
            models.CheckConstraint(
                condition=~Q(note="") | Q(reverses=None) & (~Q(kind="counted") | Q(doses=0)) & ~Q(reason="other"),
                name="stockentry_explained",
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                condition=Q(kind="wasted") & ~Q(reason="") | ~Q(kind="wasted") & Q(reason=""),
                name="stockentry_waste_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["received", "returned"]) | ~Q(party="") & ~Q(document=""),
                name="stockentry_documented",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["sent", "arrived", "came-back"], transfer__isnull=False)
                | ~Q(kind__in=["sent", "arrived", "came-back"]) & Q(transfer=None),
                name="stockentry_of_transfer",
            ),
        ]
        indexes = [
            models.Index(fields=["facility", "-id"], name="stockentry_by_facility"),
            models.Index(fields=["lot", "facility"], name="stockentry_by_lot"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.doses:+d}"

    @property
    def is_reversible(self) -> bool:
        return self.kind in self.REVERSIBLE and self.reverses_id is None
