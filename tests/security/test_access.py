"""Threats 1, 8, 11 and 17: other people's things, forged forms, the policy, the admin.

Each test goes through every route of the URL configuration. A new one is guarded as the others are,
or its reason stands in ``routes.OPEN``.
"""

import re
from typing import Any

import pytest
from django.db.models import Model
from django.forms.models import model_to_dict
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from jobs.models import BatchJob
from tests.api.conftest import World, client_of
from tests.security.routes import (
    ADMIN,
    ALL,
    GUARDED,
    OPEN,
    PAGES,
    ROUTES,
    UNNAMED,
    VERBS,
    WITH_ID,
    Route,
)

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
UNSAFE = [verb for verb in VERBS if verb != "get"]


def browser_of(user: User | None, **more: Any) -> APIClient:
    """A browser of ``user``'s; it speaks JSON too, so that it can call everything."""
    client = APIClient(raise_request_exception=False, **more)
    if user is not None:
        client.force_login(user, backend=BACKEND)
    return client


def call(client: APIClient, verb: str, address: str) -> Any:
    """The answer to a call with an empty body: a form for pages, JSON for the API."""
    kind = "json" if address.startswith("/api/") else "multipart"
    if verb in ("put", "patch", "delete") and kind == "multipart":
        return getattr(client, verb)(address)
    return getattr(client, verb)(address, {}, format=kind if verb != "get" else None)


def rows_of(world: World) -> list[dict[str, Any]]:
    """Everything that belongs to Alice."""
    rows: list[Model] = [world.alice, world.done, world.job, world.article, world.website]
    for row in rows:
        row.refresh_from_db()
    return [model_to_dict(row) for row in rows]


def test_every_route_has_a_name_by_which_it_is_guarded() -> None:
    assert len(ROUTES) > 100 and len(WITH_ID) > 12
    assert not [one.path for one in ALL if not one.name and not UNNAMED.fullmatch(one.path)]
    assert not set(OPEN) - {route.name for route in ROUTES}, "reasons for routes that are no more"


def test_strangers_reach_nothing(world: World) -> None:
    before, stranger = rows_of(world), browser_of(None)
    for route in [route for route in GUARDED if not route.is_admin]:
        for verb in VERBS:
            answer = call(stranger, verb, route.address(world))
            said = f"{verb} {route.name}: {answer.status_code}"
            if route.is_api:
                assert answer.status_code == 401, said
                assert answer.json()["error"]["code"] == "not_authenticated", said
            else:
                assert answer.status_code in (302, 405), said
                if answer.status_code == 302:
                    assert answer["Location"].startswith("/account/login"), said
    assert rows_of(world) == before
    assert BatchJob.objects.count() == 2


@pytest.mark.parametrize("way", ["token", "session"])
def test_other_users_find_nothing(world: World, way: str) -> None:
    bob = client_of(world.bob) if way == "token" else browser_of(world.bob)
    alice = client_of(world.alice) if way == "token" else browser_of(world.alice)
    before = rows_of(world)
    routes = [route for route in WITH_ID if route.is_api or way == "session"]
    for route in routes:
        statuses = {verb: call(bob, verb, route.address(world)).status_code for verb in VERBS}
        assert set(statuses.values()) <= {404, 405}, f"{route.name}: {statuses}"
        assert 404 in statuses.values(), f"{route.name}: {statuses}"
    assert rows_of(world) == before
    theirs = [route for route in routes if "get" in allowed(alice, route, world)]
    assert theirs, "nothing to read by those whose it is"
    for route in theirs:
        assert call(alice, "get", route.address(world)).status_code in (200, 302), route.name


def allowed(client: APIClient, route: Route, world: World) -> list[str]:
    """The methods that a route takes, in small letters."""
    answer = client.options(route.address(world))
    if answer.status_code == 405 or route.is_api:
        return [verb.strip().lower() for verb in answer["Allow"].split(",")]
    return ["get"]


