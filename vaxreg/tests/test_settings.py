"""Settings fail loudly, name the variable, and are clean for production."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

KEY_WITH_DOLLARS = rf"${'0123456789abcdefghij' * 3}\$x$"
TOP = Path(__file__).resolve().parents[2]
KEY = "0123456789abcdefghij" * 3


def example():
    """The variables of .env.example, with a key in place of the placeholder."""
    lines = (TOP / ".env.example").read_text().splitlines()
    pairs = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return pairs | {"SECRET_KEY": KEY}


def manage(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=TOP,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_example_is_clean_for_production():
    answer = manage("check", "--deploy", "--fail-level", "WARNING", **example())
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "sqlite:///somewhere"),
        ("DATABASE_URL", "postgres://host:port/name"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "change-me-to-fifty-random-characters-0123456789-abcdefghij"),
        ("SECRET_KEY", None),
        ("ALLOWED_HOSTS", None),
        ("ALLOWED_HOSTS", "*"),
        ("DEBUG", "1"),
        ("DEBUG", "maybe"),
        ("SECOND_FACTOR_REQUIRED", "ture"),
        ("SECURE_SSL_REDIRECT", "ok"),
        ("SECURE_HSTS_SECONDS", "-1"),
        ("TRUSTED_PROXY_COUNT", "-1"),
        ("TRUSTED_PROXY_COUNT", "one"),
        ("CONN_MAX_AGE", "forever"),
        ("LOGIN_FAILURE_LIMIT", "0"),
        ("PUBLIC_FORM_LIMIT", "many"),
        ("PUBLIC_FORM_WINDOW_SECONDS", "0"),
        ("DECLARATION_VALID_HOURS", "-72"),
        ("SECRET_KEY_FILE", "/nowhere/secret"),
    ],
)
def test_bad_value_stops_with_the_name_of_the_variable(name, value):
    environment = example() | {name: value}
    answer = manage("check", **{key: text for key, text in environment.items() if text is not None})
    assert answer.returncode != 0
    complaint = answer.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in complaint
    assert name.removesuffix("_FILE") in complaint


def test_secret_is_read_from_a_file_without_its_line_break(tmp_path):
    (tmp_path / "url").write_text(example()["DATABASE_URL"] + "\n")
    (tmp_path / "key").write_text(KEY_WITH_DOLLARS + "\n")
    environment = {name: text for name, text in example().items() if name not in ("DATABASE_URL", "SECRET_KEY")}
    environment |= {"DATABASE_URL_FILE": str(tmp_path / "url"), "SECRET_KEY_FILE": str(tmp_path / "key")}
    code = (
        "from django.conf import settings as s; print(s.EMBEDDED, repr(s.SECRET_KEY), s.DATABASES['default']['NAME'])"
    )
    answer = manage("shell", "--no-imports", "-c", code, **environment)
    assert answer.stdout.split() == ["False", repr(KEY_WITH_DOLLARS), "vaxreg"], answer.stderr


def test_production_cookies_and_transport_are_secure():
    code = (
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE, s.SECURE_SSL_REDIRECT,"
        "s.SECURE_HSTS_SECONDS, s.SECOND_FACTOR_REQUIRED, s.DEBUG, s.SESSION_COOKIE_NAME)"
    )
    answer = manage("shell", "--no-imports", "-c", code, **example())
    assert answer.stdout.split() == ["True"] * 4 + ["31536000", "True", "False", "__Host-sessionid"], answer.stderr


def test_eight_first_starts_agree_on_one_key(tmp_path):
    code = (
        "import pathlib, vaxreg.settings as s; s.VAR_DIR = pathlib.Path({!r}); print(s.generated_secret_key())"
    ).format(str(tmp_path / "var"))
    starts = [
        subprocess.Popen([sys.executable, "-c", code], cwd=TOP, stdout=subprocess.PIPE, text=True)
        for _number in range(8)
    ]
    keys = {start.communicate()[0].strip() for start in starts}
    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0
