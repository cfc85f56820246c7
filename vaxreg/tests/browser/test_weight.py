"""What the declaration weighs over the wire: a citizen at the roadside has 3G."""

import pytest

from vaxreg.tests.browser import world

pytestmark = pytest.mark.browser
FIRST_VISIT_BYTES = 45_000
REPEAT_VISIT_BYTES = 10_000


def received(walk, path: str) -> int:
    """Opens the page and returns the bytes received for it and all it loads, headers included."""
    session = walk.page.context.new_cdp_session(walk.page)
    session.send("Network.enable")
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    walk.page.goto(walk.site + path, wait_until="networkidle")
    session.detach()
    assert sizes
    return int(sum(sizes))


def test_declaration_is_light_at_first_and_lighter_again(phone):
    world.build()
    first, repeat = received(phone, "/declare/"), received(phone, "/declare/")
    assert first <= FIRST_VISIT_BYTES, first
    assert repeat <= REPEAT_VISIT_BYTES, repeat