WITHOUT_FORMS = ("csp-report", "api-token", "api-token-refresh", "picture")


def test_forms_need_their_token(world: World) -> None:
    browser = browser_of(world.alice, enforce_csrf_checks=True)
    before = rows_of(world)
    for route in ROUTES:
        if route.name in WITHOUT_FORMS or route.is_admin:
            continue
        for verb in UNSAFE:
            status = call(browser, verb, route.address(world)).status_code
            refused = (403,) if verb == "post" or not route.is_api else (403, 405)
            assert status in (*refused, 405), f"{verb} {route.name}: {status}"
    assert rows_of(world) == before
    assert browser.get("/account").status_code == 200, "still logged in"


def test_the_admin_is_the_operators_alone(world: World) -> None:
    browsers = [browser_of(user) for user in (None, world.bob, world.alice)]
    before = rows_of(world)
    for browser in browsers:
        for route in ADMIN:
            for verb in ("get", "post"):
                answer = call(browser, verb, route.address(world))
                said = f"{verb} {route.name}: {answer.status_code}"
                assert answer.status_code in (302, 403, 404, 405), said
                if answer.status_code == 302:
                    assert answer["Location"].startswith("/admin/login/"), said
    assert rows_of(world) == before


def test_staff_without_permissions_see_an_empty_admin(world: World) -> None:
    User.objects.filter(pk=world.bob.pk).update(is_staff=True)
    browser = browser_of(world.bob)
    empty = {"admin:index", "admin:password_change", "admin:password_change_done", "admin:logout",
             "admin:jsi18n", "admin:login"}  # fmt: skip
    for route in ADMIN:
        if route.name not in empty:
            status = call(browser, "get", route.address(world)).status_code
            assert status in (302, 403, 404), f"{route.name}: {status}"


def test_forms_of_the_admin_need_their_token(world: World) -> None:
    olga = User.objects.create_superuser("olga")
    browser = browser_of(olga, enforce_csrf_checks=True)
    for route in ADMIN:
        status = call(browser, "post", route.address(world)).status_code
        assert status in (403, 404, 405), f"{route.name}: {status}"


INLINE = re.compile(r"<script(?![^>]*\b(?:src|nonce)=)(?![^>]*type=\"application/json\")|\son\w+=|"
                    r"\sstyle=|href=\"javascript:", re.IGNORECASE)  # fmt: skip
POLICY = {
    "default-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "report-uri": "/csp-report",
}


def test_every_page_has_the_policy_and_no_code_of_its_own(world: World) -> None:
    olga = User.objects.create_superuser("olga")
    pages = [*PAGES, *(route for route in ROUTES if route.name in OPEN or route.is_admin)]
    seen = 0
    for user in (None, world.alice, olga):
        browser = browser_of(user)
        for route in pages:
            answer = call(browser, "get", route.address(world))
            if "admin:logout" in route.name or not answer["Content-Type"].startswith("text/html"):
                continue
            policy = dict(
                part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")
            )
            scripts = policy.pop("script-src").split()
            assert scripts[0] == "'self'" and len(scripts) <= 2, route.name
            assert policy.items() >= POLICY.items(), route.name
            assert "unsafe" not in answer["Content-Security-Policy"], route.name
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Referrer-Policy"] == "same-origin"
            assert answer["X-Frame-Options"] == "DENY"
            assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
            found = INLINE.search(re.sub(r"<textarea.*?</textarea>", "", answer.text, flags=re.S))
            assert not found, f"{route.name}: {found and found.group()}"
            seen += 1
    assert seen > 100


def test_cookies_tell_nobody_else(world: World) -> None:
    browser = Client()
    answer = browser.post("/account/login", {"login": "alice", "password": "correct horse"})
    session = answer.cookies["sessionid"]
    assert (session["samesite"], session["httponly"], session["path"]) == ("Lax", True, "/")
    csrf = browser.get("/account/password/change").cookies["csrftoken"]
    assert csrf["samesite"] == "Lax"
