"""Somebody who passed here a short while ago is asked nothing again. Pure: no database, no clock."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from checkpoints.admission import Decision, Reason, Verdict
from checkpoints.answering.found import Recent

CODE = "passed-here"


def decide_again(decision: Decision, recent: Recent | None, declared_at: datetime | None) -> Decision:
    """Returns PASS for somebody let pass here recently, unless a STOP speaks that was not known then."""
    if recent is None or recent.outcome != "passed" or _has_news(decision, recent, declared_at):
        return decision
    text = _("Passed here at %(time)s") % {"time": time_format(timezone.localtime(recent.decided_at), "H:i")}
    return replace(decision, verdict=Verdict.PASS, reasons=(Reason(CODE, Verdict.PASS, text),))


def _has_news(decision: Decision, recent: Recent, declared_at: datetime | None) -> bool:
    stops = {reason.code for reason in decision.reasons if reason.outcome == Verdict.STOP}
    is_declared_since = declared_at is not None and declared_at > recent.decided_at
    return bool(stops) and (is_declared_since or not stops <= set(recent.verdict_reasons))
