"""Piles of paper slips: each row comes to something on its own, and nothing that was typed is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from residents.models import Resident
from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.batch import tray
from vaccinations.batch.purging import purge
from vaccinations.batch.services import (
    NotYoursError,
    PileClosedError,
    RowsOpenError,
    SavedMeanwhileError,
    close_pile,
    enter,
    open_pile,
    take_back,
)
from vaccinations.models import Dose, Pile, PileRow
from vaccinations.tests.factories import DoseFactory, FacilityFactory, LotFactory, clerk
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor, sign_in

pytestmark = pytest.mark.django_db
NUMBER = "079190000015"
LAN = {"number": NUMBER, "full_name": "NGUYEN THI LAN", "born": "5.3.90", "sex": "nữ", "dose": "mũi 1"}


@pytest.fixture
def lan(db):
    return ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Thị Lan", date_of_birth="1990-03-05", sex="F", phone="")


@pytest.fixture
def by(english, facility):
    return actor(clerk(facility))


@pytest.fixture
def pile(by, facility):
    day = timezone.localdate() - timedelta(days=2)
    return open_pile(by=by, facility=facility, lot=LotFactory(), given_on=day, vaccinator="Y tá Hoa")


def typed(by, row, texts, **facts):
    facts = {"version": row.version, "now": timezone.now(), "act": "enter"} | facts
    return enter(by=by, row=row, texts=texts, **facts)


def first(pile):
    return pile.rows.get(position=1)


def said(row):
    return dict(row.said)


def test_a_pile_begins_with_twenty_rows(pile):
    assert list(pile.rows.values_list("position", flat=True)) == list(range(1, 21))


def test_a_row_is_recorded_with_what_the_pile_has_in_common(by, pile, lan):
    row = typed(by, first(pile), LAN)
    assert row.state == "recorded"
    dose = Dose.objects.get()
    assert (dose.resident_id, dose.dose_number, dose.lot, dose.facility) == (NUMBER, 1, pile.lot, pile.facility)
    assert (dose.administered_on, dose.administered_at, dose.vaccinator) == (pile.given_on, None, "Y tá Hoa")
    assert (dose.source, dose.recorded_by) == (Dose.Source.PAPER, by.user)


def test_a_row_merely_left_is_kept_and_read_but_not_recorded(by, pile, lan):
    row = typed(by, first(pile), LAN | {"born": "31/02/1990"}, act="")
    assert list(said(row)) == ["born"]
    row = typed(by, first(pile), LAN, act="")
    assert (row.state, row.said, row.full_name) == ("draft", [], "NGUYEN THI LAN")
    assert not Dose.objects.exists()


def test_a_row_may_say_otherwise_than_the_pile(by, pile, lan):
    other = LotFactory(lot_number="AB 77")
    day = timezone.localdate() - timedelta(days=9)
    typed(by, first(pile), LAN | {"lot_number": "ab 77", "given_on": f"{day:%d-%m-%Y}", "dose": ""})
    assert said(first(pile)) == {"dose": "dose-missing"}
    row = typed(by, first(pile), LAN | {"lot_number": "ab 77", "given_on": f"{day:%d-%m-%Y}"})
    assert (row.recorded_dose.lot, row.recorded_dose.administered_on) == (other, day)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("number", "07919000001"),
        ("born", "31/02/1990"),
        ("sex", "x"),
        ("phone", "12"),
        ("dose", "15n"),
        ("dose", "nhắc lại"),
        ("lot_number", "nobody's"),
        ("given_on", "hôm qua"),
        ("full_name", ""),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_column_and_kept_as_typed(by, pile, lan, column, text):
    row = typed(by, first(pile), LAN | {column: text})
    assert row.is_draft
    assert list(said(row)) == [column]
    assert getattr(first(pile), column) == text
    assert not Dose.objects.exists()


def test_an_unusual_dose_waits_for_a_reason_that_answers_what_was_shown(by, pile, lan):
    DoseFactory(resident=lan, dose_number=1, administered_on=pile.given_on)
    row = typed(by, first(pile), LAN | {"dose": "2", "reason": "Giấy ghi vậy"})
    # Nobody has seen the warning yet: a reason typed beforehand answers nothing.
    assert list(said(row)) == ["reason"]
    row = typed(by, first(pile), LAN | {"dose": "2", "reason": "Giấy ghi vậy"})
    assert row.state == "recorded"
    assert row.recorded_dose.warning_reason == "Giấy ghi vậy"


def test_the_same_dose_once_more_is_nothing_to_do(by, pile, lan):
    there = DoseFactory(
        resident=lan, dose_number=1, administered_on=pile.given_on, lot=pile.lot, vaccine=pile.lot.vaccine
    )
    row = typed(by, first(pile), LAN)
    assert (row.state, row.recorded_dose) == ("already", there)


def test_another_dose_of_this_number_is_for_somebody_to_mend(by, pile, lan):
    day = pile.given_on - timedelta(days=100)
    DoseFactory(resident=lan, dose_number=1, administered_on=day, lot=pile.lot, vaccine=pile.lot.vaccine)
    assert list(said(typed(by, first(pile), LAN))) == ["dose"]


def test_a_number_nobody_has_registers_only_when_the_clerk_says_so(by, pile):
    row = typed(by, first(pile), LAN | {"born": "05/03/1990"})
    assert row.may_register
    assert not Resident.objects.exists()
    row = typed(by, row, row.texts, act="register")
    assert row.state == "recorded"
    assert Resident.objects.get().source == Resident.Source.CLINIC


def test_a_number_of_somebody_with_another_name_is_told_beside_it(by, pile, lan):
    row = typed(by, first(pile), LAN | {"full_name": "Trần Văn Hùng", "born": "01/02/1961", "sex": "nam"})
    assert row.is_draft
    assert list(said(row)) == ["number"]


def test_a_slip_without_a_number_goes_into_the_tray(by, pile, lan):
    row = typed(by, first(pile), LAN | {"number": ""})
    assert row.in_tray
    assert not Dose.objects.exists()


def test_texts_of_somebody_else_are_not_written_over_unseen(by, pile, lan):
    row = first(pile)
    typed(by, row, LAN | {"dose": "?"})
    with pytest.raises(SavedMeanwhileError):
        typed(actor(), row, LAN | {"dose": "2"}, version=0)
    assert first(pile).dose == "?"
    # One's own: the answer was lost, and more was typed since.
    assert typed(by, row, LAN, version=0).state == "recorded"


def test_a_row_sent_again_after_it_was_recorded_stays_as_it_is(by, pile, lan):
    typed(by, first(pile), LAN)
    row = typed(by, first(pile), LAN | {"dose": "2"}, version=0)
    assert (row.state, row.dose) == ("recorded", "mũi 1")
    assert Dose.objects.count() == 1


def test_a_row_taken_back_voids_its_dose_and_can_be_recorded_anew(by, pile, lan):
    row = take_back(by=by, row=typed(by, first(pile), LAN))
    assert row.is_draft
    assert not Dose.objects.valid().exists()
    row = typed(by, row, LAN | {"dose": "2"}, version=row.version)
    assert said(row)["reason"]
    assert Dose.objects.count() == 1


def test_somebody_else_s_dose_is_not_taken_back_and_none_of_a_finished_pile(by, pile, lan):
    row = typed(by, first(pile), LAN)
    with pytest.raises(NotYoursError):
        take_back(by=actor(clerk(pile.facility)), row=row)
    close_pile(by=by, pile=pile, now=timezone.now())
    with pytest.raises(PileClosedError):
        take_back(by=by, row=row)
    with pytest.raises(PileClosedError):
        typed(by, PileRow(pk=10**9), LAN, version=0)


def test_somebody_found_by_name_alone_or_nearly_is_never_linked_unasked(by, pile, lan):
    row = typed(by, first(pile), LAN | {"number": "079190000051", "phone": "0912345678"})
    assert row.in_tray


def test_a_number_short_of_zeros_is_not_made_somebody_else_s(by, pile):
    UnitFactory(cccd_prefix="079", level="province")
    row = typed(by, first(pile), LAN | {"number": "79190000015", "born": "05/03/1961"})
    assert list(said(row)) == ["number"]


def test_whoever_is_registered_has_a_province_and_a_phone_of_many_asks_why(by, pile):
    ResidentFactory.create_batch(8, phone="0912345678")
    texts = LAN | {"born": "05/03/1990", "phone": "0912 345 678"}
    row = typed(by, first(pile), texts, act="register")
    assert list(said(row)) == ["phone"]
    row = typed(by, row, texts | {"reason": "Cùng công ty"}, act="register")
    assert row.recorded_dose.resident.province == pile.facility.unit


def test_a_pile_is_finished_when_every_row_has_come_to_something(by, pile, lan):
    typed(by, first(pile), LAN | {"dose": "?"})
    with pytest.raises(RowsOpenError):
        close_pile(by=by, pile=pile, now=timezone.now())
    typed(by, first(pile), LAN)
    assert close_pile(by=by, pile=pile, now=timezone.now()).closed_at
    assert pile.rows.count() == 1


def in_tray(by, pile, **texts):
    return typed(by, first(pile), LAN | {"number": ""} | texts)


def test_a_slip_taken_by_one_clerk_is_not_given_to_another_until_the_claim_lapses(by, pile, lan):
    row, now = in_tray(by, pile), timezone.now()
    tray.take(by=by, row=row, now=now)
    other = actor()
    with pytest.raises(tray.TakenError) as error:
        tray.take(by=other, row=row, now=now)
    assert str(by.user) in error.value.message
    assert tray.take(by=other, row=row, now=now + tray.CLAIM).taken_by == other.user


def test_a_slip_is_compared_with_its_differences_and_the_reading_logged(by, pile, lan):
    row = in_tray(by, pile, born="03/05/1990")
    _reading, found = tray.compare(by=by, row=row, now=timezone.now())
    assert [each.person for each in found] == [lan]
    assert found[0].differing == {"born"}, "a name typed without accents contradicts none"
    assert AuditEntry.objects.filter(action="pile.compared", resident=NUMBER).exists()


def test_this_person_records_the_dose_and_can_be_taken_back(by, pile, lan):
    row = in_tray(by, pile)
    row = tray.decide_person(by=by, row=row, person=lan, reason="Có ảnh thẻ", now=timezone.now())
    assert row.state == "recorded"
    entry = AuditEntry.objects.get(action="pile.decided")
    assert (entry.resident, entry.changes["reason"]) == (NUMBER, "Có ảnh thẻ")
    with pytest.raises(tray.DecidedError):
        tray.set_aside(by=actor(), row=row, reason="Mờ quá", now=timezone.now())


def test_somebody_new_gets_a_provisional_number_one_by_one(by, pile, lan):
    row = in_tray(by, pile)
    row = tray.decide_new(by=by, row=row, reason="Không có giấy tờ", seen=(NUMBER,), now=timezone.now())
    assert row.recorded_dose.resident_id.startswith("T")


def test_somebody_new_is_not_registered_beside_a_double_that_was_not_shown(by, pile, lan):
    row = in_tray(by, pile, full_name="Nguyễn Thị Lan", born="05/03/1990")
    row = tray.decide_new(by=by, row=row, reason="Không có giấy tờ", seen=(), now=timezone.now())
    assert row.in_tray
    assert Resident.objects.count() == 1


def test_a_slip_set_aside_can_come_into_the_tray_again(by, pile, lan):
    row = tray.set_aside(by=by, row=in_tray(by, pile), reason="Chữ mờ", now=timezone.now())
    assert row.state == "set-aside"
    assert take_back(by=by, row=row).in_tray


def test_a_slip_given_back_says_in_its_pile_what_to_look_at(by, pile, lan):
    row = tray.give_back(by=by, row=in_tray(by, pile), reason="Xem lại năm sinh", now=timezone.now())
    assert row.is_draft
    assert row.others_said == ["Xem lại năm sinh"]


def test_rows_go_some_time_after_their_pile_but_not_from_the_tray(by, pile, facility, lan, settings):
    waiting = open_pile(by=by, facility=facility, lot=pile.lot, given_on=pile.given_on)
    in_tray(by, waiting)
    typed(by, first(pile), LAN)
    for each in (pile, waiting):
        close_pile(by=by, pile=each, now=timezone.now())
    left = open_pile(by=by, facility=facility, lot=pile.lot, given_on=pile.given_on)
    later = timezone.now() + timedelta(days=settings.BATCH_KEPT_DAYS + 1)
    assert purge(by=by, now=later) == 1
    assert set(Pile.objects.all()) == {waiting, left}
    assert Dose.objects.count() == 1


def fields(row, texts, version=0):
    return {f"{row.pk}-{name}": text for name, text in texts.items()} | {f"{row.pk}-version": version}


def test_the_whole_grid_is_sent_without_a_script(desk, pile, lan):
    rows = list(pile.rows.all()[:2])
    data = fields(rows[0], LAN) | fields(rows[1], {"full_name": "Ai đó", "dose": "?"}) | {"act": "all"}
    page = desk.post(f"/clinic/batch/{pile.pk}/", data).content.decode()
    assert "1 recorded" in page
    assert "The dose number cannot be read." in page
    assert 'value="Ai đó"' in desk.get(f"/clinic/batch/{pile.pk}/").content.decode()


def test_what_was_said_is_read_in_the_language_of_whoever_looks(desk, by, pile, lan, settings):
    in_tray(by, pile)
    assert "Somebody else may be meant." in desk.get("/clinic/batch/tray/").content.decode()
    settings.LANGUAGE_CODE = "vi"
    assert "Có thể là một người khác." in desk.get("/clinic/batch/tray/").content.decode()


def test_one_row_is_answered_alone(desk, pile, lan):
    row = first(pile)
    answer = desk.post(
        f"/clinic/batch/{pile.pk}/", fields(row, LAN) | {"fragment": "1", "act": f"{row.pk}-enter"}
    ).content.decode()
    assert answer.count("<tr") == 1
    assert "is-recorded" in answer
    assert "<html" not in answer


def test_a_cell_too_long_is_refused_and_comes_back_whole(desk, pile):
    long = "x" * 251
    page = desk.post(f"/clinic/batch/{pile.pk}/", fields(first(pile), LAN | {"full_name": long})).content.decode()
    assert "more than 250 characters" in page
    assert long in page


def test_whom_the_pile_shows_is_logged(desk, by, pile, lan):
    typed(by, first(pile), LAN)
    desk.get(f"/clinic/batch/{pile.pk}/")
    assert AuditEntry.objects.filter(action="pile.read", resident=NUMBER).exists()


def test_what_somebody_else_changed_is_told_and_nothing_typed_is_lost(desk, by, pile, lan):
    typed(by, first(pile), LAN | {"dose": "?"})
    page = desk.post(f"/clinic/batch/{pile.pk}/", fields(first(pile), LAN | {"dose": "9"})).content.decode()
    assert "changed this row at" in page
    assert 'value="9"' in page


def test_the_tray_shows_initials_and_the_slip_masks_what_is_registered(desk, by, pile, lan):
    row = in_tray(by, pile)
    page = desk.get("/clinic/batch/tray/").content.decode()
    assert "NGUYEN THI LAN" not in page
    assert desk.get(f"/clinic/batch/tray/{row.pk}/").url == "/clinic/batch/tray/"
    page = desk.post(f"/clinic/batch/tray/{row.pk}/").content.decode()
    assert "Nguyễn Thị Lan" in page
    assert NUMBER not in page


def decision(page, **data):
    return {"candidate": page.context["found"][0].sealed, "seen": page.context["form"]["seen"].value()} | data


def test_a_decision_without_a_reason_is_asked_for_one(desk, by, pile, lan):
    address = f"/clinic/batch/tray/{in_tray(by, pile).pk}/"
    page = desk.post(address, decision(desk.post(address)))
    assert page.context["form"].errors["reason"]
    assert not Dose.objects.exists()
    answer = desk.post(address, decision(page, reason="Có ảnh thẻ"))
    assert answer.url == "/clinic/batch/tray/"
    assert Dose.objects.get().resident_id == NUMBER


def test_another_facility_s_pile_is_nobody_s_business(client, english, pile, by, lan):
    row = in_tray(by, pile)
    sign_in(client, clerk(FacilityFactory()))
    for path in (f"/clinic/batch/{pile.pk}/", f"/clinic/batch/tray/{row.pk}/"):
        assert client.get(path).status_code == 404
    assert "NGUYEN" not in client.get("/clinic/batch/tray/").content.decode()


def test_a_full_pile_takes_as_many_questions_as_an_empty_one(desk, by, pile, lan, django_assert_max_num_queries):
    address = f"/clinic/batch/{pile.pk}/"
    with django_assert_max_num_queries(12) as empty:
        desk.get(address)
    for row in pile.rows.all():
        typed(by, row, LAN | {"dose": "?"})
    with django_assert_max_num_queries(len(empty.captured_queries)):
        desk.get(address)


def test_rows_of_another_pile_are_not_taken(desk, by, pile, facility, lan):
    other = open_pile(by=by, facility=facility, lot=pile.lot, given_on=pile.given_on)
    desk.post(f"/clinic/batch/{pile.pk}/", fields(first(other), LAN))
    assert not Dose.objects.exists()
    assert PileRow.objects.filter(version__gt=0).count() == 0
