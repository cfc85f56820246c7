"""No input makes a 500: nonsense to every form and every address that the resolver knows."""

import importlib
import pkgutil
import re
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from checkpoints.tests.factories import CheckpointAssignmentFactory, DeclarationFactory
from residents.tests.factories import AreaAssignmentFactory, ResidentFactory
from vaccinations.models import FacilityAssignment
from vaccinations.tests.factories import DoseFactory, SlipFactory
from vaxreg.access import PUBLIC
from vaxreg.roles import Role
from vaxreg.sealing import seal
from vaxreg.tests.addresses import all_addresses
from vaxreg.tests.factories import UserFactory, sign_in

TOP = Path(__file__).resolve().parents[2]
APPS = ("vaxreg", "residents", "vaccinations", "checkpoints")
ADDRESSES = all_addresses()
OURS = [address for address in ADDRESSES if not address.in_admin]
LISTS = [address for address in ADDRESSES if re.fullmatch(r"/admin/\w+/\w+/", address.route)]
FORMS = [address for address in ADDRESSES if re.fullmatch(r"/admin/\w+/\w+/(add|<object_id>/change)/", address.route)]
NUMBER = "079090123456"


def form_fields():
    """The names of all fields of all forms, and of what templates write by hand."""
    names = set()
    for app in APPS:
        for module in pkgutil.walk_packages([str(TOP / app)], f"{app}."):
            if module.name.endswith("forms") and ".tests." not in module.name:
                for found in vars(importlib.import_module(module.name)).values():
                    if isinstance(found, type) and issubclass(found, forms.BaseForm):
                        names |= set(found.base_fields)
    for template in (TOP / "templates").rglob("*.html"):
        names |= set(re.findall(r'\bname="(\w+)"', template.read_text()))
    return sorted(names)


