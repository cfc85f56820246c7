from datetime import UTC, date, datetime
from io import BytesIO

import pytest

from residents.extract import UnreadableExtractError
from residents.importing import UnitsNotLoadedError, import_residents
from residents.models import Resident
from residents.names import clean_name
from residents.tests.factories import ResidentFactory, UnitFactory
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db
HEADING = "citizen_id,full_name,date_of_birth,sex,province_code,phone"
BY = Actor.command("test")
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def long_an():
    """Long An, of the 63 provinces, which is part of Tây Ninh today."""
    today = UnitFactory(code="80", name="Tỉnh Tây Ninh")
    return UnitFactory(
        code="80",
        name="Tỉnh Long An",
        cccd_prefix="080",
        in_force_from=None,
        in_force_until=date(2025, 6, 30),
        successor=today,
    )


def merge(*rows: str, heading: str = HEADING):
    return import_residents(by=BY, file=BytesIO("\n".join([heading, *rows]).encode() + b"\n"), on=TODAY)


def test_row_is_registered_as_the_registry_keeps_it(long_an):
    outcome = merge("080190000001,  Trần  Thi\u0323 Ðào,05/03/1990,F,080,0912 345 678")
    assert outcome.counts == {"rows": 1, "added": 1, "changed": 0, "unchanged": 0, "identical": 0, "rejected": 0}
    person = Resident.objects.get(pk="080190000001")
    assert (person.full_name, person.name_key, str(person.birth)) == ("Trần Thị Đào", "dao thi tran", "05/03/1990")
    assert (person.sex, person.phone, person.source, person.verified_at) == ("F", "0912345678", "population", None)
    assert person.province == long_an.successor


def test_columns_in_any_order_and_extra_ones_are_read():
    merge(
        "x,0912345678,080,F,1990,Trần Thị Đào,080190000001",
        heading="note,phone,province_code,sex,date_of_birth,full_name,citizen_id",
    )
    person = Resident.objects.get(pk="080190000001")
    assert (person.full_name, str(person.birth), person.birth_precision) == ("Trần Thị Đào", "1990", "Y")


def test_name_whose_search_key_is_longer_than_itself_is_taken():
    row = f"080190000001,{'한' * 150},,,,"
    assert merge(row).added == 1
    assert merge(row).unchanged == 1


def test_second_run_changes_nothing():
    rows = ["080190000001,Trần Thị Đào,05/03/1990,F,080,0912345678", "080090000002,Lê Văn Ba,,,,"]
    merge(*rows)
    assert merge(*rows).counts == {"rows": 2, "added": 0, "changed": 0, "unchanged": 2, "identical": 0, "rejected": 0}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",Trần Thị Đào,05/03/1990,F,080,", "number_missing"),
        ("80190000001,Trần Thị Đào,05/03/1990,F,080,", "number_malformed"),
        ("T00000000001,Trần Thị Đào,05/03/1990,F,080,", "number_malformed"),
        ("08019O000001,Trần Thị Đào,05/03/1990,F,080,", "number_malformed"),
        ("080190000001, \u200b ,05/03/1990,F,080,", "name_missing"),
        (f"080190000001,{'Đ' * 151},05/03/1990,F,080,", "name_long"),
        ("080190000001,Trần Thị Đào,31/02/1990,F,080,", "birth_unreadable"),
        ("080190000001,Trần Thị Đào,24/11/2026,F,080,", "birth_unreadable"),
        ("080190000001,Trần Thị Đào,05/03/1990,X,080,", "sex_unknown"),
        ("080190000001,Trần Thị Đào,05/03/1990,F,80,", "province_unknown"),
    ],
)
def test_wrong_row_is_reported_and_the_others_are_taken(row, problem):
    outcome = merge("080090000009,Lê Văn Ba,01/01/1990,M,080,", row)
    assert outcome.reported == [(3, problem)]
    assert (outcome.added, outcome.rejected) == (1, 1)
    assert Resident.objects.get().pk == "080090000009"


def test_unreadable_phone_is_reported_and_the_person_taken():
    outcome = merge("080190000001,Trần Thị Đào,05/03/1990,F,080,12345")
    assert (outcome.reported, outcome.added, outcome.rejected) == ([(2, "phone_unreadable")], 1, 0)
    assert Resident.objects.get().phone == ""


def test_row_number_counts_records_not_lines():
    outcome = merge('080190000001,"Trần\nThị Đào",05/03/1990,F,080,', "1,x,,,,")
    assert outcome.reported == [(3, "number_malformed")]
    assert Resident.objects.get().full_name == "Trần Thị Đào"


def test_number_twice_with_other_facts_is_reported_twice():
    outcome = merge(
        "080190000001,Trần Thị Đào,05/03/1990,F,080,",
        "080090000009,Lê Văn Ba,01/01/1990,M,080,",
        "080190000001,Trần Thị Hoa,05/03/1990,F,080,",
    )
    assert outcome.reported == [(2, "repeated"), (4, "repeated")]
    assert Resident.objects.get().pk == "080090000009"


