"""Functions of the database that generated columns and searches share. Immutable, and without an extension.

Written with SQL-standard bodies, so that names are bound when they are made, whatever search_path a restore sets.
"""

from django.db.migrations import RunSQL

from vaxreg.guards import append_only

# residents.names.fold says the same in Python.
FOLD = r"""
CREATE FUNCTION residents_fold(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
regexp_replace(
    translate(regexp_replace(lower(normalize(name, NFD)), '[\u0300-\u036f]', '', 'g'), 'đðÐĐ', 'dddd'), '\s+', ' ', 'g')
"""

# residents.names.name_key says the same in Python. A tsvector sorts its words by their bytes and keeps each once, in half
# the time of an aggregate; its text quotes them, so quotes and backslashes go first. Not STRICT: array_remove is not,
# and the planner inlines no strict function over it.
NAME_KEY = r"""
CREATE FUNCTION residents_name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
translate(
    array_to_tsvector(
        array_remove(string_to_array(translate(residents_fold(name), '\''', ''), ' '), ''))::text, '''', '')
"""

# residents.citizen_id.CitizenId.contradictions says the same in Python.
CONTRADICTIONS = """
CREATE FUNCTION residents_contradictions(number text, sex text, born date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
CASE WHEN length(number) <> 12 OR number LIKE 'T%' OR number ~ '[^0-9]' THEN '' ELSE
    trim(
        CASE WHEN sex <> '' AND (sex = 'F') <> (substr(number, 4, 1) IN ('1', '3', '5', '7', '9')) THEN 'sex' ELSE '' END
        || ' ' ||
        CASE WHEN extract(year FROM born) <> (19 + substr(number, 4, 1)::int / 2) * 100 + substr(number, 5, 2)::int
             THEN 'birth_year' ELSE '' END)
END
"""


def create_functions() -> list[RunSQL]:
    """The migration operations that make the functions and the sequence of provisional numbers."""
    return [
        RunSQL(FOLD, "DROP FUNCTION residents_fold(text)"),
        RunSQL(NAME_KEY, "DROP FUNCTION residents_name_key(text)"),
        RunSQL(CONTRADICTIONS, "DROP FUNCTION residents_contradictions(text, text, date)"),
        RunSQL("CREATE SEQUENCE residents_provisional", "DROP SEQUENCE residents_provisional"),
    ]


def guard_merges() -> list[RunSQL]:
    """The migration operation that lets a merge be undone, and nothing else of it be changed."""
    return [append_only("residents_merge", changeable=("undone_at", "undone_by_id", "undo_reason"))]
