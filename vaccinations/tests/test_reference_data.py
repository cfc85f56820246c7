"""The vaccines of FIELD.md 1.4, and that loading them never takes an administrator's word back."""

import pytest
from django.core.management import call_command

from vaccinations.loading.vaccines import load_vaccines, read_rows
from vaccinations.models import Vaccine
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


def test_loading_again_adds_nothing(capsys):
    call_command("load_vaccines")
    call_command("load_vaccines")
    assert capsys.readouterr().out == "8 vaccines added\n0 vaccines added\n"


def test_loading_is_audited_when_it_adds_something():
    call_command("load_vaccines", verbosity=0)
    call_command("load_vaccines", verbosity=0)
    entry = AuditEntry.objects.get(action="vaccines.loaded")
    assert (entry.channel, entry.changes) == ("command:load_vaccines", {"vaccines": 8})


def test_loading_quietly_says_nothing(capsys):
    call_command("load_vaccines", verbosity=0)
    assert capsys.readouterr().out == ""


def test_what_an_administrator_changed_stays():
    load_vaccines(by=BY)
    Vaccine.objects.filter(code="spikevax").update(name="Moderna", is_active=False)
    assert load_vaccines(by=BY) == 0
    spikevax = Vaccine.objects.get(code="spikevax")
    assert (spikevax.name, spikevax.is_active) == ("Moderna", False)


def test_a_vaccine_entered_under_another_code_is_not_added_again():
    Vaccine.objects.create(code="my-abdala", name="Abdala", manufacturer="CIGB")
    assert load_vaccines(by=BY) == 7
    assert not Vaccine.objects.filter(code="abdala").exists()


def test_a_row_cut_short_is_an_error(tmp_path):
    file = tmp_path / "vaccines.csv"
    file.write_text("code,name\nabdala\n")
    with pytest.raises(ValueError, match="zip"):
        list(read_rows(file))
