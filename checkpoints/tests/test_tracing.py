"""/tracing/: by post only, under a case number and a reason, capped, and logged for each person."""

from datetime import UTC, datetime, timedelta

import pytest

from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory, PassageFactory, cancelled
from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NOON = datetime(2021, 10, 5, 5, tzinfo=UTC)
SHOWN = "079 0 90 000001"


@pytest.fixture
def post():
    return CheckpointFactory()


@pytest.fixture
def tracer(client, post):
    user = UserFactory(roles=[Role.TRACER])
    AreaAssignmentFactory(user=user, unit=post.unit)
    sign_in(client, user)
    return user


@pytest.fixture
def passage(post):
    ResidentFactory(citizen_id="079090000001", full_name="Nguyễn Văn Ước", phone="0912345678")
    return PassageFactory(resident="079090000001", checkpoint=post, decided_at=NOON, plate="51F12345")


def trace(client, **said):
    asked = {
        "case_number": "BN-1234",
        "reason": "F1 of a case",
        "checkpoint": "",
        "plate": "",
        "begin": "2021-10-05T11:00",
        "end": "2021-10-05T13:00",
    }
    response = client.post("/tracing/", asked | said)
    assert response.status_code == 200
    return response.content.decode()


def test_it_works(client, tracer, post, passage):
    page = trace(client, checkpoint=post.pk)
    for fact in (SHOWN, "Nguyễn Văn Ước", "0912345678", "05/10/2021 12:00", "51F12345"):
        assert fact in page
    query = AuditEntry.objects.get(action="passages.traced")
    assert (query.user, query.object_id, query.resident) == (tracer, str(post.pk), "")
    assert (
        query.changes | {"case_number": "BN-1234", "reason": "F1 of a case", "passages": 1, "people": 1}
        == query.changes
    )
    shown = AuditEntry.objects.get(action="resident.traced")
    assert (shown.resident, shown.changes["case_number"], shown.changes["reason"]) == (
        "079090000001",
        "BN-1234",
        "F1 of a case",
    )


def test_plate_is_found_at_all_checkpoints_of_the_area(client, tracer, post, passage):
    other = CheckpointFactory(unit=UnitFactory(parent=post.unit))
    PassageFactory(resident="079090000002", checkpoint=other, decided_at=NOON, plate="51F12345")
    PassageFactory(resident="079090000003", checkpoint=post, decided_at=NOON, plate="51F99999")
    page = trace(client, plate="51f-123.45")
    assert SHOWN in page
    assert "079 0 90 000002" in page
    assert "079 0 90 000003" not in page


@pytest.mark.parametrize("missing", ["case_number", "reason", "begin", "end"])
def test_nothing_is_shown_or_logged_without(client, tracer, post, passage, missing):
    page = trace(client, checkpoint=post.pk, **{missing: ""})
    assert "error-summary" in page
    assert SHOWN not in page
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "odd",
    [{}, {"plate": "51F12345", "end": "2021-10-05T10:00"}, {"plate": "51F12345", "end": "2022-10-05T10:00"}],
)
def test_boundless_inquiry_is_refused(client, tracer, passage, odd):
    page = trace(client, **odd)
    assert "error-summary" in page
    assert SHOWN not in page


def test_checkpoint_outside_the_area_is_neither_offered_nor_searched(client, tracer, passage):
    foreign = CheckpointFactory()
    PassageFactory(resident="079090000002", checkpoint=foreign, decided_at=NOON, plate="51F12345")
    assert foreign.name_en not in client.get("/tracing/").content.decode()
    assert "error-summary" in trace(client, checkpoint=foreign.pk)
    assert "079 0 90 000002" not in trace(client, plate="51F12345")


def test_result_is_capped_and_says_so(client, tracer, post, settings):
    settings.TRACING_MOST_SHOWN = 3
    for n in range(5):
        PassageFactory(resident=f"07909000000{n}", checkpoint=post, decided_at=NOON + timedelta(seconds=n))
    page = trace(client, checkpoint=post.pk)
    assert "More than 3 passages" in page
    assert "079 0 90 000003" not in page
    assert AuditEntry.objects.filter(action="resident.traced").count() == 3
    assert AuditEntry.objects.get(action="passages.traced").changes["more"] is True


