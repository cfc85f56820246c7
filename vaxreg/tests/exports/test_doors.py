"""No other way out: whatever writes a file, or answers with one, is known here with its reason.

Who adds a door either leads it through vaxreg/exports (docs/exporting.md) or says here why no person leaves by it. That no
page answers with anything but HTML unawares is test_access_matrix.py's business, which opens them all.
"""

import ast

import pytest
from django.http import FileResponse, StreamingHttpResponse

from vaxreg.tests.exports.factories import content_of, ready_export
from vaxreg.tests.factories import sign_in
from vaxreg.tests.test_conventions import named, parsed, python_files

# What makes or sends a file, by the name it is called by.
MAKERS = {
    "writer",
    "DictWriter",
    "Workbook",
    "to_csv",
    "to_excel",
    "write_text",
    "write_bytes",
    "writestr",
    "dump",
    "serialize",
    "copy_to",
    "NamedTemporaryFile",
    "TemporaryFile",
    "SpooledTemporaryFile",
    "mkstemp",
    "FileResponse",
    "StreamingHttpResponse",
    "JsonResponse",
    "HttpResponse",
    "HttpResponseBadRequest",
}
# Where, and why it is no door for people.
KNOWN = {
    ("vaxreg/exports/files.py", "writer"): "the guarded door itself",
    ("vaxreg/exports/files.py", "Workbook"): "the guarded door itself",
    ("vaxreg/exports/files.py", "TemporaryFile"): "the guarded door itself: a file without a name, gone when closed",
    ("vaxreg/exports/views.py", "FileResponse"): "the guarded door itself",
    ("vaxreg/exports/views.py", "StreamingHttpResponse"): "the guarded door itself",
    ("vaxreg/exports/views.py", "Content-Disposition"): "the guarded door itself",
    ("checkpoints/movements/views.py", "writer"): "counts of movements: no person, and no small number (decision 10)",
    ("checkpoints/movements/views.py", "StreamingHttpResponse"): "counts of movements",
    ("checkpoints/movements/views.py", "Content-Disposition"): "counts of movements",
    ("checkpoints/movements/views.py", "HttpResponseBadRequest"): "one sentence of text",
    ("residents/management/commands/import_residents.py", "open"): "row numbers and reasons, nothing else of a row",
    ("residents/management/commands/import_residents.py", "writer"): "row numbers and reasons, nothing else of a row",
    ("vaccinations/management/commands/import_doses.py", "open"): "--outcomes, asked for by whoever holds the server",
    ("vaccinations/management/commands/import_doses.py", "writer"): "--outcomes, asked for by whoever holds the server",
    ("vaccinations/imports/demonstration.py", "writer"): "a made-up sheet, in memory, sent through the pipeline",
    ("vaccinations/imports/staging.py", "writer"): "lines for COPY, in memory",
    (
        "vaccinations/imports/files.py",
        "TemporaryFile",
    ): "the sheet while it is read: a file without a name, gone when closed",
    ("vaccinations/imports/reading/workbook.py", "NamedTemporaryFile"): "the sheet while it is read, gone when closed",
    ("vaccinations/imports/reading/workbook.py", "open"): "opens a workbook to read it",
    ("vaxreg/errors.py", "HttpResponse"): "the page of a failure, in HTML",
    ("vaxreg/settings.py", "write_text"): "the generated secret key",
    ("vaxreg/management/commands/prepare.py", "write_text"): "a digest of the static files",
    ("vaxreg/embedded_postgres/server.py", "open"): "the log of the embedded database's start, whose lines are its own",
}
WRITING = set("wax+")


def doors_in(path):
    """What the module makes or sends files with."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in MAKERS or (name == "open" and may_write(node)):
                yield name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.casefold()
            if text == "content-disposition":
                yield "Content-Disposition"
            elif "copy " in text and " to stdout" in text:
                yield "COPY TO"


def may_write(call):
    """Whether open(…) or path.open(…) may write: it names a mode that does, or one that only running it tells."""
    is_method = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) not in {"io", "codecs", "gzip"}
    modes = [keyword.value for keyword in call.keywords if keyword.arg == "mode"] or call.args[0 if is_method else 1 :][
        :1
    ]
    return any(not isinstance(mode, ast.Constant) or bool(WRITING & set(str(mode.value))) for mode in modes)


def test_no_module_makes_or_sends_a_file_but_those_known():
    found = {(named(path), name) for path in python_files() for name in doors_in(path)}
    assert found - KNOWN.keys() == set(), "lead it through vaxreg/exports, or say here why no person leaves by it"
    assert KNOWN.keys() - found == set(), "these doors are gone: take them from the list"


@pytest.mark.parametrize(
    ("code", "door"),
    [
        ("csv.writer(f)", "writer"),
        ("path.open('w')", "open"),
        ("open(path, mode='ab')", "open"),
        ("open(path, mode)", "open"),
        ("path.write_text(x)", "write_text"),
        ("HttpResponse(x)", "HttpResponse"),
        ("xlsxwriter.Workbook(x)", "Workbook"),
        ("cursor.execute('COPY (SELECT 1) TO STDOUT')", "COPY TO"),
        ("r['Content-Disposition'] = x", "Content-Disposition"),
    ],
)
def test_scan_sees_each_kind_of_door(tmp_path, code, door):
    path = tmp_path / "module.py"
    path.write_text(code)
    assert list(doors_in(path)) == [door]


@pytest.mark.parametrize("code", ["open(path)", "open(path, 'rb')", "path.open()", "path.open('rb')", "x.ongoing('w')"])
def test_scan_lets_reading_be(tmp_path, code):
    path = tmp_path / "module.py"
    path.write_text(code)
    assert list(doors_in(path)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("format", "kind"), [("xlsx", FileResponse), ("csv", StreamingHttpResponse)])
def test_each_file_that_is_sent_is_a_download_in_the_log(client, format, kind):
    export = ready_export()
    sign_in(client, export.requested_by)
    response = client.post(f"/exports/{export.pk}/download/", {"format": format})
    assert isinstance(response, kind)
    content_of(response)
    assert export.downloads.get().format == format
