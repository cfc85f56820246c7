"""All settings. Read from the environment, typed, and loud about a bad value.

Without DATABASE_URL the site runs in *embedded mode*: its own PostgreSQL and a generated secret key under var/,
plain HTTP on this machine, demonstration accounts allowed. With DATABASE_URL it runs in production mode, secure by
default, and every variable that production needs must be set (see .env.example).
"""

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"


class SecretFiles(FileAwareMapping):
    """The environment; a variable NAME_FILE names a file that holds the value, with or without a line break after it."""

    def __getitem__(self, key: str) -> str:
        # django-environ would take a dollar sign at the beginning for a reference to another variable; it undoes this.
        return super().__getitem__(key).strip().replace("$", r"\$")


env = environ.Env()
env.ENVIRON = SecretFiles()
env.escape_proxy = True
TRUE_WORDS, FALSE_WORDS = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def read(name: str, kind: str, **default):
    """Returns the typed environment variable `name`; a missing or bad value is an error that names it."""
    try:
        return getattr(env, kind)(name, **default)
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example.") from error
    except (ValueError, OSError) as error:
        raise ImproperlyConfigured(f"{name} has a bad value: {error}") from error


def read_switch(name: str, *, default: bool) -> bool:
    # django-environ takes every word that it does not know for "off": a slip of the pen must not switch security off.
    word = read(name, "str", default=str(int(default))).lower()
    if word not in TRUE_WORDS + FALSE_WORDS:
        raise ImproperlyConfigured(f"{name} has a bad value: it must be 1 or 0")
    return word in TRUE_WORDS


def read_number(name: str, default: int, *, least: int = 1) -> int:
    number = read(name, "int", default=default)
    if number < least:
        raise ImproperlyConfigured(f"{name} has a bad value: {number} is less than {least}")
    return number


def generated_secret_key() -> str:
    """Returns the key kept in var/secret_key, made on first use: eight first starts at once agree on one."""
    path, own = VAR_DIR / "secret_key", VAR_DIR / f"secret_key.{os.getpid()}"
    VAR_DIR.mkdir(exist_ok=True)
    if not path.exists():
        own.touch(mode=0o600)
        own.write_text(secrets.token_urlsafe(50))
        # A link is made whole or not at all: nobody reads a key half written, and the first one wins.
        with suppress(FileExistsError):
            os.link(own, path)
        own.unlink()
    return path.read_text()


EMBEDDED = not {"DATABASE_URL", "DATABASE_URL_FILE"} & os.environ.keys()
if not EMBEDDED and not read("DATABASE_URL", "str"):
    # An empty value is a mistake in deployment; it must not start a site with demonstration accounts.
    raise ImproperlyConfigured("DATABASE_URL has a bad value: it is empty. Unset it to run in embedded mode.")
DEBUG = read_switch("DEBUG", default=False)
if DEBUG and not EMBEDDED:
    raise ImproperlyConfigured("DEBUG has a bad value: it may be on only without DATABASE_URL")

SECRET_KEY = generated_secret_key() if EMBEDDED else read("SECRET_KEY", "str")
SECRET_KEY_FALLBACKS = read("SECRET_KEY_FALLBACKS", "list", default=[])
if len(SECRET_KEY) < 50 or "change-me" in SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY has a bad value: it must be 50 random characters or more. See .env.example.")
ALLOWED_HOSTS = read("ALLOWED_HOSTS", "list", **({"default": ["127.0.0.1", "localhost", "[::1]"]} if EMBEDDED else {}))
if not EMBEDDED and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS has a bad value: it must name this site's hosts")
CSRF_TRUSTED_ORIGINS = read("CSRF_TRUSTED_ORIGINS", "list", default=[])
# How many proxies of ours stand in front and append to X-Forwarded-For; 0: the peer's own address is the client's.
TRUSTED_PROXY_COUNT = read_number("TRUSTED_PROXY_COUNT", 0, least=0)

