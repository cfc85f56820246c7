"""How long the work lists and the pages of imports take in the server, and by which plans.

    python benchmarks/quality.py --cases 600000
    python benchmarks/quality.py --cases 3000000 --plans docs/query-plans-quality.md

Makes a database of its own (test_benchmark_quality, dropped afterwards) and fills it in SQL: as many residents as cases; 200
sheets of 34 provinces, a third of them of the busiest, the first one with a sixth of all rows; every row waits for a decision
or was decided (half and half); a tenth as many pairs of records. Then each page is asked for several times by Django's test
client, signed in as the role that uses it; with --plans the statements that read cases and rows are written down with their
plans (EXPLAIN ANALYZE, BUFFERS).
"""
# ruff: noqa: E402

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from benchmarks.pages import Page, arguments, measure, scratch_database, write_plans
from residents.models import AreaAssignment, Unit
from residents.unit_loading import load_units
from residents.units import read_units
from vaccinations.models import CaseDecision, DoseImport, QualityCase, SheetDose
from vaccinations.quality.listing import handle_of
from vaxreg.actors import Actor
from vaxreg.models import User
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory

IMPORTS = 200
TABLES = [model._meta.db_table for model in (QualityCase, SheetDose, CaseDecision, DoseImport)]
PEOPLE = """
INSERT INTO residents_resident (citizen_id, full_name, date_of_birth, birth_precision, sex, province_id, source)
SELECT lpad(n::text, 12, '0'), 'Nguyễn Văn ' || chr(65 + n %% 26), date '1950-01-01' + n %% 20000, 'D', 'M',
    (%(provinces)s::bigint[])[1 + n %% 34], 'population'
FROM generate_series(1, %(cases)s) AS n"""
SHEETS = """
INSERT INTO vaccinations_doseimport (state, revision, failure, failure_row, awaits_columns, done, total, province_id, created_at,
    file_name, file_size, file_hash, layout, takes_unknown_facilities, rows, doses, count_new, count_already_recorded,
    count_conflict, count_doubtful, count_no_id, count_malformed_id, count_disagrees, count_unreadable, count_duplicate,
    count_held, changed_meanwhile, committed_at, added, end_reason)
SELECT 'committed', 0, '', 0, false, 0, 0, (%(provinces)s::bigint[])[CASE n %% 3 WHEN 1 THEN 1 ELSE 1 + n %% 34 END],
    now() - n * interval '1 day', 'Tháng ' || n, 1, md5(n::text), '{}', false, 5 * n, 5 * n, 0, 0, n, n, n, n, n, 0, 0, 0, 0,
    now(), 0, ''
FROM generate_series(1, %(imports)s) AS n"""
ROWS = """
WITH made AS (
    SELECT n AS id, %(first_import)s + CASE WHEN n %% 6 = 0 THEN 0 ELSE n %% %(imports)s END AS dose_import, n + 2 AS row
    FROM generate_series(1, %(cases)s) AS n
), written AS (
    INSERT INTO vaccinations_sheetrow (id, dose_import_id, row, part, is_ragged, number, full_name, sex, born, phone, province,
        ward, vaccine, dose_number, administered_on, lot, facility, vaccinator)
    SELECT id, dose_import, row, 0, false, 'không có', 'Nguyễn Văn ' || id, 'Nam', '1950', '', '', '', 'AZ', '1', '01/08/2021',
        'L1', 'Trạm 1', '' FROM made
)
INSERT INTO vaccinations_sheetdose (sheet_row_id, dose_import_id, row, part, number, full_name, birth_precision, sex, phone,
    dose_number, lot_number, problems, person, outcome, reason)
SELECT id, dose_import, row, 0, '', 'Nguyễn Văn ' || id, 'U', 'M', '', 1, 'L1', '{}', lpad(id::text, 12, '0'),
    (ARRAY['no-id', 'malformed-id', 'disagrees', 'doubtful', 'conflict'])[1 + id %% 5], ''
FROM made"""
CASES = """
INSERT INTO vaccinations_qualitycase (kind, state, province_id, ward_id, sheet_dose_id, dose_import_id, created_at, decided_at,
    has_dose)
SELECT rows.outcome, CASE WHEN sheet_row_id %% 2 = 0 THEN 'decided' WHEN sheet_row_id %% 10 = 1 THEN 'waiting' ELSE 'open' END,
    import.province_id, wards.keys[1 + sheet_row_id %% array_length(wards.keys, 1)], sheet_row_id, rows.dose_import_id,
    now() - sheet_row_id %% 400 * interval '1 day', CASE WHEN sheet_row_id %% 2 = 0 THEN now() END, sheet_row_id %% 4 = 0
FROM vaccinations_sheetdose AS rows
JOIN vaccinations_doseimport AS import ON import.id = rows.dose_import_id
JOIN (SELECT parent_id, array_agg(id) AS keys FROM residents_unit WHERE level = 'ward' GROUP BY parent_id) AS wards
    ON wards.parent_id = import.province_id
ORDER BY sheet_row_id"""
DECISIONS = """
INSERT INTO vaccinations_casedecision (case_id, choice, reason, person, other, dose)
SELECT id, 'register-right', 'benchmark', '', '', CASE WHEN has_dose THEN id END
FROM vaccinations_qualitycase WHERE state = 'decided'"""
PAIRS = """
WITH pairs AS (
    INSERT INTO residents_duplicatepair (person_a_id, person_b_id, band, score, evidence)
    SELECT lpad(n::text, 12, '0'), lpad((n + 1)::text, 12, '0'), 'likely', 10, '{name,birth}'
    FROM generate_series(1, %(cases)s, 10) AS n RETURNING id
)
INSERT INTO vaccinations_qualitycase (kind, province_id, pair_id)
SELECT 'pair', (%(provinces)s::bigint[])[CASE id %% 3 WHEN 0 THEN 1 ELSE 1 + id %% 34 END], id FROM pairs"""


