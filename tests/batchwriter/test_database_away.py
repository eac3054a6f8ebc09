"""While the database is away, every answer is 503 with Retry-After, and never a stack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.sessions.backends.db import SessionStore
from django.db import (
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connections,
)
from django.test import Client

from accounts.models import RateCounter, User
from batchwriter import database
from tests.fakes.worker import database_url
from tests.jobs.conftest import person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
READ_ONLY = OperationalError(1290, "The server is running with the --read-only option")


@pytest.fixture
def visitor(db: None) -> Client:
    """Alice's browser."""
    client = Client(raise_request_exception=False)
    client.force_login(person("alice"), backend=BACKEND)
    return client


def away(*args: object, **kwargs: object) -> None:
    """What the driver says when nobody answers."""
    raise OperationalError(2002, "Can't connect to server on '127.0.0.1' (111)")


def read_only(*args: object, **kwargs: object) -> None:
    """What it says to a write that it does not take."""
    raise READ_ONLY


@pytest.mark.parametrize("path", ["/account?tab=batch-jobs", "/jobs/live", "/api/me"])
@pytest.mark.parametrize("place", ["middleware", "view"])
def test_it_asks_to_come_back(
    visitor: Client, monkeypatch: pytest.MonkeyPatch, path: str, place: str
) -> None:
    if place == "middleware":
        monkeypatch.setattr(SessionStore, "load", away)
    else:
        monkeypatch.setattr(User, "refresh_from_db", away)
        monkeypatch.setattr("django.core.paginator.Paginator.get_page", away)
        monkeypatch.setattr("accounts.api.MeSerializer.data", property(away))
        monkeypatch.setattr("jobs.progress.outlines", away)
    response = visitor.get(path)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert b"Traceback" not in response.content and b"127.0.0.1" not in response.content
    if path.startswith("/api/"):
        assert response.json()["error"]["code"] == "unavailable"


@pytest.mark.parametrize(
    "error",
    [
        OperationalError(2002, "Can't connect to server on '127.0.0.1' (111)"),
        OperationalError(2013, "Lost connection to server during query"),
        OperationalError(1040, "Too many connections"),
        OperationalError(1047, "WSREP has not yet prepared node for application use"),
        OperationalError(1114, "The table 'batch_jobs' is full"),
        OperationalError(1836, "Running in read-only mode"),
        OperationalError(1927, "Connection was killed"),
        OperationalError("database is locked"),
        InterfaceError(0, ""),
        InternalError(3, "Error writing file '/tmp/x' (Errcode: 28)"),
        ProgrammingError(2014, "Commands out of sync; you can't run this command now"),
        ProgrammingError(1146, "Table 'chaos.batch_jobs' doesn't exist"),
        READ_ONLY,
    ],
    ids=str,
)
def test_it_knows_a_database_that_is_away(error: Error) -> None:
    assert database.is_away(error)


@pytest.mark.parametrize(
    "error",
    [
        DataError(1406, "Data too long for column 'title' at row 1"),
        IntegrityError(1062, "Duplicate entry '1' for key 'batch_jobs_one_per_user'"),
        IntegrityError("UNIQUE constraint failed: users.username"),
        OperationalError(1054, "Unknown column 'nothing' in 'SELECT'"),
        OperationalError(1267, "Illegal mix of collations"),
        InternalError(1815, "Internal error"),
        ProgrammingError(1064, "You have an error in your SQL syntax"),
        ValueError(2002),
    ],
    ids=str,
)
def test_it_does_not_take_our_own_mistakes_for_an_outage(error: Exception) -> None:
    assert not database.is_away(error)


def test_it_answers_500_for_a_mistake_of_ours(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistake(*args: object) -> None:
        raise DataError(1406, "Data too long")

    monkeypatch.setattr("accounts.api.MeSerializer.data", property(mistake))
    assert visitor.get("/api/me").status_code == 500


def test_it_reads_where_calls_cannot_be_counted(
    visitor: Client, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.THROTTLE_RATES = {"api": "9/min", "job_create": "9/min"}
    monkeypatch.setattr("accounts.throttling.hit", read_only)
    assert visitor.get("/api/me").status_code == 200
    assert visitor.post("/api/batch-jobs", {}, "application/json").status_code == 503
    assert not RateCounter.objects.exists()


def test_it_shows_a_page_whose_session_cannot_be_saved(
    visitor: Client, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.SESSION_SAVE_EVERY_REQUEST = True
    monkeypatch.setattr(SessionStore, "save", read_only)
    assert visitor.get("/account?tab=profile").status_code == 200
    assert visitor.post("/account/profile", {"first_name": "A"}).status_code == 503


FORK = """
import os, sys
import django
django.setup()
from django.db import connection
def one():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone()[0]
one()
child = os.fork()
if child == 0:
    assert connection.connection is None, "the child has its parent's connection"
    sys.exit(0 if one() == 1 else 1)
assert os.waitpid(child, 0)[1] == 0
assert one() == 1
"""


@pytest.mark.django_db(transaction=True)
def test_it_leaves_a_child_no_connection(project_folder: Path) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "batchwriter.settings",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORK],
        cwd=project_folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_it_limits_how_long_serving_processes_wait(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.DATABASE_TIMEOUT_SECONDS = 7
    databases = {"default": {"ENGINE": "django.db.backends.mysql", "OPTIONS": {"charset": "x"}}}
    monkeypatch.setattr(connections, "settings", databases)
    database.limit_waiting()
    options = databases["default"]["OPTIONS"]
    assert options == {"charset": "x", "read_timeout": 7, "write_timeout": 7}
