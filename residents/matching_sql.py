"""The statement that finds and weighs who a row may be; one for sheets, desks and the search for duplicates.

It is put together from parts, each named for the rows it yields. Blocks are bounded: each asks one index for at most MOST rows,
and a block that holds more says nothing (13 namesakes born on one day are no hint). So the cost of a row does not grow with the
registry, and the answer does not depend on which of them came first.

OFFSET 0 keeps the planner from reading the whole registry for a join, and from working a code out wherever it is named.
"""

from math import log2

from residents.evidence import AGAINST, DOUBTFUL, EVIDENCE, LINK, MARGIN, PEOPLE
from residents.models import Resident

MOST = 12
RESIDENT = Resident._meta.db_table


def _weight(code: str, aspect: str) -> str:
    cases = " ".join(f"WHEN '{e.code}' THEN {e.weight}" for e in EVIDENCE.values() if e.aspect == aspect)
    return f"CASE {code} {cases} ELSE 0 END"


# `digits` is what is compared with numbers: the number, or what can be read of the cell where it is none.
GIVEN = """
given AS MATERIALIZED (
    SELECT row_id, own, number, full_name, coalesce(folded_name, residents_fold(full_name)) AS folded_name,
        coalesce(name_key, residents_name_key(full_name)) AS name_key, born, birth_precision::text AS precision, sex, phone,
        province_id, ward_id, CASE WHEN number = '' THEN residents_digits(number_written) ELSE number END AS digits
    FROM ({rows}) AS rows
)"""
# The person whom the exact number leads to.
HOLDERS = f"""
holders AS MATERIALIZED (
    SELECT given.row_id, found.person, true AS is_holder, false AS is_shared_phone
    FROM given CROSS JOIN LATERAL (
        SELECT coalesce(superseded_by_id, citizen_id) AS person FROM {RESIDENT} WHERE citizen_id = given.number LIMIT 1
    ) AS found WHERE given.number <> ''
)"""

# The best of the person's numbers, old ones too.
NUMBER_CODE = f"""
CASE WHEN is_holder THEN 'number' ELSE (
    SELECT CASE code WHEN 'number' THEN 'number-letter' ELSE code END
    FROM (
        SELECT kept.citizen_id AS known
        UNION ALL (SELECT citizen_id FROM {RESIDENT} WHERE superseded_by_id = kept.citizen_id LIMIT {MOST})
    ) AS numbers
    CROSS JOIN LATERAL (SELECT residents_number_likeness(given.digits, known) AS code OFFSET 0) AS likeness
    WHERE code IS NOT NULL ORDER BY {_weight("code", "number")} DESC, code LIMIT 1) END"""
# Tones are compared only where both names have some: half the sheets are typed without. A key names each word once.
NAME_CODE = """
CASE
    WHEN given.full_name = '' THEN NULL
    WHEN given.name_key = kept.name_key AND length(given.folded_name) = length(kept.folded_name) THEN CASE
        WHEN lower(given.full_name) NOT IN (given.folded_name, lower(kept.full_name))
            AND lower(kept.full_name) <> kept.folded_name
            AND residents_tones(given.full_name) <> residents_tones(kept.full_name) THEN 'name-tone'
        WHEN given.folded_name = kept.folded_name THEN 'name'
        ELSE 'name-order' END
    ELSE residents_name_likeness(given.folded_name, kept.folded_name) END"""
BIRTH_CODE = "residents_birth_likeness(given.born, given.precision, kept.date_of_birth, kept.birth_precision)"
SEX_CODE = (
    "CASE WHEN given.sex = '' OR kept.sex = '' THEN NULL WHEN given.sex = kept.sex THEN 'sex' ELSE 'sex-other' END"
)
PHONE_CODE = """
CASE
    WHEN given.phone = '' OR kept.phone = '' THEN NULL
    WHEN given.phone <> kept.phone THEN 'phone-other'
    WHEN is_shared_phone THEN 'phone-shared'
    ELSE 'phone' END"""
