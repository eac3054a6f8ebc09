"""Logging in for the API: tokens that end when they should, and a guard against guessing."""

from collections.abc import Iterator

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.db import OperationalError
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User
from tests.api.conftest import client_of

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def alice() -> Iterator[User]:
    """A user with a password."""
    yield User.objects.create_user("alice", email="alice@example.com", password=PASSWORD)
    AccessAttempt.objects.all().delete()


def log_in(password: str = PASSWORD, username: object = "alice") -> object:
    """The answer to a log-in."""
    body = {"username": username, "password": password}
    return client_of(None).post("/api/auth/token", body, format="json")


def test_it_gives_tokens_that_work(alice: User) -> None:
    tokens = log_in().json()  # type: ignore[attr-defined]
    client = APIClient(headers={"Authorization": f"Bearer {tokens['access']}"})
    assert client.get("/api/me").json()["username"] == "alice"


@pytest.mark.parametrize("name", ["alice", "ALICE", "alice@example.com"])
def test_it_knows_users_by_name_and_address(alice: User, name: str) -> None:
    assert log_in(username=name).status_code == 200  # type: ignore[attr-defined]


def test_it_answers_alike_for_known_and_unknown_names(alice: User) -> None:
    known, unknown = log_in("wrong"), log_in("wrong", "nobody")
    assert known.status_code == unknown.status_code == 401  # type: ignore[attr-defined]
    assert known.json() == unknown.json()  # type: ignore[attr-defined]
    assert known.json()["error"]["code"] == "not_authenticated"  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_it_locks_after_too_many_guesses(alice: User, name: str, settings: LazySettings) -> None:
    codes = [log_in("wrong", name).status_code for _ in range(6)]  # type: ignore[attr-defined]
    assert codes[:4] == [401] * 4 and codes[5] == 429
    right = log_in(PASSWORD, name)
    assert right.status_code == 429  # type: ignore[attr-defined]
    assert right.json()["error"]["code"] == "throttled"  # type: ignore[attr-defined]
    assert int(right["Retry-After"]) > 0  # type: ignore[index]


@pytest.mark.parametrize("body", [{}, {"username": "a"}, {"username": None, "password": 1}, [],
                                  {"username": ["a"], "password": {}}])  # fmt: skip
def test_it_refuses_bad_log_ins(db: None, body: object) -> None:
    response = client_of(None).post("/api/auth/token", body, format="json")
    assert response.status_code == 400
    assert response.json()["error"]["code"] in ("validation_error", "malformed")


def refresh(token: object) -> object:
    """The answer to a renewal."""
    return client_of(None).post("/api/auth/token/refresh", {"refresh": str(token)}, format="json")


def test_it_renews_both_tokens_and_ends_the_old_one(alice: User) -> None:
    old = RefreshToken.for_user(alice)
    renewed = refresh(old)
    assert set(renewed.json()) == {"access", "refresh"}  # type: ignore[attr-defined]
    again = refresh(old)
    assert again.status_code == 401  # type: ignore[attr-defined]
    assert again.json()["error"]["code"] == "token_not_valid"  # type: ignore[attr-defined]


def test_it_ends_all_tokens_with_a_new_password(alice: User) -> None:
    token = RefreshToken.for_user(alice)
    alice.set_password("another horse battery")
    alice.save(update_fields=["password"])
    client = APIClient(headers={"Authorization": f"Bearer {token.access_token}"})
    assert client.get("/api/me").status_code == 401
    assert refresh(token).status_code == 401  # type: ignore[attr-defined]


def test_it_refuses_users_who_were_deactivated(alice: User) -> None:
    token = RefreshToken.for_user(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    client = APIClient(headers={"Authorization": f"Bearer {token.access_token}"})
    assert client.get("/api/me").status_code == 401
    assert refresh(token).status_code == 401  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJ1c2VyX2lkIjoxLCJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.",
    ],
)
def test_it_refuses_forged_tokens(alice: User, token: str) -> None:
    response = APIClient(headers={"Authorization": f"Bearer {token}"}).get("/api/me")
    assert (response.status_code, response.json()["error"]["code"]) == (401, "token_not_valid")


def test_it_takes_no_refresh_token_for_access(alice: User) -> None:
    token = RefreshToken.for_user(alice)
    response = APIClient(headers={"Authorization": f"Bearer {token}"}).get("/api/me")
    assert response.status_code == 401


def test_it_throttles_each_user(alice: User, settings: LazySettings) -> None:
    settings.THROTTLE_RATES = {"api": "3/hour", "job_create": None}
    codes = [client_of(alice).get("/api/me").status_code for _ in range(5)]
    assert codes[:3] == [200] * 3 and codes[4] == 429
    response = client_of(alice).get("/api/me")
    assert response.json()["error"]["code"] == "throttled"
    assert 0 < int(response["Retry-After"]) <= 3600
    bob = User.objects.create_user("bob")
    assert client_of(bob).get("/api/me").status_code == 200


def test_it_throttles_making_jobs(alice: User, settings: LazySettings) -> None:
    settings.THROTTLE_RATES = {"api": None, "job_create": "2/day"}
    body = {"keywords": ["a"], "settings": {"model": "offline"}}
    codes = [
        client_of(alice).post("/api/batch-jobs", body, format="json").status_code for _ in range(3)
    ]
    assert codes == [201, 201, 429]
    assert client_of(alice).get("/api/batch-jobs").status_code == 200


def test_it_says_503_while_the_database_is_away(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError(2002, "Can't connect")

    monkeypatch.setattr("jobs.progress.outlines", away)
    response = client_of(alice).get("/api/batch-jobs")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "unavailable")
    assert int(response["Retry-After"]) > 0


def test_it_tells_whether_it_is_up_and_ready(db: None) -> None:
    client = APIClient()
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200


def test_it_describes_itself(db: None) -> None:
    response = APIClient().get("/api/schema")
    assert response.status_code == 200 and b"openapi: 3" in response.content
    page = APIClient().get("/api/docs")
    assert page.status_code == 200 and b"http" not in page.content.replace(b"http-equiv", b"")
