"""Stages rows as an import does, and has them matched."""

from datetime import date

from django.db import connection

from residents.birth import UNKNOWN, read_birth
from residents.citizen_id import MalformedNumberError, read_number
from residents.matching import ROWS, match
from residents.names import clean_name, fold, name_key

# Whom the rows of these tests mean, unless they say otherwise.
WRITTEN = {"number": "079190123456", "name": "Nguyễn Thị Lan", "birth": "15/08/1990", "sex": "F", "phone": "0912345678"}
KEPT = {
    "citizen_id": "079190123456",
    "full_name": "Nguyễn Thị Lan",
    "date_of_birth": date(1990, 8, 15),
    "sex": "F",
    "phone": "0912345678",
}


COLUMNS = """row_id, number, number_written, full_name, folded_name, name_key, born, birth_precision, sex, phone,
    province_id, ward_id"""


def stage(*rows, number=lambda n: n):
    """A temporary table of the rows; each is what differs from WRITTEN. `number` gives the key of the row in that place."""
    staged = [_staged(number(place), row) for place, row in enumerate(rows, start=1)]
    values = ", ".join([f"({', '.join(['%s'] * 12)})"] * len(staged))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS sheet; CREATE TEMP TABLE sheet ({ROWS})")
        cursor.execute(f"INSERT INTO sheet ({COLUMNS}) VALUES {values}", [value for row in staged for value in row])


def _staged(row_id, written):
    row = {**WRITTEN, **written}
    try:
        valid = read_number(row["number"]).number
    except MalformedNumberError:
        valid = ""
    name, birth = clean_name(row["name"]), read_birth(row["birth"]) if row["birth"] else UNKNOWN
    read = [row_id, valid, row["number"], name, fold(name), name_key(name), birth.earliest, birth.precision]
    return [*read, row["sex"], row["phone"], row.get("province"), row.get("ward")]


def matched(*rows):
    """What `match` says of each row, in their order: (person, band, evidence, rival)."""
    stage(*rows)
    with connection.cursor() as cursor:
        match(cursor, "sheet")
    return answers()


def answers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, band, evidence, rival FROM sheet ORDER BY row_id")
        return [(person, band, set(evidence or ()), rival) for person, band, evidence, rival in cursor.fetchall()]


def band_of(**row):
    [(_person, band, _evidence, _rival)] = matched(row)
    return band
