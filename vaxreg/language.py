"""Reference data carries both languages; this picks the visitor's."""

from typing import Any

from django.utils.translation import get_language


def named(thing: Any) -> str:
    """Returns the thing's name in the language of the screen, in Vietnamese where no English one is kept."""
    return in_language(thing.name, thing.name_en)


def in_language(name: str, name_en: str) -> str:
    """Returns the name in the language of the screen, in Vietnamese where there is no English one."""
    return name_en if (get_language() or "").startswith("en") and name_en else name
