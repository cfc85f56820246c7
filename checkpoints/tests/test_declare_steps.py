"""Only what the chosen journey needs is asked, step by step, with nothing typed lost on the way and no JavaScript."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from checkpoints.models import Declaration
from checkpoints.tests.factories import (
    AttestationFactory,
    JourneyReasonFactory,
    VehicleKindFactory,
    declared,
    journey,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def page_of(client, sent):
    return unescape(client.post("/declare/", sent).content.decode())


def asked(page):
    """The names of the fields that a person sees."""
    return {
        name
        for tag, name in re.findall(r'<((?:input|select|textarea)[^>]*name="([\w-]+)"[^>]*)', page)
        if "hidden" not in tag
    }


def test_it_works(client):
    first = asked(client.get("/declare/").content.decode())
    assert {"origin_place", "vehicle_kind"} <= first
    assert "number" not in first
    second = page_of(client, journey(do="continue"))
    assert {"number", "symptoms", "attested", "plate"} <= asked(second)
    assert '<input type="hidden" name="origin_place" value="Bến Nghé">' in second


def test_commuter_on_a_motorbike_is_not_asked_for_seat_or_insurance(client):
    fields = asked(page_of(client, journey(do="continue")))
    assert not fields & {"seat", "insurance_number", "nationality", "email", "address", "sex"}


def test_passenger_with_a_seat_is_asked_the_full_form(client):
    plane = VehicleKindFactory(has_plate=False, has_seat=True)
    fields = asked(page_of(client, journey(do="continue", vehicle_kind=plane.pk)))
    assert {"seat", "plate", "insurance_number", "nationality", "email", "address", "sex"} <= fields
    full = {
        "plate": "VN 123",
        "seat": "12A",
        "sex": "M",
        "nationality": "Việt Nam",
        "insurance_number": "GD 479",
        "email": "an@example.org",
        "address": "12 Đường Minh Họa",
    }
    client.post("/declare/", declared(vehicle_kind=plane.pk, **full))
    kept = Declaration.objects.get()
    assert {name: getattr(kept, name) for name in full} == full | {"plate": "VN123"}


def test_walker_is_asked_for_neither_plate_nor_seat(client):
    walking = VehicleKindFactory(has_plate=False)
    assert not asked(page_of(client, journey(do="continue", vehicle_kind=walking.pk))) & {"plate", "seat"}


def test_incomplete_journey_is_asked_again_with_its_mistakes(client):
    page = page_of(client, journey(do="continue", checkpoint=""))
    assert "Choose the checkpoint you will pass." in page
    assert "number" not in asked(page)


def test_going_back_to_the_journey_keeps_what_was_typed_of_the_person(client):
    page = page_of(client, declared(do="journey", symptoms=["none"]))
    assert "origin_place" in asked(page)
    assert '<input type="hidden" name="full_name" value="Nguyễn Văn An">' in page
    assert '<input type="hidden" name="symptoms" value="none">' in page


def test_reason_and_day_of_the_journey_are_kept(client):
    reason, tomorrow = JourneyReasonFactory(), timezone.localdate() + timedelta(days=1)
    assert "Choose why you travel." in page_of(client, declared())
    client.post("/declare/", declared(journey_reason=reason.pk, departs_on=str(tomorrow)))
    kept = Declaration.objects.get()
    assert (kept.journey_reason, kept.departs_on) == (reason, tomorrow)


@pytest.mark.parametrize(("days", "is_taken"), [(-2, False), (-1, True), (3, True), (4, False)])
def test_day_may_have_passed_while_the_form_waited_for_a_signal(client, days, is_taken):
    day = timezone.localdate() + timedelta(days=days)
    client.post("/declare/", declared(departs_on=str(day)))
    assert Declaration.objects.exists() is is_taken


def test_attestation_in_force_is_shown_and_kept(client):
    AttestationFactory(name_en="The old text.", in_force_until="2025-01-01")
    text = AttestationFactory(in_force_from="2025-01-02")
    page = page_of(client, journey(do="continue"))
    assert "I attest." in page
    assert "The old text." not in page
    client.post("/declare/", declared(attestation=text.pk))
    assert Declaration.objects.get().attestation == text


def test_attestation_that_changed_since_it_was_read_is_to_be_read_again(client):
    AttestationFactory(in_force_from="2025-01-02")
    old = AttestationFactory(in_force_until="2025-01-01")
    assert "The text to confirm has changed." in page_of(client, declared(attestation=old.pk))
    assert not Declaration.objects.exists()


def test_test_result_is_kept(client):
    client.post("/declare/", declared(test_kind="pcr", test_result="negative", test_taken_at="2026-01-05T07:30"))
    kept = Declaration.objects.get()
    assert (kept.test_kind, kept.test_result) == ("pcr", "negative")
    assert timezone.localtime(kept.test_taken_at).strftime("%d/%m/%Y %H:%M") == "05/01/2026 07:30"


@pytest.mark.parametrize(
    ("different", "message"),
    [
        ({"test_taken_at": str(timezone.localtime() + timedelta(hours=1))[:16]}, "The test lies in the future."),
        ({"test_kind": ""}, "Enter kind, result and time of the test, or none of them."),
        ({"test_taken_at": "yesterday"}, "Enter day and time as day/month/year hour:minute."),
    ],
)
def test_test_result_must_be_whole_and_past(client, different, message):
    test = {"test_kind": "pcr", "test_result": "negative", "test_taken_at": "05/01/2026 07:30"}
    assert message in page_of(client, declared(**test | different))
    assert not Declaration.objects.exists()
