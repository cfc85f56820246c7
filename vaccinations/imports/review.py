"""What a reviewer is shown: how many doses have which outcome and why, and the rows themselves, masked and logged."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.evidence import AGAINST, EVIDENCE
from vaccinations.imports.problems import PROBLEMS, REASONS, WARNINGS, sentences
from vaccinations.models import Dose, DoseImport, Outcome, QualityCase, SheetDose
from vaxreg import audit
from vaxreg.access import QUALITY
from vaxreg.actors import Actor
from vaxreg.models import User

# What makes a value unreadable; the other problems do not keep a dose out of the register.
BLOCKING = frozenset(
    {
        *(
            "ragged",
            "no-dose",
            "facility-other",
            "vaccine-missing",
            "vaccine-unknown",
            "dose-missing",
            "dose-unreadable",
        ),
        *("day-missing", "day-unreadable", "day-future"),
    }
)
# What waits for somebody; of the others there is nothing to mend.
REJECTED = (
    Outcome.CONFLICT,
    Outcome.DOUBTFUL,
    Outcome.NO_ID,
    Outcome.MALFORMED_ID,
    Outcome.DISAGREES,
    Outcome.UNREADABLE,
)
OF_NUMBER = frozenset({"digits-lost", "number-malformed"})
CAUSES = f"""
SELECT outcome, code, count(*) FROM {SheetDose._meta.db_table} AS given
CROSS JOIN LATERAL unnest(CASE
    WHEN reason <> '' THEN ARRAY[reason]
    WHEN outcome = 'unreadable' THEN ARRAY(SELECT problem FROM unnest(problems) AS problem WHERE problem = ANY (%(blocking)s))
    WHEN outcome IN ('no-id', 'malformed-id') THEN ARRAY(SELECT problem FROM unnest(problems) AS problem
        WHERE problem = ANY (%(of_number)s))
    WHEN outcome = 'disagrees' THEN ARRAY(SELECT code FROM unnest(evidence) AS code WHERE code = ANY (%(against)s))
    WHEN outcome = 'new' THEN warnings || ARRAY(SELECT problem FROM unnest(problems) AS problem
        WHERE problem NOT LIKE 'facility-%%') END) AS code
