"""The vaccines and rules of FIELD.md 1.4, and that loading them never takes an administrator's word back."""

from datetime import date

import pytest
from django.core.management import call_command

from vaccinations.loading.vaccines import DATA, load_vaccines, read_rows
from vaccinations.models import CourseRule, Vaccine
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db
BY = Actor.command("test")


def test_the_eight_vaccines_carry_the_codes_of_the_value_set():
    """FIELD.md 1.4: mp, ma, vp of ehn-dcc-valuesets, vaccine-encoding-instructions.json, 2023-05-05."""
    load_vaccines(by=BY)
    codes = {
        vaccine.code: (vaccine.dcc_product, vaccine.dcc_holder, vaccine.dcc_prophylaxis)
        for vaccine in Vaccine.objects.all()
    }
    assert codes == {
        "vaxzevria": ("EU/1/21/1529", "ORG-100001699", "29061000087103"),
        "comirnaty": ("EU/1/20/1528", "ORG-100030215", "1119349007"),
        "spikevax": ("EU/1/20/1507", "ORG-100031184", "1119349007"),
        "vero-cell": ("BBIBP-CorV", "ORG-100020693", "1157024006"),
        "sputnik-v": ("Sputnik-V", "Gamaleya-Research-Institute", "29061000087103"),
        "janssen": ("EU/1/20/1525", "ORG-100001417", "29061000087103"),
        "hayat-vax": ("Hayat-Vax", "ORG-100023050", "1157024006"),
        "abdala": ("Abdala", "CIGB", "28531000087107"),
    }


def test_a_vial_holds_and_lasts_what_its_source_says_and_nothing_unverified():
    """vaccinations/data/README.md names the sources; None is not laid down, or not verified."""
    load_vaccines(by=BY)
    vials = {vaccine.code: (vaccine.doses_per_vial, vaccine.use_within_hours) for vaccine in Vaccine.objects.all()}
    assert vials == {
        "vaxzevria": (10, 6),
        "comirnaty": (6, 6),
        "spikevax": (10, 6),
        "vero-cell": (1, None),
        "sputnik-v": (5, None),
        "janssen": (5, 6),
        "hayat-vax": (None, None),
        "abdala": (10, None),
    }
    assert {vaccine.code for vaccine in Vaccine.objects.filter(vial_source="")} == {"hayat-vax"}


@pytest.mark.parametrize(
    ("code", "on", "doses", "age", "minimum", "recommended"),
    [
        ("vaxzevria", date(2021, 9, 1), 2, 18, 42, 56),
        ("comirnaty", date(2021, 10, 13), 2, 16, 21, 21),
        ("comirnaty", date(2021, 10, 14), 2, None, 21, 21),
        ("spikevax", date(2021, 9, 1), 2, 18, 28, 28),
        ("vero-cell", date(2021, 9, 1), 2, 18, 21, 21),
        ("sputnik-v", date(2021, 9, 1), 2, 18, 21, 21),
        ("janssen", date(2021, 9, 1), 1, None, None, None),
        ("hayat-vax", date(2021, 9, 1), 2, None, None, None),
        ("abdala", date(2021, 9, 17), 3, None, None, None),
    ],
)
def test_the_rule_in_force_is_what_the_source_says_and_nothing_unverified(code, on, doses, age, minimum, recommended):
    load_vaccines(by=BY)
    rule = CourseRule.objects.applying(Vaccine.objects.get(code=code), on).get()
    terms = (rule.doses_in_course, rule.minimum_age_years, rule.minimum_interval_days, rule.recommended_interval_days)
    assert terms == (doses, age, minimum, recommended)
    assert rule.source


def test_abdala_has_no_rule_before_its_authorisation():
    load_vaccines(by=BY)
    assert not CourseRule.objects.applying(Vaccine.objects.get(code="abdala"), date(2021, 9, 16)).exists()


def test_the_rule_that_came_into_force_last_goes_first():
    load_vaccines(by=BY)
    vaccine = Vaccine.objects.get(code="spikevax")
    CourseRule.objects.create(vaccine=vaccine, in_force_from=date(2021, 6, 1), doses_in_course=3, source="mistake")
    assert CourseRule.objects.applying(vaccine, date(2021, 9, 1)).first().doses_in_course == 3


def test_loading_again_adds_nothing(capsys):
    call_command("load_vaccines")
    call_command("load_vaccines")
    assert capsys.readouterr().out == "8 vaccines and 9 course rules added\n0 vaccines and 0 course rules added\n"


def test_loading_is_audited_when_it_adds_something():
    call_command("load_vaccines", verbosity=0)
    call_command("load_vaccines", verbosity=0)
    entry = AuditEntry.objects.get(action="vaccines.loaded")
    assert (entry.channel, entry.changes) == ("command:load_vaccines", {"vaccines": 8, "rules": 9})


def test_loading_quietly_says_nothing(capsys):
    call_command("load_vaccines", verbosity=0)
    assert capsys.readouterr().out == ""


def test_what_an_administrator_changed_stays():
    load_vaccines(by=BY)
    spikevax = Vaccine.objects.get(code="spikevax")
    Vaccine.objects.filter(pk=spikevax.pk).update(name="Moderna", is_active=False)
    # A rule ends and a successor starts, as the admin asks for.
    spikevax.rules.update(in_force_until=date(2021, 12, 31), minimum_interval_days=25)
    CourseRule.objects.create(vaccine=spikevax, in_force_from=date(2022, 1, 1), doses_in_course=3, source="mới")
    Vaccine.objects.get(code="abdala").rules.update(in_force_from=date(2021, 9, 1))
    before = list(CourseRule.objects.values())
    assert load_vaccines(by=BY) == (0, 0)
    assert list(CourseRule.objects.values()) == before
    assert Vaccine.objects.get(code="spikevax").name == "Moderna"


def test_a_vaccine_entered_under_another_code_is_not_added_again():
    Vaccine.objects.create(code="my-abdala", name="Abdala", manufacturer="CIGB")
    assert load_vaccines(by=BY) == (7, 8)
    assert not Vaccine.objects.filter(code="abdala").exists()


def test_a_row_cut_short_is_an_error(tmp_path):
    file = tmp_path / "vaccines.csv"
    file.write_text("code,name\nabdala\n")
    with pytest.raises(ValueError, match="zip"):
        list(read_rows(file))


def test_the_files_hold_no_rule_of_an_unknown_vaccine():
    known = {row["code"] for row in read_rows(DATA / "vaccines.csv")}
    rows = list(read_rows(DATA / "course_rules.csv"))
    assert {row["vaccine"] for row in rows} == known
    assert all(len(row["source"]) <= 250 for row in rows)
