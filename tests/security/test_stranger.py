"""A stranger's walk: somebody signs up, and tries every route with every method.

``STRANGER_TABLE=docs/table.md pytest tests/security/test_stranger.py`` writes down what came back,
as it stands in docs/security.md.
"""

import os
from pathlib import Path

from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import TokenEntry, User
from articles.models import Article
from jobs.models import BatchJob
from tests.api.conftest import World, client_of
from tests.security.routes import OPEN, ROUTES, VERBS, Route
from tests.security.test_access import call, rows_of

# Called last: they end the log-in.
ENDS = ("account_logout", "log_out_everywhere", "api-logout")
FIELDS = {"username": "mallory", "email": "mallory@example.com",
          "password1": "a long enough secret", "password2": "a long enough secret"}  # fmt: skip
PROBES = ["", "?next=https://evil.example/", "?page=-1", "?job=1%27%20OR%201=1", "/../admin/",
          "?status[]=x", "%2e%2e%2f", "?format=api", "?user=1", "/"]  # fmt: skip


def test_a_stranger_who_signs_up_finds_what_is_theirs_alone(world: World) -> None:
    cache.clear()
    session = APIClient(raise_request_exception=False)
    assert session.post("/account/signup", FIELDS, format="multipart").status_code == 302
    mallory = User.objects.get(username="mallory")
    token = client_of(mallory)
    before, table = rows_of(world), []
    for route in sorted(ROUTES, key=lambda one: one.name in ENDS):
        if route.is_admin:
            continue
        statuses = [walked(session, token, route, verb, world) for verb in VERBS]
        kind = "open" if route.name in OPEN else "of others" if route.holds_an_id else "own"
        table.append(f"| `/{route.path}` | {kind} | {' | '.join(statuses)} |")
    assert rows_of(world) == before
    mallory.refresh_from_db()
    assert (mallory.tokens_remaining, mallory.is_staff, mallory.is_superuser) == (0, False, False)
    assert not TokenEntry.objects.filter(user=mallory).exists()
    assert not Article.objects.of(mallory).exists()
    assert not BatchJob.objects.of(mallory).exists()
    if place := os.environ.get("STRANGER_TABLE"):
        methods = " | ".join(verb.upper() for verb in VERBS)
        head = f"| route | | {methods} |\n|---|---|{'---|' * 5}\n"
        Path(place).write_text(head + "\n".join(table) + "\n", encoding="utf-8")


def walked(session: APIClient, token: APIClient, route: Route, verb: str, world: World) -> str:
    """What came back to the session, and to the token where that is something else."""
    first = call(session, verb, route.address(world)).status_code
    second = call(token, verb, route.address(world)).status_code if route.is_api else first
    for status in (first, second):
        assert status < 500, f"{verb} {route.name}"
    if route.holds_an_id:
        assert {first, second} <= {404, 405}, f"{verb} {route.name}"
    return str(first) if first == second else f"{first}, {second}"


def test_odd_ends_of_addresses_open_nothing(world: World) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(world.bob)
    secrets = (world.article.title, world.alice.email)
    for route in [one for one in ROUTES if not one.is_admin and one.name not in ENDS]:
        for probe in PROBES:
            answer = browser.get(route.address(world) + probe)
            assert answer.status_code < 500, route.path + probe
            text = b"" if answer.streaming else answer.content
            assert not [one for one in secrets if one.encode() in text], route.path + probe
            assert "evil.example" not in answer.get("Location", ""), route.path + probe
