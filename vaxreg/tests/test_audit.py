"""The audit trail: what an entry says, and that nothing changes or removes it."""

from datetime import date
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy

from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_record_says_who_what_whom_from_where_and_what_changed():
    user, subject = UserFactory(), UserFactory()
    entry = audit.record(
        by=Actor(user=user, address="192.0.2.7", channel="web"),
        action="user.renamed",
        subject=subject,
        resident="079090123456",
        changes={"full_name": ["An", "Ân"]},
    )
    entry.refresh_from_db()
    assert (entry.user, entry.address, entry.channel) == (user, "192.0.2.7", "web")
    assert (entry.action, entry.resident) == ("user.renamed", "079090123456")
    assert (entry.object_type, entry.object_id) == ("vaxreg.user", str(subject.pk))
    assert entry.changes == {"full_name": ["An", "Ân"]}


def test_record_keeps_dates_keys_and_lazy_texts_as_text():
    changes = {"day": date(2021, 3, 5), "key": UUID(int=7), "text": gettext_lazy("Name")}
    entry = audit.record(by=Actor.command("test"), action="x", changes=changes)
    entry.refresh_from_db()
    assert entry.changes["day"] == "2021-03-05"
    assert entry.changes["key"] == str(UUID(int=7))
    assert isinstance(entry.changes["text"], str)


def test_record_of_a_command_has_no_user():
    entry = audit.record(by=Actor.command("load_units"), action="units.loaded")
    assert (entry.user, entry.address, entry.channel) == (None, None, "command:load_units")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vaxreg_auditentry SET action = 'nothing'",
        "UPDATE vaxreg_auditentry SET at = now() - interval '1 year'",
        "DELETE FROM vaxreg_auditentry",
        "TRUNCATE vaxreg_auditentry",
        "TRUNCATE vaxreg_user CASCADE",
    ],
)
def test_database_refuses_to_change_or_remove_an_entry(statement):
    audit.record(by=Actor.command("test"), action="x")
    with connection.cursor() as cursor:
        # Foreign keys still to be checked would refuse it, too.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.get().action == "x"


def test_orm_cannot_change_or_remove_an_entry():
    entry = audit.record(by=Actor.command("test"), action="x")
    entry.action = "y"
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.update(action="y")


def test_user_with_entries_cannot_be_removed():
    user = UserFactory()
    audit.record(by=Actor(user=user, address=None, channel="web"), action="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        user.delete()