PLACE_CODE = """
CASE
    WHEN given.ward_id = kept.ward_id THEN 'ward'
    WHEN given.province_id = kept.province_id THEN 'province'
    WHEN given.province_id <> kept.province_id THEN 'province-other' END"""


def _weighed(pairs: str) -> str:
    """The pairs (row_id, person, …) with a code for each aspect; `core` is the score without phone and place."""
    return f"""
    SELECT *, (core + {_weight("phone_code", "phone")} + {_weight("place_code", "place")})::real AS score
    FROM (
        SELECT *, {-log2(PEOPLE):.1f} + {_weight("number_code", "number")} + {_weight("name_code", "name")}
            + {_weight("birth_code", "birth")} + {_weight("sex_code", "sex")} AS core
        FROM (
            SELECT row_id, person, is_holder, {NUMBER_CODE} AS number_code, {NAME_CODE} AS name_code,
                {BIRTH_CODE} AS birth_code, {SEX_CODE} AS sex_code, {PHONE_CODE} AS phone_code, {PLACE_CODE} AS place_code
            FROM {pairs}
            JOIN given USING (row_id)
            CROSS JOIN LATERAL (SELECT * FROM {RESIDENT} WHERE citizen_id = person OFFSET 0) AS kept
            OFFSET 0
        ) AS coded
    ) AS summed"""


HAS_NAME = "coalesce(name_code IN ('name', 'name-order'), false)"
HAS_BIRTH = "coalesce(birth_code IN ('birth', 'birth-month', 'birth-year'), false)"
HAS_SEX = "coalesce(sex_code <> 'sex-other', true)"
HAS_PHONE = "coalesce(phone_code = 'phone', false)"
IS_SAME = f"(is_holder AND {HAS_NAME} AND {HAS_BIRTH} AND {HAS_SEX})"

# Most rows are settled by their number; only for the others anybody else is looked for.
SETTLED = f"""
of_holders AS MATERIALIZED ({_weighed("holders")}),
unsettled AS MATERIALIZED (
    SELECT given.*, of_holders.row_id IS NOT NULL AS has_holder,
        CASE WHEN extract(day FROM born) <= 12 AND precision = 'D' THEN make_date(
            extract(year FROM born)::integer, extract(day FROM born)::integer, extract(month FROM born)::integer) END AS swapped
    FROM given LEFT JOIN of_holders USING (row_id) WHERE {IS_SAME} IS NOT TRUE
)"""


def _block(name: str, condition: str) -> str:
    return (
        f"(SELECT '{name}' AS block, coalesce(superseded_by_id, citizen_id) AS person FROM {RESIDENT} AS kept"
        f" WHERE {condition} LIMIT {MOST + 1})"
    )


# An index answers each. A name alone, or a date of birth alone, is not asked: too many share it.
BLOCKS = [
    _block("variants", "NOT has_holder AND kept.citizen_id = ANY (residents_number_variants(digits))"),
    _block(
        "neighbours",
        "NOT has_holder AND length(digits) BETWEEN 10 AND 12"
        " AND kept.citizen_id >= left(digits, 11) AND kept.citizen_id < left(digits, 11) || ':'",
    ),
    _block("births", "kept.name_key = unsettled.name_key AND kept.date_of_birth = born"),
    _block("swapped", "kept.name_key = unsettled.name_key AND kept.date_of_birth = swapped AND swapped <> born"),
    _block("phones", "kept.phone = unsettled.phone AND kept.phone <> ''"),
]
PAIRS = f"""
near AS MATERIALIZED (
    SELECT unsettled.row_id, own, block, person, count(*) OVER (PARTITION BY unsettled.row_id, block) > {MOST} AS is_crowd
    FROM unsettled CROSS JOIN LATERAL ({" UNION ALL ".join(BLOCKS)}) AS found
),
pairs AS MATERIALIZED (
    SELECT row_id, person, bool_or(is_holder) AS is_holder,
        row_id IN (SELECT row_id FROM near WHERE is_crowd AND block = 'phones') AS is_shared_phone
    FROM (
        SELECT row_id, person, false AS is_holder FROM near WHERE NOT is_crowd AND (own IS NULL OR person > own)
        UNION ALL SELECT row_id, person, true FROM holders JOIN unsettled USING (row_id)
    ) AS found
    GROUP BY row_id, person
),
of_pairs AS MATERIALIZED ({_weighed("pairs")})"""

