"""One person walking through the site: what every page must hold is checked wherever the walk stops to look."""

import os

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Response

from vaxreg.models import User
from vaxreg.tests.factories import sign_in

PHONE = {"width": 360, "height": 740}
LAPTOP = {"width": 1366, "height": 768}


class Walk:
    def __init__(self, page: Page, site: str, size: str) -> None:
        self.page, self.site, self.size = page, site, size
        self.complaints: list[str] = []
        # Else a look may meet a colour half way to another.
        page.emulate_media(reduced_motion="reduce")
        self.bytes = 0
        page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", self._count)

    def _count(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")

    def open(self, path: str) -> Response | None:
        return self.page.goto(self.site + path)

    def settle(self) -> None:
        """Waits until the page has given the focus: a loaded machine may take a moment."""
        self.until("!document.querySelector('[autofocus]') || document.activeElement !== document.body")

    def until(self, condition: str) -> None:
        """Waits until the expression holds. Asked from here: the page's own policy forbids the browser to evaluate text."""
        for _turn in range(500):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(20)
        raise TimeoutError(condition)

    def press(self, key: str) -> None:
        """Presses the key once the page has given the focus."""
        self.settle()
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Types into whatever has the focus, as a scanner does."""
        self.settle()
        self.page.keyboard.type(text)

    def sign_in(self, user: User) -> None:
        """As one who has signed in on this machine; `sign_in_by_hand` goes through the page."""
        cookie = sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.site}])

    def sign_in_by_hand(self, user: User, password: str) -> None:
        self.open("/login/")
        self.page.fill("[name=username]", user.username)
        self.page.fill("[name=password]", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/login/" not in url)

    def picture(self, name: str) -> None:
        """Leaves a screenshot in var/screenshots for people to look at: `make test SCREENSHOTS=1`."""
        if os.environ.get("SCREENSHOTS"):
            folder = settings.VAR_DIR / "screenshots"
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}-{self.size}.png", full_page=True)

    def look(self, name: str) -> None:
        """Checks what holds on every page: accessible, no sideways scrolling, no complaint."""
        self.picture(name)
        results = Axe().run(self.page)
        assert results.violations_count == 0, results.generate_report()
        width = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{name} scrolls sideways by {width} px"
        assert not self.complaints, self.complaints
