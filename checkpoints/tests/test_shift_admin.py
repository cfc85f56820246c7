"""Shifts and quick modes in the administration: to look at, never to change; opening one leaves an entry."""

import pytest
from django.utils import timezone

from checkpoints.models import QuickMode, Shift
from checkpoints.tests.factories import CheckpointFactory
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db
NOTE = "Xe 51F-123.45 sẽ quay lại lúc 22 giờ"


@pytest.fixture(params=[Role.ADMINISTRATOR, Role.AUDITOR])
def looker(request, client):
    return sign_in(client, UserFactory(username="looker", roles=[request.param]))


@pytest.fixture
def shift():
    officer = UserFactory(full_name="Lê Văn Chốt")
    return Shift.objects.create(
        checkpoint=CheckpointFactory(), officer=officer, started_at=timezone.now(), handover_note=NOTE
    )


@pytest.fixture
def quick_mode():
    lead = UserFactory(full_name="Trần Thị Trưởng")
    return QuickMode.objects.create(
        checkpoint=CheckpointFactory(), reason="Kẹt xe 2 km", started_at=timezone.now(), started_by=lead
    )


def test_shifts_are_listed_without_their_notes(looker, shift):
    page = looker.get("/admin/checkpoints/shift/").content.decode()
    assert "Lê Văn Chốt" in page
    assert NOTE not in page


def test_opening_a_shift_shows_its_note_and_is_recorded(looker, shift):
    page = looker.get(f"/admin/checkpoints/shift/{shift.pk}/change/").content.decode()
    assert NOTE in page
    entry = AuditEntry.objects.get(action="shift.opened")
    assert (entry.user.username, entry.object_id) == ("looker", str(shift.pk))


def test_quick_mode_shows_who_switched_it_on_and_why(looker, quick_mode):
    page = looker.get("/admin/checkpoints/quickmode/").content.decode()
    assert "Trần Thị Trưởng" in page
    assert "Kẹt xe 2 km" in page
    looker.get(f"/admin/checkpoints/quickmode/{quick_mode.pk}/change/")
    assert AuditEntry.objects.filter(action="quickmode.opened", object_id=str(quick_mode.pk)).exists()


def test_nobody_changes_them_there(looker, shift, quick_mode):
    for path in (f"shift/{shift.pk}", f"quickmode/{quick_mode.pk}"):
        assert looker.post(f"/admin/checkpoints/{path}/change/", {"reason": "x"}).status_code == 403
        assert looker.post(f"/admin/checkpoints/{path}/delete/", {"post": "yes"}).status_code == 403
    shift.refresh_from_db()
    assert shift.handover_note == NOTE
