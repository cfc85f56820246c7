"""Every act that the code records has words, and the audit list shows them."""

import ast

import pytest

from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.acts import ACTS, CHANNELS, VERBS, act_label, channel_label, object_label
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in
from vaxreg.tests.test_conventions import named, parsed, python_files


def recorded():
    """(where, expression of the act) of each call of audit.record and audit.record_each."""
    for path in python_files():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"audit.record", "audit.record_each"}:
                [action] = [keyword.value for keyword in node.keywords if keyword.arg == "action"]
                yield f"{named(path)}:{node.lineno}", action


def has_words(action):
    match action:
        case ast.Constant(value=code):
            return code in ACTS
        case ast.IfExp(body=first, orelse=second):
            return has_words(first) and has_words(second)
        case ast.JoinedStr(values=[_model, ast.Constant(value=end)]):
            return end.removeprefix(".") in VERBS
    # The one act that AuditedModelAdmin.record puts together: see the next test.
    return ast.unparse(action) == "f'{obj._meta.model_name}.{verb}'"


def test_every_act_recorded_has_words():
    calls = list(recorded())
    assert len(calls) > 20
    assert [f"{where} {ast.unparse(action)}" for where, action in calls if not has_words(action)] == []


@pytest.mark.parametrize("verb", ["added", "changed", "deleted", "searched", "listed", "opened"])
def test_act_of_the_admin_names_the_kind_of_row(verb):
    assert act_label(f"lot.{verb}").startswith(f"{VERBS[verb]}: ")
    assert act_label(f"nothing.{verb}") == f"nothing.{verb}"


def test_codes_without_words_are_shown_as_they_are():
    assert act_label("x") == "x"
    assert channel_label("x") == "x"
    assert [object_label(text) for text in ("", "x", "vaxreg.x")] == ["", "x", "vaxreg.x"]


@pytest.mark.django_db
def test_audit_list_and_entry_show_words(client):
    user = UserFactory(roles=[Role.AUDITOR])
    sign_in(client, user)
    client.cookies["django_language"] = "en"
    entry = audit.record(by=Actor(user=user, address=None, channel="web"), action="sign-in", subject=user)
    audit.record(by=Actor.command("load_units"), action="units.loaded")
    page = client.get("/admin/vaxreg/auditentry/").content.decode()
    for words in ("Signed in", ">User<", f">{CHANNELS['web']}<", "command load_units", "Administrative units loaded"):
        assert words in page
    opened = client.get(f"/admin/vaxreg/auditentry/{entry.pk}/change/").content.decode()
    assert "Signed in" in opened
    assert "sign-in" not in opened
