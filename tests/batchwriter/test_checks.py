"""Each system check notices what it is for, and is quiet otherwise."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.checks import CheckMessage, registry, run_checks
from django.db import connection

from batchwriter import checks
from tests.conftest import on_mariadb


def ids(messages: list[CheckMessage]) -> list[str | None]:
    """The ids of ours among ``messages``; each has a hint."""
    ours = [message for message in messages if str(message.id).startswith("batchwriter.")]
    assert all(message.hint for message in ours)
    return [message.id for message in ours]


def server(monkeypatch: pytest.MonkeyPatch, **properties: Any) -> None:
    """Let the default connection be one to a server with these properties."""
    known = {
        "vendor": "mysql",
        "mysql_is_mariadb": True,
        "mysql_version": (10, 11, 6),
        "sql_mode": {"STRICT_TRANS_TABLES"},
    }
    stand_in = SimpleNamespace(**{**known, **properties})
    monkeypatch.setattr(checks, "connections", {"default": stand_in})
    for asked in ("_charset", "_cluster"):
        monkeypatch.setattr(checks, asked, lambda connection: [])


@pytest.mark.parametrize(
    ("mariadb", "version", "expected"),
    [
        (True, (10, 5, 22), ["batchwriter.E001"]),
        (True, (10, 6, 0), []),
        (True, (11, 4, 2), []),
        (False, (8, 0, 0), ["batchwriter.E001"]),
        (False, (8, 0, 1), []),
        (False, (9, 1, 0), []),
    ],
)
def test_it_refuses_servers_that_cannot_skip_locked_rows(
    monkeypatch: pytest.MonkeyPatch, mariadb: bool, version: tuple[int, ...], expected: list[str]
) -> None:
    server(monkeypatch, mysql_is_mariadb=mariadb, mysql_version=version)
    messages = checks.check_database(databases=["default"])
    assert ids(messages) == expected
    assert all(".".join(map(str, version)) in message.msg for message in messages)


def test_it_refuses_a_session_without_strict_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    server(monkeypatch, sql_mode={"NO_ENGINE_SUBSTITUTION"})
    assert ids(checks.check_database(databases=["default"])) == ["batchwriter.E002"]


@pytest.mark.django_db
def test_it_finds_nothing_wrong_with_the_database_of_the_tests() -> None:
    assert ids(run_checks(databases=["default"], tags=["database"])) == []


@pytest.fixture
def latin_table(transactional_db: None) -> Iterator[None]:
    """A table as an old server makes it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE old_words (word varchar(20)) CHARACTER SET latin1")
        yield
        cursor.execute("DROP TABLE old_words")


@pytest.mark.mariadb
def test_it_names_tables_that_cannot_hold_every_character(latin_table: None) -> None:
    messages = run_checks(databases=["default"], tags=["database"])
    assert ids(messages) == ["batchwriter.E003"]
    assert "old_words" in messages[0].msg


@pytest.mark.mariadb
@pytest.mark.django_db
def test_it_reads_the_mode_of_the_real_session() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@sql_mode, @@version")
        mode, version = cursor.fetchone()
    assert connection.sql_mode == set(mode.split(","))  # type: ignore[attr-defined]
    assert version.startswith(".".join(map(str, connection.mysql_version)))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, ["batchwriter.W001"]),
        ({"OPENAI_API_KEY": "sk-1"}, []),
        ({"GOOGLE_API_KEY": "g-1"}, []),
    ],
)
def test_it_warns_where_no_paid_model_has_a_key(
    settings: LazySettings, keys: dict[str, str], expected: list[str]
) -> None:
    for name in ("OPENAI_API_KEY", "GOOGLE_API_KEY"):
        setattr(settings, name, keys.get(name, ""))
    assert ids(run_checks()) == expected


@pytest.mark.parametrize(("debug", "expected"), [(True, ["batchwriter.W002"]), (False, [])])
def test_it_warns_of_debug_in_a_deployment(
    settings: LazySettings, debug: bool, expected: list[str]
) -> None:
    settings.DEBUG = debug
    settings.OPENAI_API_KEY = "sk-1"
    assert ids(run_checks(include_deployment_checks=True)) == expected


def test_it_is_registered() -> None:
    registered = registry.registry.get_checks(include_deployment_checks=True)
    for check in (checks.check_database, checks.check_keys, checks.check_debug):
        assert check in registered


def test_it_runs_on_the_database_that_was_chosen() -> None:
    assert (connection.vendor == "mysql") is on_mariadb()
