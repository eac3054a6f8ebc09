"""What is wrong in the environment is told in one sentence, before anything starts."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.environment import ROOT, variables

GOOD = {"SECRET_KEY": "x" * 60}
SHOWN = """
import json
from django.conf import settings
names = ("DEBUG", "HTTPS_ONLY", "SECURE_SSL_REDIRECT", "BATCH_POLL_SECONDS", "OPENAI_BASE_URL",
         "ALLOWED_HOSTS", "JOB_CREATE_RATE", "LOG_FORMAT", "BATCH_MAX_KEYWORDS")
shown = {name: getattr(settings, name) for name in names}
print(json.dumps({**shown, "ENGINE": settings.DATABASES["default"]["ENGINE"]}))
"""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project with nothing but ``environment`` set."""
    clean = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "batchwriter.settings"}
    # Emptied rather than left out, because a developer's .env would fill them.
    clean |= dict.fromkeys([*variables(), "DATABASE_URL"], "")
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def settings_of(**environment: str) -> dict[str, object]:
    """Some settings as a process sees them."""
    result = python("-c", SHOWN, **environment)
    assert result.returncode == 0, result.stderr
    shown: dict[str, object] = json.loads(result.stdout)
    return shown


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SECRET_KEY": ""}, ["SECRET_KEY is missing"]),
        ({"DATABASE_URL": "postgres://u:p@h/n"}, ["DATABASE_URL", "mysql://"]),
        ({"DATABASE_URL": "mysql://root@127.0.0.1:3306/"}, ["DATABASE_URL names no database"]),
        ({"DATABASE_URL": "mysql://root@127.0.0.1:port/name"}, ["DATABASE_URL cannot be read"]),
        ({"DATABASE_URL": "mysql://root@one,:3306/name"}, ["DATABASE_URL", "a host is empty"]),
        ({"DATABASE_URL": "mysql://root@one,two:port/name"}, ["DATABASE_URL cannot be read"]),
        ({"DATABASE_URL": "nonsense"}, ["DATABASE_URL"]),
        ({"DEBUG": "yes"}, ["DEBUG must be 1 (on) or 0 (off), not 'yes'"]),
        ({"HTTPS_ONLY": "2"}, ["HTTPS_ONLY must be 1 (on) or 0 (off)"]),
        ({"BATCH_MAX_KEYWORDS": "many"}, ["BATCH_MAX_KEYWORDS", "whole number of at least 1"]),
        ({"BATCH_ITEMS_IN_FLIGHT": "0"}, ["BATCH_ITEMS_IN_FLIGHT", "at least 1"]),
        ({"BATCH_POLL_SECONDS": "-1"}, ["BATCH_POLL_SECONDS", "number of seconds"]),
        ({"BATCH_LEASE_SECONDS": "inf"}, ["BATCH_LEASE_SECONDS", "number of seconds"]),
        ({"AI_TIMEOUT_SECONDS": "nan"}, ["AI_TIMEOUT_SECONDS", "number of seconds"]),
        ({"JOB_CREATE_RATE": "30"}, ["JOB_CREATE_RATE must look like 30/min"]),
        ({"OPENAI_BASE_URL": "localhost:1234"}, ["OPENAI_BASE_URL", "http://"]),
        ({"EMAIL_URL": "pigeon://coop"}, ["EMAIL_URL"]),
        ({"LOG_FORMAT": "xml"}, ["LOG_FORMAT must be console or json"]),
    ],
)
def test_it_refuses_with_one_sentence(environment: dict[str, str], words: list[str]) -> None:
    result = python("manage.py", "check", **{**GOOD, **environment})
    assert result.returncode != 0
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("Configuration error: ")
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize("command", ["run_batch_worker", "migrate", "audit"])
def test_it_refuses_whatever_is_started(command: str) -> None:
    result = python("manage.py", command, SECRET_KEY="")
    assert result.returncode != 0
    assert result.stderr.startswith("Configuration error: SECRET_KEY is missing")
    assert result.stderr.count("\n") == 1


def test_it_tells_the_web_server_why_it_refuses() -> None:
    result = python("-c", "import batchwriter.wsgi", SECRET_KEY="")
    assert result.returncode != 0
    assert "SECRET_KEY is missing" in result.stderr


