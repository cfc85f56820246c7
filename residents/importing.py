"""Merges the extract of the population database into the registry: everything inside PostgreSQL, in one transaction.

What the extract may change:
- an empty fact in it is unknown: it never empties one that is kept, nor does a vaguer date of birth replace an exact one;
- a row whose card staff have seen (verified_at) keeps name, sex and date of birth. If the extract says otherwise the row
  is reported and not taken at all: somebody must look at the card again;
- a number that has been replaced by another is reported, never revived;
- the province is today's successor of the one in the extract; a ward of another province is given up with the move.
A row that is wrong in itself is reported; the others are taken. A file that cannot be read at all changes nothing.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

import psycopg2
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _
from psycopg2.sql import SQL, Identifier, Literal

from residents.birth import UNKNOWN, Birth, UnreadableBirthError, read_birth
from residents.cleaning import PARAMETERS, clean_name, clean_phone
from residents.extract import HEADINGS, Extract
from residents.models import Resident, Unit
from vaxreg import audit
from vaxreg.actors import Actor

READ_BYTES = 1 << 20
# A million rows are sorted without the disk; the setting ends with the transaction.
WORK_MEMORY = "256MB"
# What a row can be reported with. The last is a note: that person was taken all the same.
PROBLEMS = {
    "number_missing": _("The number is missing."),
    "number_malformed": _("The number has neither 12 nor 9 digits."),
    "name_missing": _("The name is missing."),
    "name_long": _("The name is longer than 150 characters."),
    "birth_unreadable": _("The date of birth is impossible, in the future or not written dd/mm/yyyy."),
    "sex_unknown": _("The sex is none of M, F, Nam, Nữ and empty."),
    "province_unknown": _("The province code is not one of the 63 first parts of citizen IDs, such as 079."),
    "repeated": _("Another row has the same number and says something else."),
    "superseded": _("The registry has replaced this number by another."),
    "disagrees": _("Staff have seen this person's card, and it says something else."),
    "phone_unreadable": _("The phone number is unreadable. The person was taken without it."),
}


class UnitsNotLoadedError(Exception):
    """The provinces, without which no row can be read, are not in the database."""

    message = _("The administrative units are not loaded. Run “manage.py load_units” first.")


@dataclass
class Outcome:
    """What became of the rows: six counts that add up to `rows`; and what to report, as (spreadsheet row, problem)."""

    rows: int
    added: int
    changed: int
    unchanged: int
    identical: int
    rejected: int
    reported: list[tuple[int, str]] = field(repr=False)

    @property
    def counts(self) -> dict[str, int]:
        return {name: count for name, count in vars(self).items() if name != "reported"}


@transaction.atomic
def import_residents(
    *, by: Actor, file: BinaryIO, on: date, progress: Callable[[str, int], None] = lambda stage, rows: None
) -> Outcome:
    """Returns what became of each row of the extract. `on` is today: births after it are impossible.

    `progress(stage, rows)` is called at the end of each stage. Raises UnreadableExtractError or UnitsNotLoadedError;
    then nothing has changed.
    """
    extract = Extract(file)
    provinces = _provinces()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [WORK_MEMORY])
        rows = _stage(cursor, extract)
        progress("read", rows)
        _check(cursor, _births(cursor, on), provinces)
        _settle_repeated(cursor)
        _compare(cursor)
        progress("checked", rows)
        merged = _merge(cursor)
        progress("merged", rows)
        outcome = _outcome(cursor, rows, merged)
        cursor.execute("DROP TABLE staged, checked")
    audit.record(by=by, action="residents.imported", changes=outcome.counts)
    return outcome


def _provinces() -> dict[str, int]:
    """The province of today for each first part of citizen IDs."""
    units = Unit.objects.provinces().in_bulk()
    if not any(unit.cccd_prefix for unit in units.values()):
        raise UnitsNotLoadedError
    provinces = {}
    for unit in units.values():
        today = unit
        while today.successor_id:
            today = units[today.successor_id]
        if unit.cccd_prefix:
            provinces[unit.cccd_prefix] = today.pk
    return provinces


def _stage(cursor: CursorWrapper, extract: Extract) -> int:
    """Copies the file as it is, and returns how many rows it has. `record` counts as a spreadsheet does: heading 1."""
    names = [name if name in HEADINGS else f"extra_{place}" for place, name in enumerate(extract.headings)]
    columns = SQL(", ").join(map(Identifier, names))
    types = SQL(", ").join(SQL("{} text").format(Identifier(name)) for name in names)
    cursor.execute(
        SQL("CREATE TEMP TABLE staged (record integer GENERATED ALWAYS AS IDENTITY (START 2 CACHE 1000), {})").format(
            types
        )
    )
    copy = SQL("COPY staged ({}) FROM STDIN (FORMAT csv, ENCODING 'UTF8', DELIMITER {})")
    try:
        cursor.copy_expert(copy.format(columns, Literal(extract.delimiter)), extract, READ_BYTES)
    except (psycopg2.DataError, psycopg2.errors.QueryCanceled):
        # PostgreSQL quotes the whole row: neither it nor its traceback may reach a screen or a log.
        raise extract.fault() from None
    rows = cursor.rowcount
    cursor.execute("ANALYZE staged")
    return rows


def _births(cursor: CursorWrapper, on: date) -> dict[str, Birth]:
    """The dates of birth of the file that can be read: some 30,000 different ones, however many rows there are."""
    cursor.execute("SELECT DISTINCT date_of_birth FROM staged WHERE date_of_birth IS NOT NULL")
    births = {}
    for (written,) in cursor.fetchall():
        try:
            birth = read_birth(written) if written.strip() else UNKNOWN
        except UnreadableBirthError:
            continue
        if birth.earliest is None or birth.earliest <= on:
            births[written] = birth
    return births


# OFFSET 0 keeps the planner from merging the levels, which would work every fact out again wherever it is named: three
# times the time.
CHECK = rf"""
CREATE TEMP TABLE checked AS
SELECT record, citizen_id, full_name, date_of_birth, birth_precision, coalesce(sex, '') AS sex, coalesce(phone, '') AS phone,
    province_id, outcome, phone IS NULL AS phone_unreadable, false AS is_known,
    coalesce(lag(citizen_id) OVER numbers = citizen_id OR lead(citizen_id) OVER numbers = citizen_id, false) AS is_repeated
