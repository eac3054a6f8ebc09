"""Threats 3, 4 and 5: forged tokens, tokens that were used, tokens that should have ended.

What one token does stands in ``tests/api/test_tokens.py``; here is what ends all of them.
"""

import base64
import json
import threading
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken

from accounts import logins
from accounts.models import User
from tests.api.conftest import client_of

PASSWORD = "correct horse battery"


@pytest.fixture
def alice(db: None) -> User:
    """A user with a password."""
    return User.objects.create_user("alice", email="alice@example.com", password=PASSWORD)


def me(token: object) -> int:
    """The answer's status to a call with an access token."""
    client = APIClient(headers={"Authorization": f"Bearer {token}"})
    return int(client.get("/api/me").status_code)


def renew(token: object) -> int:
    """The answer's status to a renewal."""
    body = {"refresh": str(token)}
    return int(client_of(None).post("/api/auth/token/refresh", body, format="json").status_code)


def encoded(part: dict[str, object]) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def forged(alice: User, how: str) -> str:
    """An access token of Alice's that nobody gave out."""
    token = AccessToken.for_user(alice)
    if how == "no signature":
        return f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{encoded(token.payload)}."
    if how == "signature of another algorithm":
        return str(TokenBackend("HS512", settings.SECRET_KEY).encode(token.payload))
    if how == "public key as secret":
        head = encoded({"alg": "RS256", "typ": "JWT"})
        return f"{head}.{str(token).split('.', 1)[1]}"
    if how == "another key":
        return str(TokenBackend("HS256", "another-key-that-is-long-enough-0123456789").encode(
            token.payload))  # fmt: skip
    if how == "expired":
        token.payload["exp"] = token.payload["iat"] - 1
        return str(token)
    assert how == "another user's number"
    head, _payload, signature = str(token).split(".")
    return f"{head}.{encoded({**token.payload, 'user_id': alice.pk + 1})}.{signature}"


@pytest.mark.parametrize("how", ["no signature", "signature of another algorithm", "another key",
                                 "public key as secret", "expired",
                                 "another user's number"])  # fmt: skip
def test_forged_tokens_open_nothing(alice: User, how: str) -> None:
    assert me(AccessToken.for_user(alice)) == 200
    assert me(forged(alice, how)) == 401


@pytest.mark.django_db(transaction=True)
def test_a_refresh_token_is_renewed_once_however_many_ask_at_once() -> None:
    alice = User.objects.create_user("alice", password=PASSWORD)
    token = logins.token_for(alice)
    statuses: list[int] = []
    ready = threading.Barrier(8)

    def ask() -> None:
        ready.wait()
        statuses.append(renew(token))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [401] * 7


def test_a_renewed_token_ends_with_its_users_password(alice: User) -> None:
    answer = client_of(None).post(
        "/api/auth/token/refresh", {"refresh": str(logins.token_for(alice))}, format="json"
    )
    alice.set_password("another horse battery")
    alice.save(update_fields=["password"])
    assert me(answer.json()["access"]) == 401
    assert renew(answer.json()["refresh"]) == 401


def log_out_on_the_page(alice: User) -> None:
    browser = Client()
    browser.force_login(alice)
    answer = browser.post("/account/logout/everywhere", follow=True)
    assert "đăng xuất khỏi mọi thiết bị" in answer.content.decode()


def log_out_by_the_api(alice: User) -> None:
    assert client_of(alice).post("/api/auth/logout").status_code == 204


def deactivate(alice: User) -> None:
    """By an operator, who lets Alice in again afterwards."""
    browser = Client()
    browser.force_login(User.objects.create_superuser("olga"))
    page = f"/admin/accounts/user/{alice.pk}/change/"
    fields = {"username": "alice", "email": alice.email, "language": "", "last_login_0": "",
              "last_login_1": "", "date_joined_0": "2026-01-01",
              "date_joined_1": "00:00"}  # fmt: skip
    for changes in ({}, {"is_active": "on"}):
        assert browser.post(page, {**fields, **changes}).status_code == 302
    alice.refresh_from_db()
    assert alice.is_active


@pytest.mark.parametrize("end", [log_out_on_the_page, log_out_by_the_api, deactivate])
def test_all_sessions_and_tokens_end_together(alice: User, end: Callable[[User], None]) -> None:
    browser = Client()
    assert browser.post("/account/login", {"login": "alice", "password": PASSWORD})
    body = {"username": "alice", "password": PASSWORD}
    pair = client_of(None).post("/api/auth/token", body, format="json").json()
    assert browser.get("/account").status_code == me(pair["access"]) == 200
    end(User.objects.get(pk=alice.pk))
    assert browser.get("/account").status_code == 302
    assert me(pair["access"]) == renew(pair["refresh"]) == 401
    pair = client_of(None).post("/api/auth/token", body, format="json").json()
    assert me(pair["access"]) == renew(pair["refresh"]) == 200


def test_the_log_out_of_one_user_leaves_others_alone(alice: User) -> None:
    bob = User.objects.create_user("bob")
    token = logins.token_for(bob).access_token
    log_out_by_the_api(alice)
    assert me(token) == 200


def test_no_token_stands_in_the_database(alice: User) -> None:
    token = logins.token_for(alice)
    assert renew(token) == 200
    assert OutstandingToken.objects.count() == 2
    assert not OutstandingToken.objects.exclude(token="").exists()
    assert renew(token) == 401
