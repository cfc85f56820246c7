"""Risk levels: of a unit on a day, and from a file."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from checkpoints.models import RiskLevel
from checkpoints.rules.level_import import LevelsError, import_levels, read_levels
from checkpoints.rules.levels import level_of, levels_on
from checkpoints.tests.factories import RiskLevelFactory
from residents.tests.factories import UnitFactory
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
DAY, NEXT, LATER = date(2026, 11, 1), date(2026, 11, 15), date(2026, 12, 1)
HEADINGS = "code,level,in_force_from,in_force_until,source\n"


@pytest.fixture
def province():
    return UnitFactory(code="79")


def bring(lines):
    return import_levels(by=Actor.command("test"), rows=read_levels(HEADINGS + lines))


def kept(unit):
    return list(
        RiskLevel.objects.filter(unit=unit)
        .order_by("in_force_from")
        .values_list("level", "in_force_from", "in_force_until")
    )


def test_ward_takes_its_own_level_else_its_provinces_else_none(province):
    ward, other = UnitFactory(parent=province), UnitFactory(parent=UnitFactory())
    RiskLevelFactory(unit=province, level=2, in_force_from=DAY)
    assert (level_of(ward, DAY), level_of(province, DAY), level_of(other, DAY)) == (2, 2, None)
    RiskLevelFactory(unit=ward, level=4, in_force_from=NEXT, in_force_until=NEXT)
    assert (level_of(ward, DAY), level_of(ward, NEXT), level_of(ward, LATER)) == (2, 4, 2)
    assert level_of(province, date(2026, 10, 31)) is None
    assert levels_on(NEXT) == {province.pk: 2, ward.pk: 4}


def test_import_works(province):
    assert bring("79,3,01/11/2026,,QĐ 218\n") == {"added": 1, "ended": 0, "unchanged": 0}
    assert kept(province) == [(3, DAY, None)]
    assert RiskLevel.objects.get().source == "QĐ 218"
    assert AuditEntry.objects.get().action == "risklevels.imported"


def test_new_level_ends_the_one_before_it_the_day_before(province):
    bring("79,3,2026-11-01,,a\n")
    assert bring("79,4,2026-11-15,,b\n") == {"added": 1, "ended": 1, "unchanged": 0}
    assert kept(province) == [(3, DAY, date(2026, 11, 14)), (4, NEXT, None)]


def test_import_twice_changes_nothing(province):
    lines = "79,3,2026-11-01,,a\n79,4,2026-11-15,,b\n"
    bring(lines)
    before = kept(province)
    assert bring(lines) == {"added": 0, "ended": 0, "unchanged": 2}
    assert kept(province) == before
    assert AuditEntry.objects.count() == 1


def test_level_before_one_that_is_kept_ends_where_that_begins(province):
    bring("79,4,2026-11-15,,b\n")
    bring("79,3,2026-11-01,,a\n")
    assert kept(province) == [(3, DAY, date(2026, 11, 14)), (4, NEXT, None)]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("79,5,2026-11-01,,\n", "row 2: the level is 1, 2, 3 or 4"),
        ("79,3,2026-11-01,,\n79,3,31/02/2026,,\n", "row 3: “31/02/2026” is no date"),
        ("79,3,2026-11-01,,\n99999,3,2026-11-01,,\n", "row 3: no unit has the code 99999"),
        ("79,3,2025-06-30,,\n", "row 2: no unit has the code 79 on that day"),
        ("79,3,2026-11-02,2026-11-01,\n", "row 2: it ends before it begins"),
        ("79,3,2026-11-01,,\n79,4,2026-11-01,,\n", "row 3: the unit 79 has another level from the same day"),
        ("79,3,,,\n", "row 2: code and in_force_from must be given"),
        ("79,3\n", "row 2: it has not as many columns"),
        ("79,3,2026-11-01,,a,b\n", "row 2: it has not as many columns"),
    ],
)
def test_one_bad_row_keeps_the_whole_file_out_and_is_named(province, lines, problem):
    with pytest.raises(LevelsError) as refused:
        bring(lines)
    assert refused.value.problems[-1].startswith(problem)
    assert not RiskLevel.objects.exists()


def test_command_imports_a_file_and_says_what_is_wrong_with_one(province, tmp_path):
    file, out = tmp_path / "levels.csv", StringIO()
    file.write_text("\ufeff" + HEADINGS + "79,3,2026-11-01,,QĐ 218\n", encoding="utf-8")
    call_command("import_risk_levels", file, stdout=out)
    assert "1 added, 0 ended, 0 unchanged" in out.getvalue()
    file.write_text("unit,level\n")
    with pytest.raises(CommandError, match="row 1: the headings"):
        call_command("import_risk_levels", file)
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_risk_levels", tmp_path / "none.csv")
