"""The column of a citizen's number."""

from typing import Any

from vaxreg.fields import KeyField


class CitizenIdField(KeyField):
    """12 characters. Foreign keys to it take the same type."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 12, **kwargs})
