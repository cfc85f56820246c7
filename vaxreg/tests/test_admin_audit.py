"""Every write of the admin leaves an entry with the values before and after; and who may write at all."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django_otp.plugins.otp_totp.models import TOTPDevice

from checkpoints.tests.factories import CheckpointAssignmentFactory, CheckpointFactory
from residents.tests.factories import AreaAssignmentFactory, UnitFactory
from vaccinations.models import Contraindication, Lot, Schedule, Vaccine
from vaccinations.tests.factories import DoseFactory, FacilityFactory, LotFactory, ScheduleFactory, VaccineFactory
from vaxreg.models import AuditEntry, User
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db
EMPTY_INLINES = {
    f"{prefix}-{name}_FORMS": "0"
    for prefix in ("area_assignments", "facility_assignments", "checkpoint_assignments", "aliases")
    for name in ("TOTAL", "INITIAL")
}
PASSWORD = "bốn mươi hai con vịt"


@pytest.fixture
def administrator(client):
    return sign_in(client, UserFactory(username="admin", roles=[Role.ADMINISTRATOR]))


@pytest.fixture
def vaccine():
    return Vaccine.objects.create(code="cominarty", name="Cominarty", manufacturer="Pfizer")


def entry(action):
    return AuditEntry.objects.get(action=action)


def group(role):
    return str(Group.objects.get(name=role).pk)


def test_add_records_the_values(administrator):
    data = {"code": "az", "name": "Vaxzevria", "manufacturer": "AstraZeneca", "is_active": "on", **EMPTY_INLINES}
    assert administrator.post("/admin/vaccinations/vaccine/add/", data).status_code == 302
    added = entry("vaccine.added")
    assert (added.user.username, added.channel) == ("admin", "admin")
    assert added.object_id == str(Vaccine.objects.get().pk)
    assert added.changes["name"] == [None, "Vaxzevria"]


def test_change_records_only_what_changed(administrator, vaccine):
    data = {"code": "cominarty", "name": "Comirnaty", "manufacturer": "Pfizer", "is_active": "on", **EMPTY_INLINES}
    administrator.post(f"/admin/vaccinations/vaccine/{vaccine.pk}/change/", data)
    assert entry("vaccine.changed").changes == {"name": ["Cominarty", "Comirnaty"]}


def test_inline_rows_are_recorded_when_added_changed_and_deleted(administrator):
    schedule = ScheduleFactory(code="x")
    address = f"/admin/vaccinations/schedule/{schedule.pk}/change/"
    data = {"code": "x", "name": schedule.name, "source": "QĐ", "contraindications-INITIAL_FORMS": "0"}
    row = {"contraindications-TOTAL_FORMS": "1", "contraindications-0-observation": "080", "contraindications-0-id": ""}
    administrator.post(address, {**data, **row})
    rule = Contraindication.objects.get()
    assert entry("contraindication.added").changes["observation"] == [None, "080"]
    row |= {"contraindications-INITIAL_FORMS": "1", "contraindications-0-id": rule.pk}
    row |= {"contraindications-0-schedule": schedule.pk}
    administrator.post(address, {**data, **row, "contraindications-0-observation": "081"})
    assert entry("contraindication.changed").changes == {"observation": ["080", "081"]}
    administrator.post(
        address, {**data, **row, "contraindications-0-observation": "081", "contraindications-0-DELETE": "on"}
    )
    deleted = entry("contraindication.deleted")
    assert deleted.object_id == str(rule.pk)
    assert deleted.changes["observation"] == ["081", None]


def test_delete_records_what_goes_with_it(administrator):
    schedule = ScheduleFactory(code="x")
    Contraindication.objects.create(schedule=schedule, observation="080")
    administrator.post(f"/admin/vaccinations/schedule/{schedule.pk}/delete/", {"post": "yes"})
    assert entry("schedule.deleted").changes["code"] == ["x", None]
    assert entry("contraindication.deleted").changes["observation"] == ["080", None]
    assert not Schedule.objects.exists()


def test_delete_of_several_records_each(administrator, vaccine):
    lots = [Lot.objects.create(vaccine=vaccine, lot_number=number) for number in ("A1", "A2")]
    data = {"action": "delete_selected", "_selected_action": [lot.pk for lot in lots], "post": "yes"}
    administrator.post("/admin/vaccinations/lot/", data)
    assert AuditEntry.objects.filter(action="lot.deleted").count() == 2
    assert not Lot.objects.exists()


def test_a_write_that_cannot_be_recorded_is_not_made(administrator):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vaxreg_auditentry ADD CONSTRAINT nothing_more CHECK (false) NOT VALID")
    data = {"code": "az", "name": "Vaxzevria", "manufacturer": "AstraZeneca", **EMPTY_INLINES}
    with pytest.raises(IntegrityError):
        administrator.post("/admin/vaccinations/vaccine/add/", data)
    assert not Vaccine.objects.exists()


def test_user_is_added_with_roles_and_no_password_in_the_trail(administrator):
    data = {"username": "lan", "full_name": "Lê Lan", "groups": [group("officer")], "usable_password": "true"}
    data |= {"password1": PASSWORD, "password2": PASSWORD, **EMPTY_INLINES}
    assert administrator.post("/admin/vaxreg/user/add/", data).status_code == 302
    lan = User.objects.get(username="lan")
    assert lan.role_codes == {"officer"}
    assert lan.check_password(PASSWORD)
    added = entry("user.added")
    assert added.changes["groups"] == [None, ["officer"]]
    assert PASSWORD not in str(added.changes)


def test_change_of_roles_is_recorded(administrator):
    user = UserFactory(username="lan", full_name="Lê Lan", roles=[Role.OFFICER])
    data = {"username": "lan", "full_name": "Lê Lan", "is_active": "on", **EMPTY_INLINES}
    data["groups"] = [group("officer"), group("checkpoint_lead")]
    administrator.post(f"/admin/vaxreg/user/{user.pk}/change/", data)
    assert entry("user.changed").changes == {"groups": [["officer"], ["checkpoint_lead", "officer"]]}


def test_setting_a_password_is_recorded(administrator):
    user = UserFactory()
    data = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD, "set-password": "1"}
    administrator.post(f"/admin/vaxreg/user/{user.pk}/password/", data)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert entry("password.set").object_id == str(user.pk)


def test_remove_second_factor_of_others_only_and_recorded(administrator):
    own = User.objects.get(username="admin")
    other = UserFactory()
    superuser = UserFactory(is_superuser=True)
    for user in (other, superuser):
        TOTPDevice.objects.create(user=user, confirmed=True)
    data = {"action": "remove_second_factor", "_selected_action": [own.pk, other.pk, superuser.pk]}
    administrator.post("/admin/vaxreg/user/", data)
    assert list(TOTPDevice.objects.values_list("user", flat=True)) == [superuser.pk]
    assert entry("second-factor.removed").object_id == str(other.pk)


def test_superuser_is_out_of_an_administrators_reach(administrator):
    superuser = UserFactory(is_superuser=True)
    data = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD, "set-password": "1"}
    assert administrator.post(f"/admin/vaxreg/user/{superuser.pk}/password/", data).status_code == 403
    assert administrator.post(f"/admin/vaxreg/user/{superuser.pk}/change/", {"username": "x"}).status_code == 403


def test_user_page_offers_roles_and_assignments_but_no_superuser_or_staff_switch(administrator):
    page = administrator.get(f"/admin/vaxreg/user/{UserFactory().pk}/change/").content.decode()
    assert 'type="checkbox" name="groups"' in page
    assert "area_assignments-TOTAL_FORMS" in page
    assert "is_superuser" not in page
    assert "is_staff" not in page


def test_users_are_never_deleted(administrator):
    user = UserFactory()
    assert administrator.post(f"/admin/vaxreg/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403


def test_clinic_lead_changes_lots_and_nothing_else(client, vaccine):
    sign_in(client, UserFactory(roles=[Role.CLINIC_LEAD]))
    data = {"vaccine": vaccine.pk, "lot_number": "FF123", "expires_on": "05/03/2027", "is_active": "on"}
    assert client.post("/admin/vaccinations/lot/add/", data).status_code == 302
    assert str(Lot.objects.get().expires_on) == "2027-03-05"
    assert client.post(f"/admin/vaccinations/vaccine/{vaccine.pk}/change/", {"name": "x"}).status_code == 403
    assert client.get("/admin/vaxreg/user/").status_code == 403


@pytest.mark.parametrize(
    "path", ["auth/group/", "axes/accessattempt/", "otp_totp/totpdevice/", "auth/permission/", "admin/logentry/"]
)
def test_models_of_libraries_are_not_shown_even_to_superusers(client, path):
    sign_in(client, UserFactory(is_superuser=True))
    assert client.get(f"/admin/{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("/admin/residents/unit/", lambda: UnitFactory(parent=UnitFactory())),
        ("/admin/vaxreg/user/", lambda: UserFactory(roles=[Role.OFFICER, Role.CLINIC_STAFF])),
        ("/admin/residents/areaassignment/", AreaAssignmentFactory),
        ("/admin/vaccinations/facility/", FacilityFactory),
        ("/admin/vaccinations/lot/", LotFactory),
        ("/admin/checkpoints/checkpoint/", CheckpointFactory),
        ("/admin/checkpoints/checkpointassignment/", CheckpointAssignmentFactory),
    ],
)
def test_list_takes_as_many_queries_for_many_rows_as_for_one(administrator, path, make):
    make()
    # The first request also writes the session.
    administrator.get(path)
    with CaptureQueriesContext(connection) as few:
        administrator.get(path)
    for _row in range(5):
        make()
    with CaptureQueriesContext(connection) as many:
        assert len(administrator.get(path).context["cl"].result_list) > 5
    assert len(many) == len(few)


def test_lot_in_use_is_only_taken_out_of_use(client):
    sign_in(client, UserFactory(roles=[Role.CLINIC_LEAD]))
    lot = DoseFactory(lot=LotFactory(lot_number="FF123", expires_on="2027-03-05")).lot
    other = Vaccine.objects.create(code="az", name="Vaxzevria", manufacturer="AstraZeneca")
    data = {"vaccine": other.pk, "lot_number": "FF124", "expires_on": "05/03/2028"}
    assert client.post(f"/admin/vaccinations/lot/{lot.pk}/change/", data).status_code == 302
    kept = Lot.objects.get(pk=lot.pk)
    assert (kept.vaccine, kept.lot_number, str(kept.expires_on)) == (lot.vaccine, "FF123", "2027-03-05")
    assert not kept.is_active
    assert entry("lot.changed").changes == {"is_active": [True, False]}


def test_clinic_lead_deletes_no_lot(client):
    sign_in(client, UserFactory(roles=[Role.CLINIC_LEAD]))
    lot = LotFactory()
    assert client.post(f"/admin/vaccinations/lot/{lot.pk}/delete/", {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [lot.pk], "post": "yes"}
    client.post("/admin/vaccinations/lot/", data)
    assert Lot.objects.filter(pk=lot.pk).exists()


@pytest.mark.parametrize("has_lot", [True, False])
def test_vaccine_in_use_keeps_name_and_codes(administrator, has_lot):
    dose = DoseFactory() if has_lot else DoseFactory(lot=None, vaccine=VaccineFactory())
    before = Vaccine.objects.get(pk=dose.vaccine_id)
    data = {"code": "x", "name": "X", "manufacturer": "Corrected", "dcc_product": "X", "dcc_holder": "X"}
    data |= {"dcc_prophylaxis": "X", "is_active": "on", **EMPTY_INLINES}
    administrator.post(f"/admin/vaccinations/vaccine/{before.pk}/change/", data)
    after = Vaccine.objects.get(pk=before.pk)
    assert after.manufacturer == "Corrected"
    for field in ("code", "name", "dcc_product", "dcc_holder", "dcc_prophylaxis"):
        assert getattr(after, field) == getattr(before, field)
