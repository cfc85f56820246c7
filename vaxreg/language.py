"""Reference data carries both languages; this picks the visitor's."""

from typing import Any

from django.utils.translation import get_language


def named(thing: Any) -> str:
    """Returns the thing's name in the language of the screen, in Vietnamese where no English one is kept."""
    if (get_language() or "").startswith("en") and thing.name_en:
        return thing.name_en
    return thing.name