def build(cases: int) -> None:
    """Units, people, sheets with their rows, cases and decisions, pairs of records."""
    load_units(by=Actor.command("benchmark"), rows=read_units())
    provinces = Unit.objects.provinces().in_force(timezone.localdate()).order_by("pk").values_list("pk", flat=True)
    facts = {"cases": cases, "imports": IMPORTS, "provinces": list(provinces)}
    with connection.cursor() as cursor:
        # Every key is made here and right: without this, looking each one up would take most of the time.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(PEOPLE, facts)
        cursor.execute(SHEETS, facts)
        facts["first_import"] = DoseImport.objects.order_by("pk").first().pk
        for statement in (ROWS, CASES, DECISIONS, PAIRS):
            cursor.execute(statement, facts)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


def people() -> None:
    """Managers of the busiest province and of a usual one, an agent of one ward, and who sees the whole country."""
    busy, usual = Unit.objects.provinces().in_force(timezone.localdate()).order_by("pk")[:2]
    ward = Unit.objects.filter(parent=busy).first()
    for name, role, unit in (
        ("busy", Role.PROVINCIAL_MANAGER, busy),
        ("usual", Role.PROVINCIAL_MANAGER, usual),
        ("ward", Role.RESPONSE_AGENT, ward),
    ):
        AreaAssignment.objects.create(user=UserFactory(username=name, roles=[role]), unit=unit)
    UserFactory(username="auditor", roles=[Role.AUDITOR])


def pages() -> list[Page]:
    busy = QualityCase.objects.filter(province=AreaAssignment.objects.get(user__username="busy").unit_id)
    middle = busy.to_do().order_by("pk")[busy.to_do().count() // 2]
    ward, pair = middle.ward_id, busy.filter(kind="pair").first()
    sheet = DoseImport.objects.order_by("pk").first().pk
    deep = SheetDose.objects.filter(dose_import=sheet).order_by("row")[
        SheetDose.objects.filter(dose_import=sheet).count() // 2
    ]
    return [
        Page("list, busiest province", "busy", "/quality/"),
        Page("list, usual province", "usual", "/quality/"),
        Page("list, one ward", "ward", "/quality/"),
        Page("list, deep page", "busy", f"/quality/?after={middle.pk}"),
        Page("list, page before", "busy", f"/quality/?before={middle.pk}"),
        Page("list, conflicts", "busy", "/quality/?kind=conflict"),
        Page("list, pairs, the last kind", "busy", "/quality/?kind=pair"),
        Page("list, of a ward", "busy", f"/quality/?ward={ward}"),
        Page("list, assigned to me (none)", "busy", "/quality/?whose=mine"),
        Page("list, waiting for the commune", "busy", "/quality/?state=waiting"),
        Page("list, decided", "busy", "/quality/?state=decided"),
        Page("case of a row", "busy", f"/quality/{handle_of(middle.pk)}/"),
        Page("case of a pair", "busy", f"/quality/{handle_of(pair.pk)}/?kind=pair"),
        Page("league table, manager", "busy", "/quality/provinces/"),
        Page("league table, whole country", "auditor", "/quality/provinces/"),
        Page("imports", "busy", "/imports/"),
        Page("import of a sixth of all rows", "busy", f"/imports/{sheet}/"),
        Page("its conflicts", "busy", f"/imports/{sheet}/rows/?outcome=conflict"),
        Page("its conflicts, deep page", "busy", f"/imports/{sheet}/rows/?outcome=conflict&after={deep.pk}"),
        Page("its unreadable rows (none)", "busy", f"/imports/{sheet}/rows/?outcome=unreadable"),
    ]


def main() -> None:
    options = arguments(__doc__, amount="cases", usual=600_000)
    with scratch_database("test_benchmark_quality", options):
        if not options.reuse:
            build(options.cases)
            people()
        taken = measure(pages(), {user.username: user for user in User.objects.all()})
        write_plans(options.plans, f"{QualityCase.objects.count():,} cases", TABLES, taken)


if __name__ == "__main__":
    main()
