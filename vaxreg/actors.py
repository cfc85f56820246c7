"""Who acts, and from where. Every service takes an Actor as `by`."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest

if TYPE_CHECKING:
    from vaxreg.models import User


@dataclass(frozen=True)
class Actor:
    """A signed-in user, the public, or a command; `address` is the client's IP address where there is one."""

    user: "User | None"
    address: str | None
    channel: str

    @classmethod
    def command(cls, name: str) -> "Actor":
        return cls(user=None, address=None, channel=f"command:{name}")


def client_address(request: HttpRequest) -> str | None:
    """Returns the client's IP address; X-Forwarded-For counts only as far as our own proxies wrote it."""
    hops = [request.META.get("REMOTE_ADDR", "")]
    if settings.TRUSTED_PROXY_COUNT:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-settings.TRUSTED_PROXY_COUNT :] or hops
    try:
        return str(ip_address(hops[0].strip()))
    except ValueError:
        return None
