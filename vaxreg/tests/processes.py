"""Processes beside the test's own, on its database: the only ones that may be killed.

No test forks. The runner has threads that hold locks, and where a browser is open it has an event loop too: Django keeps
the connections of that loop apart, so a child without the loop would write on one of its parent's that nobody has closed.
"""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PROJECT = Path(__file__).resolve().parents[2]
SET_UP = "import sys, django; django.setup(); "


def database_url() -> str:
    """Returns the address of this test's own database, for another process."""
    parameters = connection.get_connection_params()
    if hasattr(connection, "address"):
        parameters |= connection.address()
    account = quote(parameters["user"]) + ":" + quote(parameters.get("password") or "", safe="")
    host, port = parameters["host"], parameters.get("port")
    # A folder instead of a host name is the way to a socket.
    place = f"/{quote(host)}" if host.startswith("/") else host + (f":{port}" if port else "")
    return f"postgres://{account}@{place}/{quote(connection.settings_dict['NAME'])}"


def environment() -> dict[str, str]:
    """Returns the settings of a site in production mode on this test's database, over plain HTTP."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "vaxreg.settings",
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "0",
        "SECOND_FACTOR_REQUIRED": "0",
        "PUBLIC_FORM_LIMIT": "1000000",
    }


def python(code: str, *arguments: str) -> subprocess.Popen:
    """Starts Python on this test's database, with Django set up and the arguments in sys.argv."""
    return subprocess.Popen([sys.executable, "-c", SET_UP + code, *arguments], cwd=PROJECT, env=environment())
