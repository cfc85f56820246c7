"""Functions of the database that say how two names, numbers or dates of birth differ, by the codes of residents.evidence.

Immutable and without an extension, as those of residents.sql. `given` is what a sheet or a desk says, `kept` what the
registry keeps. They return NULL where nothing can be said. Those of a single expression with CASE in it are not STRICT, so that
the planner puts them into the statement instead of calling them: 8 microseconds, not 70.
"""

from django.db.migrations import RunSQL

# The one slip by which the first text became the second: 'changed', 'lost', 'added' or 'swapped' (two neighbours); 'same'.
SLIP = """
CREATE FUNCTION residents_slip(given text, kept text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    long integer := length(given);
    more integer := length(given) - length(kept);
    longest integer := greatest(length(given), length(kept));
    head integer := 0;
    tail integer := 0;
BEGIN
    IF given = kept THEN
        RETURN 'same';
    ELSIF abs(more) > 1 THEN
        RETURN NULL;
    END IF;
    WHILE substr(given, head + 1, 1) = substr(kept, head + 1, 1) AND head < longest LOOP
        head := head + 1;
    END LOOP;
    WHILE tail < longest - abs(more) - head AND substr(given, long - tail, 1) = substr(kept, long - more - tail, 1) LOOP
        tail := tail + 1;
    END LOOP;
    RETURN CASE
        WHEN longest - head - tail = 1 THEN CASE more WHEN 0 THEN 'changed' WHEN 1 THEN 'added' ELSE 'lost' END
        WHEN more = 0 AND longest - head - tail = 2
            AND substr(given, head + 1, 2) = reverse(substr(kept, head + 1, 2)) THEN 'swapped' END;
END $$
"""

# The words in order of the alphabet, each with its hats and horns and then its tone: hoà and hòa are equal, hoa and hòa are not.
TONES = r"""
CREATE FUNCTION residents_tones(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (
    SELECT string_agg(word, ' ' ORDER BY word COLLATE "C")
    FROM (
        SELECT translate(part, 'ðÐ' || U&'\0300\0301\0303\0309\0323', 'đđ')
            || regexp_replace(part, U&'[^\0300\0301\0303\0309\0323]', '', 'g') AS word
        FROM unnest(string_to_array(lower(normalize(name, NFD)), ' ')) AS part
    ) AS words)
"""

# A word typed with Telex or VNI while Vietnamese typing was off: dduwcs or d9u71c for đức. No syllable ends in s, f, r, x, j, w.
UNTYPED = r"""
CREATE FUNCTION residents_untyped(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
regexp_replace(regexp_replace(word, '([aeod])\1', '\1', 'g'), '(?<=[aeiouy].*)[sfrxjw]|[0-9]', '', 'g')
"""

# Sounds that much of the country does not tell apart, as one: tr and ch, gi and d.
SOUND = """
CREATE FUNCTION residents_sound(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
replace(replace(word, 'tr', 'ch'), 'gi', 'd')
"""

