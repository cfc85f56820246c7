"""The pages of the work lists: who sees which cases, what a case shows, and what becomes of a decision."""

import html
import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from residents.duplicates import find_duplicates
from residents.models import AreaAssignment, Resident
from residents.tests.factories import UnitFactory
from vaccinations.models import CaseDecision, Dose, QualityCase
from vaccinations.quality import working
from vaccinations.quality.errors import NotColleagueError, TakenError
from vaccinations.quality.listing import handle_of
from vaccinations.tests.cases import (
    CONFLICT,
    DISAGREES,
    DOUBTFUL,
    MALFORMED,
    NO_ID,
    NUMBER,
    ROW,
    WHY,
    decider,
    province,
)
from vaccinations.tests.factories import DoseFactory
from vaccinations.tests.sheets import brought, committed
from vaccinations.tests.sheets import person as known
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.sealing import seal
from vaxreg.tests.factories import UserFactory, actor, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def place():
    return province()


@pytest.fixture
def manager(client, place):
    client.user = decider(place, full_name="Đỗ Thị Tỉnh")
    return sign_in(client, client.user)


@pytest.fixture
def cases(place):
    """One case of each kind that rows have, by kind."""
    committed(brought(ROW, CONFLICT, NO_ID, MALFORMED, DISAGREES, DOUBTFUL, province=place))
    return {case.kind: case for case in QualityCase.objects.all()}


def address(case):
    return f"/quality/{handle_of(case.pk)}/"


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def said(case, choice, **facts):
    case.refresh_from_db()
    return {"choice": choice, "reason": WHY, "version": case.version} | facts


def person(number=NUMBER):
    return {"person": seal(number, purpose="quality-person")}


def test_it_works(manager, cases):
    page = text_of(manager.get("/quality/"))
    assert "Person disagrees <b>1</b>" in page
    assert page.count('name="case"') == 5
    shown = text_of(manager.get(address(cases["doubtful"])))
    assert "another citizen ID" in shown
    assert "Same person <kbd>Alt+S</kbd>" in shown
    sent = said(cases["doubtful"], "same", **person())
    answer = manager.post(address(cases["doubtful"]) + "decide/", sent | {"seen": ""}, follow=True)
    assert Dose.objects.filter(resident=NUMBER, dose_number=2).exists(), text_of(answer)
    cases["doubtful"].refresh_from_db()
    assert cases["doubtful"].state == "decided"
    undo = {"version": cases["doubtful"].version, "reason": "Nhầm dòng"}
    assert "The decision was taken back" in text_of(
        manager.post(address(cases["doubtful"]) + "undo/", undo, follow=True)
    )
    assert not Dose.objects.valid().filter(dose_number=2).exists()


def test_list_names_nobody_and_is_narrowed_by_kind_state_and_whose(manager, cases):
    page = text_of(manager.get("/quality/"))
    for secret in (NUMBER, ROW["name"], NO_ID["name"]):
        assert secret not in page
    QualityCase.objects.filter(pk=cases["no-id"].pk).update(assigned_to=manager.user)
    for query, expected in {
        "kind=no-id": [cases["no-id"]],
        "whose=mine": [cases["no-id"]],
        "whose=unassigned&kind=conflict": [cases["conflict"]],
        "state=waiting": [],
        "kind=nonsense&province=x": list(cases.values()),
    }.items():
        assert manager.get(f"/quality/?{query}").context["rows"] == expected, query
    assert "Take a filter away" in text_of(manager.get("/quality/?state=waiting"))


def test_an_empty_list_says_where_cases_come_from(manager):
    assert "Nothing waits for a decision" in text_of(manager.get("/quality/"))


def test_cases_elsewhere_are_not_to_be_seen(client, cases):
    other = UnitFactory(code="01", name="Hà Nội")
    sign_in(client, decider(other))
    assert not client.get("/quality/").context["rows"]
    assert client.get(address(cases["no-id"])).status_code == 404
    sent = said(cases["no-id"], "register-right")
    assert client.post(address(cases["no-id"]) + "decide/", sent).status_code == 404
    assert client.get("/quality/gAAAAA/").status_code == 404
    assert not CaseDecision.objects.exists()


def test_a_ward_s_own_staff_see_their_ward_only(client, place, cases):
    ward = UnitFactory(level="ward", parent=place, code="26734", name="Phường Bến Nghé")
    QualityCase.objects.filter(pk=cases["no-id"].pk).update(ward=ward)
    sign_in(client, decider(ward, Role.RESPONSE_AGENT))
    assert client.get("/quality/").context["rows"] == [cases["no-id"]]


def test_the_list_asks_the_same_however_long_it_is(manager, cases, django_assert_max_num_queries):
    manager.get("/quality/")
    with django_assert_max_num_queries(14):
        manager.get("/quality/")


