"""What the codes of the audit trail mean in words: acts, ways in, and kinds of object."""

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

ACTS = {
    "sign-in": _("Signed in"),
    "sign-in.refused": _("Sign-in refused"),
    "sign-in.locked": _("Sign-in locked"),
    "sign-out": _("Signed out"),
    "password.changed": _("Password changed"),
    "password.set": _("Password set for another"),
    "second-factor.set-up": _("Second factor set up"),
    "second-factor.accepted": _("Second factor accepted"),
    "second-factor.refused": _("Second factor refused"),
    "second-factor.removed": _("Second factor removed"),
    "units.loaded": _("Administrative units loaded"),
    "reference.loaded": _("Reference data loaded"),
    "schedule.loaded": _("Vaccination schedule loaded"),
    "rule.succeeded": _("Rule of the vaccination schedule ended and succeeded"),
    "rule.ended": _("Rule of the vaccination schedule ended"),
    "rule.taken-back": _("Change of the vaccination schedule taken back"),
    "due.refreshed": _("Doses due worked out anew"),
    "due.listed": _("Shown in a list of doses due"),
    "due.unmasked": _("Phone shown in a list of doses due"),
    "vaccines.loaded": _("Vaccines loaded"),
    "residents.imported": _("Residents imported"),
    "resident.registered": _("Registered"),
    "resident.read": _("Looked up"),
    "resident.search": _("Searched for"),
    "resident.listed": _("Shown in a list of people found"),
    "resident.opened": _("Opened in the administration"),
    "resident.unmasked": _("Shown in full"),
    "resident.verified": _("Card seen"),
    "resident.updated": _("Facts corrected"),
    "resident.number_corrected": _("Number corrected"),
    "resident.alias_added": _("Older number added"),
    "resident.merged": _("Records of one person merged"),
    "resident.parted": _("Merge of two records undone"),
    "duplicates.searched": _("Searched for duplicates"),
    "phone.explained": _("Phone number of many explained"),
    "dose.recorded": _("Dose recorded"),
    "dose.voided": _("Dose voided"),
    "dose.restored": _("Voided dose made valid again"),
    "conflict.decided": _("Two doses of one number decided"),
    "conflict.undone": _("Decision on two doses of one number undone"),
    "import.received": _("Vaccination sheet received"),
    "import.columns-chosen": _("Columns of a sheet chosen"),
    "import.facilities-named": _("Facilities of a sheet named"),
    "import.checked-again": _("Sheet checked again"),
    "import.doses-held": _("Doses of a sheet held back or released"),
    "import.numbers-decided": _("Dose numbers of a sheet decided"),
    "import.people-registered": _("People of a sheet registered"),
    "import.commit-asked": _("Commit of a sheet asked for"),
    "import.committed": _("Sheet committed"),
    "import.revert-asked": _("Taking back of a sheet asked for"),
    "import.reverted": _("Sheet taken back"),
    "import.cancelled": _("Import cancelled"),
    "import.resumed": _("Import resumed"),
    "import.listed": _("Shown among the rows of a sheet"),
    "quality.read": _("Shown in a case of the work lists"),
    "quality.assigned": _("Cases assigned"),
    "quality.claimed": _("Case taken into work"),
    "quality.released": _("Case given back"),
    "quality.decided": _("Case decided"),
    "quality.list-received": _("Work list sent back"),
    "quality.list-applied": _("Work list applied"),
    "quality.undone": _("Decision about a case taken back"),
    "slip.read": _("Slip read"),
    "stock.recorded": _("Stock entry recorded"),
    "stock.taken-back": _("Stock entry taken back"),
    "stock.day-closed": _("Stock day closed"),
    "vial.opened": _("Vial opened"),
    "vial.put-away": _("Vial put away"),
    "lot.registered": _("Lot registered"),
    "lot.recalled": _("Lot recalled"),
    "lot.recall-lifted": _("Recall of a lot lifted"),
    "lot.extended": _("Expiry of a lot extended"),
    "lot.recipients": _("Recipients of a lot listed"),
    "resident.recall-listed": _("Shown as recipient of a lot"),
    "registration.filed": _("Registered for vaccination"),
    "registration.opened": _("Registration opened with its code"),
    "registration.withdrawn": _("Registration withdrawn"),
    "registration.restored": _("Registration restored"),
    "registration.unmasked": _("Phone number of a registration shown"),
    "standby.listed": _("Standby list shown"),
    "clinicsession.made": _("Vaccination session made"),
    "clinicsession.edited": _("Vaccination session changed"),
    "clinicsession.cancelled": _("Vaccination session cancelled"),
    "clinicsession.filled": _("People invited to a session"),
    "clinicsession.listed": _("People of a session listed"),
    "clinicsession.printed": _("List of a session printed"),
    "appointment.invited": _("Invited"),
    "appointment.called": _("Called from the standby list"),
    "appointment.confirmed": _("Appointment confirmed"),
    "appointment.declined": _("Appointment declined"),
    "appointment.cancelled": _("Appointment cancelled"),
    "appointment.booked": _("Place booked"),
    "appointment.arrived": _("Arrived"),
    "appointment.arrival-undone": _("Arrival undone"),
    "appointment.no-show": _("Did not come"),
    "appointment.done": _("Seen"),
    "appointment.resumed": _("To be seen once more"),
    "observation.begun": _("Observation after a dose begun"),
    "observation.ended": _("Observation after a dose ended"),
    "reaction.recorded": _("Reaction after a dose recorded"),
    "reaction.read": _("Reaction after a dose read"),
    "slip.mended": _("Name or phone mended with the slip"),
    "screening.kept": _("Screening before a dose"),
    "pile.opened": _("Pile of paper slips begun"),
    "pile.changed": _("Pile of paper slips changed"),
    "pile.closed": _("Pile of paper slips finished"),
    "pile.compared": _("Compared with a paper slip"),
    "pile.decided": _("Paper slip decided"),
    "pile.row-taken-back": _("Row of a pile taken back"),
    "visit.opened": _("Visit to a facility begun"),
    "visit.answered": _("Visit answered"),
    "visit.reopened": _("Visit taken up again"),
    "visit.cancelled": _("Visit undone"),
    "visit.without-place": _("Seen without a place at the session"),
    "declaration.filed": _("Declaration filed"),
    "passage.recorded": _("Passage recorded"),
    "passage.cancelled": _("Passage undone"),
    "passages.listed": _("Passages listed"),
    "declaration.opened": _("Declaration opened to change it"),
    "declaration.changed": _("Declaration changed"),
    "declaration.withdrawn": _("Declaration withdrawn"),
    "declaration.recalled": _("Last journey shown on the phone"),
    "resident.hinted": _("Shown as a possible match"),
    "plate.read": _("Number plate looked up"),
    "shift.started": _("Shift begun"),
    "shift.ended": _("Shift ended"),
    "quick-mode.started": _("Quick mode switched on"),
    "quick-mode.ended": _("Quick mode switched off"),
    "quick-mode.follow-up": _("List for follow-up shown"),
    "signer.trusted": _("Signers of certificates trusted"),
    "passages.traced": _("Contact tracing"),
    "resident.traced": _("Shown in contact tracing"),
    "movements.exported": _("Movements downloaded"),
    "day.closed": _("Day closed"),
    "entryrule.drafted": _("Entry rule drafted"),
    "entryrule.begun": _("Entry rule put in force"),
    "entryrule.ended": _("Entry rule ended"),
    "entryrule.taken-back": _("Entry rule taken back"),
    "entryrule.deleted": _("Draft of an entry rule deleted"),
    "export.previewed": _("List to be exported looked at"),
    "export.asked": _("Export asked for"),
    "export.approved": _("Export approved"),
    "export.refused": _("Export refused"),
    "export.withdrawn": _("Export withdrawn"),
    "export.built": _("File of an export made"),
    "export.outgrown": _("Export sent back to be approved: it has grown"),
    "export.downloaded": _("Export downloaded"),
    "export.deleted": _("File of an export deleted"),
    "export.log-read": _("Log of exports read"),
    "risklevels.imported": _("Risk levels imported"),
}
# What the admin does to rows of any model: the code is the model's name and one of these.
VERBS = {
    "added": _("Added"),
    "changed": _("Changed"),
    "deleted": _("Deleted"),
    "searched": _("Searched for in the administration"),
    "listed": _("Listed in the administration"),
    "opened": _("Opened in the administration"),
}
CHANNELS = {"web": _("site"), "admin": _("administration"), "public": _("public page"), "worker": _("worker")}


def act_label(code: str) -> str:
    """Returns the act in words; a code that has none as it is."""
    if code in ACTS:
        return str(ACTS[code])
    name, _dot, verb = code.rpartition(".")
    kinds = [model._meta.verbose_name for model in apps.get_models() if model._meta.model_name == name]
    return f"{VERBS[verb]}: {kinds[0]}" if verb in VERBS and kinds else code


def channel_label(channel: str) -> str:
    """Returns which way the actor came, in words."""
    command = channel.removeprefix("command:")
    if command != channel:
        return gettext("command %(name)s") % {"name": command}
    return str(CHANNELS.get(channel, channel))


def object_label(object_type: str) -> str:
    """Returns the kind of object (app_label.model) in words; one that exists no longer as it is."""
    try:
        return capfirst(apps.get_model(object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return object_type