FROM (
    SELECT *, CASE
        WHEN citizen_id = '' THEN 'number_missing'
        WHEN citizen_id !~ '^([0-9]{{12}}|[0-9]{{9}})$' THEN 'number_malformed'
        WHEN full_name = '' THEN 'name_missing'
        WHEN length(full_name) > 150 THEN 'name_long'
        WHEN birth_precision IS NULL THEN 'birth_unreadable'
        WHEN sex IS NULL THEN 'sex_unknown'
        WHEN province_id IS NULL AND province_code <> '' THEN 'province_unknown' END AS outcome
    FROM (
        SELECT record,
            CASE WHEN staged.citizen_id ~ '^[0-9]{{12}}$' THEN staged.citizen_id
                ELSE coalesce(translate(staged.citizen_id, %(separators)s, ''), '') END COLLATE "C" AS citizen_id,
            {clean_name("full_name")} AS full_name,
            earliest AS date_of_birth,
            CASE WHEN staged.date_of_birth IS NULL THEN 'U' ELSE precision END AS birth_precision,
            CASE WHEN staged.sex IN ('M', 'F') THEN staged.sex ELSE
                CASE residents_fold(coalesce(btrim(staged.sex), ''))
                    WHEN 'm' THEN 'M' WHEN 'nam' THEN 'M' WHEN 'f' THEN 'F' WHEN 'nu' THEN 'F' WHEN '' THEN '' END END AS sex,
            {clean_phone("staged.phone")} AS phone,
            btrim(staged.province_code) AS province_code,
            province_id
        FROM staged
        LEFT JOIN unnest(%(written)s::text[], %(earliest)s::date[], %(precision)s::text[])
            AS births (written, earliest, precision) ON births.written = staged.date_of_birth
        LEFT JOIN unnest(%(codes)s::text[], %(provinces)s::bigint[])
            AS provinces (code, province_id) ON provinces.code = btrim(staged.province_code)
        OFFSET 0
    ) AS cleaned
    OFFSET 0
) AS judged
WINDOW numbers AS (ORDER BY citizen_id)
ORDER BY citizen_id
"""


def _check(cursor: CursorWrapper, births: dict[str, Birth], provinces: dict[str, int]) -> None:
    """Makes `checked`: each row with its facts as the registry keeps them, or `outcome`, in the order of the numbers."""
    cursor.execute(
        CHECK,
        PARAMETERS
        | {
            "written": list(births),
            "earliest": [birth.earliest for birth in births.values()],
            "precision": [str(birth.precision) for birth in births.values()],
            "codes": list(provinces),
            "provinces": list(provinces.values()),
        },
    )
    cursor.execute("ANALYZE checked")


def _settle_repeated(cursor: CursorWrapper) -> None:
    """Of rows that say the same the first stays; rows of one number that disagree are all reported."""
    cursor.execute("""
        WITH numbers AS (
            SELECT citizen_id, min(record) AS first_record,
                count(DISTINCT (full_name, date_of_birth, birth_precision, sex, phone, province_id)) > 1 AS disagree
            FROM checked WHERE is_repeated AND outcome IS DISTINCT FROM 'number_missing' GROUP BY citizen_id
        )
        UPDATE checked SET outcome = CASE WHEN disagree THEN 'repeated' ELSE 'identical' END
        FROM numbers
        WHERE checked.citizen_id = numbers.citizen_id AND is_repeated AND outcome IS NULL
            AND (disagree OR record <> first_record)
    """)


# `kept` is the row of the registry, `given` that of the extract.
PERIOD = "CASE {0}.birth_precision WHEN 'Y' THEN 'year' WHEN 'M' THEN 'month' ELSE 'day' END"
KEEPS_BIRTH = f"""(
    given.date_of_birth IS NULL
    OR date_trunc({PERIOD.format("given")}, kept.date_of_birth::timestamp) = given.date_of_birth
    AND position(kept.birth_precision IN 'DMY') <= position(given.birth_precision IN 'DMY'))"""
MERGED = {
    "full_name": "CASE WHEN kept.verified_at IS NULL THEN given.full_name ELSE kept.full_name END",
    "date_of_birth": f"CASE WHEN {KEEPS_BIRTH} THEN kept.date_of_birth ELSE given.date_of_birth END",
    "birth_precision": f"CASE WHEN {KEEPS_BIRTH} THEN kept.birth_precision ELSE given.birth_precision END",
    "sex": "CASE WHEN given.sex = '' THEN kept.sex ELSE given.sex END",
    "phone": "CASE WHEN given.phone = '' THEN kept.phone ELSE given.phone END",
    "province_id": "coalesce(given.province_id, kept.province_id)",
    "ward_id": "CASE WHEN coalesce(given.province_id, kept.province_id) = kept.province_id THEN kept.ward_id END",
}
DIFFERS = f"({', '.join(f'kept.{column}' for column in MERGED)}) IS DISTINCT FROM ({', '.join(MERGED.values())})"
AGREES = f"""(
    kept.name_key = residents_name_key(given.full_name)
    AND (kept.sex = '' OR given.sex IN ('', kept.sex))
    AND coalesce(
        date_trunc({PERIOD.format("given")}, kept.date_of_birth::timestamp) = given.date_of_birth
        OR date_trunc({PERIOD.format("kept")}, given.date_of_birth::timestamp) = kept.date_of_birth, true))"""
COMPARE = f"""
UPDATE checked AS given SET is_known = true, outcome = CASE
    WHEN kept.superseded_by_id IS NOT NULL THEN 'superseded'
    WHEN kept.verified_at IS NOT NULL AND NOT {AGREES} THEN 'disagrees'
    WHEN NOT {DIFFERS} THEN 'unchanged' END
