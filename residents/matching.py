"""Who is this row? Judges every row of a staging table against the registry, inside PostgreSQL, at a cost a row that does not
grow with the registry.

The staging table is made by the caller (residents.matching.ROWS says its columns); `match` fills the last five:

    person    the citizen_id, current (aliases followed), of the person found; of a number that is somebody else's, its holder
    band      one of Band
    score     bits of evidence, the higher the surer
    evidence  codes of residents.evidence: what agrees, and what speaks against
    rival     the second best person, where there is one

Bands: `same`, the exact number with agreeing name and birth; `link`, evidence enough to link automatically; `disagrees`, the
number is somebody's but name, birth or sex contradict (person = the number's holder, rival = who it may be instead);
`doubtful`, a candidate a person must look at; `none`. Only `same` and `link` may be acted on unasked.

Each row is judged by itself: neither the order of the rows nor the slices they are judged in change anything.
"""

from enum import StrEnum

from django.db import connection
from django.db.backends.utils import CursorWrapper

from residents.matching_sql import statement

# What the caller fills, and below the line what `match` fills. The table may have other columns besides.
ROWS = """
    row_id bigint PRIMARY KEY,
    number text NOT NULL DEFAULT '',          -- of the forms of residents.citizen_id, else ''
    number_written text NOT NULL DEFAULT '',  -- what was in the cell, without spaces at its ends
    full_name text NOT NULL DEFAULT '',       -- as residents.names.clean_name
    folded_name text,                         -- residents_fold(full_name)
    name_key text,                            -- residents_name_key(full_name)
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


class Band(StrEnum):
    SAME = "same"
    LINK = "link"
    DISAGREES = "disagrees"
    DOUBTFUL = "doubtful"
    NONE = "none"


FILL = """,
filled AS (
    UPDATE {table} AS rows
    SET person = judged.person, band = coalesce(judged.band, 'none'), score = judged.score, evidence = judged.evidence,
        rival = judged.rival
    FROM given LEFT JOIN judged USING (row_id) WHERE rows.row_id = given.row_id
    RETURNING rows.band
)
SELECT band, count(*) FROM filled GROUP BY band"""


def match(cursor: CursorWrapper, table: str, *, first: int = 0, last: int = 2**62) -> dict[str, int]:
    """Fills person, band, score, evidence and rival of the rows `first` to `last` (by row_id); returns how many of each band.

    Call it in a transaction. Slices of some 20,000 rows keep memory flat and give progress to show.
    """
    table = connection.ops.quote_name(table)
    rows = f"SELECT * FROM {table} WHERE row_id BETWEEN {first:d} AND {last:d}"
    cursor.execute(statement(rows, FILL.format(table=table)))
    return dict.fromkeys(Band, 0) | dict(cursor.fetchall())