PURPOSES = sorted(
    {
        purpose
        for app in APPS
        for path in (TOP / app).rglob("*.py")
        if "tests" not in path.parts
        for purpose in re.findall(r'purpose="([\w.-]+)"', path.read_text())
    }
)
TEXTS = [
    "",
    " ",
    "\0",
    f"{NUMBER}\0",
    "-1",
    "0",
    "1",
    "9" * 40,
    "-" + "9" * 19,
    "2147483648",
    "1e309",
    "NaN",
    "٣٤٥",
    "0x1f",
    "true",
    "on",
    "passed",
    "preview",
    "send",
    NUMBER,
    "079090999999",
    "123456789",
    "T00000000001",
    "0912345678",
    "34679CDF",
    "05/03/1990",
    "31/02/2021",
    "99/99/9999",
    "0001-01-01",
    "9999-12-31",
    "23:59",
    f"{NUMBER}||Lê Hữu Ước|05031990|Nam|Hà Nội|01012021",
    "|" * 12,
    "a|b|c|d|e|f|g",
    f"{NUMBER}|x|\u202e|00000000|?|😀|99999999",
    "http://testserver/p/" + "A" * 22 + "/",
    "12345678-1234-5678-1234-567812345678",
    "%s%n{0}{{ 7 }}",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "\u202e\u200b\ufeff\ufffd",
    "e\u0301" * 50,
    "[]",
    '{"a": 1}',
    "x" * 5_000,
]
text = st.sampled_from(TEXTS) | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
sealed = st.builds(
    lambda value, purpose: seal(value, purpose=purpose),
    st.sampled_from([NUMBER, "", None, 7, [], {}, {"user": 1, "key": "00"}, {"number": NUMBER}, {"scan": NUMBER}]),
    st.sampled_from(PURPOSES),
)
value = text | sealed
fields = st.dictionaries(
    st.sampled_from(form_fields()) | st.text(max_size=10, alphabet=st.characters(exclude_categories=["Cs"])),
    value | st.lists(value, max_size=3),
    max_size=12,
)
FORM = "application/x-www-form-urlencoded"
# Bodies that are read somehow, whatever type they say they are of.
BODIES = [
    (FORM, b"username=%ff%fe&password=%ed%a0%80&scan=%c3%28"),
    ("application/json", b'{"scan": ["\\ud800"]}'),
    ("application/json", b"\xff"),
    ("text/xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="scan"\r\n\r\n1'),
    ("", b"scan=1"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="\xff\0"\r\n\r\n\xff\0\r\n--x--\r\n',
    ),
    (f"{FORM}; charset=nonsense", b"scan=1"),
]
# Bodies that no view gets to see.
REFUSED = [
    (FORM, b"username=%ff%fe%00&password=%ed%a0%80&scan=%c3%28"),
    (FORM, urlencode(dict.fromkeys(("scan", "username", "full_name"), "x" * 1_000_000)).encode()),
    (FORM, b"&&&===%%%;;;" + b"&a=1" * 1_200),
    (f"{FORM}; charset=utf-16", b"\xff\xfea\x00=\x00b"),
    ("multipart/form-data", b"no boundary"),
]
PARAMETERS = ["q", "p", "o", "e", "all", "next", "_popup", "_to_field", "_changelist_filters", "_facets", "id", "pk"]
PARAMETERS += [
    "level__exact",
    "is_active__exact",
    "role",
    "in_force_from__gte",
    "in_force_until__isnull",
    "password__startswith",
]
ODD_QUERIES = [
    {"q": "\0"},
    {"q": "' OR 1=1 -- \u202e 9999-12-31", "p": "9" * 40, "o": "9" * 40},
    dict.fromkeys(PARAMETERS, "x"),
    {name: ["-1", "\0"] for name in PARAMETERS},
    {"o": "-1.-2.x", "e": "1"},
    *({name: "9" * 40} for name in PARAMETERS if "__" in name),
]
ODD_ACTIONS = [
    {"action": "delete_selected"},
    {"action": "\0", "term": "x" * 5_000},
    {"action": "x", "_selected_action": ["x", "9" * 40]},
]
queries = st.dictionaries(st.sampled_from(PARAMETERS) | text, value | st.lists(value, max_size=3), max_size=4)
quickly = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def world(db, settings):
    """One person with records, and a user who holds every role and works everywhere."""
    settings.PUBLIC_FORM_LIMIT = settings.AXES_FAILURE_LIMIT = 1_000_000
    user = UserFactory(username="everything", roles=Role.values)
    dose = DoseFactory(resident=ResidentFactory(citizen_id=NUMBER))
    SlipFactory(dose=dose)
    declaration = DeclarationFactory(resident=NUMBER)
    CheckpointAssignmentFactory(user=user, checkpoint=declaration.checkpoint)
    FacilityAssignment.objects.create(user=user, facility=dose.facility)
    AreaAssignmentFactory(user=user)
    return user


def callers(address, user):
    """Everybody whom the address is open to, as far as it makes a difference."""
    yield sign_in(Client(), user)
    if getattr(address.view, "open_to", None) == PUBLIC:
        yield Client()
    if "second-factor" in address.route:
        other = UserFactory()
        TOTPDevice.objects.create(user=other, confirmed=True)
        yield sign_in(Client(), other)


def assert_answered(response, *context):
    assert response.status_code in {200, 302, 400, 403, 404, 405, 429}, context


@pytest.mark.parametrize("address", OURS, ids=lambda address: address.route)
def test_post_of_nonsense_is_answered(world, address):
    clients = list(callers(address, world))

    @quickly
    @given(data=fields)
    def post(data):
        for client in clients:
            assert_answered(client.post(address.sample(), urlencode(data, doseq=True), FORM), address.route, data)

    post()
    for client in clients:
        for body in BODIES_OF_ALL_FIELDS:
            assert_answered(client.post(address.sample(), body, FORM), address.route, body[:100])
        for kind, body in BODIES:
            assert_answered(client.generic("POST", address.sample(), body, content_type=kind), address.route, kind)
        files = {name: SimpleUploadedFile("a\u202e.txt", b"\0\xff") for name in ("scan", "key", "username")}
        assert_answered(client.post(address.sample(), files), address.route)


@pytest.mark.parametrize(("kind", "body"), REFUSED)
@pytest.mark.parametrize("address", ["/declare/", "/desk/", "/admin/"])
def test_body_that_cannot_be_read_is_refused(world, address, kind, body):
    response = sign_in(Client(), world).generic("POST", address, body, content_type=kind)
    assert response.status_code == 400


def mixed(turn):
    """All fields at once, each with another text than in the turn before."""
    texts = [text for text in TEXTS if "\0" not in text]
    return urlencode({name: texts[(7 * place + 5 * turn) % len(texts)] for place, name in enumerate(form_fields())})


# No larger than a body may be, and without a NUL, or it would be refused before any form reads it.
BODIES_OF_ALL_FIELDS = [
    *map(mixed, range(4)),
    *(urlencode(dict.fromkeys(form_fields(), text)) for text in ("x" * 5_000, "-" + "9" * 30)),
    urlencode({name: ["1", "2"] for name in form_fields()}, doseq=True),
]


@pytest.mark.parametrize("address", OURS, ids=lambda address: address.route)
def test_get_with_nonsense_is_answered(world, address):
    clients = list(callers(address, world))

    @quickly
    @given(query=queries, part=text)
    @example(query={}, part="\ud800".encode("utf-8", "surrogatepass").decode("latin-1"))
    def get(query, part):
        path = address.sample(handle=quote(part) or "x", code=quote(part) or "x", pk=quote(part) or "0")
        for client in clients:
            assert_answered(client.get(f"{path}?{urlencode(query, doseq=True)}"), path, query)

    get()
    for client in clients:
        for method in ("head", "options", "put", "patch", "delete", "trace"):
            assert_answered(getattr(client, method)(address.sample()), address.route, method)


@pytest.mark.parametrize("address", LISTS, ids=lambda address: address.route)
def test_admin_list_with_odd_queries_is_answered(world, address):
    client = sign_in(Client(), world)
    for query in ODD_QUERIES:
        assert_answered(client.get(f"{address.route}?{urlencode(query, doseq=True)}"), address.route, query)
    for action in ODD_ACTIONS:
        assert_answered(client.post(address.route, action), address.route, action)


@pytest.mark.parametrize("address", FORMS, ids=lambda address: address.route)
def test_admin_form_with_nonsense_is_answered(world, address):
    client = sign_in(Client(), world)
    page = client.get(address.sample())
    names = re.findall(r'\bname="([\w-]+)"', page.content.decode()) or ["name"]
    for odd in ("9" * 40, "-1", "x" * 10_000):
        data = {name: odd for name in names if name != "csrfmiddlewaretoken"}
        # Formsets count in hidden fields: whole ones let the rest of the form be read.
        data |= {name: "0" for name in names if name.endswith("_FORMS") and odd != "-1"}
        assert_answered(client.post(address.sample(), data), address.route, odd)
    for handle in ("9" * 40, "%ED%A0%80", "_5F_"):
        assert_answered(client.get(address.sample(object_id=handle)), address.route, handle)
