"""Two records side by side: what each says, and where they differ, word by word."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from residents.birth import Birth
from residents.evidence import EVIDENCE
from residents.models import Resident
from residents.names import fold
from vaccinations.desk.registering import possible_doubles
from vaccinations.doses.conflicts import NoConflictError
from vaccinations.imports.registering import facts_of_row
from vaccinations.models import CaseDecision, Dose, QualityCase, SheetDose
from vaccinations.quality.choices import ruled_out
from vaccinations.quality.deciding import contradicting, doses_of
from vaxreg import audit
from vaxreg.actors import Actor


@dataclass(frozen=True)
class Word:
    text: str
    differs: bool


@dataclass(frozen=True)
class Line:
    """One fact of both records. `mask` says how it is hidden until a reason is given; `agrees` is None where one is silent."""

    label: str | Promise
    left: str
    right: str
    agrees: bool | None
    mask: str = ""
    left_words: tuple[Word, ...] = ()
    right_words: tuple[Word, ...] = ()
    # What stands between the words.
    between: str = " "
    # Whether there is anything to compare it with.
    is_compared: bool = True


@dataclass
class Comparison:
    """What the page of a case shows. `person` is whom the row may mean, or the first record of a pair; `other` the second."""

    lines: list[Line] = field(default_factory=list)
    doses: list[Line] = field(default_factory=list)
    evidence: list[tuple[bool, str | Promise]] = field(default_factory=list)
    person: Resident | None = None
    other: Resident | None = None
    others: list[Resident] = field(default_factory=list)
    history: list[Dose] = field(default_factory=list)
    other_history: list[Dose] = field(default_factory=list)
    against: list[Dose] = field(default_factory=list)
    row: SheetDose | None = None


@transaction.atomic
def compared(
    *, by: Actor, case: QualityCase, decisions: Sequence[CaseDecision], chosen: str = "", purpose: str = "compare"
) -> Comparison:
    """Returns both records of the case, and logs for each person shown that they were; of several candidates the `chosen`."""
    found = _compared(case, ruled_out(decisions), chosen)
    shown = {person.pk for person in (found.person, found.other, *found.others) if person}
    if found.row and found.row.number:
        shown.add(found.row.number)
    audit.record_each(by=by, action="quality.read", residents=sorted(shown), subject=case, changes={"purpose": purpose})
    return found


def _compared(case: QualityCase, out: frozenset[str], chosen: str) -> Comparison:
    if case.is_pair:
        return _of_pair(case)
    return _of_doses(case) if case.is_of_doses else _of_row(case, out, chosen)


def _of_doses(case: QualityCase) -> Comparison:
    """Two recorded doses of one number; nothing to compare where somebody has corrected one of them since."""
    person = Resident.objects.by_number(case.recipient).select_related("province", "ward").first()
    try:
        first, second = doses_of(case)
    except NoConflictError:
        return Comparison(person=person, history=_history(person))
    lines = _dose_lines(_facts_of_dose(first), _facts_of_dose(second))
    return Comparison(doses=lines, person=person, history=_history(person), against=[first, second])


def _of_pair(case: QualityCase) -> Comparison:
    people = Resident.objects.select_related("province", "ward").in_bulk([case.pair.person_a_id, case.pair.person_b_id])
    one, other = people[case.pair.person_a_id], people[case.pair.person_b_id]
    return Comparison(
        lines=person_lines(_facts_of(one), _facts_of(other)),
        evidence=in_words(case.pair.evidence),
        person=one,
        other=other,
        history=_history(one),
        other_history=_history(other),
    )


def _of_row(case: QualityCase, out: frozenset[str], chosen: str) -> Comparison:
    rows = SheetDose.objects.select_related("sheet_row", "vaccine", "facility", "province", "ward")
    row = rows.get(pk=case.sheet_dose_id)
    offered = [(person, reasons) for person, reasons in _offered(row, out) if person.pk not in out]
    if case.kind == QualityCase.Kind.CONFLICT:
        # Who it is, is known: only the doses are in question.
        offered = [pair for pair in offered if row.person in (pair[0].pk, *pair[0].numbers)]
    offered.sort(key=lambda pair: pair[0].pk != chosen)
    person, evidence = offered[0] if offered else (None, ())
    found = Comparison(
        lines=person_lines(_facts_of_row(row), _facts_of(person) if person else {}),
        evidence=in_words(evidence),
        person=person,
        others=[other for other, _reasons in offered[1:]],
        history=_history(person) if person else [],
        row=row,
    )
    if case.kind == QualityCase.Kind.CONFLICT and person:
        found.against = contradicting(row, person)
    found.doses = dose_lines(row, found.against[0] if found.against else None)
    return found


def _offered(row: SheetDose, out: frozenset[str]) -> list[tuple[Resident, Sequence[str]]]:
    """Whom the row may mean, the likeliest first: those found now, and whom the import found then."""
    facts = replace(facts_of_row(row), number=row.sheet_row.number)
    found = {person.resident.pk: (person.resident, person.evidence) for person in possible_doubles(facts, seen=out)}
    then = [number for number in (row.person, row.rival) if number and number not in found]
    for number in then:
        person = Resident.objects.by_number(number).first()
        if person and person.pk not in found:
            found[person.pk] = (person, row.evidence or () if number == row.person else ())
    return list(found.values())


def _history(person: Resident) -> list[Dose]:
    return list(Dose.objects.of_person(person.pk).valid().as_history())


def in_words(codes: Sequence[str]) -> list[tuple[bool, str | Promise]]:
    """Returns the evidence in words, each with whether it speaks for one person."""
    return [(EVIDENCE[code].weight > 0, EVIDENCE[code].words) for code in codes if code in EVIDENCE]


def _facts_of(person: Resident) -> dict[str, Any]:
    return {
        "number": person.pk,
        "name": person.full_name,
        "birth": person.birth,
        "birth_text": str(person.birth),
        "sex": person.get_sex_display() if person.sex else "",
        "phone": person.phone,
        "province": str(person.province or ""),
        "ward": str(person.ward or ""),
    }


def _facts_of_row(row: SheetDose) -> dict[str, Any]:
    """As the register reads the row; where it cannot, as it is written."""
    written = row.sheet_row
    return {
        "number": row.number or written.number,
        "name": row.full_name or written.full_name,
        "birth": Birth(row.born, row.birth_precision),
        "birth_text": str(Birth(row.born, row.birth_precision)) or written.born,
        "sex": str(Resident.Sex(row.sex).label) if row.sex else written.sex,
        "phone": row.phone or written.phone,
        "province": str(row.province or written.province),
        "ward": str(row.ward or written.ward),
    }


def person_lines(left: dict[str, Any], right: dict[str, Any]) -> list[Line]:
    """Returns what both records say of the person, line by line."""
    lines = [
        _line(_("Number"), left, right, "number", mask="number"),
        _line(_("Full name"), left, right, "name", agrees=fold),
        _birth_line(left, right),
        _line(_("Sex"), left, right, "sex"),
        _line(_("Phone"), left, right, "phone", mask="phone"),
        _line(_("Province"), left, right, "province", agrees=fold),
        _line(_("Ward"), left, right, "ward", agrees=fold),
    ]
    return _beside(right, lines)


def _beside(right: dict[str, Any], lines: list[Line]) -> list[Line]:
    """A record that is not there is compared with nothing."""
    return lines if right else [replace(line, is_compared=False) for line in lines]


def _line(
    label: Promise, left: dict[str, Any], right: dict[str, Any], name: str, *, mask: str = "", agrees: Any = str
) -> Line:
    one, other = left.get(name, ""), right.get(name, "")
    same = agrees(one) == agrees(other) if one and other else None
    words = marked(one, other) if same is False and not mask else ((), ())
    return Line(label, one, other, same, mask, *words)


def _birth_line(left: dict[str, Any], right: dict[str, Any]) -> Line:
    one, other = left.get("birth_text", ""), right.get("birth_text", "")
    births = [side.get("birth") for side in (left, right)]
    known = all(birth and birth.earliest for birth in births)
    same = births[0].agrees_with(births[1]) if known else (False if one and other else None)
    words = marked(one, other, separator="/") if same is False else ((), ())
    return Line(_("Date of birth"), one, other, same, "", *words, between="/")


def marked(left: str, right: str, *, separator: str = " ") -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Returns both texts word by word, each with whether the other has it there: tone marks count, capitals do not."""
    one, other = left.split(separator), right.split(separator)
    small = [[word.lower() for word in words] for words in (one, other)]
    blocks = SequenceMatcher(None, *small, autojunk=False).get_matching_blocks()
    same_left = {block.a + step for block in blocks for step in range(block.size)}
    same_right = {block.b + step for block in blocks for step in range(block.size)}
    return _words(one, same_left), _words(other, same_right)


