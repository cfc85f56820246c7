"""The user, the audit trail, the counters of public forms and the queue of jobs."""

from collections.abc import Collection

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

import vaxreg.exports.models  # noqa: F401  The tables of exports belong to this app and live in their room.
from vaxreg.acts import act_label
from vaxreg.fields import KeyField
from vaxreg.roles import ADMIN_ROLES, Role


class User(AbstractUser):
    """A member of staff. What a user may do follows from the roles (groups) held; citizens have no account."""

    first_name = None
    last_name = None
    full_name = models.CharField(_("full name"), max_length=150)
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @cached_property
    def role_codes(self) -> frozenset[str]:
        """Codes of the roles held; RoleBackend fills it in the query that loads the user."""
        return frozenset(self.groups.values_list("name", flat=True))

    @property
    def role_labels(self) -> list[str]:
        """Names of the roles held, in the order of the list of roles."""
        return [role.label for role in Role if role in self.role_codes]

    @cached_property
    def has_second_factor(self) -> bool:
        """Whether a confirmed second factor exists; RoleBackend fills it in the query that loads the user."""
        return self.totpdevice_set.filter(confirmed=True).exists()

    def has_role(self, roles: Collection[str]) -> bool:
        return self.is_superuser or not self.role_codes.isdisjoint(roles)

    @property
    def uses_admin(self) -> bool:
        return self.has_role(ADMIN_ROLES)

    @property
    def is_administrator(self) -> bool:
        return self.has_role({Role.ADMINISTRATOR})


class AuditEntry(models.Model):
    """One act: who did what to whom, when, from where, and what changed. Append-only in the database too."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("user"), related_name="+", db_index=False)
    address = models.GenericIPAddressField(_("network address"), null=True)
    channel = models.CharField(_("channel"), max_length=40)
    action = models.CharField(_("action"), max_length=40)
    # The number of the person concerned, empty where none is: no foreign key, for it must outlive everything.
    resident = KeyField(_("person"), max_length=12, blank=True, default="")
    object_type = models.CharField(_("object type"), max_length=60, blank=True, default="")
    object_id = models.CharField(_("object"), max_length=40, blank=True, default="")
    changes = models.JSONField(_("changes"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["resident", "-at"], name="audit_by_resident"),
            models.Index(fields=["user", "-at"], name="audit_by_user"),
            models.Index(fields=["object_type", "object_id", "-at"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {act_label(self.action)}"


class RequestCount(models.Model):
    """How many requests one address made to one public form in one window of time."""

    bucket = KeyField(primary_key=True, max_length=100)
    count = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("request count")
        verbose_name_plural = _("request counts")

    def __str__(self) -> str:
        return self.bucket


class Job(models.Model):
    """A call of a function that a worker is to make (see jobs.py). It is gone once it was made."""

    id = models.AutoField(primary_key=True)
    function = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return self.function
