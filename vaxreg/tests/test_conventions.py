"""The house style, where a machine can check it (docs: STYLE.md)."""

import ast
import importlib.metadata
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

TOP = Path(__file__).resolve().parents[2]
# Each may import from those before it, never from those after it.
LAYERS = ["vaxreg", "residents", "vaccinations", "checkpoints"]
# Modules of the project package that stand above the apps: they put the site together.
COMPOSING = {
    *("settings", "urls", "views", "context", "navigation", "demonstration", "gunicorn", "wsgi", "management"),
    *("tests", "conftest"),
}
# Rows that every visitor may see, reached in a view without visible_to.
OPEN_ROWS = {
    ("vaccinations/stock/vial_views.py", "Lot"): "reference data: every clinic uses the same lots",
    ("vaccinations/stock/lot_views.py", "Lot"): "reference data: every clinic uses the same lots",
    ("vaccinations/desk/pages.py", "Lot"): "reference data: every clinic uses the same lots",
    ("vaccinations/desk/correction_views.py", "Lot"): "reference data: every clinic uses the same lots",
}
# Django's own vocabulary, pieces of views, and pages whose names say all there is to say.
PLAIN = {"urls", "apps", "models", "settings", "middleware", "context", "errors", "templatetags", "commands", "formats"}


def python_files(*, tests=False):
    for app in LAYERS:
        for path in sorted((TOP / app).rglob("*.py")):
            parts = path.relative_to(TOP).parts
            if "migrations" not in parts and (tests or not {"tests", "conftest.py"} & set(parts)):
                yield path


def named(path):
    return str(path.relative_to(TOP))


def parsed(path):
    return ast.parse(path.read_text())


def imported_modules(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                # Relative: of the same package, whose layer is its own.
                continue
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer_of(module):
    app, _dot, rest = module.partition(".")
    if app not in LAYERS:
        return -1
    return len(LAYERS) if app == "vaxreg" and rest.split(".")[0] in COMPOSING else LAYERS.index(app)


def test_imports_run_one_way():
    wrong = []
    for path in python_files():
        module = ".".join(path.relative_to(TOP).with_suffix("").parts)
        for imported in imported_modules(parsed(path)):
            if layer_of(imported) > layer_of(module):
                wrong.append(f"{module} imports {imported}")
    assert not wrong


def has_views(path):
    return path.stem.endswith(("views", "pages"))


def test_views_reach_rows_only_through_visible_to():
    wrong = []
    for path in python_files():
        if not has_views(path):
            continue
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Attribute) or node.attr != "objects":
                continue
            # visible_to(user), or a verb that says what for: correctable_by(user, day).
            scoped = rf"{re.escape(ast.unparse(node))}\.\w+\(request\.user\b"
            in_scope = re.search(scoped, ast.unparse(statement_around(path, node)))
            if not in_scope and (named(path), ast.unparse(node.value)) not in OPEN_ROWS:
                wrong.append(f"{named(path)}:{node.lineno} {ast.unparse(node)}")
    assert not wrong


def statement_around(path, node):
    """The innermost statement that holds the node."""
    statements = [
        found
        for found in ast.walk(parsed(path))
        if isinstance(found, ast.stmt) and found.lineno <= node.lineno <= found.end_lineno
    ]
    return min(statements, key=lambda found: found.end_lineno - found.lineno)


