"""Who is this row? Judges every row of a staging table against the registry, inside PostgreSQL, at a cost a row that does not
grow with the registry; and finds for a desk whom typed facts may mean, by the same rule.

The staging table is made by the caller (ROWS says its columns); `match` fills the last five:

    person    the citizen_id, current (aliases followed), of the person found; of a number that is somebody else's, its holder
    band      one of Band
    score     bits of evidence, the higher the surer
    evidence  codes of residents.evidence: what agrees, and what speaks against
    rival     the second best person, where there is one

Each row is judged by itself: neither the order of the rows nor the slices they are judged in change anything.
The rule, its weights and its price: docs/decisions/0012-who-is-this-row.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise

from residents.birth import UNKNOWN, Birth
from residents.citizen_id import MalformedNumberError, read_number
from residents.evidence import EVIDENCE
from residents.matching_sql import statement
from residents.models import Resident, Unit
from residents.names import clean_name, fold, name_key
from residents.querysets import ResidentQuerySet

# What the caller fills, and below the line what `match` fills. The table may have other columns besides.
ROWS = """
    row_id bigint PRIMARY KEY,
    number text NOT NULL DEFAULT '',          -- of the forms of residents.citizen_id, else ''
    number_written text NOT NULL DEFAULT '',  -- what was in the cell, without spaces at its ends
    full_name text NOT NULL DEFAULT '',       -- as residents.names.clean_name
    folded_name text,                         -- residents_fold(full_name), or NULL to have it worked out
    name_key text,                            -- residents_name_key(full_name), or NULL
    born date,                                -- the first day it can have been, as residents.birth.Birth.earliest
    birth_precision char(1),                  -- D, M, Y or U
    sex text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',           -- as residents.phone.read_phone
    province_id bigint,                       -- today's unit
    ward_id bigint,
    --
    person text,
    band text,
    score real,
    evidence text[],
    rival text
"""
FILL = """,
filled AS (
    UPDATE {table} AS rows
    SET person = judged.person, band = coalesce(judged.band, 'none'), score = judged.score, evidence = judged.evidence,
        rival = judged.rival
    FROM given LEFT JOIN judged USING (row_id) WHERE rows.row_id = given.row_id
    RETURNING rows.band
)
SELECT band, count(*) FROM filled GROUP BY band"""
TYPED = """
    SELECT 1::bigint AS row_id, NULL::text AS own, %(number)s::text AS number, %(number_written)s::text AS number_written,
        %(full_name)s::text AS full_name, %(folded_name)s::text AS folded_name, %(name_key)s::text AS name_key,
        %(born)s::date AS born, %(birth_precision)s::text AS birth_precision, %(sex)s::text AS sex, %(phone)s::text AS phone,
        %(province_id)s::bigint AS province_id, %(ward_id)s::bigint AS ward_id
"""
SETTINGS = ("enable_seqscan", "enable_bitmapscan", "enable_nestloop", "jit")
ASK = "SELECT " + ", ".join(f"current_setting('{name}')" for name in SETTINGS)
SET = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)
BEST = """
SELECT ranked.person, CASE place WHEN 1 THEN judged.band ELSE 'doubtful' END, ranked.score, ranked.evidence
FROM ranked JOIN judged USING (row_id) ORDER BY place LIMIT %(most)s"""


class Band(StrEnum):
    """What may be done with a row. Only `same` and `link` may be acted on unasked."""

    SAME = "same"  # the exact number, with agreeing name, birth and sex
    LINK = "link"  # evidence enough, and nobody else comes near
    DISAGREES = "disagrees"  # the number is somebody's, and name, birth or sex contradict: its holder
    DOUBTFUL = "doubtful"  # somebody whom a person must look at
    NONE = "none"


@dataclass(frozen=True)
class Facts:
    """What a desk knows of the person before it. Empty is unknown; a number may be any text."""

    number: str = ""
    full_name: str = ""
    birth: Birth = UNKNOWN
    sex: str = ""
    phone: str = ""
    province: Unit | None = None
    ward: Unit | None = None


@dataclass(frozen=True)
class Candidate:
    """Whom the facts may mean, and why."""

    resident: Resident
    band: Band
    score: float
    evidence: tuple[str, ...]

    @property
    def is_sure(self) -> bool:
        """Whether the evidence is enough to be acted on."""
        return self.band in (Band.SAME, Band.LINK)

    @property
    def reasons(self) -> list[str | Promise]:
        """The evidence in words, for and against."""
        return [EVIDENCE[code].words for code in self.evidence]


def matching_statement(table: str, *, first: int = 0, last: int = 2**62) -> str:
    """Returns the statement that `match` runs, to be explained by a benchmark."""
    table = connection.ops.quote_name(table)
    rows = f"SELECT *, NULL::text AS own FROM {table} WHERE row_id BETWEEN {first:d} AND {last:d}"
    return statement(rows, FILL.format(table=table))


@contextmanager
def by_index(cursor: CursorWrapper) -> Iterator[None]:
    """Has people looked up by index and the parts of the statement joined by hash, whatever the planner knows of the tables.

    Of a registry or a sheet that has just been filled it knows nothing: it would read all people, or all of one phone, for a
    block that ends at its 13th, and compare every row of a sheet with every other (200 s instead of 6 for 20,000).
    """
    with transaction.atomic():
        cursor.execute(ASK)
        before = cursor.fetchone()
        cursor.execute(SET, ["off"] * len(SETTINGS))
        yield
        cursor.execute(SET, before)


def match(cursor: CursorWrapper, table: str, *, first: int = 0, last: int = 2**62) -> dict[str, int]:
    """Fills person, band, score, evidence and rival of the rows `first` to `last` (by row_id); returns how many of each band.

    Slices of some 20,000 rows keep memory flat and give progress to show.
    """
    with by_index(cursor):
        cursor.execute(matching_statement(table, first=first, last=last))
        return dict.fromkeys(Band, 0) | dict(cursor.fetchall())


def candidates(facts: Facts, *, most: int = 5, among: ResidentQuerySet | None = None) -> list[Candidate]:
    """Returns whom the facts may mean, the likeliest first, by the rule and bands of `match`.

    `among` are the people whom the caller may show. Who was shown is for the caller to log: this records nothing.
    """
    with connection.cursor() as cursor, by_index(cursor):
        cursor.execute(statement(TYPED, BEST), {**typed(facts), "most": most})
        found = cursor.fetchall()
    people = (Resident.objects.all() if among is None else among).in_bulk([person for person, *_rest in found])
    return [
        Candidate(people[person], Band(band), score, tuple(evidence))
        for person, band, score, evidence in found
        if person in people
    ]


def typed(facts: Facts) -> dict[str, object]:
    """Returns the parameters of TYPED."""
    name = clean_name(facts.full_name)
    try:
        number = read_number(facts.number).number
    except MalformedNumberError:
        number = ""
    return {
        "number": number,
        "number_written": facts.number.strip(),
        "full_name": name,
        "folded_name": fold(name),
        "name_key": name_key(name),
        "born": facts.birth.earliest,
        "birth_precision": facts.birth.precision,
        "sex": facts.sex,
        "phone": facts.phone,
        "province_id": facts.province and facts.province.pk,
        "ward_id": facts.ward and facts.ward.pk,
    }