# How two folded names that are not equal are alike. The last word of the name kept tells brothers and sisters apart: a name
# without it is never "part" of another. (Văn Văn who is called Thị Văn has it.) Words are matched one to one: equal, then as
# typed or garbled, then one letter off.
NAMES = r"""
CREATE FUNCTION residents_name_likeness(given text, kept text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    given_words text[] := string_to_array(btrim(translate(given, '.,-', '   ')), ' ');
    kept_words text[] := string_to_array(kept, ' ');
    extra text[] := '{}';
    missing text[] := kept_words;
    place integer;
    shared integer;
    own text := kept_words[cardinality(kept_words)];
    spelt integer := 0;
    initials integer := 0;
    slips integer := 0;
    word text;
    other text;
    untyped text;
    sound text;
BEGIN
    IF given = '' OR kept = '' THEN
        RETURN NULL;
    ELSIF translate(given, ' .', '') = translate(kept, ' ', '') THEN
        RETURN 'name';
    END IF;
    FOREACH word IN ARRAY given_words LOOP
        place := array_position(missing, word);
        IF place IS NOT NULL THEN
            missing := missing[:place - 1] || missing[place + 1:];
        ELSIF word <> '' THEN
            extra := extra || word;
        END IF;
    END LOOP;
    shared := cardinality(kept_words) - cardinality(missing);
    FOREACH word IN ARRAY extra LOOP
        untyped := residents_untyped(word);
        sound := residents_sound(word);
        FOREACH other IN ARRAY missing LOOP
            IF length(word) = 1 AND left(other, 1) = word THEN
                initials := initials + 1;
            ELSIF untyped = other OR word ~ '[^?]' AND other LIKE translate(word, '?%_\', '_') THEN
                spelt := spelt + 1;
            ELSIF abs(length(word) - length(other)) <= 2 AND length(word) > 1
                AND residents_slip(sound, residents_sound(other)) IS NOT NULL THEN
                slips := slips + CASE other WHEN own THEN 2 ELSE 1 END;
            ELSE
                CONTINUE;
            END IF;
            place := array_position(extra, word);
            extra := extra[:place - 1] || extra[place + 1:];
            place := array_position(missing, other);
            missing := missing[:place - 1] || missing[place + 1:];
            EXIT;
        END LOOP;
    END LOOP;
    RETURN CASE
        WHEN own = ANY (missing) AND own <> given_words[cardinality(given_words)] THEN
            CASE WHEN extra = '{}' THEN 'name-scrap' ELSE 'name-other' END
        WHEN extra = '{}' AND missing = '{}' THEN CASE
            WHEN initials > 0 THEN 'name-initials'
            WHEN slips = 0 THEN 'name-garbled'
            WHEN slips = 1 THEN 'name-letter'
            WHEN slips = 2 THEN 'name-given'
            ELSE 'name-word' END
        WHEN shared < 2 OR cardinality(extra) > 1 AND missing <> '{}' OR cardinality(missing) > 1 AND extra <> '{}' THEN
            CASE WHEN extra = '{}' OR missing = '{}' THEN 'name-scrap' ELSE 'name-other' END
        WHEN extra = '{}' AND spelt + initials + slips = 0 THEN 'name-part'
        WHEN missing = '{}' AND spelt + initials + slips = 0 THEN 'name-part'
        WHEN extra || missing && ARRAY['thi', 'van'] AND spelt + initials + slips = 0 THEN 'name-middle'
        ELSE 'name-word' END;
END $$
"""

# How two dates of birth are alike, with their precisions (residents.birth). 1 January stands for "only the year is known" in
# many registers, so it is never worth more than the year.
BIRTHS = """
CREATE FUNCTION residents_birth_likeness(given date, given_precision text, kept date, kept_precision text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    day text := to_char(given, 'YYYYMMDD');
    kept_day text := to_char(kept, 'YYYYMMDD');
    years integer := abs(left(day, 4)::integer - left(kept_day, 4)::integer);
    parts integer := (years = 0)::integer + (substr(day, 5, 2) = substr(kept_day, 5, 2))::integer
        + (right(day, 2) = right(kept_day, 2))::integer;
BEGIN
    IF 'Y' IN (given_precision, kept_precision) THEN
        RETURN CASE WHEN years = 0 THEN 'birth-year' WHEN years IN (1, 10) THEN 'birth-near' ELSE 'birth-other' END;
    ELSIF 'M' IN (given_precision, kept_precision) THEN
        RETURN CASE
            WHEN years > 0 THEN 'birth-other'
            WHEN substr(day, 5, 2) = substr(kept_day, 5, 2) THEN 'birth-month'
            ELSE 'birth-near' END;
    END IF;
    RETURN CASE
        WHEN day = kept_day THEN CASE right(day, 4) WHEN '0101' THEN 'birth-year' ELSE 'birth' END
        WHEN years = 0 AND '0101' IN (right(day, 4), right(kept_day, 4)) THEN 'birth-0101'
        WHEN years = 0 AND right(day, 4) = right(kept_day, 2) || substr(kept_day, 5, 2) THEN 'birth-swapped'
        WHEN residents_slip(day, kept_day) IS NOT NULL THEN 'birth-digit'
        WHEN years = 10 AND parts = 2 THEN 'birth-decade'
        WHEN years = 10 AND substr(day, 5, 2) = substr(kept_day, 5, 2) AND '01' IN (right(day, 2), right(kept_day, 2))
            THEN 'birth-decade'
        WHEN parts = 2 THEN 'birth-part'
        WHEN years = 0 THEN 'birth-near'
        ELSE 'birth-other' END;
END $$
"""

