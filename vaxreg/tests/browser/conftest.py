"""A real browser against a real server: served as in production, compressed static files included."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, sync_playwright

from vaxreg.management.commands.prepare import collect_static
from vaxreg.tests.browser.walk import LAPTOP, PHONE, Walk

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium must not call home, and needs no sandbox of its own in CI's.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A camera that anybody may use, and that shows a film from a file.
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def camera_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's camera sees: a film that a test puts there (vaxreg.tests.browser.camera)."""
    return tmp_path_factory.mktemp("camera") / "film.y4m"


@pytest.fixture(scope="session")
def browser(camera_file: Path) -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        message = "no Chromium found: browser tests skipped (install chromium, or set CHROMIUM)"
        pytest.fail(message) if os.environ.get("REQUIRE_BROWSER") else pytest.skip(message)
    # Playwright's own event loop lives in this thread; Django takes it for an async caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        camera = [*CAMERA, f"--use-file-for-fake-video-capture={camera_file}"]
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *camera])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def static_root() -> None:
    settings.VAR_DIR.mkdir(exist_ok=True)
    with open(settings.VAR_DIR / "static.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        collect_static()


@pytest.fixture
def site(quick_settings: None, transactional_db: None, static_root: None, settings) -> Iterator[str]:
    """The address of a server over this test's database; WhiteNoise serves the static files, as in production."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.STATIC_ROOT = settings.VAR_DIR / "static"
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    server = LiveServerThread("127.0.0.1", lambda application: application)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()
    connections.close_all()


def _page(browser: Browser, size: dict) -> Iterator[Page]:
    is_phone = size is PHONE
    context = browser.new_context(viewport=size, locale="vi-VN", has_touch=is_phone, is_mobile=is_phone)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Walk]:
    for page in _page(browser, PHONE):
        yield Walk(page, site, "phone")


@pytest.fixture
def laptop(browser: Browser, site: str) -> Iterator[Walk]:
    for page in _page(browser, LAPTOP):
        yield Walk(page, site, "laptop")


@pytest.fixture(params=["phone", "laptop"])
def walk(request: pytest.FixtureRequest) -> Walk:
    """The same walk at both sizes."""
    return request.getfixturevalue(request.param)
