"""Reactions after a dose: two taps, then what is known grows by versions. /clinic/reaction/<code>/."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from vaccinations.loading.clinic import load_clinic
from vaccinations.models import AdverseEvent
from vaccinations.tests.factories import AdverseEventFactory, SlipFactory, clerk
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db
ADDRESS = "/clinic/reaction/C6NYWD6G/"


@pytest.fixture
def slip(facility):
    load_clinic(by=Actor.command("test"))
    return SlipFactory(
        code="C6NYWD6G",
        dose__facility=facility,
        dose__resident__full_name="Nguyễn Thị Lan",
        dose__administered_at=timezone.now() - timedelta(minutes=20),
        dose__administered_on=timezone.localdate(timezone.now() - timedelta(minutes=20)),
    )


def tap(desk, value, page=None):
    return desk.post(ADDRESS, {"page": page or desk.get(ADDRESS).context["page"], "tap": value})


def fill(desk, page=None, **different):
    now = timezone.localtime()
    facts = {
        "page": page or desk.get(ADDRESS).context["page"],
        "onset_on": now.strftime("%d/%m/%Y"),
        "onset_time": now.strftime("%H:%M"),
        "symptoms": ["pyrexia"],
        "severity": "mild",
        "outcome": "recovering",
    }
    return desk.post(ADDRESS, {**facts, **different})


def known():
    return AdverseEvent.objects.current().get()


def test_the_second_tap_records(desk, slip):
    page = desk.get(ADDRESS).content.decode()
    assert 'name="tap" value="pyrexia:moderate"' in page
    assert tap(desk, "pyrexia:moderate").url == ADDRESS
    event = known()
    assert (event.symptoms, event.severity, event.outcome, event.version) == (["pyrexia"], "moderate", "unknown", 1)
    assert (event.resident, event.dose, event.source, event.recorded_by) == (
        slip.resident,
        slip.dose,
        "site",
        desk.user,
    )
    assert timezone.now() - event.onset_at < timedelta(minutes=1)
    assert "The reaction is recorded." in desk.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    ("value", "grade", "severity", "serious"),
    [
        ("anaphylaxis:1", 1, "mild", False),
        ("anaphylaxis:3", 3, "severe", True),
        ("seizure:severe", None, "severe", True),
    ],
)
def test_a_tap_says_how_grave(desk, slip, value, grade, severity, serious):
    tap(desk, value)
    assert (known().anaphylaxis_grade, known().severity, known().is_serious) == (grade, severity, serious)


def test_further_taps_add_to_it_by_versions(desk, slip):
    for value in ("urticaria:moderate", "pyrexia:mild", "anaphylaxis:2"):
        tap(desk, value)
    event = known()
    assert (event.symptoms, event.severity, event.version) == (["urticaria", "pyrexia", "anaphylaxis"], "severe", 3)
    assert AdverseEvent.objects.count() == 3
    assert AdverseEvent.objects.values("event").distinct().count() == 1


def test_the_same_tap_twice_is_one_version(desk, slip):
    page = desk.get(ADDRESS).context["page"]
    tap(desk, "pyrexia:mild", page)
    tap(desk, "pyrexia:mild", page)
    tap(desk, "pyrexia:mild")
    assert AdverseEvent.objects.count() == 1


def test_what_is_known_is_written_down_in_full(desk, slip):
    fill(
        desk,
        symptoms=["dyspnoea", "urticaria"],
        other_symptom="Tê môi",
        severity="severe",
        seriousness=["hospital"],
        treatment="Adrenalin 0,5 mg tiêm bắp",
        referred_to="Bệnh viện Quận 1",
    )
    event = known()
    assert (event.treatment, event.referred_to) == ("Adrenalin 0,5 mg tiêm bắp", "Bệnh viện Quận 1")
    assert (event.seriousness, event.other_symptom, event.is_serious) == (["hospital"], "Tê môi", True)
    page = desk.get(ADDRESS).content.decode()
    assert "Shortness of breath, Hives, Tê môi" in page
    assert 'value="hospital"' in page


def test_another_reaction_is_kept_apart(desk, slip):
    tap(desk, "pyrexia:mild")
    page = desk.get(ADDRESS + "?new=1").context["page"]
    fill(desk, page, symptoms=["headache"])
    assert AdverseEvent.objects.current().count() == 2


def test_what_somebody_else_added_meanwhile_is_told_and_nothing_typed_is_lost(desk, slip):
    tap(desk, "pyrexia:mild")
    page = desk.get(ADDRESS).context["page"]
    tap(desk, "chills:mild")
    response = fill(desk, page, treatment="Hạ sốt")
    shown = response.content.decode()
    assert "Somebody else has just added to this reaction." in shown
    assert "Fever, Chills" in shown
    assert "Hạ sốt" in shown
    fill(desk, response.context["page"], treatment="Hạ sốt", symptoms=["pyrexia", "chills"])
    assert (known().version, known().treatment) == (3, "Hạ sốt")


@pytest.mark.parametrize(
    ("different", "sentence"),
    [
        ({"symptoms": []}, "Choose a sign or symptom, or write one down."),
        ({"symptoms": ["anaphylaxis"]}, "An anaphylaxis has a grade"),
        ({"anaphylaxis_grade": "2"}, "An anaphylaxis has a grade"),
        ({"onset_on": "01/01/2020"}, "The onset lies before the dose."),
        ({"onset_on": "31/12/2099"}, "The onset lies in the future."),
        ({"onset_time": "25:00"}, "Enter a valid time."),
        ({"severity": ""}, "This field is required."),
        ({"outcome": "unsure"}, "is not one of the available choices"),
        ({"symptoms": ["nonsense"]}, "is not one of the available choices"),
    ],
)
def test_a_mistake_is_told_and_nothing_typed_is_lost(desk, slip, different, sentence):
    page = fill(desk, **{"treatment": "Đã gõ", **different}).content.decode()
    assert sentence in page
    assert "Đã gõ" in page
    assert not AdverseEvent.objects.exists()


@pytest.mark.parametrize(
    "value", ["", "pyrexia", "pyrexia:awful", "nonsense:mild", "anaphylaxis:5", "anaphylaxis:mild"]
)
def test_a_tap_of_nonsense_records_nothing(desk, slip, value):
    assert tap(desk, value).status_code == 200
    assert not AdverseEvent.objects.exists()


def test_a_later_reaction_is_told_anywhere_with_the_slip_and_the_reading_is_logged(client, english, slip):
    elsewhere = sign_in(client, clerk())
    assert "Nguyễn Thị Lan" in elsewhere.get(ADDRESS).content.decode()
    assert AuditEntry.objects.filter(action="resident.read", resident=slip.resident).exists()
    assert elsewhere.get("/clinic/reaction/WXYWXYWX/").status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PROVINCIAL_MANAGER])
def test_others_are_refused(client, slip, role):
    assert sign_in(client, UserFactory(roles=[role])).get(ADDRESS).status_code == 403


def test_the_database_keeps_every_version():
    event = AdverseEventFactory()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AdverseEvent.objects.update(severity="severe")
    same = {"event": event.event, "dose": event.dose}
    for name, wrong in {
        "one_current": {**same, "version": 2},
        "version_once": {**same, "superseded_at": timezone.now()},
        "has_a_symptom": {"symptoms": []},
        "grade_range": {"anaphylaxis_grade": 5},
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            AdverseEventFactory(**wrong)
