"""The search must not read the whole registry: each way is answered by its own index."""

import pytest
from django.db import connection

from residents.models import Resident
from residents.search import read_query, ways


@pytest.fixture
def twenty_thousand(db):
    with connection.cursor() as cursor:
        cursor.execute("""
            INSERT INTO residents_resident (citizen_id, full_name, date_of_birth, phone, source)
            SELECT '079090' || lpad(n::text, 6, '0'), 'Nguyễn Văn ' || translate(n::text, '0123456789', 'abcdeghikl'),
                '1990-01-01', '09' || lpad(n::text, 8, '0'), 'population'
            FROM generate_series(1, 20000) AS n""")
        cursor.execute("ANALYZE residents_resident")


@pytest.mark.usefixtures("twenty_thousand")
@pytest.mark.parametrize(
    ("q", "way", "index"),
    [
        ("079090000777", 0, "residents_resident_pkey"),
        ("0900000777", 0, "resident_phone"),
        ("Nguyễn Văn bcd", 0, "resident_name_key"),
        ("Nguyễn Văn bcd", 1, "resident_folded_name"),
        ("bcd Nguyễn", 2, "resident_name_words"),
    ],
)
def test_each_way_uses_its_index(q, way, index):
    query = read_query(q)
    plan = ways(query, Resident.objects.current())[way][:51].explain()
    assert index in plan
    assert "Seq Scan" not in plan
