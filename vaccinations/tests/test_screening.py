"""The screening on the person's page: nothing noted at first, computed, overridable with a reason, and kept."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from residents.tests.factories import ResidentFactory
from vaccinations.loading.clinic import load_clinic
from vaccinations.models import Dose, Screening, Visit
from vaccinations.tests.factories import LotFactory, VisitFactory
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(desk):
    load_clinic(by=Actor.command("test"))
    return desk


def years_ago(years):
    today = timezone.localdate()
    return today.replace(year=today.year - years, day=min(today.day, 28)) - timedelta(days=1)


@pytest.fixture
def open_page(desk):
    def opened(**facts):
        resident = ResidentFactory(citizen_id="079090123456", **facts)
        desk.page = desk.post("/clinic/person/", {"scan": resident.pk})
        return desk.page.content.decode()

    return opened


def send(desk, **different):
    facts = {
        "person": desk.page.context["person"],
        "dose_number": "1",
        "lot": str(LotFactory().pk),
        "administered_on": timezone.localdate().strftime("%d/%m/%Y"),
        "screening-consent": "agreed",
    }
    return desk.post(
        "/clinic/record/",
        {**facts, **{name.replace("s_", "screening-", 1): value for name, value in different.items()}},
    )


def test_a_healthy_person_is_kept_as_nothing_noted_with_consent(desk, open_page):
    page = open_page()
    assert "nothing noted" in page
    assert 'value="agreed" id="id_screening-consent_0" checked' in page
    send(desk)
    kept = Screening.objects.get()
    assert (kept.answers, kept.temperature, kept.computed, kept.conclusion) == ({}, None, "eligible", "eligible")
    assert (kept.consent, kept.visit.outcome, kept.screened_by) == ("agreed", "given", desk.user)
    assert kept.documents[0].startswith("QĐ 5785/QĐ-BYT")


def test_what_is_noted_is_kept_and_what_is_not_is_left_out(desk, open_page):
    open_page()
    send(desk, **{"s_item_allergy": "no", "s_temperature": "36,8", "s_pulse": "72"})
    kept = Screening.objects.get()
    assert kept.answers == {"allergy": {"answer": "no"}}
    assert (str(kept.temperature), kept.pulse, kept.systolic) == ("36.8", 72, None)


def test_care_is_shown_once_and_the_next_enter_records(desk, open_page):
    open_page()
    noted = {"s_item_allergy": "yes", "s_words_allergy": "Hải sản"}
    page = send(desk, **noted).content.decode()
    assert "Conclusion: with caution" in page
    assert "History of allergy to any allergen" in page
    assert 'name="screening-concluded" value="caution"' in page
    assert not Dose.objects.exists()
    send(desk, **noted, s_concluded="caution")
    kept = Screening.objects.get()
    assert (kept.conclusion, kept.answers["allergy"]["words"]) == ("caution", "Hải sản")
    assert Dose.objects.exists()


def test_a_conclusion_against_the_dose_is_recorded_with_the_next_enter(desk, open_page):
    open_page()
    noted = {"s_item_acute-illness": "yes", "s_temperature": "38.2"}
    page = send(desk, **noted).content.decode()
    assert "By this screening no dose is given now." in page
    assert 'name="decline" value="1" autofocus' in page
    assert not Dose.objects.exists()
    page = send(desk, **noted, decline="1").content.decode()
    assert "no dose given" in page
    visit = Visit.objects.get()
    assert (visit.not_given_reason, "Acute illness" in visit.not_given_text) == ("unwell", True)
    assert Screening.objects.get().conclusion == "delay"


@pytest.mark.parametrize(
    ("item", "reason"), [("anaphylaxis-vaccine", "contraindicated"), ("pregnant-13-over", "other")]
)
def test_the_reason_follows_from_the_conclusion(desk, open_page, item, reason):
    open_page()
    send(desk, **{f"s_item_{item}": "yes"}, decline="1")
    assert Visit.objects.get().not_given_reason == reason


def test_another_conclusion_needs_a_reason_and_both_are_kept(desk, open_page):
    open_page()
    noted = {"s_item_acute-illness": "yes", "s_conclusion": "caution"}
    page = send(desk, **noted).content.decode()
    assert "Say why the conclusion is another one than computed." in page
    assert not Dose.objects.exists()
    send(desk, **noted, s_override_reason="Chỉ sổ mũi nhẹ, bác sĩ đồng ý")
    kept = Screening.objects.get()
    assert (kept.computed, kept.conclusion, kept.is_overridden) == ("delay", "caution", True)
    assert AuditEntry.objects.get(action="screening.kept").changes["conclusion"] == ["delay", "caution"]


def test_a_doctor_may_be_stricter_than_the_list(desk, open_page):
    open_page()
    strict = {"s_conclusion": "delay", "s_override_reason": "Bác sĩ hẹn tuần sau"}
    assert "By this screening no dose is given now." in send(desk, **strict).content.decode()
    send(desk, **strict, not_given_reason="unwell")
    assert Screening.objects.get().conclusion == "delay"


def test_what_the_list_leaves_to_a_doctor_is_not_computed(desk, open_page):
    open_page(date_of_birth=years_ago(12))
    noted = {"s_item_auscultation": "yes", "s_words_auscultation": "Thổi tâm thu"}
    assert "Conclusion: a doctor decides" in send(desk, **noted, **guardian()).content.decode()
    decided = {"s_conclusion": "refer", "s_override_reason": "Chuyển bệnh viện nhi"}
    send(desk, **noted, **decided, **guardian(), not_given_reason="contraindicated")
    assert Screening.objects.get().conclusion == "refer"


def guardian():
    return {"s_guardian_name": "Lê Thị Mẹ", "s_guardian_phone": "0912 345 678"}


def test_for_a_child_the_guardian_agrees_by_name_and_phone(desk, open_page):
    page = open_page(date_of_birth=years_ago(12))
    assert "Does the guardian agree?" in page
    assert 'id="id_screening-consent_0" checked' not in page
    assert "Note whether the person, or the guardian, agrees." in send(desk, **{"s_consent": ""}).content.decode()
    assert "enter the name and phone of the parent" in send(desk).content.decode()
    assert not Dose.objects.exists()
    send(desk, **guardian())
    kept = Screening.objects.get()
    assert (kept.audience, kept.guardian_name, kept.guardian_phone) == ("child", "Lê Thị Mẹ", "0912345678")


def test_where_the_age_is_open_consent_is_not_assumed(desk, open_page):
    page = open_page(date_of_birth=None, birth_precision="U")
    assert "leaves open whether the person is 18" in page
    assert "Note whether" in send(desk, **{"s_consent": ""}).content.decode()
    send(desk)
    assert Dose.objects.exists()


def test_without_consent_no_dose_is_given(desk, open_page):
    open_page()
    assert "Without consent no dose is given." in send(desk, s_consent="refused").content.decode()
    assert not Dose.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"s_temperature": "368"}, "less than or equal to 45"),
        ({"s_temperature": "nóng"}, "Enter a number."),
        ({"s_pulse": "7"}, "greater than or equal to 20"),
        ({"s_item_anaphylaxis-grade-3": "yes"}, "Say which."),
        ({"s_item_allergy": "perhaps"}, "is not one of the available choices"),
        ({"s_conclusion": "undecided"}, "is not one of the available choices"),
    ],
)
def test_a_mistake_is_told_and_nothing_typed_is_lost(desk, open_page, typed, sentence):
    open_page()
    page = send(desk, **typed, s_systolic="121").content.decode()
    assert sentence in page
    assert 'value="121"' in page
    assert not Dose.objects.exists()


def test_the_keyboard_is_on_what_is_mistyped_also_where_the_conclusion_forbids_the_dose(desk, open_page):
    open_page()
    response = send(desk, **{"s_temperature": "368", "s_item_acute-illness": "yes"})
    assert response.context["screening"].fields["temperature"].widget.attrs["autofocus"]


def test_what_the_doctor_noted_before_counts_for_whoever_records(desk, open_page, facility):
    open_page()
    send(desk, **{"s_item_allergy": "yes"}, act="wait")
    waiting = Visit.objects.get()
    assert (waiting.outcome, waiting.screenings.get().conclusion) == ("waiting", "caution")
    desk.page = desk.post("/clinic/person/", {"scan": "079090123456"})
    page = desk.page.content.decode()
    assert "with caution" in page
    assert "screened before, as shown" in page
    send(desk)
    assert Visit.objects.get().is_given


def test_a_delay_noted_before_is_not_overlooked(desk, open_page):
    open_page()
    send(desk, **{"s_item_acute-illness": "yes"}, act="wait")
    desk.page = desk.post("/clinic/person/", {"scan": "079090123456"})
    assert "By this screening no dose is given now." in send(desk).content.decode()
    assert not Dose.objects.exists()


def test_a_dose_typed_from_paper_is_judged_by_the_list_of_its_day(desk, open_page):
    open_page()
    send(desk, administered_on="20/09/2021", **{"s_item_covid-6-months": "no"})
    kept = Screening.objects.get()
    assert kept.documents[0].startswith("QĐ 4355/QĐ-BYT")
    assert kept.answers == {"covid-6-months": {"answer": "no"}}


def test_the_database_keeps_a_screening_as_it_was():
    visit = VisitFactory()
    facts = {"resident": visit.resident_id, "visit": visit, "audience": "adult", "computed": "delay"}
    kept = Screening.objects.create(**facts, conclusion="eligible", override_reason="Bác sĩ đồng ý")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Screening.objects.update(conclusion="delay")
    for wrong in ({"conclusion": "eligible"}, {"conclusion": "delay", "override_reason": "x"}):
        with pytest.raises(IntegrityError, match="screening_other_conclusion"), transaction.atomic():
            Screening.objects.create(**facts, **wrong)
    assert kept.is_overridden
