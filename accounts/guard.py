"""The guard on log-ins: by name and address together, by name alone, and by address alone.

axes keeps the first count. The other two stand in ``RateCounter`` rows, so that neither guesses
from many addresses nor guesses at many names go on for ever. Pages, admin and token call ask the
same guard, whatever process they run in.
"""

import hashlib
from ipaddress import ip_network
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.http import HttpRequest

from accounts import throttling
from accounts.models import User
from batchwriter.proxies import client_address

WINDOW_SECONDS = 300
NAME_LENGTH = 255
Credentials = dict[str, Any] | None


def name_of(request: HttpRequest, credentials: Credentials = None) -> str | None:
    """The name that somebody logs in by, as axes can store it."""
    given = credentials or request.POST
    found = next((given[key] for key in ("username", "email", "login") if given.get(key)), None)
    if not isinstance(found, str):
        return None
    # However it is written, it is one name; half of a surrogate pair cannot be stored.
    plain: str = User.normalize_username(found.strip())
    return plain.encode("utf-8", "replace").decode()[:NAME_LENGTH]


class LogInHandler(AxesDatabaseHandler):
    """axes, with the two counts besides."""

    def is_locked(self, request: HttpRequest, credentials: Credentials = None) -> bool:
        """Whether this log-in is refused, however right its password may be."""
        return super().is_locked(request, credentials) or any(
            throttling.count(key, WINDOW_SECONDS) >= most
            for key, most in _counted(request, credentials)
        )

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        """Count a wrong password; one that was not even looked at does not count."""
        refused = request is None or request.axes_locked_out
        super().user_login_failed(sender, credentials, request, **kwargs)
        if refused:
            return
        for key, most in _counted(request, credentials):
            if throttling.hit(key, WINDOW_SECONDS) >= most:
                request.axes_locked_out = True


def _counted(request: HttpRequest, credentials: Credentials) -> list[tuple[str, int]]:
    """Keys of counters, and how many failures each of them takes."""
    name, address = name_of(request, credentials), client_address(request)
    keys = []
    if name:
        digest = hashlib.sha256(name.encode()).hexdigest()
        keys.append((f"login:name:{digest}", settings.LOGIN_FAILURES_PER_NAME))
    if address:
        # Whoever has one IPv6 address has all of its network.
        network = ip_network((address, 64 if ":" in address else 32), strict=False)
        keys.append((f"login:address:{network}", settings.LOGIN_FAILURES_PER_ADDRESS))
    return keys