WHERE dose_import_id = %(dose_import)s AND outcome NOT IN ('already-recorded', 'duplicate')
GROUP BY 1, 2 ORDER BY 3 DESC
"""
# Of a number that is somebody's: in what the row differs from its holder.
DIFFERENCES = {code: EVIDENCE[code].words for code in sorted(AGAINST)}
CAUSE_CODES = frozenset(REASONS | PROBLEMS | WARNINGS | DIFFERENCES)
FOUND_BY = _("The person was found by: %(facts)s.")
# Of whose doses it is surely known whose they are; and the evidence that says it without more words.
FOUND = frozenset({Outcome.NEW, Outcome.ALREADY_RECORDED, Outcome.CONFLICT, Outcome.DUPLICATE})
SAME_NUMBER = frozenset({"number", "number-letter", "number-zero"})
OF_FILE = frozenset({"file-differs", "file-same-day", "file-order"})
FITS_ANOTHER = _("Name and date of birth fit another person better than the one who has this number.")
LEFT_WHY = {
    "decided": _("It was recorded by a decision in the work lists. Take that back there."),
    "slip": _("A slip of it was issued."),
    "later-dose": _("A later dose of the person was recorded since."),
}
PAGE, MOST_LEFT = 50, 200
KEY = re.compile(r"([0-9]{1,9})-([0-9]{1,4})", re.ASCII)


@dataclass(frozen=True)
class Cause:
    code: str
    sentence: str
    doses: int


@dataclass
class Group:
    """An outcome, how many doses have it, and why."""

    outcome: Outcome
    doses: int
    causes: list[Cause] = field(default_factory=list)


@dataclass(frozen=True)
class Shown:
    """One dose in the list: as it stands in the sheet, what there is to say of it, and the doses that it contradicts."""

    dose: SheetDose
    sentences: list[str]
    recorded: Dose | None
    others: list[SheetDose]


@dataclass(frozen=True)
class Page:
    rows: list[Shown]
    before: str
    after: str


def groups(dose_import: DoseImport) -> list[Group]:
    """Returns all outcomes in their order with their counts, which add up to the doses of the file, and the causes of each."""
    found = {outcome: Group(outcome, doses) for outcome, doses in dose_import.counts.items()}
    with connection.cursor() as cursor:
        codes = {"blocking": list(BLOCKING), "of_number": list(OF_NUMBER), "against": list(DIFFERENCES)}
        cursor.execute(CAUSES, {"dose_import": dose_import.pk, **codes})
        for outcome, code, doses in cursor.fetchall():
            found[Outcome(outcome)].causes.append(Cause(code, cause_label(code), doses))
    return list(found.values())


def rejected_of(dose_import: DoseImport) -> int:
    """Returns how many doses wait for somebody to mend them."""
    return sum(dose_import.counts[outcome] for outcome in REJECTED)


def waiting_of(dose_import: DoseImport, user: User) -> int:
    """Returns how many doses of the committed import the user may decide of in the work lists."""
    if dose_import.state != DoseImport.State.COMMITTED or not user.has_role(QUALITY):
        return 0
    return QualityCase.objects.visible_to(user).to_do().filter(dose_import=dose_import).count()


def cause_label(code: str) -> str:
    """Returns the sentence of a reason, problem or warning."""
    return _sentence(DIFFERENCES[code]) if code in DIFFERENCES else str((REASONS | PROBLEMS | WARNINGS)[code])


def _sentence(words: Any) -> str:
    text = str(words)
    return f"{text[:1].upper()}{text[1:]}."


@transaction.atomic
def page(
    *, by: Actor, dose_import: DoseImport, outcome: str = "", cause: str = "", after: str = "", before: str = ""
) -> Page:
    """Returns rows of the import with this outcome and cause, and logs whom they show."""
    doses = SheetDose.objects.filter(dose_import=dose_import).select_related("sheet_row", "vaccine")
    if outcome in Outcome.values:
        doses = doses.filter(outcome=outcome)
    if cause:
        found = Q(reason=cause) | Q(problems__contains=[cause]) | Q(warnings__contains=[cause])
        doses = doses.filter(found | Q(outcome=Outcome.DISAGREES, evidence__contains=[cause]))
    rows, has_before, has_after = _slice(doses, after, before)
    shown = {dose.person or dose.number for dose in rows} - {"", None}
    audit.record_each(by=by, action="import.listed", residents=sorted(shown), subject=dose_import)
    others = _others(dose_import, rows)
    recorded = Dose.objects.select_related("vaccine").in_bulk(
        [dose.recorded_dose for dose in rows if dose.recorded_dose]
    )
    return Page(
        [Shown(dose, sentences_of(dose), recorded.get(dose.recorded_dose), others.get(dose.pk, [])) for dose in rows],
        before=_key(rows[0]) if rows and has_before else "",
        after=_key(rows[-1]) if rows and has_after else "",
    )


def _slice(doses: Any, after: str, before: str) -> tuple[list[SheetDose], bool, bool]:
    """A page of rows in their order, and whether there are others before and after it."""
    edge = KEY.fullmatch(before or after)
    if before and edge:
        row, part = map(int, edge.groups())
        found = list(doses.filter(Q(row__lt=row) | Q(row=row, part__lt=part)).order_by("-row", "-part")[: PAGE + 1])
        return found[:PAGE][::-1], len(found) > PAGE, True
    if edge:
        row, part = map(int, edge.groups())
        doses = doses.filter(Q(row__gt=row) | Q(row=row, part__gt=part))
    found = list(doses.order_by("row", "part")[: PAGE + 1])
    return found[:PAGE], bool(edge), len(found) > PAGE


def _others(dose_import: DoseImport, rows: list[SheetDose]) -> dict[int, list[SheetDose]]:
    """The other doses of the sheet that each of these contradicts or repeats: of the same person."""
    disputed = [dose for dose in rows if dose.reason in OF_FILE or dose.outcome == Outcome.DUPLICATE]
    if not disputed:
        return {}
    doses = SheetDose.objects.filter(dose_import=dose_import, person__in={dose.person for dose in disputed})
    near = list(doses.filter(outcome__in=["new", "conflict"]).select_related("vaccine").order_by("row", "part"))
    return {
        dose.pk: [
            other for other in near if other.person == dose.person and other.pk != dose.pk and _bears_on(dose, other)
        ]
        for dose in disputed
    }


def _bears_on(dose: SheetDose, other: SheetDose) -> bool:
    """Whether the other is why the dose has its outcome."""
    if dose.outcome != Outcome.DUPLICATE:
        return _contradicts(dose, other)
    said = [(one.dose_number, one.administered_on, one.vaccine_id) for one in (dose, other)]
    return said[0] == said[1] and (other.row, other.part) < (dose.row, dose.part)


def _contradicts(dose: SheetDose, other: SheetDose) -> bool:
    if dose.dose_number == other.dose_number or dose.administered_on == other.administered_on:
        return True
    return (dose.dose_number < other.dose_number) != (dose.administered_on < other.administered_on)


def sentences_of(dose: SheetDose) -> list[str]:
    """Returns what decided the outcome of the dose; of a new one, what is worth knowing of it."""
    facts = {name: getattr(dose, name) for name in ("outcome", "problems", "reason", "warnings", "evidence")}
    return sentences_for(**facts) + _found_by(dose)


def _found_by(dose: SheetDose) -> list[str]:
    """By what the person was found, where it was not by the number."""
    codes = [code for code in dose.evidence or () if code in EVIDENCE]
    if dose.outcome not in FOUND or not codes or SAME_NUMBER & set(codes):
        return []
    return [str(FOUND_BY) % {"facts": ", ".join(str(EVIDENCE[code].words) for code in codes)}]


def sentences_for(
    *, outcome: str, problems: list[str], reason: str, warnings: list[str], evidence: list[str] | None
) -> list[str]:
    """Returns the same of what was read of a dose without the dose itself."""
    if outcome == Outcome.DISAGREES:
        differences = [_sentence(DIFFERENCES[code]) for code in evidence or () if code in DIFFERENCES]
        return differences or [str(FITS_ANOTHER)]
    causes = [code for code in problems if is_cause(code, outcome)]
    return sentences(problems=causes, reason=reason, warnings=warnings)


def is_cause(problem: str, outcome: str) -> bool:
    """Whether the problem is a cause of that outcome; CAUSES counts by the same rule."""
    if outcome == Outcome.UNREADABLE:
        return problem in BLOCKING
    if outcome in (Outcome.NO_ID, Outcome.MALFORMED_ID):
        return problem in OF_NUMBER
    return outcome == Outcome.NEW and not problem.startswith("facility-")


def _key(dose: SheetDose) -> str:
    return f"{dose.row}-{dose.part}"


@transaction.atomic
def left_rows(*, by: Actor, dose_import: DoseImport, doses: Any, why: dict[int, str]) -> list[tuple[Dose, str]]:
    """Returns the first of the doses that taking the import back leaves, and why each; logs whom they show."""
    rows = list(doses.filter(pk__in=list(why)[:MOST_LEFT]).select_related("vaccine", "resident").order_by("import_row"))
    shown = sorted({dose.resident_id for dose in rows})
    audit.record_each(by=by, action="import.listed", residents=shown, subject=dose_import)
    return [(dose, str(LEFT_WHY[why[dose.pk]])) for dose in rows]
