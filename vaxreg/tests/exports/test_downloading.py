"""Taking the file: by whoever asked, for a while, a few times; each file names its download, and the log comes first."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from residents.tests.factories import UnitFactory
from vaxreg.exports import services
from vaxreg.exports.models import Export, ExportChunk, ExportDownload
from vaxreg.models import AuditEntry
from vaxreg.tests.exports.factories import built, export_by, later, manager_of, many_people_of, ready_export, text_of
from vaxreg.tests.factories import UserFactory, actor, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def export():
    return ready_export(people=2)


@pytest.fixture
def owner(client, export):
    sign_in(client, export.requested_by)
    client.cookies["django_language"] = "en"
    return export.requested_by


def take(client, export, format="csv"):
    return client.post(f"/exports/{export.pk}/download/", {"format": format}, follow=True)


def test_file_carries_who_when_why_and_its_own_code(client, export, owner):
    response = take(client, export)
    text, download = text_of(response), ExportDownload.objects.get()
    code = f"{download.code[:4]} {download.code[4:]}"
    for fact in (owner.full_name, owner.username, "KH-12/2026", "Mời tiêm mũi nhắc lại", code):
        assert fact in text.splitlines()[0]
    assert code in text.splitlines()[-1]
    assert response["Content-Disposition"] == f'attachment; filename="vaxreg-{download.code}.csv"'
    assert "no-store" in response["Cache-Control"]


def test_second_download_has_another_watermark(client, export, owner):
    first, second = text_of(take(client, export)), text_of(take(client, export))
    assert first.splitlines()[1:-1] == second.splitlines()[1:-1]
    assert first.splitlines()[0] != second.splitlines()[0]
    assert ExportDownload.objects.count() == 2


def test_only_the_fields_chosen_leave(client, owner):
    export = ready_export(sensitive=("phone",), phone="0912345678", full_name="Lê Hữu Ước")
    sign_in(client, export.requested_by)
    text = text_of(take(client, export))
    assert text.splitlines()[1] == '"Năm sinh","Điện thoại"'
    assert "0912 345 678" in text
    assert "Ước" not in text
    assert "079090" not in text


def test_download_that_is_cut_is_in_the_log_with_everybody(client, settings):
    settings.EXPORT_APPROVAL_PEOPLE = 5_000
    unit = UnitFactory()
    many_people_of(unit, 1_200)
    export = built(export_by(manager_of(unit), unit))
    sign_in(client, export.requested_by)
    # The line is cut after the first part: nothing but the watermark has left.
    assert b"KH-12/2026" in next(take(client, export).streaming_content)
    download = ExportDownload.objects.get()
    assert download.export.exported_people.count() == 1_200
    entry = AuditEntry.objects.get(action="export.downloaded")
    assert (entry.changes["code"], entry.changes["people"]) == (download.code, 1_200)
    assert entry.changes["fields"] == ["birth_year", "full_name"]


def test_nobody_else_takes_it_and_its_address_alone_opens_nothing(client, export):
    assert Client().post(f"/exports/{export.pk}/download/").url.startswith("/login/")
    sign_in(client, manager_of(export.requested_by.area_assignments.get().unit))
    assert client.post(f"/exports/{export.pk}/download/").status_code == 404
    sign_in(client, export.requested_by)
    assert client.get(f"/exports/{export.pk}/download/").status_code == 405
    assert not ExportDownload.objects.exists()


def test_service_itself_gives_the_file_to_nobody_else(export):
    with pytest.raises(services.NotReadyError):
        services.start_download(by=actor(), export=export, format="csv", now=timezone.now())


def test_user_with_a_second_factor_takes_it_only_after_using_it(client, export, owner):
    TOTPDevice.objects.create(user=owner, confirmed=True)
    response = client.post(f"/exports/{export.pk}/download/")
    assert response.url.startswith("/login/second-factor/")
    assert not ExportDownload.objects.exists()


def test_user_whose_role_has_ended_takes_nothing(export):
    by = actor(export.requested_by)
    by.user.groups.clear()
    by.user.__dict__.pop("role_codes", None)
    with pytest.raises(services.NotAllowedError):
        services.start_download(by=by, export=export, format="csv", now=timezone.now())


def test_file_is_taken_a_few_times_only(client, export, owner, settings):
    settings.EXPORT_MOST_DOWNLOADS = 1
    text_of(take(client, export))
    page = take(client, export).content.decode()
    assert "downloaded as often as it may be" in page
    assert "/download/" not in page
    assert ExportDownload.objects.count() == 1


def test_file_expires_and_is_deleted_but_not_the_log(client, export, owner):
    assert export.expires_at - export.built_at == timedelta(hours=24)
    text_of(take(client, export))
    Export.objects.update(expires_at=later(seconds=-1))
    assert "There is no file to download" in take(client, export).content.decode()
    assert services.purge(by=actor(), now=timezone.now()) == 1
    assert not ExportChunk.objects.exists()
    assert export.exported_people.count() == 2
    assert AuditEntry.objects.filter(action="export.deleted", object_id=str(export.pk)).count() == 1


def test_whoever_asked_can_delete_the_file_at_once(client, export, owner):
    client.post(f"/exports/{export.pk}/withdraw/")
    client.post(f"/exports/{export.pk}/withdraw/")
    assert not ExportChunk.objects.exists()
    assert "no file to download" in take(client, export).content.decode()
    assert AuditEntry.objects.filter(action="export.withdrawn").count() == 1


def test_nobody_else_withdraws_it(client, export):
    sign_in(client, manager_of(UnitFactory()))
    assert client.post(f"/exports/{export.pk}/withdraw/").status_code == 404


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_file_that_does_not_open_any_more_is_said_so(client, export, owner, settings, format):
    settings.SECRET_KEY = "x" * 50
    sign_in(client, UserFactory())
    sign_in(client, owner)
    assert "cannot be opened any more" in take(client, export, format).content.decode()
    assert not ExportDownload.objects.exists()


def test_long_list_comes_as_csv_only(client, export, owner, settings):
    settings.EXPORT_XLSX_MOST_ROWS = 1
    assert 'value="xlsx"' not in client.get(f"/exports/{export.pk}/").content.decode()
    assert "too long for XLSX" in take(client, export, "xlsx").content.decode()
    assert text_of(take(client, export)).count("\n") == 5
