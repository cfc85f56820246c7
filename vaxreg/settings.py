"""All settings. Read from the environment, typed, and loud about a bad value.

Without DATABASE_URL the site runs in *embedded mode*: its own PostgreSQL and a generated secret key under var/,
plain HTTP on this machine, demonstration accounts allowed. With DATABASE_URL it runs in production mode, secure by
default, and every variable that production needs must be set (see .env.example).
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.FileAwareEnv()


def read(name: str, kind: str, **default):
    """Returns the typed environment variable `name`; a missing or bad value is an error that names it."""
    try:
        return getattr(env, kind)(name, **default)
    except ImproperlyConfigured as error:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example.") from error
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} has a bad value: {error}") from error


def read_positive(name: str, default: int) -> int:
    number = read(name, "int", default=default)
    if number < 1:
        raise ImproperlyConfigured(f"{name} has a bad value: {number} is not a positive number")
    return number


def generated_secret_key() -> str:
    """Returns the key kept in var/secret_key, made on first use: eight first starts at once agree on one."""
    path = VAR_DIR / "secret_key"
    VAR_DIR.mkdir(exist_ok=True)
    try:
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


EMBEDDED = not env.str("DATABASE_URL", default="")
DEBUG = read("DEBUG", "bool", default=False)
if DEBUG and not EMBEDDED:
    raise ImproperlyConfigured("DEBUG has a bad value: it may be on only without DATABASE_URL")

SECRET_KEY = generated_secret_key() if EMBEDDED else read("SECRET_KEY", "str")
SECRET_KEY_FALLBACKS = read("SECRET_KEY_FALLBACKS", "list", default=[])
ALLOWED_HOSTS = read("ALLOWED_HOSTS", "list", **({"default": ["127.0.0.1", "localhost", "[::1]"]} if EMBEDDED else {}))
CSRF_TRUSTED_ORIGINS = read("CSRF_TRUSTED_ORIGINS", "list", default=[])
# How many proxies of ours stand in front and append to X-Forwarded-For; 0: the peer's own address is the client's.
TRUSTED_PROXY_COUNT = read("TRUSTED_PROXY_COUNT", "int", default=0)

INSTALLED_APPS = [
    "vaxreg.apps.VaxregConfig",
    "residents.apps.ResidentsConfig",
    "vaccinations.apps.VaccinationsConfig",
    "checkpoints.apps.CheckpointsConfig",
    "vaxreg.admin_site.AdminConfig",
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
DATABASES["default"]["CONN_MAX_AGE"] = read("CONN_MAX_AGE", "int", default=600)
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
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "vaxreg.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECOND_FACTOR_REQUIRED = read("SECOND_FACTOR_REQUIRED", "bool", default=not EMBEDDED)
OTP_TOTP_ISSUER = "VaxReg"

# Failed log-ins count per (user name, address): nobody can lock a person out by name alone.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = read_positive("LOGIN_FAILURE_LIMIT", 6)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "vaxreg.actors.client_address"
AXES_LOCKOUT_CALLABLE = "vaxreg.errors.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# Public forms per address; mobile operators put thousands of phones behind one address, so the limit is wide.
PUBLIC_FORM_LIMIT = read_positive("PUBLIC_FORM_LIMIT", 300)
PUBLIC_FORM_WINDOW_SECONDS = read_positive("PUBLIC_FORM_WINDOW_SECONDS", 600)

# Transport and content security
SECURE_SSL_REDIRECT = read("SECURE_SSL_REDIRECT", "bool", default=not EMBEDDED)
SECURE_HSTS_SECONDS = read("SECURE_HSTS_SECONDS", "int", default=0 if EMBEDDED else 31_536_000)
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
MEDIA_ROOT = VAR_DIR / "media"

# Domain
DECLARATION_VALID_HOURS = read_positive("DECLARATION_VALID_HOURS", 72)

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
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "redacted"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