FROM {Resident._meta.db_table} AS kept WHERE kept.citizen_id = given.citizen_id AND given.outcome IS NULL
"""
# The rules stand here again: a desk may have changed the row since it was compared.
MERGE = f"""
INSERT INTO {Resident._meta.db_table} AS kept
    (citizen_id, full_name, date_of_birth, birth_precision, sex, phone, province_id, source)
SELECT citizen_id, full_name, date_of_birth, birth_precision, sex, phone, province_id, '{Resident.Source.POPULATION.value}'
FROM checked WHERE outcome IS NULL ORDER BY citizen_id
ON CONFLICT (citizen_id) DO UPDATE
SET {", ".join(f"{column} = {fact}" for column, fact in MERGED.items())}
WHERE kept.superseded_by_id IS NULL AND (kept.verified_at IS NULL OR {AGREES}) AND {DIFFERS}
""".replace("given.", "EXCLUDED.")


def _compare(cursor: CursorWrapper) -> None:
    """Finds the rows that the registry has already, and why some of them are not to be merged."""
    cursor.execute(COMPARE)


def _merge(cursor: CursorWrapper) -> int:
    cursor.execute(MERGE)
    return cursor.rowcount


def _outcome(cursor: CursorWrapper, rows: int, merged: int) -> Outcome:
    cursor.execute(
        "SELECT coalesce(outcome, CASE WHEN is_known THEN 'changed' ELSE 'added' END), count(*) FROM checked GROUP BY 1"
    )
    counts = Counter(dict(cursor.fetchall()))
    cursor.execute(
        "SELECT record, CASE WHEN outcome = ANY(%s) THEN outcome ELSE 'phone_unreadable' END FROM checked"
        " WHERE outcome = ANY(%s) OR phone_unreadable ORDER BY record",
        [list(PROBLEMS)] * 2,
    )
    return Outcome(
        rows=rows,
        added=merged - counts["changed"],
        changed=counts["changed"],
        unchanged=counts["unchanged"],
        identical=counts["identical"],
        rejected=sum(counts[problem] for problem in PROBLEMS),
        reported=cursor.fetchall(),
    )