# What was written in a number's cell, with the letters that look like digits read as those (O79… for 079…), and without the ".0"
# of a spreadsheet that took it for a quantity.
DIGITS = r"""
CREATE FUNCTION residents_digits(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
translate(upper(regexp_replace(written, '[.,]0$', '')), 'OQDILSZGB|!' || E' \t.-''`,_/\\' || U&'\00a0\200b\feff', '00011526811')
"""

# How the digits given are like a number kept. 'number-other' only where both are citizen IDs: a person has one citizen ID, but
# may have had several old cards.
NUMBERS = """
CREATE FUNCTION residents_number_likeness(given text, kept text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
CASE
    WHEN given = kept THEN 'number'
    WHEN length(given) < 8 OR kept LIKE 'T%' THEN NULL
    WHEN given NOT LIKE '0%' AND length(given) BETWEEN length(kept) - 3 AND length(kept) - 1
        AND lpad(given, length(kept), '0') = kept AND (length(kept) = 9 OR length(given) > 9) THEN 'number-zero'
    ELSE CASE residents_slip(given, kept)
        WHEN 'changed' THEN 'number-digit'
        WHEN 'swapped' THEN 'number-transposed'
        WHEN 'lost' THEN 'number-lost'
        WHEN 'added' THEN 'number-added'
        ELSE CASE
            WHEN length(kept) = 12 AND length(given) BETWEEN 9 AND 10
                AND given IN (right(kept, length(given)), left(kept, length(given))) THEN 'number-part'
            WHEN length(kept) = 12 AND given ~ '^[0-9]{12}$' THEN 'number-other' END END END
"""

# Numbers that one slip of the fingers would have turned into the digits given, as far as they can be looked up one by one:
# two neighbours changed places, a digit came in, leading zeros went. A digit lost or changed is found by the rest of the row.
SWAPPED = ", ".join(
    f"left(given, {place - 1}) || substr(given, {place + 1}, 1) || substr(given, {place}, 1) || substr(given, {place + 2})"
    for place in range(1, 12)
)
WITHOUT_ONE = ", ".join(f"left(given, {place - 1}) || substr(given, {place + 1})" for place in range(1, 14))
VARIANTS = f"""
CREATE FUNCTION residents_number_variants(given text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
CASE length(given)
    WHEN 8 THEN ARRAY['0' || given]
    WHEN 9 THEN ARRAY[{SWAPPED}]
    WHEN 10 THEN ARRAY[lpad(given, 12, '0'), {WITHOUT_ONE}]
    WHEN 11 THEN ARRAY[lpad(given, 12, '0')]
    WHEN 12 THEN ARRAY[{SWAPPED}]
    WHEN 13 THEN ARRAY[{WITHOUT_ONE}] END
"""

FUNCTIONS = {
    "residents_slip(text, text)": SLIP,
    "residents_tones(text)": TONES,
    "residents_untyped(text)": UNTYPED,
    "residents_sound(text)": SOUND,
    "residents_name_likeness(text, text)": NAMES,
    "residents_birth_likeness(date, text, date, text)": BIRTHS,
    "residents_digits(text)": DIGITS,
    "residents_number_likeness(text, text)": NUMBERS,
    "residents_number_variants(text)": VARIANTS,
}


def create_likeness_functions() -> list[RunSQL]:
    """The migration operations that make the functions; each is made after those it calls."""
    return [RunSQL(create, f"DROP FUNCTION {signature}") for signature, create in FUNCTIONS.items()]
