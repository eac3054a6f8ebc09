"""Every address of the site, from the URL configuration: a new route cannot escape the tests."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from tests.api.conftest import World

VERBS = ("get", "post", "put", "patch", "delete")
# Addresses that strangers may see; everything else needs a user. The reason stands behind each.
OPEN = {
    "landing": "the start page",
    "healthz": "for the platform",
    "readyz": "for the platform",
    "picture": "articles are published elsewhere, with their pictures",
    "csp-report": "browsers report without a session",
    "api-token": "gives the tokens",
    "api-token-refresh": "gives the tokens",
    "api-schema": "describes the API",
    "api-docs": "describes the API",
    "account_login": "the log-in",
    "account_signup": "the sign-up",
    "account_logout": "sends to the start page",
    "account_inactive": "says that an account is not active",
    "account_email_verification_sent": "says that mail was sent",
    "account_confirm_email": "opened from a mail",
    "account_reset_password": "asks for an address",
    "account_reset_password_done": "says that mail was sent",
    "account_reset_password_from_key": "opened from a mail",
    "account_reset_password_from_key_done": "says that it is done",
    "set_language": "strangers choose theirs too",
    "admin:login": "the operators' log-in",
    "admin:logout": "ends a session",
    "admin:jsi18n": "words of the operators' scripts",
}


@dataclass(frozen=True)
class Route:
    """One address with its name, and the expression for what it takes."""

    name: str
    path: str

    @property
    def is_admin(self) -> bool:
        """Whether it belongs to the operators."""
        return self.path.startswith("admin/")

    @property
    def is_api(self) -> bool:
        """Whether it belongs to the API."""
        return self.path.startswith("api/")

    def address(self, world: World) -> str:
        """The address with the numbers of Alice's things in it."""
        path = self.path
        rows = {"job": world.job, "article": world.article, "website": world.website}
        for name, row in rows.items():
            path = path.replace(f"<id:{name}_id>", str(row.pk))
        path = path.replace("<slug:action>", "pause").replace("<str:key>", "x")
        path = path.replace(r"(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$", "1-x").lstrip("^")
        path = path.replace("<path:object_id>", str(world.alice.pk)).replace("<id>", "1")
        path = path.replace("<int:user_id>", str(world.alice.pk))
        path = re.sub(r"<(int|id):\w+>", "1", path)
        return "/" + re.sub(r"<(\w+:)?\w+>", "x", path)

    @property
    def holds_an_id(self) -> bool:
        """Whether it names a row of somebody's."""
        return "<id:" in self.path


def walk(patterns: list[object], prefix: str = "", space: str = "") -> Iterator[Route]:
    """Every route below ``patterns``."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)  # type: ignore[attr-defined]
        if isinstance(pattern, URLResolver):
            inside = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern.url_patterns, path, inside)
        elif isinstance(pattern, URLPattern):
            yield Route(f"{space}{pattern.name}" if pattern.name else "", path)


ALL = list(walk(get_resolver().url_patterns))
ROUTES = [route for route in ALL if route.name]
# What answers every address below /api and /admin that no other route takes.
UNNAMED = re.compile(r"api/\^\.\*\$|admin/.*(\(\?P<url>\.\*\)\$|<path:object_id>/)")
GUARDED = [route for route in ROUTES if route.name not in OPEN]
PAGES = [route for route in GUARDED if not route.is_admin and not route.is_api]
WITH_ID = [route for route in ROUTES if route.holds_an_id and not route.is_admin]
ADMIN = [route for route in GUARDED if route.is_admin]


def named(route: Route) -> str:
    """The name of a test's route."""
    return route.name
