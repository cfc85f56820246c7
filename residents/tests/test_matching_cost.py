"""A row costs the same however many people there are: counted in people looked at and in pages, for the commonest of names."""

import json

import pytest
from django.db import connection

from residents.birth import read_birth
from residents.matching import TYPED, Facts, by_index, match, matching_statement, typed
from residents.matching_sql import BLOCKS, MOST, statement
from residents.tests.sheets import matched, stage

ROW = {"name": "Nguyễn Thị Hương", "birth": "01/01/1960", "phone": "0912345678", "number": "079160999999"}


@pytest.fixture
def common_name(db):
    """5,000 of one name, 1,000 of them born on one day, all with one phone and neighbouring numbers; nothing analysed."""
    with connection.cursor() as cursor:
        cursor.execute("""
            INSERT INTO residents_resident (citizen_id, full_name, date_of_birth, phone, source)
            SELECT '079160' || lpad((990000 + n)::text, 6, '0'), 'Nguyễn Thị Hương', date '1960-01-01' + n % 5,
                '0912345678', 'import'
            FROM generate_series(1, 5000) AS n""")


@pytest.mark.usefixtures("common_name")
def test_few_people_are_looked_at_for_a_common_name():
    with connection.cursor() as cursor:
        for number in ("079160999999", "07916099123", "079160991", "0791609912345", ""):
            facts = Facts(number, "Nguyễn Thị Hương", read_birth("01/01/1960"), "F", "0912345678")
            for rows in ("near", "of_pairs"):
                cursor.execute(statement(TYPED, f"SELECT count(*) FROM {rows}"), typed(facts))
                (count,) = cursor.fetchone()
                assert count <= len(BLOCKS) * (MOST + 1)


@pytest.mark.usefixtures("common_name")
def test_a_thousand_namesakes_are_no_hint():
    assert matched(ROW | {"number": ""}) == [(None, "none", set(), None)]


@pytest.mark.usefixtures("common_name")
def test_every_block_is_read_by_its_index():
    stage(*[ROW] * 20)
    with connection.cursor() as cursor, by_index(cursor):
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {matching_statement('sheet')}")
        (explained,) = cursor.fetchone()
    plan = (explained if isinstance(explained, list) else json.loads(explained))[0]["Plan"]
    readings = [node for node in nodes(plan) if node.get("Relation Name") == "residents_resident"]
    assert {node["Node Type"] for node in readings} <= {"Index Scan", "Index Only Scan"}
    assert {"residents_resident_pkey", "resident_name_key", "resident_phone"} <= {
        node["Index Name"] for node in readings
    }
    # 13 rows of a block each lie on a page of their own at worst.
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 20 * 300


@pytest.mark.usefixtures("common_name")
def test_planner_is_left_as_it_was():
    stage(ROW)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        match(cursor, "sheet")
        cursor.execute("SELECT current_setting('enable_seqscan'), current_setting('enable_bitmapscan')")
        assert cursor.fetchone() == ("on", "off")


def nodes(plan):
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)
