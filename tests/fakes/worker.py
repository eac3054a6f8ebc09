"""A real worker process on the test's database."""

import json
import os
import sys
from typing import Any, Self

from django.db import connections

from tests.environment import ROOT
from tests.fakes.process import Background
from tests.fakes.provider import FakeProvider
from tests.waiting import wait_for

PROGRAM = (str(ROOT / "manage.py"), "run_batch_worker")


def database_url() -> str:
    """The ``DATABASE_URL`` of the database that the running test uses."""
    settings = connections["default"].settings_dict
    if settings["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{settings['NAME']}"
    return f"mysql://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


def calling(fake: FakeProvider) -> dict[str, str]:
    """The environment of a worker that calls ``fake``, and is quick to call again."""
    return {
        "OPENAI_API_KEY": "sk-for-the-test",
        "OPENAI_BASE_URL": fake.openai_url,
        "GOOGLE_API_KEY": "AIza-for-the-test",
        "GEMINI_BASE_URL": fake.gemini_url,
        "AI_RETRY_BASE_SECONDS": "0.01",
        "PROVIDER_RETRY_SECONDS": "0.3",
    }


class WorkerProcess(Background):
    """``manage.py run_batch_worker`` as a process.

    On the test's own database it needs a test with ``transaction=True``, unless ``extra_env``
    names another ``DATABASE_URL``. ``extra_env`` are environment variables, ``args`` command line
    options, ``program`` what Python runs instead of the command. Its log lines are JSON objects;
    it polls fast unless told otherwise.
    """

    def __init__(
        self,
        extra_env: dict[str, str] | None = None,
        args: tuple[str, ...] = (),
        program: tuple[str, ...] = PROGRAM,
    ) -> None:
        chosen = extra_env or {}
        environment = {
            **os.environ,
            "LOG_FORMAT": "json",
            "PYTHONUNBUFFERED": "1",
            "BATCH_POLL_SECONDS": "0.05",
            **chosen,
        }
        if "DATABASE_URL" not in chosen:
            environment["DATABASE_URL"] = database_url()
        super().__init__([sys.executable, *program, *args], environment)

    def wait_ready(self, timeout: float = 30.0) -> Self:
        """Wait until it has registered and polls; returns itself."""
        wait_for(lambda: self.events("worker_started") or self.ended(), self.log, timeout)
        if self.ended():
            raise AssertionError(f"The worker ended at its start:\n{self.log()}")
        return self

    def events(self, action: str) -> list[dict[str, Any]]:
        """Its log lines of one named event, in order."""
        lines = [line for line in self.log().splitlines() if line.startswith("{")]
        # The last line may be half written when it is read.
        parsed = [json.loads(line) for line in lines if line.endswith("}")]
        return [entry for entry in parsed if entry.get("action") == action]
