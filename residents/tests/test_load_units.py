from collections import Counter
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from residents.models import Unit
from residents.unit_loading import load_units
from residents.units import read_units
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db
BY = Actor.command("test")
ROWS = list(read_units())
PROVINCES = [row for row in ROWS if row.level == "province"]
REFORM = date(2025, 7, 1)


def test_all_units_are_loaded_with_their_links():
    assert load_units(by=BY, rows=ROWS) == {"added": 3418, "changed": 0, "unchanged": 0}
    wards = Unit.objects.wards().select_related("parent")
    assert len(wards) == 3321
    assert {ward.parent.in_force_from for ward in wards} == {REFORM}
    assert len({ward.parent_id for ward in wards}) == 34
    before = Unit.objects.provinces().exclude(cccd_prefix="").select_related("successor")
    assert len(before) == 63
    assert {unit.successor.in_force_from for unit in before} == {REFORM}


def test_used_again_code_is_two_units():
    load_units(by=BY, rows=PROVINCES)
    before, today = Unit.objects.filter(code="24").order_by("in_force_until")
    assert (before.name, before.cccd_prefix, before.successor, today.name) == (
        "Tỉnh Bắc Giang",
        "024",
        today,
        "Tỉnh Bắc Ninh",
    )


def test_units_of_a_day_are_those_in_force():
    load_units(by=BY, rows=PROVINCES)
    counts = {day: Unit.objects.in_force(day).count() for day in (date(2021, 11, 24), date(2025, 6, 30), REFORM)}
    assert list(counts.values()) == [63, 63, 34]


def test_second_load_changes_nothing():
    load_units(by=BY, rows=PROVINCES)
    before = list(Unit.objects.values())
    assert load_units(by=BY, rows=PROVINCES) == {"added": 0, "changed": 0, "unchanged": 97}
    assert list(Unit.objects.values()) == before
    assert AuditEntry.objects.filter(action="units.loaded").count() == 1


def test_what_was_edited_by_hand_is_set_back():
    load_units(by=BY, rows=PROVINCES)
    Unit.objects.filter(cccd_prefix="024").update(name="Nhầm", successor=None)
    assert load_units(by=BY, rows=PROVINCES) == {"added": 0, "changed": 1, "unchanged": 96}
    assert Unit.objects.get(cccd_prefix="024").successor.name == "Tỉnh Bắc Ninh"


def test_order_of_the_file_does_not_matter():
    assert load_units(by=BY, rows=reversed(ROWS))["added"] == 3418


def test_broken_link_is_refused():
    row = replace(PROVINCES[0], successor_code="99")
    with pytest.raises(ValueError, match="unit 01 refers to 99"):
        load_units(by=BY, rows=[row])


def test_file_has_each_unit_once():
    assert Counter((row.code, row.in_force_from) for row in ROWS).most_common(1)[0][1] == 1


def test_command_reports_counts(english):
    screen = StringIO()
    call_command("load_units", stdout=screen)
    assert screen.getvalue() == "Units: 3418 added, 0 changed, 0 unchanged.\n"
