"""All that the desk needs to know of a person, in one statement.

A statement of its own rather than the ORM's: one round trip serves 1.45 times the people that three do, and it must find
declarations whether or not the person is in the registry.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from checkpoints.admission import Condition, Rule, Verdict
from checkpoints.models import Passage
from checkpoints.scan import Scan
from residents.birth import Birth
from vaxreg.language import named

# given: the numbers that the scan gives, the pass's among them. person: whom the first known of them leads to.
# held: all numbers of that person. Rows come back as JSON, so that they arrive in one row whatever is missing. Names are
# scalar queries rather than joins, which take PostgreSQL twice as long to plan (1.0 against 1.9 ms for the whole).
# A pass of somebody without a number leads to that declaration alone: it is filed under the number of the guardian, who
# is somebody else. An edited declaration keeps its journey and its place in it, and so its pass.
STATEMENT = """
WITH scanned AS MATERIALIZED (
    SELECT key.resident, key.journey, filed.place_in_journey AS place, NOT coalesce(filed.has_number, true) AS is_numberless
    FROM checkpoints_passkey AS key
    LEFT JOIN checkpoints_declaration AS filed ON filed.resident = key.resident AND filed.id = key.declaration_id
    WHERE key.key = %(key)s
), given AS MATERIALIZED (
    SELECT number, position FROM unnest(%(numbers)s::varchar[]) WITH ORDINALITY AS typed(number, position)
    UNION ALL
    SELECT resident, 0 FROM scanned
), person AS MATERIALIZED (
    SELECT holder.*
    FROM given
    JOIN residents_resident AS found ON found.citizen_id = given.number
    JOIN residents_resident AS holder ON holder.citizen_id = coalesce(found.superseded_by_id, found.citizen_id)
    WHERE NOT EXISTS (SELECT FROM scanned WHERE is_numberless)
    ORDER BY given.position
    LIMIT 1
), held AS MATERIALIZED (
    SELECT citizen_id AS number FROM person
    UNION ALL
    SELECT alias.citizen_id FROM residents_resident AS alias JOIN person ON alias.superseded_by_id = person.citizen_id
)
SELECT
    (SELECT number FROM given ORDER BY position LIMIT 1),
    (SELECT array_agg(number) FROM held),
    (
        SELECT json_build_object(
            'number', person.citizen_id, 'full_name', person.full_name, 'birth', person.date_of_birth,
            'precision', person.birth_precision, 'sex', person.sex, 'phone', person.phone, 'address', person.address,
            'contradictions', person.contradictions, 'is_verified', person.verified_at IS NOT NULL,
            'ward', (SELECT json_build_array(name, name_en) FROM residents_unit WHERE id = person.ward_id),
            'province', (SELECT json_build_array(name, name_en) FROM residents_unit WHERE id = person.province_id)
        )
        FROM person
    ),
    (
        SELECT json_agg(json_build_object(
            'number', dose.dose_number, 'given_on', dose.administered_on,
            'vaccine', (SELECT name FROM vaccinations_vaccine WHERE id = dose.vaccine_id),
            'product', (SELECT code FROM vaccinations_vaccine WHERE id = dose.vaccine_id)
        ) ORDER BY dose.administered_on, dose.dose_number)
        FROM held
        JOIN vaccinations_dose AS dose ON dose.resident_id = held.number AND dose.voided_at IS NULL
    ),
    (
        SELECT json_agg(json_build_object(
            'pk', filed.id, 'number', filed.resident, 'full_name', filed.full_name, 'birth', filed.date_of_birth,
            'precision', filed.birth_precision, 'phone', filed.phone, 'plate', filed.plate,
            'submitted_at', filed.submitted_at, 'valid_until', filed.valid_until,
            'has_number', filed.has_number, 'test_kind', filed.test_kind, 'test_result', filed.test_result,
            'test_taken_at', filed.test_taken_at, 'origin_pk', filed.origin_id, 'destination_pk', filed.destination_id,
            'origin_level', (
                SELECT known.level
                FROM residents_unit AS place
                JOIN checkpoints_risklevel AS known ON known.unit_id IN (place.id, place.parent_id)
                WHERE place.id = filed.origin_id
                AND (known.in_force_from IS NULL OR known.in_force_from <= %(on)s)
                AND (known.in_force_until IS NULL OR known.in_force_until >= %(on)s)
                ORDER BY known.unit_id = place.id DESC, known.in_force_from DESC NULLS LAST
                LIMIT 1
            ),
            'places_visited', filed.places_visited, 'had_contact', filed.had_contact, 'symptom_codes', filed.symptoms,
            'symptoms', (
                SELECT json_agg(json_build_array(symptom.name, symptom.name_en) ORDER BY symptom.position)
                FROM (
                    SELECT DISTINCT ON (code) name, name_en, position FROM checkpoints_symptom
                    WHERE code = ANY (filed.symptoms) ORDER BY code, in_force_from DESC NULLS LAST
                ) AS symptom
            ),
            'origin_text', filed.origin_text, 'origin', (
                SELECT json_build_array(unit.name, unit.name_en, province.name, province.name_en)
                FROM residents_unit AS unit LEFT JOIN residents_unit AS province ON province.id = unit.parent_id
                WHERE unit.id = filed.origin_id
            ),
            'destination_text', filed.destination_text, 'destination', (
                SELECT json_build_array(unit.name, unit.name_en, province.name, province.name_en)
                FROM residents_unit AS unit LEFT JOIN residents_unit AS province ON province.id = unit.parent_id
                WHERE unit.id = filed.destination_id
            ),
            'vehicle', (
                SELECT json_build_array(name, name_en) FROM checkpoints_vehiclekind WHERE id = filed.vehicle_kind_id
            ),
            'vehicle_code', (SELECT code FROM checkpoints_vehiclekind WHERE id = filed.vehicle_kind_id),
            'checkpoint', (
                SELECT json_build_array(name, name_en) FROM checkpoints_checkpoint WHERE id = filed.checkpoint_id
            ),
            'checkpoint_pk', filed.checkpoint_id,
            'was_scanned', EXISTS (
                SELECT FROM scanned
                WHERE scanned.journey = filed.journey AND coalesce(scanned.place, filed.place_in_journey) = filed.place_in_journey
            )
        ) ORDER BY filed.submitted_at DESC)
        FROM (
            SELECT declaration.*
            FROM (SELECT number FROM held UNION SELECT number FROM given) AS known
            CROSS JOIN LATERAL (
                SELECT * FROM checkpoints_declaration AS candidate
                WHERE candidate.resident = known.number
                AND candidate.superseded_at IS NULL AND candidate.withdrawn_at IS NULL
                AND CASE
                    WHEN EXISTS (SELECT FROM scanned WHERE is_numberless)
                    THEN (candidate.journey, candidate.place_in_journey) = (SELECT journey, place FROM scanned)
                    ELSE candidate.has_number
                END
                ORDER BY candidate.submitted_at DESC LIMIT %(newest)s
            ) AS declaration
        ) AS filed
    ),
    EXISTS (SELECT FROM scanned WHERE is_numberless),
    (
        SELECT json_agg(json_build_object(
            'code', CASE WHEN rule.code = '' THEN 'rule:' || rule.id ELSE rule.code END, 'outcome', rule.outcome,
            'reason', rule.reason, 'reason_en', rule.reason_en, 'conditions', (
                SELECT json_agg(json_build_object(
                    'kind', kind, 'is_negated', is_negated, 'number', number, 'days', days, 'hours', hours, 'codes', codes
                ) ORDER BY id)
                FROM checkpoints_entrycondition WHERE rule_id = rule.id
            )
        ) ORDER BY rule.position, rule.id)
        FROM checkpoints_entryrule AS rule
        WHERE NOT rule.is_draft AND rule.in_force_at <= %(at)s AND (rule.ended_at IS NULL OR rule.ended_at > %(at)s)
        AND (rule.checkpoint_id IS NULL OR rule.checkpoint_id = %(checkpoint)s)
    ),
    (
        SELECT json_build_object(
            'decided_at', passage.decided_at, 'outcome', passage.outcome, 'verdict_reasons', passage.verdict_reasons,
            'declaration', nameless.id, 'officer', (SELECT full_name FROM vaxreg_user WHERE id = passage.officer_id)
        )
        FROM (SELECT number FROM held UNION SELECT number FROM given) AS known
        JOIN checkpoints_passage AS passage ON passage.resident = known.number
            AND passage.checkpoint_id = %(checkpoint)s AND passage.decided_at > %(since)s
            AND passage.outcome <> 'cancelled'
        LEFT JOIN checkpoints_declaration AS nameless ON nameless.id = passage.declaration_id AND NOT nameless.has_number
        LEFT JOIN checkpoints_passkey AS shown ON shown.key = %(key)s
        LEFT JOIN checkpoints_declaration AS line ON line.id = shown.declaration_id AND NOT line.has_number
        WHERE nameless.id IS NOT DISTINCT FROM line.id
            AND NOT EXISTS (
                SELECT FROM checkpoints_passage AS undone
                WHERE undone.resident = passage.resident AND undone.cancels_id = passage.id
            )
        ORDER BY passage.decided_at DESC
        LIMIT 1
    ),
    EXISTS (SELECT FROM checkpoints_passkey WHERE key = %(key)s AND declaration_id IS NULL)
