"""Every address × every role, against the table in docs/access.md."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.contrib import admin
from django.test import Client

from checkpoints.models import Passage, QuickMode, Shift, TrustedSigner
from checkpoints.tests.factories import (
    AttestationFactory,
    CheckpointAssignmentFactory,
    DeclarationFactory,
    JourneyReasonFactory,
    RiskLevelFactory,
    SymptomFactory,
    rule,
)
from residents.models import Merge
from residents.tests.factories import AreaAssignmentFactory
from vaccinations.loading.clinic import load_clinic
from vaccinations.models import ConflictDecision, FacilityAssignment, Mend, Screening
from vaccinations.tests.factories import (
    AdverseEventFactory,
    DoseFactory,
    ObservationFactory,
    VisitFactory,
    course_of,
)
from vaccinations.tests.session_factories import ChronicConditionFactory, ConsentTextFactory, PriorityGroupFactory
from vaxreg import audit
from vaxreg.access import PUBLIC
from vaxreg.actors import Actor
from vaxreg.admin_site import OUR_APPS
from vaxreg.models import User
from vaxreg.roles import Role
from vaxreg.tests.addresses import all_addresses
from vaxreg.tests.factories import UserFactory, sign_in

TABLE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
VISITOR = "visitor"
CALLERS = [VISITOR, *Role.values]
OPEN, REFUSED, SIGN_IN = "yes", "–", "sign in"
# What the view needs to know before it can say whether the caller may.
QUERIES = {"/admin/autocomplete/": "?term=&app_label=vaccinations&model_name=lot&field_name=vaccine"}
# Addresses that answer with something else than a page, and why no person leaves by them unguarded.
NOT_HTML = {
    "/movements/counts.csv": "counts of movements, without small numbers",
    "/admin/jsi18n/": "texts of the administration's scripts",
    "/admin/autocomplete/": "names of reference data; models with people are not offered there",
}
ALTERNATIVES = re.compile(r"\{([^{}]*)\}")


def expanded(pattern):
    """/admin/{a,b}/ → /admin/a/, /admin/b/."""
    parts = ALTERNATIVES.split(pattern)
    choices = [part.split(",") if index % 2 else [part] for index, part in enumerate(parts)]
    return ["".join(choice) for choice in product(*choices)]


def written():
    """(route, caller) → cell, as the document says."""
    rows = [line.strip("| ") for line in TABLE.read_text().splitlines() if line.startswith("| `/")]
    cells = {}
    for row in rows:
        pattern, *outcomes = [cell.strip() for cell in row.split("|")]
        assert len(outcomes) == len(CALLERS), row
        for route in expanded(pattern.strip("`")):
            assert (route, VISITOR) not in cells, f"{route} is in the table twice"
            cells |= {(route, caller): outcome for caller, outcome in zip(CALLERS, outcomes, strict=True)}
    return cells


def outcome_of(response, *, in_admin):
    if response.status_code == 302 and response.url.startswith("/login/?next="):
        return SIGN_IN
    # In the admin 404 also hides what a role may not see; elsewhere it says that there is no such row.
    if response.status_code == 403 or (response.status_code == 404 and in_admin):
        return REFUSED
    return OPEN


@pytest.fixture
def client_of(db):
    def signed_in(caller):
        return Client() if caller == VISITOR else sign_in(Client(), UserFactory(username=caller, roles=[caller]))

    return signed_in


@pytest.fixture
def rows(db):
    """The address part of one row of each model in the admin."""
    dose = DoseFactory()
    course_of(dose.vaccine)
    FacilityAssignment.objects.create(user=UserFactory(), facility=dose.facility)
    clinic_rows(dose)
    AreaAssignmentFactory()
    declaration = DeclarationFactory()
    SymptomFactory()
    RiskLevelFactory()
    rule()
    JourneyReasonFactory()
    AttestationFactory()
    for factory in (PriorityGroupFactory, ChronicConditionFactory, ConsentTextFactory):
        factory()
    TrustedSigner.objects.create(kid="AAAAAAAAAAA=", country="VN", certificate="-")
    passage = {name: getattr(declaration, name) for name in ("resident", "checkpoint", "idempotency_key")}
    passage |= {"officer": CheckpointAssignmentFactory().user, "outcome": "passed", "verdict": "PASS"}
    Passage.objects.create(**passage, scanned_at=declaration.submitted_at)
    post, officer, at = passage["checkpoint"], passage["officer"], declaration.submitted_at
    Shift.objects.create(checkpoint=post, officer=officer, started_at=at)
    QuickMode.objects.create(checkpoint=post, reason="x", started_at=at, started_by=officer)
    audit.record(by=Actor.command("test"), action="x")
    found = {}
    for model, model_admin in admin.site._registry.items():
        row = model._default_manager.first()
        handle = getattr(model_admin, "handle_of", lambda row: str(row.pk))
        found[f"/admin/{model._meta.app_label}/{model._meta.model_name}/"] = handle(row)
    return found


def clinic_rows(dose):
    load_clinic(by=Actor.command("test"))
    ObservationFactory(dose=dose)
    AdverseEventFactory(dose=dose)
    Mend.objects.create(resident=dose.resident_id, dose=dose, facility=dose.facility, facts=["phone"], reason="x")
    of_two = {"kept": DoseFactory(), "other": dose, "reason": "x"}
    ConflictDecision.objects.create(resident=dose.resident_id, verdict="one", **of_two)
    Merge.objects.create(kept=dose.resident_id, dropped="123456789", reason="x")
    facts = {"audience": "adult", "computed": "eligible", "conclusion": "eligible"}
    Screening.objects.create(resident=dose.resident_id, visit=VisitFactory(resident=dose.resident), **facts)


def ask(client, caller, address, *, sample, method="get"):
    response = getattr(client, method)(sample)
    if caller != VISITOR and "logout" in address.route and response.status_code == 302:
        sign_in(client, User.objects.get(username=caller))
    # A file is a way out of the registry: lead it through vaxreg/exports (docs/exporting.md), or name it above.
    is_page = response.get("Content-Type", "text/html").startswith("text/html")
    assert is_page or response.status_code != 200 or address.route in NOT_HTML, f"{address.route} answers with a file"
    return outcome_of(response, in_admin=address.in_admin)


def row_of(address, rows):
    for prefix, row in rows.items():
        if address.route.startswith(prefix):
            return {"object_id": row, "id": row}
    return {}


@pytest.mark.parametrize("caller", CALLERS)
def test_every_address_opens_to_the_roles_that_the_table_says(client_of, rows, caller):
    client, wrong, table = client_of(caller), [], written()
    for address in all_addresses():
        sample = address.sample(**row_of(address, rows)) + QUERIES.get(address.route, "")
        found = ask(client, caller, address, sample=sample)
        if found != table.get((address.route, caller)):
            wrong.append(f"{address.route}: {found}, not {table.get((address.route, caller))}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("caller", CALLERS)
def test_our_addresses_answer_alike_to_get_and_post(client_of, rows, caller):
    client, wrong, table = client_of(caller), [], written()
    for address in all_addresses():
        if not address.in_admin:
            found = ask(client, caller, address, sample=address.sample(), method="post")
            if found != table.get((address.route, caller)):
                wrong.append(f"POST {address.route}: {found}")
    assert not wrong, "\n".join(wrong)


def test_table_has_no_address_that_no_longer_exists():
    assert {route for route, _caller in written()} == {address.route for address in all_addresses()}


def test_every_view_of_ours_names_its_opener():
    closed = [
        address.route for address in all_addresses() if not address.in_admin and not hasattr(address.view, "open_to")
    ]
    assert not closed


def test_table_is_the_only_list_of_public_addresses():
    table = written()
    public = {address.route for address in all_addresses() if getattr(address.view, "open_to", None) == PUBLIC}
    assert public == {route for route, caller in table if caller == VISITOR and table[route, caller] == OPEN}


def test_admin_shows_our_own_models_only():
    assert {model._meta.app_label for model in admin.site._registry} == OUR_APPS
