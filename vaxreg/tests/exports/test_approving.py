"""Above a thousand people a second person agrees, who answers for the area; nobody for themselves, and not for ever."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from residents.tests.factories import UnitFactory
from vaxreg.exports import building, services
from vaxreg.exports.models import Export
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.exports.factories import built, export_by, later, manager_of, people_of
from vaxreg.tests.factories import UserFactory, actor, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _low(settings):
    settings.EXPORT_APPROVAL_PEOPLE = 2


@pytest.fixture
def unit():
    return UnitFactory()


@pytest.fixture
def export(unit):
    people_of(unit, 3)
    return export_by(manager_of(unit, full_name="Đỗ Thị Tỉnh"), unit)


def decide(client, export, verdict, reason=""):
    client.cookies["django_language"] = "en"
    return client.post(f"/exports/{export.pk}/decide/", {"verdict": verdict, "reason": reason}, follow=True)


def test_it_waits_without_a_file_until_somebody_else_approves(client, export, unit):
    assert export.state_at(timezone.now()) == Export.State.WAITING
    assert not built(export).chunks.exists()
    sign_in(client, manager_of(unit))
    assert "1 việc chờ" in client.get("/").content.decode()
    page = client.get("/exports/").content.decode()
    assert f"/exports/{export.pk}/" in page
    assert "You approved the request" in decide(client, export, "approve").content.decode()
    export.refresh_from_db()
    assert export.state_at(timezone.now()) == Export.State.READY
    assert AuditEntry.objects.get(action="export.approved").object_id == str(export.pk)


def test_approver_sees_who_why_how_many_and_which_fields_but_nobody(client, export, unit):
    sign_in(client, manager_of(unit))
    client.cookies["django_language"] = "en"
    page = client.get(f"/exports/{export.pk}/").content.decode()
    for fact in ("Đỗ Thị Tỉnh", "KH-12/2026", "planning vaccinations", "Year of birth, Full name", unit.name_en, "3"):
        assert fact in page
    assert "Nguyễn Văn An" not in page


def test_refusal_needs_a_reason_that_whoever_asked_reads(client, export, unit):
    approver = manager_of(unit)
    sign_in(client, approver)
    assert "Say why you refuse" in decide(client, export, "refuse").content.decode()
    decide(client, export, "refuse", "Không cần họ tên")
    sign_in(client, export.requested_by)
    page = client.get(f"/exports/{export.pk}/").content.decode()
    assert "The request was refused" in page
    assert "Không cần họ tên" in page
    assert AuditEntry.objects.get(action="export.refused").changes["reason"] == "Không cần họ tên"


def approvers(unit):
    """(who, whether the request of a manager of the unit is theirs to decide)"""
    tracer = UserFactory(roles=[Role.TRACER])
    return [
        (manager_of(unit), True),
        (UserFactory(roles=[Role.ADMINISTRATOR]), True),
        (manager_of(UnitFactory()), False),
        (manager_of(UnitFactory(parent=unit)), False),
        (UserFactory(roles=[Role.AUDITOR]), False),
        (tracer, False),
        (UserFactory(is_superuser=True), False),
    ]


def test_managers_of_the_whole_area_and_administrators_decide_for_a_manager(export, unit):
    for user, may in approvers(unit):
        assert Export.objects.decidable_by(user, timezone.now()).exists() == may, (user.role_codes, may)


def test_administrator_decides_for_no_clinic_lead_but_beyond_one_province(export, unit):
    administrator, lead = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory(roles=[Role.CLINIC_LEAD])
    facts = {
        name: getattr(export, name) for name in ("listing", "fields", "words", "purpose", "purpose_text", "case_number")
    }
    facts |= {
        "requested_by": lead,
        "requested_at": timezone.now(),
        "people": 3,
        "most_people": 3,
        "needs_approval": True,
    }
    facts |= {"idempotency_key": export.idempotency_key, "language": "vi", "expires_at": later(hours=1)}
    local = Export.objects.create(area=export.area, **facts)
    assert local not in Export.objects.decidable_by(administrator, timezone.now())
    facts["requested_by"] = UserFactory(roles=[Role.TRACER])
    national = Export.objects.create(area="", **facts)
    assert national in Export.objects.decidable_by(administrator, timezone.now())
    assert national not in Export.objects.decidable_by(manager_of(unit), timezone.now())


def test_nobody_decides_their_own_request_whatever_roles_they_hold(client, export):
    own = export.requested_by
    own.groups.add(UserFactory(roles=[Role.ADMINISTRATOR]).groups.get())
    sign_in(client, own)
    assert decide(client, export, "approve").status_code == 404
    with pytest.raises(services.OwnRequestError):
        services.decide(by=actor(own), export=export, is_approval=True, reason="", now=timezone.now())
    with pytest.raises(IntegrityError, match="export_decided_by_another"), transaction.atomic():
        Export.objects.update(is_approved=True, decided_by=own, decided_at=timezone.now())


def test_foreign_manager_does_not_see_the_request(client, export):
    sign_in(client, manager_of(UnitFactory()))
    assert client.get(f"/exports/{export.pk}/").status_code == 404
    assert decide(client, export, "approve").status_code == 404


def test_request_expires_when_nobody_decides(client, export, unit, settings):
    Export.objects.update(expires_at=later(seconds=-1))
    sign_in(client, manager_of(unit))
    assert "decided already, withdrawn or expired" in decide(client, export, "approve").content.decode()
    assert Export.objects.get().is_approved is None
    assert export.expires_at - export.requested_at == timedelta(hours=settings.EXPORT_DECISION_HOURS)


def test_approval_expires_when_the_file_is_not_made(export, unit):
    services.decide(by=actor(manager_of(unit)), export=export, is_approval=True, reason="", now=later(hours=-25))
    assert built(export).state_at(timezone.now()) == Export.State.EXPIRED
    assert not export.chunks.exists()


def test_list_that_outgrew_its_approval_goes_back(export, unit):
    services.decide(by=actor(manager_of(unit)), export=export, is_approval=True, reason="", now=timezone.now())
    people_of(unit, 1)
    export = built(export)
    assert (export.state_at(timezone.now()), export.people) == (Export.State.WAITING, 4)
    assert not export.chunks.exists()
    assert not export.exported_people.exists()
    assert AuditEntry.objects.filter(action="export.outgrown").exists()


def test_an_approval_covers_a_tenth_more(unit):
    people_of(unit, 20)
    export = export_by(manager_of(unit), unit)
    services.decide(by=actor(manager_of(unit)), export=export, is_approval=True, reason="", now=timezone.now())
    people_of(unit, 2)
    assert built(export).built_people == 22


def test_list_that_outgrew_one_persons_word_is_not_made(unit):
    people_of(unit, 2)
    export = export_by(manager_of(unit), unit)
    assert not export.needs_approval
    people_of(unit, 1)
    assert built(export).state_at(timezone.now()) == Export.State.WAITING


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"case_number": ""}, "export_says_why_and_what"),
        ({"fields": []}, "export_says_why_and_what"),
        ({"is_approved": True}, "export_decided_whole"),
        ({"built_at": timezone.now(), "built_people": 1, "built_rows": 1}, "export_made_when_approved"),
        (
            {"built_at": timezone.now(), "built_people": 4, "built_rows": 4, "needs_approval": False},
            "export_made_within_bounds",
        ),
    ],
)
def test_the_database_refuses(export, facts, constraint):
    values = {field.attname: getattr(export, field.attname) for field in Export._meta.concrete_fields} | {"id": None}
    values["idempotency_key"] = "12345678-1234-5678-1234-567812345678"
    Export(**values).save()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Export(**values | facts | {"idempotency_key": "12345678-1234-5678-1234-567812345679"}).save()


@pytest.mark.parametrize("change", ["UPDATE vaxreg_export SET purpose_text = 'x'", "DELETE FROM vaxreg_exportedperson"])
def test_what_was_asked_and_who_left_never_changes(unit, change):
    people_of(unit, 1)
    built(export_by(manager_of(unit), unit))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_builder_leaves_waiting_requests_alone(export):
    assert building.build(by=actor(), export=export, now=timezone.now()).built_at is None
    assert not Export.objects.unbuilt(timezone.now()).exists()