INSTALLED_APPS = [
    "vaxreg.apps.VaxregConfig",
    "residents.apps.ResidentsConfig",
    "vaccinations.apps.VaccinationsConfig",
    "checkpoints.apps.CheckpointsConfig",
    "vaxreg.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "vaxreg.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "vaxreg.middleware.RefusalMiddleware",
    "vaxreg.middleware.ActorMiddleware",
    "vaxreg.middleware.SessionLimitMiddleware",
    "vaxreg.middleware.SecondFactorMiddleware",
    "vaxreg.access.AccessMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "vaxreg.urls"
WSGI_APPLICATION = "vaxreg.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "vaxreg.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# Database: one place decides. Only vaxreg.embedded_postgres knows how the embedded server is run.
if EMBEDDED:
    DATABASES = {"default": {"ENGINE": "vaxreg.embedded_postgres", "NAME": "vaxreg"}}
else:
    DATABASES = {"default": read("DATABASE_URL", "db_url")}
    if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL has a bad value: it must begin with postgres://")
DATABASES["default"]["CONN_MAX_AGE"] = read_number("CONN_MAX_AGE", 600, least=0)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts, sessions, second factor
AUTH_USER_MODEL = "vaxreg.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "vaxreg.backends.RoleBackend"]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_IDLE_SECONDS = int(timedelta(minutes=30).total_seconds())
SESSION_COOKIE_HTTPONLY = True
# The prefix makes browsers refuse a cookie of that name that plain HTTP or a neighbouring host tries to plant.
SESSION_COOKIE_NAME = "sessionid" if EMBEDDED else "__Host-sessionid"
CSRF_COOKIE_NAME = "csrftoken" if EMBEDDED else "__Host-csrftoken"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "vaxreg.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECOND_FACTOR_REQUIRED = read_switch("SECOND_FACTOR_REQUIRED", default=not EMBEDDED)
OTP_TOTP_ISSUER = "VaxReg"

# Failed log-ins count per (user name, address): nobody can lock a person out by name alone.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = read_number("LOGIN_FAILURE_LIMIT", 6)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "vaxreg.actors.client_network"
AXES_LOCKOUT_CALLABLE = "vaxreg.errors.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

# Public forms per address; mobile operators put thousands of phones behind one address, so the limit is wide.
PUBLIC_FORM_LIMIT = read_number("PUBLIC_FORM_LIMIT", 300)
PUBLIC_FORM_WINDOW_SECONDS = read_number("PUBLIC_FORM_WINDOW_SECONDS", 600)

# Transport and content security
SECURE_SSL_REDIRECT = read_switch("SECURE_SSL_REDIRECT", default=not EMBEDDED)
SECURE_HSTS_SECONDS = read_number("SECURE_HSTS_SECONDS", 0 if EMBEDDED else 31_536_000, least=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not EMBEDDED
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not EMBEDDED
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
# Files are taken on these pages only (vaccination sheets, work lists, risk levels), and no larger than IMPORT_MOST_MB.
UPLOAD_PAGES = frozenset({"/imports/new/", "/quality/lists/", "/rules/levels/import/"})
FILE_UPLOAD_HANDLERS = ["vaccinations.imports.uploads.SheetUploadHandler"]

# Language, dates
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
# Under `vi` Django reads 05/03/2021 as 3 May: our own formats read day first.
FORMAT_MODULE_PATH = ["vaxreg.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# Static files
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Pages name hashed files only; compressing the others as well would take as long again at the first start.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
MEDIA_ROOT = VAR_DIR / "media"

# Imports of sheets: the largest file taken, and what one may unpack to; how many days after its end an import keeps the file
# and the rows that are settled. What one worker of the queue may have of memory (0: no limit).
IMPORT_MOST_BYTES = read_number("IMPORT_MOST_MB", 100) * 1_000_000
IMPORT_MOST_UNPACKED_BYTES = read_number("IMPORT_MOST_UNPACKED_MB", 500) * 1_000_000
IMPORT_KEPT_DAYS = read_number("IMPORT_KEPT_DAYS", 90)
# How many days after its end a pile of paper slips keeps what was typed.
BATCH_KEPT_DAYS = read_number("BATCH_KEPT_DAYS", 30)
# How long a case of the work lists stays with whoever took it into work, and how large a list that comes back may be.
QUALITY_CLAIM_MINUTES = read_number("QUALITY_CLAIM_MINUTES", 30)
QUALITY_MOST_BYTES = read_number("QUALITY_MOST_MB", 5) * 1_000_000
WORKER_MEMORY_BYTES = read_number("WORKER_MEMORY_MB", 3_000, least=0) * 1_000_000

# Domain
DECLARATION_VALID_HOURS = read_number("DECLARATION_VALID_HOURS", 72)
# The schedule that judges the register's doses: its code in the rule tables.
VACCINATION_SCHEDULE = read("VACCINATION_SCHEDULE", "str", default="vn")
# Where the schedule lays no last day down, a dose is overdue so many days after the day recommended.
OVERDUE_AFTER_DAYS = read_number("OVERDUE_AFTER_DAYS", 28)
# Counts below this number never leave the area (docs/decisions/0010-small-numbers.md).
SMALLEST_COUNT_SHOWN = read_number("SMALLEST_COUNT_SHOWN", 5)
MOVEMENTS_MOST_DAYS = read_number("MOVEMENTS_MOST_DAYS", 31)
TRACING_MOST_SHOWN = read_number("TRACING_MOST_SHOWN", 500)
TRACING_MOST_DAYS = read_number("TRACING_MOST_DAYS", 31)
# How long whoever withdrew a registration for vaccination can take that back.
REGISTRATION_RESTORE_DAYS = read_number("REGISTRATION_RESTORE_DAYS", 7)
# At the desk: who passed the post so recently is asked nothing again; how long a passage can be undone; within how many
# seconds two scans of one person are one passage; from how many passages a minute the lead may switch quick mode on.
RECENT_PASSAGE_HOURS = read_number("RECENT_PASSAGE_HOURS", 12)
UNDO_MINUTES = read_number("UNDO_MINUTES", 15)
DOUBLE_SCAN_SECONDS = read_number("DOUBLE_SCAN_SECONDS", 30, least=0)
QUICK_MODE_PASSAGES_A_MINUTE = read_number("QUICK_MODE_PASSAGES_A_MINUTE", 6, least=0)
# Lists of people that leave as files (docs/exporting.md): up to how many people at once without a request page, from how many
# a second person approves (with all that the same user took within a day), and up to how many the file is made while the
# user waits; how long a decision may take, and how long a file lives; how often it may be downloaded.
EXPORT_FREE_PEOPLE = read_number("EXPORT_FREE_PEOPLE", 50, least=0)
EXPORT_APPROVAL_PEOPLE = read_number("EXPORT_APPROVAL_PEOPLE", 1_000, least=0)
EXPORT_AT_ONCE_PEOPLE = read_number("EXPORT_AT_ONCE_PEOPLE", 5_000, least=0)
EXPORT_DECISION_HOURS = read_number("EXPORT_DECISION_HOURS", 72)
EXPORT_HOURS = read_number("EXPORT_HOURS", 24)
EXPORT_MOST_DOWNLOADS = read_number("EXPORT_MOST_DOWNLOADS", 3)
EXPORT_XLSX_MOST_ROWS = read_number("EXPORT_XLSX_MOST_ROWS", 100_000)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "redacted": {
            "()": "vaxreg.redaction.RedactingFormatter",
            "format": "{levelname} {name} {message}",
            "style": "{",
        }
    },
    "filters": {"brief": {"()": "vaxreg.errors.BriefRefusals"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "redacted", "filters": ["brief"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
