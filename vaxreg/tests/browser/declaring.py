"""A citizen at the declaration, as the browser tests walk it."""

from vaxreg.tests.browser import world
from vaxreg.tests.browser.walk import Walk

SEND, CONTINUE, ADD = "button[value=send]", "button[value=continue]", "button[value=add]"


def fill_journey(walk: Walk, vehicle: str = "Xe máy") -> None:
    """Fills the first step in and goes on to the second."""
    walk.page.fill("[name=origin_place]", "Bến Nghé")
    walk.page.fill("[name=destination_place]", "Trảng Bom")
    walk.page.select_option("[name=origin_province]", label="Thành phố Hồ Chí Minh")
    walk.page.select_option("[name=destination_province]", label="Tỉnh Đồng Nai")
    walk.page.select_option("[name=checkpoint]", label="Chốt cầu Đồng Nai")
    walk.page.select_option("[name=vehicle_kind]", label=vehicle)
    walk.page.select_option("[name=journey_reason]", label="Đi làm")
    walk.page.click(CONTINUE)
    walk.page.wait_for_selector(SEND)


def fill_health(walk: Walk, prefix: str = "") -> None:
    for name in ("has_travelled", "had_contact"):
        walk.page.check(f"[name={prefix}{name}][value=no]")
    walk.page.check(f"[name={prefix}symptoms][value=none]")


def fill_declaration(walk: Walk, **different: str) -> None:
    """Fills the declaration in as a citizen would, up to the button."""
    walk.open("/declare/")
    fill_journey(walk)
    answers = {
        "number": "000 190 000001",
        "full_name": world.NAME,
        "birth": "5/3/1990",
        "phone": "0900 000 001",
        "plate": "51F-123.45",
    } | different
    for name, text in answers.items():
        walk.page.fill(f"[name={name}]", text)
    fill_health(walk)
    walk.page.check("[name=attested]")
