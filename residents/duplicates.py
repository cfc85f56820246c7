"""Finds people who are in the registry twice: the rule of the sheets, with the registry's own rows in their place.

It goes through the registry in slices, in the order of the numbers, each slice one transaction that says how far it came: a
search that was cut off goes on from there, and two at once take turns. Pairs are only proposed: two different citizen IDs are
never joined by a program. A pair that somebody has decided is not opened again.
"""

from collections.abc import Callable, Iterator
from math import log2

from django.db import connection, transaction
from django.utils import timezone

from residents.duplicate_models import DuplicatePair, DuplicateSearch, GivenName
from residents.evidence import EVIDENCE
from residents.evidence import PEOPLE as COUNTRY
from residents.matching import by_index
from residents.matching_sql import HAS_PHONE, RESIDENT, statement
from vaxreg import audit
from vaxreg.actors import Actor

SLICE = 10_000
# What follows when a search is through, in its last transaction: apps above put their functions here.
FOLLOWERS: list[Callable[[], object]] = []
# Among duplicates another number is the rule, not a mistake: the upper bound takes no account of it.
LIKELY = 6.0
# Lower than this are the namesakes born on one day with two citizen IDs and no phone in common: 13 million pairs of the country.
POSSIBLE = -4.0
# Both records of a pair are in the registry, so no more people can be meant than it holds. One that holds less is being filled.
FEWEST = 1_000_000
# A given name is a slip of another one that has so many times its people: Hùngh, but not Lan of Loan.
RARER = 50
PLAIN_SCORE = f"score - CASE number_code WHEN 'number-other' THEN {EVIDENCE['number-other'].weight} ELSE 0 END"
IS_SLIP = "coalesce(number_code IN ('number-transposed', 'number-digit', 'number-lost', 'number-added', 'number-part'), false)"
NAMES = GivenName._meta.db_table
IS_RARE_NAME = f"""(
    SELECT count(*) = 2 AND max(people) >= {RARER} * min(people) FROM {NAMES}
    WHERE name IN (SELECT split_part(folded_name, ' ', -1) FROM {RESIDENT} WHERE citizen_id IN (row_id, person)))"""
# Twins share phone, birth and all but the last digit: names a letter, a tone or a middle name apart may be theirs.
IS_ONE_NAME = f"""
CASE WHEN name_code = 'name-given' THEN {IS_RARE_NAME}
    ELSE name_code NOT IN ('name-tone', 'name-word', 'name-scrap', 'name-initials') END"""
# Two citizen IDs without a phone in common are never likely: name and date of birth are not enough. Who shares a phone is of one
# family, however few people the registry holds.
BAND = f"""
CASE
    WHEN name_code IS NULL OR name_code = 'name-other' THEN NULL
    WHEN birth_code <> 'birth-other' AND {IS_ONE_NAME} AND CASE
            WHEN {HAS_PHONE} OR {IS_SLIP} THEN {PLAIN_SCORE} >= {LIKELY}
            WHEN number_code IS NULL THEN score + %(fewer)s >= {LIKELY} END THEN '{DuplicatePair.Band.LIKELY}'
    WHEN score >= {POSSIBLE} THEN '{DuplicatePair.Band.POSSIBLE}' END"""
COUNT = f"""
WITH counted AS (
    INSERT INTO {NAMES} (name, people)
    SELECT split_part(folded_name, ' ', -1), count(*) FROM {RESIDENT} WHERE superseded_by_id IS NULL GROUP BY 1
    RETURNING people
)
SELECT coalesce(sum(people), 0) FROM counted"""
PEOPLE = f"""
SELECT citizen_id AS row_id, citizen_id AS own, '' AS number, citizen_id AS number_written, full_name, folded_name, name_key,
    date_of_birth AS born, birth_precision, sex, phone, province_id, ward_id
FROM {RESIDENT} WHERE superseded_by_id IS NULL AND citizen_id > %(after)s AND citizen_id <= %(reached)s"""
PAIRS = DuplicatePair._meta.db_table
PROPOSE = f""",
proposed AS (
    INSERT INTO {PAIRS} AS known (person_a_id, person_b_id, band, score, evidence)
    SELECT row_id, person, band, score, evidence
    FROM (
        SELECT *, {BAND} AS band,
            array_remove(ARRAY[number_code, name_code, birth_code, sex_code, phone_code, place_code], NULL) AS evidence
        FROM of_pairs
    ) AS banded
    WHERE band IS NOT NULL
    ON CONFLICT (person_a_id, person_b_id) DO UPDATE
    SET band = EXCLUDED.band, score = EXCLUDED.score, evidence = EXCLUDED.evidence
    WHERE known.status = '{DuplicatePair.Status.OPEN}'
        AND (known.score, known.evidence) IS DISTINCT FROM (EXCLUDED.score, EXCLUDED.evidence)
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new) FROM proposed"""
NEXT = f"""
SELECT max(citizen_id), count(*) FROM (
    SELECT citizen_id FROM {RESIDENT}
    WHERE superseded_by_id IS NULL AND citizen_id > %(after)s ORDER BY citizen_id LIMIT %(size)s
) AS next"""


def find_duplicates(*, by: Actor, size: int = SLICE) -> Iterator[DuplicateSearch]:
    """Yields the search after each slice of `size` people, until the registry is through; goes on with one that was cut off."""
    search = _unfinished()
    while search.finished_at is None:
        search = search_slice(by=by, search=search, size=size)
        yield search


@transaction.atomic
def _unfinished() -> DuplicateSearch:
    search, is_new = DuplicateSearch.objects.get_or_create(finished_at=None)
    if is_new:
        search.registered = _count_names()
        search.save()
    return search


def _count_names() -> int:
    GivenName.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return cursor.fetchone()[0]


@transaction.atomic
def search_slice(*, by: Actor, search: DuplicateSearch, size: int = SLICE) -> DuplicateSearch:
    """Returns the search, `size` people further on. Of two at once the second goes on where the first has come to."""
    search = DuplicateSearch.objects.select_for_update().get(pk=search.pk)
    if search.finished_at is not None:
        return search
    with connection.cursor() as cursor, by_index(cursor):
        cursor.execute(NEXT, {"after": search.reached, "size": size})
        reached, people = cursor.fetchone()
        if people:
            fewer = log2(COUNTRY / max(search.registered, FEWEST))
            cursor.execute(
                statement(PEOPLE, PROPOSE), {"after": search.reached, "reached": reached, "fewer": round(fewer, 1)}
            )
            search.pairs += cursor.fetchone()[0]
            search.people, search.reached = search.people + people, reached
    if people < size:
        search.finished_at = timezone.now()
        changes = {"people": search.people, "pairs": search.pairs}
        audit.record(by=by, action="duplicates.searched", subject=search, changes=changes)
        for follower in FOLLOWERS:
            follower()
    search.save()
    return search