def test_long_lists_go_on_by_key(manager, cases, monkeypatch):
    monkeypatch.setattr("vaccinations.quality.listing.PAGE", 2)
    first = manager.get("/quality/")
    assert (len(first.context["rows"]), first.context["before"]) == (2, None)
    second = manager.get(f"/quality/?after={first.context['after']}")
    assert [case.pk for case in second.context["rows"]] > [case.pk for case in first.context["rows"]]
    back = manager.get(f"/quality/?before={second.context['before']}")
    assert back.context["rows"] == first.context["rows"]


def test_a_case_shows_both_records_masked_and_marks_where_they_differ(manager, cases):
    page = text_of(manager.get(address(cases["disagrees"])))
    assert "≠ differs" in page
    assert "<mark>Phạm</mark>" in page
    assert NUMBER not in page.replace(" ", "")
    assert "0912345678" not in page.replace(" ", "")
    read = AuditEntry.objects.filter(action="quality.read", user=manager.user)
    assert NUMBER in read.values_list("resident", flat=True)


def test_numbers_in_full_need_a_reason_which_is_logged(manager, cases):
    page = text_of(manager.post(address(cases["disagrees"]), {"reason": "Gọi điện cho người dân"}))
    assert "079 0 90 000001" in page
    entry = AuditEntry.objects.get(action="resident.unmasked")
    assert (entry.resident, entry.changes["reason"]) == (NUMBER, "Gọi điện cho người dân")
    assert "079 0 90 000001" not in text_of(manager.post(address(cases["disagrees"]), {"reason": ""}))


def test_a_case_asks_a_bounded_number_of_queries(manager, cases, django_assert_max_num_queries):
    manager.get(address(cases["doubtful"]))
    with django_assert_max_num_queries(36):
        manager.get(address(cases["doubtful"]))


def test_next_and_previous_stay_in_the_list_that_the_case_was_opened_from(manager, cases):
    context = manager.get(address(cases["no-id"])).context
    assert context["next"]
    assert context["previous"]
    alone = manager.get(address(cases["no-id"]) + "?kind=no-id").context
    assert (alone["next"], alone["previous"]) == ("", "")


def test_after_a_decision_the_next_case_opens_and_offers_to_take_it_back(manager, cases):
    page = manager.post(address(cases["no-id"]) + "decide/", said(cases["no-id"], "register-right"), follow=True)
    assert page.context["case"].pk > cases["no-id"].pk
    assert f"Case {cases['no-id'].pk}: The register is right." in text_of(page)


def test_a_refused_decision_is_mended_and_sent_from_the_page_that_says_so(manager, cases):
    case = cases["no-id"]
    page = text_of(manager.post(address(case) + "decide/", said(case, "ask", reason="")))
    targets = re.findall(r'<form method="post" action="([^"]+)"', page)
    assert all(target.startswith("/") for target in targets), "relative to an address that is never opened"
    where = next(html.unescape(target) for target in targets if "/decide/" in target)
    page = text_of(manager.post(where, said(case, "ask", reason=f"Hỏi số {NUMBER} ở xã")))
    assert "This holds an ID number of a person." in page
    assert manager.get(where).url.startswith(address(case)[:20])
    manager.post(where, said(case, "ask"))
    case.refresh_from_db()
    assert case.state == "waiting"


def test_a_decision_without_a_reason_or_person_is_refused_beside_the_field(manager, cases):
    where = address(cases["doubtful"]) + "decide/"
    page = manager.post(where, said(cases["doubtful"], "same", reason="", **person()))
    assert page.context["form"].errors["reason"]
    page = manager.post(where, said(cases["doubtful"], "same"))
    assert "Choose the person whom this row means." in text_of(page)
    sent = said(cases["conflict"], "both-right")
    page = manager.post(address(cases["conflict"]) + "decide/", sent)
    assert "Say which dose the other one is." in text_of(page)
    assert WHY in text_of(page)
    assert not CaseDecision.objects.exists()


def test_a_dose_that_would_be_unusual_is_said_before_it_is_recorded(manager, cases):
    row = cases["doubtful"].sheet_dose
    type(row).objects.filter(pk=row.pk).update(dose_number=3)
    where, sent = address(cases["doubtful"]) + "decide/", said(cases["doubtful"], "same", **person())
    page = manager.post(where, sent)
    assert "press the button once more" in text_of(page)
    manager.post(where, sent | {"seen": page.context["form"]["seen"].value()})
    assert Dose.objects.filter(resident=NUMBER, dose_number=3).exists()


def test_a_decision_on_an_old_page_changes_nothing_and_says_so(manager, cases):
    sent = said(cases["no-id"], "register-right")
    manager.post(address(cases["no-id"]) + "decide/", said(cases["no-id"], "ask"))
    page = manager.post(address(cases["no-id"]) + "decide/", sent, follow=True)
    assert "has changed since you looked at it" in text_of(page)
    assert CaseDecision.objects.count() == 1


