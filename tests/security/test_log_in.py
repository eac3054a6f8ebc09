"""Threats 6 and 7: guessing passwords, and finding out who has an account.

The lock of one name at one address stands in ``tests/pages/test_account.py``,
``tests/api/test_tokens.py`` and ``tests/admin/test_admin.py``.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client, RequestFactory

from accounts.models import RateCounter, User
from batchwriter.proxies import client_address
from tests.api.conftest import client_of
from tests.fakes.client import send
from tests.fakes.web import WebProcess
from tests.fakes.worker import database_url

PASSWORD = "correct horse battery"
LogIn = Callable[..., Any]


@pytest.fixture
def alice(db: None) -> Iterator[User]:
    """A user with a password, who is an operator too."""
    cache.clear()
    yield User.objects.create_user(
        "alice", email="alice@example.com", password=PASSWORD, is_staff=True
    )


def by_page(name: str, password: str, **more: Any) -> Any:
    return Client().post("/account/login", {"login": name, "password": password}, **more)


def by_token(name: str, password: str, **more: Any) -> Any:
    body = {"username": name, "password": password}
    return client_of(None).post("/api/auth/token", body, format="json", **more)


def by_admin(name: str, password: str, **more: Any) -> Any:
    return Client().post("/admin/login/", {"username": name, "password": password}, **more)


WAYS = [by_page, by_token, by_admin]


@pytest.mark.parametrize("name", ["alice", "Alice", "ALICE", "alice@example.com", "nobody"])
def test_a_name_is_locked_whatever_addresses_guess(alice: User, name: str) -> None:
    for number in range(10):
        way = WAYS[number % 2]
        name = name.swapcase() if number % 3 else name
        assert way(name, "wrong", REMOTE_ADDR=f"192.0.2.{number}").status_code in (200, 401, 429)
    for way in WAYS[:2] if "@" in name else WAYS:
        answer = way(name, PASSWORD, REMOTE_ADDR="198.51.100.7")
        assert answer.status_code == 429, way.__name__
        assert int(answer["Retry-After"]) > 0
    User.objects.create_user("bob", password=PASSWORD)
    assert by_token("bob", PASSWORD).status_code == 200, "others are not locked"


def test_an_address_is_locked_whatever_names_it_tries(alice: User, settings: LazySettings) -> None:
    settings.LOGIN_FAILURES_PER_ADDRESS = 6
    for number in range(6):
        # All of one network of IPv6.
        WAYS[number % 3](f"user{number}", "wrong", REMOTE_ADDR=f"2001:db8::{number + 1}")
    for way in WAYS:
        assert way("alice", PASSWORD, REMOTE_ADDR="2001:db8::99").status_code == 429
    assert by_token("alice", PASSWORD, REMOTE_ADDR="2001:db8:1::1").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_processes_count_together() -> None:
    """Two web processes, which share nothing but the database."""
    User.objects.create_user("alice", password=PASSWORD)
    environment = {**os.environ, "DATABASE_URL": database_url(), "TRUSTED_PROXIES": "1"}
    web = WebProcess(environment, workers=2).start()
    try:
        web.wait_ready()
        address = f"{web.address}/api/auth/token"
        for number in range(10):
            body = {"username": "alice", "password": "wrong"}
            send("POST", address, data=body, headers={"X-Forwarded-For": f"192.0.2.{number}"})
        for number in range(4):
            body = {"username": "alice", "password": PASSWORD}
            headers = {"X-Forwarded-For": f"198.51.100.{number}"}
            assert send("POST", address, data=body, headers=headers).status == 429
    finally:
        web.close()
    assert RateCounter.objects.filter(key__startswith="login:name:").exists()


@pytest.mark.parametrize("way", WAYS)
def test_made_up_addresses_do_not_begin_a_new_count(alice: User, way: LogIn) -> None:
    for number in range(6):
        answer = way("alice", "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert answer.status_code == 429


@pytest.mark.django_db
def test_made_up_addresses_do_not_evade_the_throttle(settings: LazySettings) -> None:
    settings.THROTTLE_RATES = {"api": "3/hour", "job_create": None}
    statuses = [
        by_token(f"user{number}", "x", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}").status_code
        for number in range(5)
    ]
    assert statuses == [401, 401, 401, 429, 429]


@pytest.mark.parametrize(
    ("proxies", "header", "seen"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "nonsense", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_the_address_is_what_our_own_proxies_saw(
    settings: LazySettings, proxies: int, header: str, seen: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request: HttpRequest = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")
    request.META["HTTP_X_FORWARDED_FOR"] = header
    assert client_address(request) == seen


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A note of each password that is hashed: what a log-in mostly spends its time on."""
    noted: list[str] = []
    encode = PBKDF2PasswordHasher.encode

    def note(self: PBKDF2PasswordHasher, password: str, *args: Any, **kwargs: Any) -> str:
        noted.append(password)
        return str(encode(self, password, *args, **kwargs))

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", note)
    return noted


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["alice", "alice@example.com"])
def test_known_and_unknown_names_get_the_same_and_cost_the_same(
    alice: User, hashes: list[str], way: LogIn, name: str
) -> None:
    answers, work = [], []
    for tried in (name, name.replace("alice", "nobody")):
        hashes.clear()
        answers.append(way(tried, "wrong"))
        work.append(len(hashes))
    known, unknown = answers
    assert work == [1, 1]
    assert known.status_code == unknown.status_code
    if way is by_token:
        assert known.content == unknown.content
    else:
        said = "không đúng" if way is by_page else "errornote"
        assert said in known.content.decode() and said in unknown.content.decode()


def test_a_reset_tells_strangers_nothing(alice: User) -> None:
    answers = [
        Client().post("/account/password/reset", {"email": address})
        for address in ("alice@example.com", "nobody@example.com")
    ]
    assert len({(one.status_code, one["Location"], one.content) for one in answers}) == 1
    assert len(mail.outbox) == 2, "both wait for the mail server alike"
    assert "/account/password/reset/key/" not in str(mail.outbox[1].body)


def test_a_sign_up_tells_strangers_nothing_where_addresses_are_confirmed(
    alice: User, settings: LazySettings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    answers = []
    for number, address in enumerate(("alice@example.com", "new@example.com")):
        fields = {"username": f"new{number}", "email": address,
                  "password1": "a long enough secret",
                  "password2": "a long enough secret"}  # fmt: skip
        answers.append(Client().post("/account/signup", fields))
    assert {(one.status_code, one["Location"]) for one in answers} == {(302, "/account/email/sent")}
    assert len(mail.outbox) == 2
    assert User.objects.filter(email="alice@example.com").count() == 1


@pytest.mark.django_db
def test_limits_of_mails_count_in_the_database() -> None:
    """allauth counts in the cache, which all processes share."""
    cache.clear()
    statuses = [
        Client().post("/account/password/reset", {"email": "alice@example.com"}).status_code
        for _turn in range(7)
    ]
    assert statuses[:5] == [302] * 5 and statuses[5:] == [429] * 2
    cache.clear()
