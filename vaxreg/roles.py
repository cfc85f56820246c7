"""Roles as data: who may do what in the admin. Views name the roles they are open to (see access.py).

Stored group permissions are a mirror of this file, written after each migration; the code reads only this file.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    OFFICER = "officer", _("Checkpoint officer")
    CHECKPOINT_LEAD = "checkpoint_lead", _("Checkpoint lead")
    CLINIC_STAFF = "clinic_staff", _("Clinic staff")
    CLINIC_LEAD = "clinic_lead", _("Clinic lead")
    PROVINCIAL_MANAGER = "provincial_manager", _("Provincial manager")
    RESPONSE_AGENT = "response_agent", _("Response agent")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")
    TRACER = "tracer", _("Contact tracer")


@dataclass(frozen=True)
class Grant:
    """Models (as app_label.model) that a role may change, add to without deleting, or only view, in the admin."""

    change: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    view: tuple[str, ...] = ()

    @property
    def permissions(self) -> frozenset[str]:
        verbs = [(model, verb) for model in self.change for verb in ("view", "add", "change", "delete")]
        verbs += [(model, verb) for model in self.extend for verb in ("view", "add", "change")]
        verbs += [(model, "view") for model in self.view]
        return frozenset("{0[0]}.{1}_{0[1]}".format(model.split("."), verb) for model, verb in verbs)


REFERENCE = (
    "residents.unit",
    "vaccinations.vaccine",
    "vaccinations.vaccinealias",
    "vaccinations.schedule",
    "vaccinations.series",
    "vaccinations.seriesdose",
    "vaccinations.skiprule",
    "vaccinations.contraindication",
    "vaccinations.facility",
    "vaccinations.facilityalias",
    "vaccinations.lot",
    "vaccinations.prioritygroup",
    "vaccinations.chroniccondition",
    "vaccinations.consenttext",
    "vaccinations.screeningitem",
    "vaccinations.vitallimit",
    "vaccinations.adverseeventterm",
    "checkpoints.checkpoint",
    "checkpoints.symptom",
    "checkpoints.vehiclekind",
    "checkpoints.journeyreason",
    "checkpoints.attestation",
    "checkpoints.risklevel",
    "checkpoints.trustedsigner",
)
# Dated rules of the vaccination schedule: added, ended and succeeded, never edited or deleted.
SCHEDULE_RULES = ("vaccinations.agerule", "vaccinations.intervalrule", "vaccinations.productrule")
# Written at /rules/ only.
RULES = ("checkpoints.entryrule", "checkpoints.entrycondition")
ASSIGNMENTS = ("residents.areaassignment", "vaccinations.facilityassignment", "checkpoints.checkpointassignment")
CLINIC_RECORDS = (
    "vaccinations.visit",
    "vaccinations.screening",
    "vaccinations.observation",
    "vaccinations.adverseevent",
    "vaccinations.mend",
    "vaccinations.conflictdecision",
)
RECORDS = (
    "residents.resident",
    "residents.merge",
    "vaccinations.dose",
    *CLINIC_RECORDS,
    "checkpoints.declaration",
    "checkpoints.passage",
    "checkpoints.shift",
    "checkpoints.quickmode",
)

GRANTS = {
    Role.OFFICER: Grant(),
    Role.CHECKPOINT_LEAD: Grant(),
    Role.TRACER: Grant(),
    Role.CLINIC_STAFF: Grant(),
    Role.CLINIC_LEAD: Grant(extend=("vaccinations.lot",), view=("vaccinations.vaccine", "vaccinations.facility")),
    Role.PROVINCIAL_MANAGER: Grant(view=(*REFERENCE, *SCHEDULE_RULES, *RULES)),
    Role.RESPONSE_AGENT: Grant(),
    Role.ADMINISTRATOR: Grant(
        change=("vaxreg.user", *REFERENCE, *ASSIGNMENTS),
        extend=SCHEDULE_RULES,
        view=(*RULES, *RECORDS, "vaxreg.auditentry"),
    ),
    Role.AUDITOR: Grant(
        view=("vaxreg.user", "vaxreg.auditentry", *REFERENCE, *SCHEDULE_RULES, *RULES, *ASSIGNMENTS, *RECORDS)
    ),
}
ADMIN_ROLES = frozenset(role for role, grant in GRANTS.items() if grant.permissions)


def permissions_of(role_codes: frozenset[str]) -> frozenset[str]:
    """Returns the admin permissions (app_label.codename) of all roles held together."""
    return frozenset().union(*(GRANTS[Role(code)].permissions for code in role_codes if code in Role.values))


def sync_groups(using: str = "default", apps: Any = None, **kwargs: Any) -> None:
    """Makes one group a role, holding exactly the role's permissions; runs after each migration."""
    from django.contrib.auth.models import Group, Permission

    # `migrate contenttypes` on an empty database comes here before there are groups.
    if apps is not None and "group" not in apps.all_models["auth"]:
        return
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role, grant in GRANTS.items():
        group, _created = Group.objects.using(using).get_or_create(name=role.value)
        group.permissions.set([known[name] for name in grant.permissions if name in known])
