"""The statement that finds and weighs who a row may be; for sheets and desks the same.

It is put together from parts, each named for what it yields. `{rows}` stands for a query of the rows to be judged, with the
columns of residents.matching.ROWS. Blocks are bounded: each asks one index for at most MOST rows, and a block that holds more
says nothing (13 namesakes born on one day are no hint), so the cost of a row does not grow with the registry and the
answer does not depend on which of them were seen first.
"""

from residents.evidence import AGAINST, DOUBTFUL, EVIDENCE, LINK, MARGIN, PEOPLE, log2

MOST = 12
RESIDENT = "residents_resident"


def _weights(code: str, aspect: str) -> str:
    cases = " ".join(f"WHEN '{e.code}' THEN {e.weight}" for e in EVIDENCE.values() if e.aspect == aspect)
    return f"CASE {code} {cases} ELSE 0 END"


def _codes(codes: list[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


# `digits` is what is to be compared with numbers: the number, or what can be read of the cell where it is none.
GIVEN = """
given AS MATERIALIZED (
    SELECT row_id, number, full_name, folded_name, name_key, born, birth_precision::text AS precision, sex, phone,
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

NAME_CODE = """
CASE
    WHEN given.full_name = '' THEN NULL
    WHEN given.name_key = kept.name_key THEN CASE
        WHEN lower(given.full_name) NOT IN (given.folded_name, lower(kept.full_name))
            AND lower(kept.full_name) <> kept.folded_name
            AND residents_tones(given.full_name) <> residents_tones(kept.full_name) THEN 'name-tone'
        WHEN given.folded_name = kept.folded_name THEN 'name'
        ELSE 'name-order' END
    ELSE residents_name_likeness(given.folded_name, kept.folded_name) END"""

# The best of the person's numbers, old ones too.
NUMBER_CODE = f"""
CASE WHEN is_holder THEN 'number' ELSE (
    SELECT CASE WHEN code = 'number' THEN 'number-letter' ELSE code END
    FROM (
        SELECT kept.citizen_id AS known
        UNION ALL (SELECT citizen_id FROM {RESIDENT} WHERE superseded_by_id = kept.citizen_id LIMIT {MOST})
    ) AS numbers, residents_number_likeness(given.digits, known) AS code
    WHERE code IS NOT NULL ORDER BY {_weights("code", "number")} DESC, code LIMIT 1) END"""


# OFFSET 0 keeps the planner from reading the whole registry for a join, and from working a code out wherever it is named.
def weighed(pairs: str) -> str:
    """Returns the query of pairs (row_id, person, …) with a code for each aspect and the score."""
    return f"""
    SELECT *, (
        {-log2(PEOPLE):.1f}
        + {_weights("number_code", "number")} + {_weights("name_code", "name")} + {_weights("birth_code", "birth")}
        + {_weights("sex_code", "sex")} + {_weights("phone_code", "phone")} + {_weights("place_code", "place")}
    )::real AS score
    FROM (SELECT row_id, person, is_holder,
            {NUMBER_CODE} AS number_code,
            {NAME_CODE} AS name_code,
            residents_birth_likeness(given.born, given.precision, kept.date_of_birth, kept.birth_precision) AS birth_code,
            CASE WHEN given.sex = '' OR kept.sex = '' THEN NULL WHEN given.sex = kept.sex THEN 'sex' ELSE 'sex-other' END
                AS sex_code,
            CASE WHEN given.phone = '' OR kept.phone = '' THEN NULL WHEN given.phone <> kept.phone THEN 'phone-other'
                WHEN is_shared_phone THEN 'phone-shared' ELSE 'phone' END AS phone_code,
            CASE WHEN given.ward_id = kept.ward_id THEN 'ward' WHEN given.province_id = kept.province_id THEN 'province'
                WHEN given.province_id <> kept.province_id THEN 'province-other' END AS place_code
        FROM {pairs}
        JOIN given USING (row_id)
        CROSS JOIN LATERAL (SELECT * FROM {RESIDENT} WHERE citizen_id = person OFFSET 0) AS kept
        OFFSET 0) AS coded"""


FULL_NAME = "coalesce(name_code IN ('name', 'name-order'), false)"
AGREEING_BIRTH = "coalesce(birth_code IN ('birth', 'birth-month', 'birth-year'), false)"
SAME_SEX = "coalesce(sex_code <> 'sex-other', true)"
SAME_PHONE = "coalesce(phone_code = 'phone', false)"
IS_SAME = f"(is_holder AND {FULL_NAME} AND {AGREEING_BIRTH} AND {SAME_SEX})"

SETTLED = f"""
of_holders AS MATERIALIZED ({weighed("holders")}),
still_open AS MATERIALIZED (
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
    _block("births", "kept.name_key = still_open.name_key AND kept.date_of_birth = born"),
    _block("swapped", "kept.name_key = still_open.name_key AND kept.date_of_birth = swapped AND swapped <> born"),
    _block("phones", "kept.phone = still_open.phone AND kept.phone <> ''"),
]
PAIRS = f"""
near AS MATERIALIZED (
    SELECT still_open.row_id, block, person, count(*) OVER (PARTITION BY still_open.row_id, block) > {MOST} AS is_crowd
    FROM still_open CROSS JOIN LATERAL ({" UNION ALL ".join(BLOCKS)}) AS found
),
pairs AS MATERIALIZED (
    SELECT row_id, person, bool_or(is_holder) AS is_holder,
        row_id IN (SELECT row_id FROM near WHERE is_crowd AND block = 'phones') AS is_shared_phone
    FROM (
        SELECT row_id, person, false AS is_holder FROM near WHERE NOT is_crowd
        UNION ALL SELECT row_id, person, true FROM holders JOIN still_open USING (row_id)
    ) AS found
    GROUP BY row_id, person
),
of_pairs AS MATERIALIZED ({weighed("pairs")})"""

# What a pair would be if it were the only one of its row.
ALONE = f"""
CASE
    WHEN {IS_SAME} THEN 'same'
    WHEN score < {LINK} OR name_code IS NULL OR name_code = 'name-other' THEN 'doubtful'
    WHEN number_code IN ('number', 'number-letter', 'number-zero') THEN
        CASE WHEN birth_code = 'birth-other' AND NOT ({FULL_NAME} AND {SAME_SEX} AND {SAME_PHONE}) THEN 'doubtful' ELSE 'link' END
    WHEN NOT ({FULL_NAME} AND {SAME_SEX}) OR number_code = 'number-other' THEN 'doubtful'
    WHEN birth_code = 'birth' AND (number_code IS NOT NULL OR {SAME_PHONE}) THEN 'link'
    WHEN birth_code IN ('birth-month', 'birth-year', 'birth-0101', 'birth-swapped') AND number_code IS NOT NULL AND {SAME_PHONE}
        THEN 'link'
    ELSE 'doubtful' END"""
# Stands in the way of a better one that does not fit as well in name and birth: the brother whose number was typed.
FITS = f"""({FULL_NAME} AND birth_code = 'birth' AND {SAME_SEX}
    AND ({SAME_PHONE} OR place_code = 'ward' OR number_code <> 'number-other'))"""
EVIDENCE_ARRAY = "array_remove(ARRAY[number_code, name_code, birth_code, sex_code, phone_code, place_code], NULL)"
CANDIDATES = f"""
ranked AS (
    SELECT *, {ALONE} AS alone, coalesce({FITS}, false) AS fits, {EVIDENCE_ARRAY} AS evidence,
        row_number() OVER (PARTITION BY row_id ORDER BY is_holder DESC, score DESC, person) AS place
    FROM (
        SELECT * FROM of_pairs WHERE is_holder OR score >= {DOUBTFUL}
        UNION ALL SELECT * FROM of_holders WHERE {IS_SAME}
    ) AS all_pairs
)"""
JUDGED = f"""
judged AS (
    SELECT row_id, person, score, evidence, rival, CASE
        WHEN alone = 'same' THEN 'same'
        WHEN alone = 'link' AND (rival IS NULL OR score - rival_score >= {MARGIN} AND (fits OR NOT rival_fits)) THEN 'link'
        WHEN is_holder AND evidence && ARRAY[{", ".join(f"'{code}'" for code in sorted(AGAINST))}] THEN 'disagrees'
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
    """Returns the whole statement for the rows; `ending` selects from, or updates by, `judged` or `ranked`."""
    parts = [GIVEN.format(rows=rows), HOLDERS, SETTLED, PAIRS, CANDIDATES, JUDGED]
    return f"WITH {','.join(parts)} {ending}"
