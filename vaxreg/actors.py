"""Who acts, and from where. Every service takes an Actor as `by`."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
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
    """Returns the client's IP address; X-Forwarded-For counts only as far as our own proxies wrote it.

    None when it is no address, or when a request came past the proxies.
    """
    hops = [request.META.get("REMOTE_ADDR", "")]
    if settings.TRUSTED_PROXY_COUNT:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-settings.TRUSTED_PROXY_COUNT :]
    try:
        # A zone (fe80::1%eth0) means nothing on another machine, and the database's type for addresses refuses it.
        address = ip_address(hops[0].strip().partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def client_network(request: HttpRequest) -> str | None:
    """Returns what limits count by: the IPv4 address, or the first address of the /64 that one IPv6 customer has."""
    address = client_address(request)
    if address is None or ":" not in address:
        return address
    return str(ip_network((address, 64), strict=False).network_address)