def test_same_row_twice_is_taken_once():
    outcome = merge(*["080190000001,Trần Thị Đào,05/03/1990,F,080,", "080190000001,Trần  Thị Đào,5/3/1990,Nữ,080,"])
    assert outcome.counts == {"rows": 2, "added": 1, "changed": 0, "unchanged": 0, "identical": 1, "rejected": 0}


def test_kept_row_is_changed_only_where_the_extract_knows_better(long_an):
    ward = UnitFactory(parent=UnitFactory())
    ResidentFactory(
        citizen_id="080190000001",
        full_name="Tran Thi Dao",
        sex="F",
        phone="0911111111",
        ward=ward,
        province=ward.parent,
    )
    outcome = merge("080190000001,Trần Thị Đào,1990,,080,")
    person = Resident.objects.get()
    assert outcome.changed == 1
    assert (person.full_name, str(person.birth), person.sex, person.phone) == (
        "Trần Thị Đào",
        "05/03/1990",
        "F",
        "0911111111",
    )
    # They moved to another province, so the ward is not theirs any more.
    assert (person.province, person.ward) == (long_an.successor, None)


@pytest.mark.parametrize(
    ("kept", "written", "result"),
    [
        (("1990-01-01", "Y"), "05/03/1990", "05/03/1990"),
        (("1990-03-01", "M"), "05/03/1990", "05/03/1990"),
        (("1990-03-05", "D"), "03/1990", "05/03/1990"),
        (("1990-03-05", "D"), "06/03/1990", "06/03/1990"),
        (("1990-03-05", "D"), "1991", "1991"),
        ((None, "U"), "1991", "1991"),
        (("1990-01-01", "Y"), "01/01/1990", "01/01/1990"),
    ],
)
def test_vaguer_birth_does_not_replace_an_exact_one(kept, written, result):
    ResidentFactory(citizen_id="080190000001", full_name="Trần Thị Đào", date_of_birth=kept[0], birth_precision=kept[1])
    merge(f"080190000001,Trần Thị Đào,{written},M,,")
    assert str(Resident.objects.get().birth) == result


def test_person_whose_card_was_seen_keeps_what_it_says():
    ResidentFactory(
        citizen_id="080190000001", full_name="Trần Thị Đào", sex="F", verified_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    outcome = merge("080190000001,TRAN THI DAO,05/03/1990,F,080,0912345678")
    person = Resident.objects.get()
    assert (outcome.changed, person.full_name, person.phone) == (1, "Trần Thị Đào", "0912345678")


@pytest.mark.parametrize(
    "facts", ["Trần Thị Hoa,05/03/1990,F", "Trần Thị Đào,06/03/1990,F", "Trần Thị Đào,05/03/1990,M"]
)
def test_disagreement_with_a_card_seen_is_reported_and_not_taken(facts):
    ResidentFactory(
        citizen_id="080190000001", full_name="Trần Thị Đào", sex="F", verified_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    before = Resident.objects.values().get()
    outcome = merge(f"080190000001,{facts},080,0912345678")
    assert (outcome.reported, outcome.rejected) == ([(2, "disagrees")], 1)
    assert Resident.objects.values().get() == before


def test_replaced_number_is_reported_and_not_revived():
    person = ResidentFactory()
    ResidentFactory(citizen_id="080190000001", full_name="Cũ", superseded_by=person)
    assert merge("080190000001,Mới,05/03/1990,F,080,").reported == [(2, "superseded")]
    assert Resident.objects.get(pk="080190000001").full_name == "Cũ"


def test_file_cut_short_changes_nothing(english):
    with pytest.raises(UnreadableExtractError, match="Row 3 has 2 cells") as caught:
        merge("080190000001,Trần Thị Đào,05/03/1990,F,080,", "080190000002,Trần")
    assert not Resident.objects.exists()
    # PostgreSQL's own message quotes the row.
    assert caught.value.__suppress_context__


def test_units_must_be_loaded(long_an):
    long_an.cccd_prefix = ""
    long_an.save()
    with pytest.raises(UnitsNotLoadedError):
        merge("080190000001,Trần Thị Đào,05/03/1990,F,080,")


def test_import_is_audited_with_counts_and_without_names():
    merge("080190000001,Trần Thị Đào,05/03/1990,F,080,")
    entry = AuditEntry.objects.get(action="residents.imported")
    assert entry.changes["added"] == 1
    assert "Trần" not in str(entry.changes)


@pytest.mark.parametrize(
    "name", ["Ðinh ðức", "Tr\u00e2\u0300n", "a\u00a0\u3000b", "x\u200by\x07z", "\tHoà  ", "N’Trang-Lơng", "Ý\u0301"]
)
def test_names_are_cleaned_as_python_cleans_them(name):
    merge(f"080190000001,{name},,,,")
    assert Resident.objects.get().full_name == clean_name(name)