"""
# A declaration filed later has ended earlier only where the period of validity was shortened meanwhile.
NEWEST = 3


@dataclass(frozen=True)
class Named:
    """The two names of a piece of reference data; its text is in the language of the screen."""

    name: str
    name_en: str

    def __str__(self) -> str:
        return named(self)


@dataclass(frozen=True)
class Place:
    """Where a journey starts or ends: the unit found, its province where it is a ward, and the words declared."""

    unit: Named
    province: Named | None
    text: str


@dataclass(frozen=True)
class Person:
    """A person as the registry has them, under the present number."""

    number: str
    full_name: str
    birth: Birth
    sex: str
    phone: str
    address: str
    ward: Named | None
    province: Named | None
    contradictions: tuple[str, ...]
    is_verified: bool


@dataclass(frozen=True)
class Filed:
    """A declaration; `was_scanned` where its own pass was shown."""

    pk: int
    number: str
    full_name: str
    birth: Birth
    phone: str
    origin: Place
    destination: Place
    checkpoint: Named
    checkpoint_pk: int
    origin_pk: int
    destination_pk: int
    origin_level: int | None
    vehicle: Named
    vehicle_code: str
    plate: str
    has_number: bool
    test_kind: str
    test_result: str
    test_taken_at: datetime | None
    places_visited: str
    symptoms: tuple[Named, ...]
    symptom_codes: tuple[str, ...]
    had_contact: bool
    submitted_at: datetime
    valid_until: datetime
    was_scanned: bool
    # False: filed under the number of a guardian.

    def is_in_force(self, at: datetime) -> bool:
        return self.submitted_at <= at < self.valid_until


@dataclass(frozen=True)
class GivenDose:
    """A dose that counts."""

    number: int
    vaccine: str
    product: str
    given_on: date


@dataclass(frozen=True)
class Recent:
    """The newest passage at this checkpoint within the last hours; `verdict_reasons` are what the desk knew then."""

    decided_at: datetime
    outcome: str
    verdict_reasons: tuple[str, ...]
    declaration: int | None
    officer: str

    @property
    def label(self) -> str:
        return Passage.Outcome(self.outcome).label


@dataclass(frozen=True)
class Finding:
    """What is known for a scan, and by which rules to judge it; `number` is the one it gives, empty for the key of no pass.

    Declarations newest first. `is_numberless`: the pass of somebody without a number, `number` being the guardian's.
    """

    number: str
    numbers: tuple[str, ...] = ()
    person: Person | None = None
    doses: tuple[GivenDose, ...] = ()
    declarations: tuple[Filed, ...] = ()
    is_numberless: bool = False
    rules: tuple[Rule, ...] = ()
    # The newest passage at this checkpoint within RECENT_PASSAGE_HOURS.
    recent: Recent | None = None
    # The key leads to a whole journey.
    is_group_pass: bool = False


def find(scan: Scan, *, checkpoint: int | None = None, at: datetime | None = None) -> Finding:
    """Returns what is known of the person scanned, and the rules of the checkpoint (without one, those of all) at that moment.

    One statement, which changes nothing and logs nothing. `at` is now where it is not given.
    """
    at = at or timezone.now()
    parameters = {"numbers": scan.numbers, "key": scan.key, "newest": NEWEST}
    since = at - timedelta(hours=settings.RECENT_PASSAGE_HOURS)
    parameters |= {"checkpoint": checkpoint, "at": at, "on": timezone.localdate(at), "since": since}
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, parameters)
        number, numbers, person, doses, declarations, is_numberless, rules, recent, is_group_pass = cursor.fetchone()
    return Finding(
        number=number or "",
        numbers=tuple(numbers or ()),
        person=_person(person) if person else None,
        doses=tuple(_dose(dose) for dose in doses or ()),
        declarations=tuple(_filed(declaration) for declaration in declarations or ()),
        is_numberless=is_numberless,
        rules=tuple(_rule(rule) for rule in rules or ()),
        recent=_recent(recent) if recent else None,
        is_group_pass=is_group_pass,
    )


def _person(facts: dict[str, Any]) -> Person:
    read = {name: _named(facts[name]) for name in ("ward", "province")}
    read |= {"birth": _birth(facts), "contradictions": tuple(facts["contradictions"].split())}
    return Person(**facts | read)


def _dose(facts: dict[str, Any]) -> GivenDose:
    return GivenDose(**facts | {"given_on": date.fromisoformat(facts["given_on"])})


def _filed(facts: dict[str, Any]) -> Filed:
    read = {name: datetime.fromisoformat(facts[name]) for name in ("submitted_at", "valid_until")}
    taken_at = facts["test_taken_at"]
    read["test_taken_at"] = datetime.fromisoformat(taken_at) if taken_at else None
    read |= {name: _named(facts[name]) for name in ("vehicle", "checkpoint")}
    read |= {name: _place(facts, name) for name in ("origin", "destination")}
    read |= {"birth": _birth(facts), "symptoms": tuple(_named(names) for names in facts["symptoms"] or ())}
    return Filed(**facts | read | {"symptom_codes": tuple(facts["symptom_codes"])})


def _rule(facts: dict[str, Any]) -> Rule:
    conditions = tuple(
        Condition(**condition | {"codes": tuple(condition["codes"])}) for condition in facts["conditions"] or ()
    )
    return Rule(**facts | {"outcome": Verdict(facts["outcome"]), "conditions": conditions})


def _recent(facts: dict[str, Any]) -> Recent:
    read = {"decided_at": datetime.fromisoformat(facts["decided_at"])}
    return Recent(**facts | read | {"verdict_reasons": tuple(facts["verdict_reasons"])})


def _place(facts: dict[str, Any], end: str) -> Place:
    names = facts[end]
    return Place(_named(names[:2]), _named(names[2:]), facts.pop(f"{end}_text"))


def _named(names: list[str | None] | None) -> Named | None:
    return Named(*names) if names and names[0] else None


def _birth(facts: dict[str, Any]) -> Birth:
    born = facts["birth"]
    return Birth(date.fromisoformat(born) if born else None, facts.pop("precision"))
