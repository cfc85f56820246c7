"""Papers without a number that we know: who they may mean is a hint, never taken by itself."""

from html import unescape

import pytest

from checkpoints.cards.scan import UnreadableScanError, read_scan
from checkpoints.models import Passage
from checkpoints.tests.factories import CheckpointFactory, officer_at
from residents.tests.factories import ResidentFactory
from vaxreg.models import AuditEntry

NUMBER = "079090000001"
NAME = "Nguyễn Văn Ước"
PERSONAL = f"{NUMBER}|NGUYEN VAN UOC|1990-03-05|0|QID12345|DN4797912345678<0912345678<1"
MASKED = PERSONAL.replace(NUMBER, "0790****0001")
INSURANCE = f"DN4797912345678|{NAME.encode().hex()}|05/03/1990|1|{'Quận 1'.encode().hex()}|79-034|01/01/2021|31/12/2021"


@pytest.mark.parametrize("text", [PERSONAL, PERSONAL.rpartition("|")[0]])
def test_personal_qr_gives_number_and_name_but_is_no_card(text):
    scan = read_scan(text)
    assert (scan.number, scan.hint.full_name, str(scan.hint.birth)) == (NUMBER, "NGUYEN VAN UOC", "05/03/1990")
    # A name in capitals without accents must not reach the registry.
    assert scan.card is None
    assert not scan.is_only_a_hint


@pytest.mark.parametrize("text", [MASKED, MASKED.replace("0790****0001", ""), MASKED.replace("0790****0001", "xxxxx")])
def test_masked_personal_qr_is_a_hint(text):
    scan = read_scan(text)
    assert (scan.numbers, scan.is_only_a_hint, scan.hint.full_name) == ([], True, "NGUYEN VAN UOC")


def test_insurance_card_is_a_hint_with_its_name_decoded():
    scan = read_scan(INSURANCE)
    assert (scan.hint.full_name, str(scan.hint.birth), scan.hint.sex) == (NAME, "05/03/1990", "M")
    assert (scan.is_only_a_hint, scan.kind) == (True, "card")


@pytest.mark.parametrize("name", ["ff", "c3", "4e6"])
def test_insurance_card_with_a_mangled_name_is_refused(name):
    with pytest.raises(UnreadableScanError):
        read_scan(INSURANCE.replace(NAME.encode().hex(), name))


@pytest.fixture
def desk(client, db, english):
    officer_at(CheckpointFactory(), client)
    return lambda **said: unescape(client.post("/desk/", said).content.decode())


@pytest.fixture
def registered(db):
    ResidentFactory(citizen_id="079090000002", full_name=NAME, date_of_birth="1991-03-05")
    ResidentFactory(citizen_id="079090000003", full_name="Trần Văn Ước")
    return ResidentFactory(citizen_id=NUMBER, full_name=NAME)


@pytest.mark.parametrize("text", [MASKED, INSURANCE])
def test_hint_names_who_it_may_mean_and_the_officer_chooses(desk, registered, text):
    page = desk(scan=text)
    assert page.count("This is the person") == 1
    assert "···001" in page
    assert NUMBER not in page
    assert "verdict" not in page
    assert AuditEntry.objects.get(action="resident.hinted").changes == {"kind": "card", "shown": [NUMBER]}
    sealed = page.split('name="candidate" value="')[1].split('"')[0]
    page = desk(candidate=sealed)
    assert "079 0 90 000001" in page
    assert not Passage.objects.exists()


def test_hint_without_a_birth_means_nobody(desk, registered):
    assert "Nobody in the registry." in desk(scan=MASKED.replace("1990-03-05", "1990-99-99"))


def test_candidate_made_up_is_refused(desk, registered):
    assert "verdict" not in desk(candidate=NUMBER)


def test_whole_number_of_a_personal_qr_is_looked_up_and_registers_nobody(desk, registered):
    assert "Card, declaration and registry do not agree" not in desk(scan=PERSONAL)
    unknown = PERSONAL.replace(NUMBER, "079090000009")
    assert "From the card" not in desk(scan=unknown)
