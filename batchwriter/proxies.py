"""Where a request comes from, seen past the proxies that are ours."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The client's address, as the outermost of ``TRUSTED_PROXIES`` saw it; None where unknown.

    Whatever a client writes into ``X-Forwarded-For`` stands to the left of what our proxies add
    and is never read.
    """
    passed = request.headers.get("X-Forwarded-For", "").split(",")
    if 0 < settings.TRUSTED_PROXIES <= len(passed):
        address = _valid(passed[-settings.TRUSTED_PROXIES])
        if address is not None:
            return address
    return _valid(request.META.get("REMOTE_ADDR", ""))


def _valid(text: str) -> str | None:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None
