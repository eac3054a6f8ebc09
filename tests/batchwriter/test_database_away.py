"""While the database is away, every answer is 503 with Retry-After, and never a stack."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client

from accounts.models import User
from tests.jobs.conftest import person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def browser(db: None) -> Client:
    """Alice's browser."""
    client = Client(raise_request_exception=False)
    client.force_login(person("alice"), backend=BACKEND)
    return client


def away(*args: object, **kwargs: object) -> None:
    """What the driver says when nobody answers."""
    raise OperationalError(2002, "Can't connect to server on '127.0.0.1' (111)")


@pytest.mark.parametrize("path", ["/account?tab=batch-jobs", "/jobs/live", "/api/me"])
@pytest.mark.parametrize("place", ["middleware", "view"])
def test_it_asks_to_come_back(
    browser: Client, monkeypatch: pytest.MonkeyPatch, path: str, place: str
) -> None:
    if place == "middleware":
        monkeypatch.setattr(SessionStore, "load", away)
    else:
        monkeypatch.setattr(User, "refresh_from_db", away)
        monkeypatch.setattr("django.core.paginator.Paginator.get_page", away)
        monkeypatch.setattr("accounts.api.MeSerializer.data", property(away))
        monkeypatch.setattr("jobs.progress.snapshots", away)
    response = browser.get(path)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert b"Traceback" not in response.content and b"127.0.0.1" not in response.content
    if path.startswith("/api/"):
        assert response.json()["error"]["code"] == "unavailable"