def test_of_two_who_take_a_case_into_work_the_second_is_told_who_has_it(manager, place, cases):
    manager.post(address(cases["no-id"]) + "claim/")
    other = sign_in(Client(), decider(place))
    page = text_of(other.post(address(cases["no-id"]) + "claim/", follow=True))
    assert "Đỗ Thị Tỉnh has this case in work. Take the next one" in page
    refused = other.post(address(cases["no-id"]) + "decide/", said(cases["no-id"], "register-right"))
    assert "Đỗ Thị Tỉnh has this case in work" in text_of(refused)
    manager.post(address(cases["no-id"]) + "release/")
    assert "You have this case in work" in text_of(other.post(address(cases["no-id"]) + "claim/", follow=True))


def test_a_claim_lapses(place, cases, settings):
    one, other = actor(decider(place)), actor(decider(place))
    now = timezone.now()
    working.claim(by=one, case=cases["no-id"], now=now)
    with pytest.raises(TakenError):
        working.claim(by=other, case=cases["no-id"], now=now + timedelta(minutes=settings.QUALITY_CLAIM_MINUTES - 1))
    later = now + timedelta(minutes=settings.QUALITY_CLAIM_MINUTES)
    assert working.claim(by=other, case=cases["no-id"], now=later).claimed_by == other.user


def test_cases_are_assigned_to_a_colleague_of_the_area(manager, place, cases):
    colleague = decider(place, Role.RESPONSE_AGENT)
    chosen = {"case": [cases["no-id"].pk, cases["conflict"].pk], "to": colleague.pk}
    assert "Cases assigned: 2." in text_of(manager.post("/quality/assign/", chosen, follow=True))
    assert set(QualityCase.objects.filter(assigned_to=colleague)) == {cases["no-id"], cases["conflict"]}
    nobody = {"case": [cases["no-id"].pk], "to": ""}
    manager.post("/quality/assign/", nobody)
    assert QualityCase.objects.get(assigned_to=colleague) == cases["conflict"]
    page = manager.post("/quality/assign/", {"to": colleague.pk}, follow=True)
    assert "Choose cases and a colleague first." in text_of(page)


def test_cases_go_to_nobody_who_works_elsewhere_or_in_another_role(manager, place, cases):
    stranger = decider(UnitFactory(code="01", name="Hà Nội"))
    officer = UserFactory(roles=[Role.OFFICER])
    AreaAssignment.objects.create(user=officer, unit=place)
    facts = {"by": actor(manager.user), "cases": QualityCase.objects.all(), "keys": [cases["no-id"].pk]}
    for nobody in (stranger, officer):
        with pytest.raises(NotColleagueError):
            working.assign(**facts, to=nobody, now=timezone.now())


def test_a_letter_to_the_commune_holds_what_is_needed_and_is_logged(manager, cases):
    page = text_of(manager.get(address(cases["disagrees"]) + "letter/"))
    assert "Request to check a vaccination record" in page
    assert "079 0 90 000001" in page
    assert AuditEntry.objects.filter(action="resident.unmasked", resident=NUMBER).exists()


def test_pages_of_a_pair_and_of_two_doses(manager, place):
    twin = "079090000099"
    for number, day in ((NUMBER, 1), (twin, 20)):
        someone = Resident.objects.filter(pk=number).first() or known(number, province=place)
        DoseFactory(resident=someone, administered_on=date(2021, 8, day))
    list(find_duplicates(by=actor(manager.user)))
    pair = QualityCase.objects.get(kind="pair")
    page = text_of(manager.get(address(pair)))
    assert "Doses of the second record" in page
    # Alt and a letter in every browser; and each question for a reason has a label of its own.
    assert "js/keys" in page
    assert (page.count('id="id_reason"'), page.count('id="reveal_reason"')) == (1, 1)
    letter = text_of(manager.get(address(pair) + "letter/"))
    assert "Both records are of one person" in letter
    assert "079 0 90 000001" in letter
    assert "079 0 90 000099" in letter
    assert "20/08/2021" in letter
    where = address(pair) + "decide/"
    assert "nobody has two" in text_of(manager.post(where, said(pair, "same", keep="a")))
    assert "Say which of the two records is kept." in text_of(manager.post(where, said(pair, "same")))
    manager.post(where, said(pair, "same", keep="a", second_reason="Gõ nhầm số"))
    assert Resident.objects.get(pk=twin).superseded_by_id == NUMBER
    doses = QualityCase.objects.get(kind="conflict")
    assert "The second dose is right <kbd>Alt+H</kbd>" in text_of(manager.get(address(doses)))
    manager.post(address(doses) + "decide/", said(doses, "second-right"))
    assert Dose.objects.valid().get().resident_id == twin
    assert "contradict each other no longer" in text_of(manager.get(address(doses)))