def _words(words: list[str], same: set[int]) -> tuple[Word, ...]:
    return tuple(Word(word, place not in same) for place, word in enumerate(words))


def dose_lines(row: SheetDose, dose: Dose | None) -> list[Line]:
    """Returns what the row says of the dose beside the recorded one that contradicts it, if there is one."""
    written = row.sheet_row
    number, day = row.decided_number or row.dose_number, row.administered_on
    left = {
        "number": str(number or written.dose_number),
        "vaccine": str(row.vaccine or written.vaccine),
        "day": day.strftime("%d/%m/%Y") if day else written.administered_on,
        "lot": row.lot_number or written.lot,
        "facility": str(row.facility or written.facility),
    }
    return _dose_lines(left, _facts_of_dose(dose) if dose else {})


def _facts_of_dose(dose: Dose) -> dict[str, str]:
    return {
        "number": str(dose.dose_number),
        "vaccine": str(dose.vaccine),
        "day": dose.administered_on.strftime("%d/%m/%Y"),
        "lot": str(dose.lot or ""),
        "facility": str(dose.facility),
    }


def _dose_lines(left: dict[str, str], right: dict[str, str]) -> list[Line]:
    labels = {
        "number": _("Dose"),
        "vaccine": _("Vaccine"),
        "day": _("Given on"),
        "lot": _("Lot"),
        "facility": _("Facility"),
    }
    return _beside(right, [_line(label, left, right, name) for name, label in labels.items()])
