"""Threats 15 and 16: secrets in logs, pages, errors, the API, the admin, the database.

Canaries are planted as keys, passwords and tokens, then looked for everywhere after a provider that
refuses the key and repeats it, a fault of ours, and a worker that dies.
"""

import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.db import connection
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from accounts import logins
from accounts.models import User
from batchwriter.logs import logging_config
from jobs.models import BatchItem, BatchJob
from tests.api.conftest import World, client_of
from tests.environment import ROOT, variables
from tests.fakes.provider import FakeProvider
from tests.fakes.provider_errors import CANARY
from tests.fakes.worker import WorkerProcess, calling
from tests.jobs.conftest import person
from tests.waiting import wait_for

PLANTED = {
    "OPENAI_API_KEY": CANARY["openai"],
    "GOOGLE_API_KEY": CANARY["gemini"],
    "SECRET_KEY": "CANARY-of-the-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz",
}
PASSWORD = "CANARY-password-of-alice"
GUESS = "CANARY-wrong-password"
EVERY = [*PLANTED.values(), PASSWORD, GUESS]


def dump() -> str:
    """Every value of every table."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def canaries(text: str) -> list[str]:
    """Those that stand in ``text``, or a piece of them that is long enough to be one."""
    return [secret for secret in EVERY if secret[:16] in text]


@pytest.fixture
def planted(settings: Any) -> Iterator[None]:
    """The web side has the keys too."""
    for name in ("OPENAI_API_KEY", "GOOGLE_API_KEY"):
        setattr(settings, name, PLANTED[name])
    yield


def crashing(fake: FakeProvider) -> tuple[str, ...]:
    """A worker that dies of a fault of ours while it holds its keys."""
    return ("-c", "import runpy, sys; from articles.writing import pipeline\n"
            "async def fall(*a, **k): raise RuntimeError('a fault of ours')\n"
            "pipeline.write = fall\n"
            "sys.argv = ['manage.py', 'run_batch_worker', '--drain']\n"
            "runpy.run_path('manage.py', run_name='__main__')")  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["key", "error_500", "crash"])
def test_no_canary_comes_out_of_a_failing_worker(
    planted: None, submit: Callable[..., BatchJob], fault: str
) -> None:
    alice = person("alice")
    jobs = [
        submit(alice, ["first"], model="gpt-4o-mini"),
        submit(alice, ["second"], model="gemini"),
    ]
    with FakeProvider() as fake:
        if fault != "crash":
            fake.fail(fault)
        environment = {**calling(fake), **PLANTED, "AI_MAX_ATTEMPTS": "1"}
        more = {"program": crashing(fake)} if fault == "crash" else {"args": ("--max-jobs", "2")}
        worker = WorkerProcess(environment, **more)  # type: ignore[arg-type]
        worker.start()
        try:
            wait_for(lambda: all(ended(job) for job in jobs) or worker.ended(), worker.log, 40)
        finally:
            worker.kill()
            log = worker.log()
            worker.close()
    assert fault == "crash" or {call.headers.get("Authorization", "")[:6] for call in fake.calls}
    assert '"level"' in log or "Traceback" in log
    assert not canaries(log), log
    assert not canaries(dump())
    assert not canaries(everything_shown(alice, jobs))


def ended(job: BatchJob) -> bool:
    """Whether nothing goes on with the job for now."""
    job.refresh_from_db()
    return job.status in ("paused", "failed", "completed")


def everything_shown(user: User, jobs: list[BatchJob]) -> str:
    """Pages, API and admin about ``jobs``."""
    mine, operators = Client(), Client()
    mine.force_login(user)
    olga = User.objects.create_superuser("olga")
    operators.force_login(olga, backend="allauth.account.auth_backends.AuthenticationBackend")
    shown = [mine.get(path) for path in ("/account", "/account?tab=profile", "/api/me",
             "/api/models", "/api/batch-jobs", "/api/schema")]  # fmt: skip
    for job in jobs:
        paths = (f"/jobs/{job.pk}", f"/api/batch-jobs/{job.pk}", f"/api/batch-jobs/{job.pk}/items")
        shown += [mine.get(path) for path in paths]
        shown.append(operators.get(f"/admin/jobs/batchjob/{job.pk}/change/"))
    for page in ("jobs/batchjob", "jobs/batchattempt", "jobs/providercircuit", "axes/accessattempt",
                 "token_blacklist/outstandingtoken", "accounts/user"):  # fmt: skip
        shown.append(operators.get(f"/admin/{page}/"))
    assert {answer.status_code for answer in shown} == {200}
    return "\n".join(answer.content.decode() for answer in shown)


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """``written()``: the log so far, as production writes it."""
    stream = io.StringIO()
    config = logging_config("json")
    factory = config["formatters"]["structured"].pop("()")
    assert factory == "structlog.stdlib.ProcessorFormatter"
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ProcessorFormatter(**config["formatters"]["structured"]))

    def text() -> str:
        for record in caplog.records:
            handler.emit(record)
        return stream.getvalue()

    return text


def test_no_canary_comes_out_of_an_error_page(
    world: World,
    planted: None,
    monkeypatch: pytest.MonkeyPatch,
    written: Callable[[], str],
) -> None:
    """A fault of ours while settings, headers, cookies and the body hold secrets."""
    world.alice.set_password(PASSWORD)
    world.alice.save()
    monkeypatch.setattr(product, "SECRET_KEY", PLANTED["SECRET_KEY"])
    token = str(logins.token_for(world.alice).access_token)

    def fall(*arguments: Any, **more: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("jobs.submission.parse", fall)
    monkeypatch.setattr("jobs.forms.submission.parse", fall)
    body = {"keywords": [GUESS], "settings": {"model": "offline"}}
    api = client_of(None)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    browser = Client(raise_request_exception=False)
    browser.force_login(world.alice)
    session = browser.cookies["sessionid"].value
    answers = [api.post("/api/batch-jobs", body, format="json"),
               browser.post("/jobs", {"keywords": "a", "password": GUESS})]  # fmt: skip
    for answer in answers:
        assert answer.status_code == 500
        assert "Traceback" not in answer.content.decode()
        assert "RuntimeError" not in answer.content.decode()
    shown = written() + "".join(answer.content.decode() for answer in answers)
    assert "a fault of ours" in shown, "operators find the cause in the log"
    assert not canaries(shown)
    assert token not in shown and session not in shown


def test_no_password_or_token_is_written_down(world: World, written: Callable[[], str]) -> None:
    world.alice.set_password(PASSWORD)
    world.alice.save()
    browser = Client()
    for password in (GUESS, PASSWORD):
        browser.post("/account/login", {"login": "alice", "password": password})
        browser.post("/admin/login/", {"username": "alice", "password": password})
    pairs = [
        client_of(None).post("/api/auth/token", {"username": "alice", "password": password},
                             format="json").json()
        for password in (GUESS, PASSWORD)
    ]  # fmt: skip
    browser.post("/account/password/change", {"oldpassword": PASSWORD, "password1": GUESS + "1",
                                              "password2": GUESS + "1"})  # fmt: skip
    everywhere = dump() + written()
    assert not canaries(everywhere)
    for token in (pairs[1]["access"], pairs[1]["refresh"]):
        assert token not in everywhere


SECRET = re.compile(r"KEY|SECRET|PASSWORD|TOKEN\b|^DATABASE_URL$|^EMAIL_URL$")
SECRETS = [name for name in variables() if SECRET.search(name) and not name.endswith("_FILE")
           and not name.startswith("BATCH_")]  # fmt: skip


def started(**environment: str) -> subprocess.CompletedProcess[str]:
    """A process with ``environment`` that prints its settings."""
    names = ["DATABASES", "EMAIL_HOST_PASSWORD", *SECRETS]
    show = ("from django.conf import settings as s; import json;"
            f"print(json.dumps({{n: getattr(s, n, None) for n in {names}}}, "
            "default=str))")  # fmt: skip
    clean = {**os.environ, **dict.fromkeys(variables(), ""), "SECRET_KEY": "x" * 60}
    return subprocess.run(
        [sys.executable, "-c", show], cwd=ROOT, env={**clean, **environment}, text=True,
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip


def test_every_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    assert {"SECRET_KEY", "OPENAI_API_KEY", "GOOGLE_API_KEY", "DATABASE_URL",
            "EMAIL_URL"} <= set(SECRETS)  # fmt: skip
    files: dict[str, str] = {}
    urls = {
        "DATABASE_URL": "mysql://me:CANARY@db.example:3306/n",
        "EMAIL_URL": "smtp+tls://me:CANARY@mail.example:587",
    }
    for name in SECRETS:
        value = urls.get(name, f"CANARY-{name}")
        (tmp_path / name).write_text(f"{value}\n", encoding="utf-8")
        files[f"{name}_FILE"] = str(tmp_path / name)
    done = started(**files, SECRET_KEY="")
    assert done.returncode == 0, done.stderr
    settings = json.loads(done.stdout)
    assert settings["DATABASES"]["default"]["PASSWORD"] == "CANARY"
    assert settings["EMAIL_HOST_PASSWORD"] == "CANARY"
    for name in SECRETS:
        if name not in ("DATABASE_URL", "EMAIL_URL"):
            assert settings[name] == f"CANARY-{name}"


def test_a_secret_that_cannot_be_read_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("CANARY", encoding="utf-8")
    both = started(OPENAI_API_KEY="CANARY", OPENAI_API_KEY_FILE=str(tmp_path / "key"))
    assert "Set OPENAI_API_KEY or OPENAI_API_KEY_FILE, not both." in both.stderr
    missing = started(SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "none"))
    assert "SECRET_KEY_FILE names a file that cannot be read" in missing.stderr
    wrong = started(DATABASE_URL="postgres://me:CANARY@h/n")
    for process in (both, missing, wrong):
        assert process.returncode != 0
        assert "CANARY" not in process.stderr.splitlines()[-1]


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.django_db
def test_what_a_client_sends_makes_one_line_of_the_log(style: str) -> None:
    """Line ends and the sequences that colour a terminal stay what they are: characters."""
    forged = 'a\r\n{"level": "error", "event": "forged"}\x1b[31m\u2028\x07'
    script = (
        "import logging.config, json, sys, structlog\n"
        "from batchwriter.logs import logging_config\n"
        f"logging.config.dictConfig(logging_config({style!r}))\n"
        f"forged = {forged!r}\n"
        "with structlog.contextvars.bound_contextvars(path='/' + forged):\n"
        "    logging.getLogger('batchwriter.web').warning('Said: %s', forged, "
        "extra={'reason': forged})\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=False,
                          check=True, timeout=60)  # fmt: skip
    line = done.stderr.decode()
    assert len(line.rstrip("\n").splitlines()) == 1, line
    assert "\x1b" not in line and "\x07" not in line
    assert "Said" in line and "forged" in line


def test_keywords_do_not_reach_the_log(world: World, written: Callable[[], str]) -> None:
    body = {"keywords": ["CANARY-keyword\nsecond"], "settings": {"model": "offline"}}
    assert client_of(world.alice).post("/api/batch-jobs", body, format="json").status_code == 201
    assert BatchItem.objects.filter(keyword__startswith="CANARY").exists()
    assert "CANARY" not in written()