def calls_of(path):
    """(line, method called, names of its arguments) of a module."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names = {"*"} if node.args else {keyword.arg for keyword in node.keywords}
            yield node.lineno, node.func.attr, names


def test_views_neither_save_nor_build_queries():
    wrong = []
    for path in filter(has_views, python_files()):
        for line, method, names in calls_of(path):
            writes = method in {"save", "create", "bulk_create", "delete", "execute", "raw"}
            # A row picked by its key is no query that a view has built.
            builds = method in {"filter", "exclude", "annotate"} and names - {"pk", "resident"}
            if writes or builds:
                wrong.append(f"{named(path)}:{line} .{method}()")
    assert not wrong


def test_no_signals_but_the_sync_of_groups():
    found = [
        f"{named(path)} {imported}"
        for path in python_files()
        for imported in imported_modules(parsed(path))
        if imported.endswith((".signals", ".dispatch", ".receiver")) or ".signals." in imported
    ]
    assert found == ["vaxreg/apps.py django.db.models.signals", "vaxreg/apps.py django.db.models.signals.post_migrate"]


def test_models_override_no_save():
    wrong = [
        f"{named(path)}:{node.lineno}"
        for path in python_files()
        if path.stem == "models"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
    ]
    assert not wrong


def test_no_test_forks():
    """vaxreg/tests/processes.py says why, and what to do instead."""
    tests = (path for path in python_files(tests=True) if "tests" in path.parts)
    forking = {named(path) for path in tests for _line, method, _names in calls_of(path) if method == "fork"}
    assert not forking


def test_no_module_is_a_drawer_for_everything():
    assert not [path for path in python_files() if path.stem in {"utils", "helpers", "common", "misc"}]


def documented_modules():
    """Services, pure modules and QuerySets: all that is neither view, form, model, admin nor glue of Django."""
    for path in python_files():
        parts = set(path.relative_to(TOP).with_suffix("").parts)
        if path.stem.endswith(("views", "pages", "forms", "admin", "__init__")) or parts & PLAIN:
            continue
        yield path


@pytest.mark.parametrize("path", list(documented_modules()), ids=named)
def test_public_functions_say_what_they_return(path):
    tree = parsed(path)
    assert ast.get_docstring(tree), "the module says what it is for"
    wrong = []
    for owner in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]:
        for node in owner.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or is_plain(node, owner):
                continue
            if not ast.get_docstring(node):
                wrong.append(f"{node.lineno} {node.name}")
    assert not wrong


def is_plain(function, owner):
    """Methods that a base class or a name explains, and one-line facts."""
    if isinstance(owner, ast.Module):
        return False
    bases = {ast.unparse(base) for base in owner.bases}
    is_queryset = any("QuerySet" in base for base in bases)
    return (bool(bases) and not is_queryset) or len(function.body) == 1 or bool(function.decorator_list)


@pytest.mark.parametrize("path", list(python_files(tests=True)), ids=named)
def test_function_signatures_are_typed_outside_views_forms_admin_and_tests(path):
    parts = set(path.relative_to(TOP).with_suffix("").parts)
    if parts & {"tests", "conftest", "forms", "admin", "settings"} or path.stem.endswith(("views", "forms", "admin")):
        return
    wrong = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            untyped = [argument.arg for argument in arguments if argument.annotation is None]
            if set(untyped) - {"self", "cls"} or (node.returns is None and node.name != "__init__"):
                wrong.append(f"{node.lineno} {node.name}")
    assert not wrong


def templates():
    return sorted((TOP / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", templates(), ids=named)
def test_template_is_short_and_free_of_inline_code(path):
    text = path.read_text()
    assert text.count("\n") <= 120
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), "scripts are files"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), "no inline style or handler"
    assert not re.search(r"(?<!help_text)\|\s*safe\b|autoescape off", text), "nothing is put into a page unescaped"


def test_templates_name_static_files_that_exist():
    # Here they are served without a manifest; in production a page that names another answers 500.
    texts = {path: path.read_text() for path in templates()}
    named_files = {(path, name) for path, text in texts.items() for name in re.findall(r"{% static '([^']+)'", text)}
    assert named_files
    assert [(named(path), name) for path, name in named_files if finders.find(name) is None] == []


def requirements(name):
    lines = (TOP / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


@pytest.mark.parametrize("line", requirements("requirements.txt") + requirements("requirements-dev.txt"))
def test_requirement_is_pinned_exactly_and_says_what_it_is_for(line):
    assert re.fullmatch(r"[A-Za-z0-9-]+==[0-9][0-9.]*\s+# \S.{5,}", line)


def test_psycopg_3_is_not_installed():
    # Django would silently switch to it.
    assert "psycopg" not in {found.metadata["Name"].lower() for found in importlib.metadata.distributions()}