# What a pair would be if it were the only one of its row. To dispute what a number's holder is called, or when they were born,
# phone and place have no say (`core`): they are pasted along with the number of the row above, or shared by brothers. Of two
# different numbers only a slip of the fingers may be one person. Without a number, the weights leave nothing under a phone.
ALONE = f"""
CASE
    WHEN {IS_SAME} THEN 'same'
    WHEN score < {LINK} OR name_code IS NULL OR name_code = 'name-other' OR number_code = 'number-other' THEN 'doubtful'
    WHEN number_code IN ('number', 'number-letter', 'number-zero') THEN
        CASE WHEN core >= {LINK} THEN 'link' ELSE 'doubtful' END
    WHEN NOT ({HAS_NAME} AND {HAS_SEX}) THEN 'doubtful'
    WHEN birth_code = 'birth' THEN 'link'
    WHEN birth_code IN ('birth-month', 'birth-year', 'birth-0101', 'birth-swapped') AND number_code IS NOT NULL AND {HAS_PHONE}
        THEN 'link'
    ELSE 'doubtful' END"""
# Who fits in name and birth stands in the way of a better candidate who does not: of the twin whose number was typed. Not so a
# namesake born the same day whose number, phone or province differs: at national size every fourth person has one.
FITS = f"""(
    {HAS_NAME} AND {HAS_BIRTH} AND {HAS_SEX}
    AND (number_code IS DISTINCT FROM 'number-other' OR coalesce(place_code = 'ward', false)
        OR phone_code IS DISTINCT FROM 'phone-other' AND place_code IS DISTINCT FROM 'province-other'))"""
RANKED = f"""
ranked AS (
    SELECT *, {ALONE} AS alone, {FITS} AS fits,
        array_remove(ARRAY[number_code, name_code, birth_code, sex_code, phone_code, place_code], NULL) AS evidence,
        row_number() OVER (PARTITION BY row_id ORDER BY is_holder DESC, score DESC, person) AS place
    FROM (
        SELECT of_pairs.* FROM of_pairs JOIN unsettled USING (row_id)
        WHERE is_holder OR score >= {DOUBTFUL} OR has_holder AND {FITS}
        UNION ALL SELECT * FROM of_holders WHERE {IS_SAME}
    ) AS kept
)"""
JUDGED = f"""
judged AS (
    SELECT row_id, person, score, evidence, rival, CASE
        WHEN alone = 'same' THEN 'same'
        WHEN alone = 'link' AND (rival IS NULL OR score - rival_score >= {MARGIN} AND (fits OR NOT rival_fits)) THEN 'link'
        WHEN is_holder AND (rival_fits AND NOT fits OR evidence && '{{{",".join(sorted(AGAINST))}}}'::text[]) THEN 'disagrees'
        ELSE 'doubtful' END AS band
    FROM (
        SELECT *, first_value(person) OVER others AS rival, max(score) OVER others AS rival_score,
            bool_or(fits) OVER others AS rival_fits
        FROM ranked
        WINDOW others AS (PARTITION BY row_id ORDER BY place ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
    ) AS beside
    WHERE place = 1
)"""


def statement(rows: str, ending: str) -> str:
    """Returns the whole statement. `ending` selects from, or updates by, `judged` (one a row), `ranked` or `of_pairs`.

    `rows` is a query of what is to be judged: the columns of residents.matching.ROWS, and `own`, which is NULL or the number
    of the person whom a row of the registry is of; then only people with greater numbers are looked at.
    """
    return f"WITH {','.join([GIVEN.format(rows=rows), HOLDERS, SETTLED, PAIRS, RANKED, JUDGED])} {ending}"
