"""Will I get through, with this pass? Told to the phone that filed it, and to who knows the date of birth declared."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from checkpoints.answering import lookup
from checkpoints.answering.answers import compose
from checkpoints.cards.scan import read_scan
from checkpoints.declaring.views import LAST_PASS
from checkpoints.models import PassKey
from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory, keys_of, rule
from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.tests.factories import DoseFactory
from vaxreg.models import AuditEntry
from vaxreg.sealing import seal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
BORN = "05/03/1990"


@pytest.fixture
def post():
    return CheckpointFactory(name_en="Dong Nai Bridge")


@pytest.fixture
def ill(post):
    """A declaration that names a sign of illness."""
    return DeclarationFactory(symptoms=["fever"], checkpoint=post, date_of_birth="1990-03-05")


def words(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def link_on(client, token):
    return unescape(re.search(r'href="(/route/\?sealed_pass=[^"]+)"', client.get(f"/p/{token}/").content.decode())[1])


def tell(client, page, **said):
    """What the form of the page answers when it is sent as it stands, with these answers."""
    fields = re.findall(r'<input type="(?:hidden|text)" name="(\w+)" value="([^"]*)"', page)
    return client.post("/route/", {name: unescape(value) for name, value in fields} | said)


def as_own(client, token):
    client.cookies[LAST_PASS.name] = seal(token, purpose=LAST_PASS.name)


def test_phone_that_filed_is_told_at_once(client, ill):
    token, _code = keys_of(ill)
    as_own(client, token)
    page = words(client.get(link_on(client, token)))
    assert "Dong Nai Bridge ✕ You would be turned back Because: Has declared symptoms of illness" in page


def test_link_says_nothing_of_the_pass(client, ill):
    token, code = keys_of(ill)
    link = link_on(client, token)
    assert token not in link
    assert code not in link


def test_any_other_phone_is_asked_the_date_of_birth_first(client, ill):
    token, _code = keys_of(ill)
    response = client.get(link_on(client, token))
    page = words(response)
    assert not [said for said in ("You would", "symptoms", "Dong Nai Bridge") if said in page]
    page = words(tell(client, response.content.decode(), declared_birth=BORN))
    assert "You would be turned back Because: Has declared symptoms" in page


@pytest.mark.parametrize(
    ("birth", "message"),
    [
        ("06/03/1990", "This is not the date of birth"),
        ("1990", "This is not the date"),
        ("", "Enter the date of birth"),
    ],
)
def test_wrong_date_of_birth_tells_nothing(client, ill, birth, message):
    page = client.get(link_on(client, keys_of(ill)[0])).content.decode()
    page = words(tell(client, page, declared_birth=birth))
    assert message in page
    assert not [said for said in ("You would", "symptoms", "Dong Nai Bridge") if said in page]


def test_dates_of_birth_cannot_be_tried_one_after_the_other(client, ill):
    page = client.get(link_on(client, keys_of(ill)[0])).content.decode()
    codes = [tell(client, page, declared_birth="01/01/1990").status_code for _n in range(11)]
    assert codes == [200] * 10 + [429]
    assert tell(client, page, declared_birth=BORN).status_code == 429


def test_who_has_no_number_is_told_of_the_check_that_the_desk_makes(client, post):
    token, code = keys_of(DeclarationFactory(checkpoint=post, has_number=False))
    as_own(client, token)
    page = words(client.get(link_on(client, token)))
    desk = compose(scan := read_scan(code), lookup.find(scan, checkpoint=post.pk), timezone.now()).decision
    assert desk.reasons[0].text in page
    assert "You would be checked Because: " in page


def test_pass_of_another_journey_filed_from_this_phone_does_not_count(client, ill):
    as_own(client, keys_of(DeclarationFactory())[0])
    assert "You would" not in words(client.get(link_on(client, keys_of(ill)[0])))


def test_nothing_of_the_registry_is_read_and_nothing_kept(client, ill, post):
    person = ResidentFactory(citizen_id=ill.resident, full_name="Nguyễn Văn An")
    DoseFactory(resident=person, administered_on="2026-01-01")
    rule({"kind": "doses", "number": 1, "is_negated": True}, checkpoint=post, reason_en="No dose")
    token, _code = keys_of(ill)
    as_own(client, token)
    link = link_on(client, token)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(link)
    assert "No dose (not known: doses of vaccine)" in words(response)
    assert "Nguyễn Văn An" not in words(response)
    assert "no-store" in response["Cache-Control"]
    tables = ("residents_resident", "vaccinations_dose")
    assert not [query["sql"] for query in queries if any(f'"{table}"' in query["sql"] for table in tables)]
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE"))]
    assert not AuditEntry.objects.exists()


def test_what_the_pass_does_not_say_is_asked_and_judged(client, post):
    declaration = DeclarationFactory(checkpoint=post)
    rule({"kind": "doses", "number": 1, "is_negated": True}, checkpoint=post, reason_en="No dose")
    rule({"kind": "tested", "hours": 72, "is_negated": True}, checkpoint=post, reason_en="No test")
    token, _code = keys_of(declaration)
    as_own(client, token)
    page = client.get(link_on(client, token)).content.decode()
    assert 'name="has_symptoms"' not in page
    assert "Because: No test" in words(tell(client, page, doses="1", last_dose_on="01/03/2026"))
    noon = {"tested_on": f"{timezone.localdate():%d/%m/%Y}", "tested_time": "00:00"}
    page = words(tell(client, page, doses="1", last_dose_on="01/03/2026", has_test="yes", test_kind="pcr", **noon))
    assert "You would pass Because: Nothing to object" in page


def test_test_that_was_declared_is_not_asked_again(client, post):
    taken_at = timezone.now() - timedelta(hours=20)
    test = {"test_kind": "pcr", "test_result": "negative", "test_taken_at": taken_at}
    token, _code = keys_of(DeclarationFactory(checkpoint=post, **test))
    rule({"kind": "tested", "hours": 24, "is_negated": True}, checkpoint=post, reason_en="No test")
    as_own(client, token)
    page = client.get(link_on(client, token)).content.decode()
    assert 'name="has_test"' not in page
    assert "You would pass" in page
    later = timezone.localtime() + timedelta(hours=6)
    page = tell(client, page, day=f"{later:%d/%m/%Y}", time=f"{later:%H:%M}")
    assert "Because: No test" in words(page)


def test_each_of_a_family_is_answered(client, post):
    journey = uuid4()
    mother = DeclarationFactory(journey=journey, checkpoint=post)
    facts = {"place_in_journey": 1, "has_number": False, "had_contact": True, "resident": mother.resident}
    child = DeclarationFactory(journey=journey, checkpoint=post, **facts)
    keys_of(mother), keys_of(child)
    token = "F" * 22
    members = [mother.resident, mother.resident]
    for key in (token, "34679CDF"):
        PassKey.objects.create(key=key, resident=mother.resident, declaration=None, journey=journey, members=members)
    as_own(client, token)
    page = words(client.get(link_on(client, token)))
    assert "Person 1 ✓ You would pass" in page
    assert "Person 2 ✕ You would be turned back Because: Has declared contact" in page


def test_checkpoint_that_was_named_comes_first(client):
    origin = UnitFactory()
    CheckpointFactory(name="A", name_en="A Gate", unit=origin)
    token, _code = keys_of(DeclarationFactory(origin=origin, checkpoint__name_en="Z Gate"))
    as_own(client, token)
    page = words(client.get(link_on(client, token)))
    assert page.index("Z Gate") < page.index("A Gate")


def test_withdrawn_declaration_is_none(client):
    declaration = DeclarationFactory(withdrawn_at=timezone.now())
    token, _code = keys_of(declaration)
    as_own(client, token)
    page = client.get("/route/", {"sealed_pass": seal(token, purpose="route-pass")})
    assert "Has filed no declaration" in words(page)


@pytest.mark.parametrize("text", ["", "x", "A" * 22])
def test_link_that_is_too_old_or_made_up_leads_to_the_questions(client, text):
    page = words(client.get("/route/", {"sealed_pass": text}))
    assert "This link is too old." in page
    assert "Province or city you travel from" in page


def test_address_of_a_pass_is_as_good_as_its_link(client, ill):
    response = client.post("/route/", {"pass_address": f"https://vaxreg.vn/p/{keys_of(ill)[0]}/"})
    assert "symptoms" not in words(response)
    page = words(tell(client, response.content.decode(), declared_birth=BORN))
    assert "You would be turned back" in page


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "Enter the address of the pass."),
        ("3467 9CDF", "This is the short code."),
        ("A" * 22, "There is no pass"),
        ("hello", "This is no address of a pass."),
    ],
)
def test_what_is_no_address_of_a_pass_is_said(client, given, message):
    assert message in words(client.post("/route/", {"pass_address": given}))


def test_page_says_the_same_whether_or_not_the_person_is_registered(client, ill):
    token, _code = keys_of(ill)
    as_own(client, token)
    stranger = words(client.get(link_on(client, token)))
    ResidentFactory(citizen_id=ill.resident, full_name="Somebody Else")
    assert words(client.get(link_on(client, token))) == stranger