def test_it_starts_the_web_process_without_the_libraries_of_vendors() -> None:
    names = ("openai", "google.generativeai")
    show = f"import sys, batchwriter.wsgi; print(*(name in sys.modules for name in {names}))"
    result = python("-c", show, **GOOD)
    assert result.stdout.split() == ["False", "False"], result.stderr


def test_it_is_safe_by_default() -> None:
    settings = settings_of(**GOOD)
    assert settings["DEBUG"] is False
    assert settings["HTTPS_ONLY"] is settings["SECURE_SSL_REDIRECT"] is True
    assert settings["ALLOWED_HOSTS"] == []
    assert settings["LOG_FORMAT"] == "json"


def test_it_takes_empty_and_blank_values_for_unset() -> None:
    blank = dict.fromkeys(variables(), " ")
    assert settings_of(**{**blank, **GOOD}) == settings_of(**GOOD)
    assert settings_of(**GOOD)["ENGINE"] == "django.db.backends.sqlite3"


def test_it_starts_for_development_without_a_key() -> None:
    settings = settings_of(DEBUG="1")
    assert (settings["DEBUG"], settings["HTTPS_ONLY"]) == (True, False)
    assert "localhost" in str(settings["ALLOWED_HOSTS"])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("BATCH_POLL_SECONDS", "0.5", 0.5),
        ("BATCH_MAX_KEYWORDS", " 20 ", 20),
        ("JOB_CREATE_RATE", "off", None),
        ("JOB_CREATE_RATE", "5/hour", "5/hour"),
        ("HTTPS_ONLY", "0", False),
        ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1/", "http://127.0.0.1:9/v1"),
        ("ALLOWED_HOSTS", "a.example, b.example,", ["a.example", "b.example"]),
    ],
)
def test_it_reads_values(name: str, text: str, value: object) -> None:
    assert settings_of(**{**GOOD, name: text})[name] == value


def test_it_connects_to_mysql_urls_with_quoted_passwords() -> None:
    shown = "from django.conf import settings; d = settings.DATABASES['default']; print(d)"
    result = python("-c", shown, DATABASE_URL="mysql://u:p%40ss@db.example:3307/words", **GOOD)
    for part in ("'p@ss'", "'db.example'", "3307", "'words'", "utf8mb4"):
        assert part in result.stdout


def test_it_lists_every_variable_that_the_settings_read() -> None:
    source = Path(ROOT / "batchwriter" / "settings.py").read_text(encoding="utf-8")
    read = {part.split('"')[1] for part in source.split("env.")[1:] if part.count('"') > 1}
    names = {name for name in read if name.isupper()}
    assert len(names) > 20
    assert names <= set(variables())


def database_of(**environment: str) -> dict[str, Any]:
    """Where a process finds its database, and whether it takes that for a cluster."""
    show = (
        "import json; from django.conf import settings;"
        "database = settings.DATABASES['default'];"
        "print(json.dumps({**database, 'cluster': settings.DATABASE_CLUSTER}))"
    )
    result = python("-c", show, **GOOD, **environment)
    assert result.returncode == 0, result.stderr
    shown: dict[str, Any] = json.loads(result.stdout)
    return shown


def test_it_takes_several_hosts_for_a_cluster() -> None:
    database = database_of(DATABASE_URL="mysql://me:p%2Cw@one:4001,two,[::1]:4003/name")
    assert database["HOSTS"] == [["one", 4001], ["two", 3306], ["::1", 4003]]
    assert (database["USER"], database["PASSWORD"], database["NAME"]) == ("me", "p,w", "name")
    assert database["cluster"]
    assert "wsrep_sync_wait=7" in database["OPTIONS"]["init_command"]
    assert database["OPTIONS"]["isolation_level"] == "read committed"


@pytest.mark.parametrize(
    ("url", "switch", "expected"),
    [
        ("mysql://me@one/name", "", False),
        ("mysql://me@proxy/name", "1", True),
        ("mysql://me@primary,replica/name", "0", False),
        ("", "", False),
    ],
)
def test_it_is_a_cluster_where_that_is_said(url: str, switch: str, expected: bool) -> None:
    database = database_of(DATABASE_URL=url, DATABASE_CLUSTER=switch)
    assert database["cluster"] is expected
    assert ("wsrep_sync_wait" in database["OPTIONS"]["init_command"]) is expected
