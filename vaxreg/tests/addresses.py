"""Every address of the site, as the resolver knows it."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
REGEX_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\\.)*\)")
# What stands for each parameter in an address that is tried; in the admin `object_id` is a row's own.
SAMPLES = {
    "token": "A" * 22,
    "code": "34679CDF",
    "pk": "1",
    "handle": "gAAAAA",
    "pair": "gAAAAA",
    "listing": "people",
    "object_id": "1",
    "id": "1",
    "app_label": "vaxreg",
    "content_type_id": "1",
    "url": "nowhere/",
}


class Address(NamedTuple):
    """`route` names its parameters: /p/<token>/."""

    route: str
    view: Callable
    in_admin: bool

    def sample(self, **parameters: str) -> str:
        """Returns an address of this route that can be asked for."""
        return PARAMETER.sub(lambda match: (SAMPLES | parameters)[match[1]], self.route)


def all_addresses() -> list[Address]:
    """Returns every address of the site in the order in which the resolver tries them."""
    return list(_walk(get_resolver().url_patterns, "/", in_admin=False))


def _walk(patterns: list[URLPattern | URLResolver], prefix: str, *, in_admin: bool) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + _readable(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route, in_admin=in_admin or pattern.app_name == "admin")
        else:
            yield Address(route, pattern.callback, in_admin)


def _readable(route: str) -> str:
    """A regular expression or a route as /p/<token>/."""
    route = REGEX_GROUP.sub(r"<\1>", route).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
    return PARAMETER.sub(r"<\1>", route)
