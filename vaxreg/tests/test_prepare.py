"""A database that an earlier state has made is refused before anything is done to it."""

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from vaxreg.management.commands.prepare import refuse_earlier

pytestmark = pytest.mark.django_db


def test_database_with_migrations_that_are_no_more_is_refused():
    MigrationRecorder(connection).record_applied("residents", "0002_before_they_were_joined")
    with pytest.raises(CommandError, match="begin with an empty one"):
        refuse_earlier(MigrationLoader(connection))


def test_migrations_of_packages_that_were_joined_do_no_harm():
    MigrationRecorder(connection).record_applied("axes", "0099_gone")
    refuse_earlier(MigrationLoader(connection))