def test_address_carries_nothing(client, tracer, post, passage):
    page = client.get(
        f"/tracing/?case_number=1&reason=x&checkpoint={post.pk}&begin=2021-10-05T11:00&end=2021-10-05T13:00"
    )
    assert SHOWN not in page.content.decode()
    assert not AuditEntry.objects.exists()
    assert "no-store" in page["Cache-Control"]


def test_cancelled_passage_is_shown_as_such_once(client, tracer, post, passage):
    cancelled(passage)
    page = trace(client, checkpoint=post.pk)
    assert page.count(SHOWN) == 1
    assert "cancelled afterwards" in page


def test_person_known_by_declaration_alone_is_named(client, tracer, post):
    declaration = DeclarationFactory(resident="079090000001", full_name="Trần Thị Đào", phone="0987654321")
    PassageFactory(resident="079090000001", checkpoint=post, decided_at=NOON, declaration=declaration)
    page = trace(client, checkpoint=post.pk)
    assert "Trần Thị Đào" in page
    assert "0987654321" in page


def test_tracer_without_an_area_is_told(client):
    sign_in(client, UserFactory(roles=[Role.TRACER]))
    assert "No checkpoint stands in the areas" in client.get("/tracing/").content.decode()


def test_child_without_a_number_is_not_named_as_the_guardian(client, tracer, post, passage):
    facts = {"resident": passage.resident, "has_number": False, "full_name": "Nguyễn Bé Tư", "phone": "0987654321"}
    PassageFactory(resident=passage.resident, checkpoint=post, decided_at=NOON, declaration=DeclarationFactory(**facts))
    page = trace(client, checkpoint=post.pk)
    assert page.count("Nguyễn Bé Tư") == page.count("(the guardian's)") == 1
    assert page.count("Nguyễn Văn Ước") == 1


def test_who_declared_the_plate_and_was_not_recorded_is_shown_besides(client, tracer, post, passage):
    """The driver was scanned, the passengers were not; who filed twice, withdrew or goes elsewhere is not among them."""
    times = {"submitted_at": NOON - timedelta(hours=2), "valid_until": NOON + timedelta(hours=70)}
    facts = times | {"plate": "51F12345", "checkpoint": post}
    DeclarationFactory(**facts, resident=passage.resident, full_name="Nguyễn Văn Ước")
    DeclarationFactory(**facts, resident="079090000002", full_name="Lê Thị Khách", phone="0987654321")
    DeclarationFactory(**facts, resident="079090000003", withdrawn_at=NOON)
    DeclarationFactory(**facts | {"checkpoint": CheckpointFactory()}, resident="079090000004")
    DeclarationFactory(**facts | {"valid_until": NOON - timedelta(hours=1, minutes=30)}, resident="079090000005")
    page = trace(client, plate="51F12345")
    assert "1 more declared this plate" in page
    assert all(fact in page for fact in ("Lê Thị Khách", "0987654321", "079 0 90 000002"))
    assert not [number for number in ("000003", "000004", "000005") if f"079 0 90 {number}" in page]
    assert page.count("Nguyễn Văn Ước") == 1
    assert AuditEntry.objects.filter(action="resident.traced", resident="079090000002").count() == 1
    assert "more declared" not in trace(client, checkpoint=post.pk)


def test_many_people_take_as_many_statements_as_one(client, tracer, post, passage, django_assert_max_num_queries):
    for n in range(2, 30):
        PassageFactory(resident=f"0790900000{n:02d}", checkpoint=post, decided_at=NOON + timedelta(seconds=n))
    trace(client, checkpoint=post.pk)
    # Session, user, areas and checkpoints; passages, people, units; two for the log, and the savepoints of its transaction;
    # exports that wait, in the head.
    with django_assert_max_num_queries(13):
        trace(client, checkpoint=post.pk)
    assert AuditEntry.objects.filter(action="resident.traced").values("resident").distinct().count() == 29


def test_list_is_exported_with_what_it_was_asked_for(client, tracer, post, passage):
    page = trace(client, checkpoint=post.pk)
    assert 'formaction="/exports/new/traced/"' in page
    sent = {"case_number": "BN-1234", "checkpoint": post.pk, "begin": "2021-10-05T11:00", "end": "2021-10-05T13:00"}
    asked = client.post("/exports/new/traced/", sent).context["form"]
    shown = {"begin": datetime(2021, 10, 5, 11), "end": datetime(2021, 10, 5, 13), "checkpoint": str(post.pk)}
    assert {name: asked[name].value() for name in sent} == sent | shown
    assert not AuditEntry.objects.filter(action="export.previewed").exists()
