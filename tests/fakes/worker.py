"""A real worker process on the test's database."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.db import connections

from tests.environment import ROOT
from tests.fakes.guard import Guard
from tests.waiting import wait_for

STOP_SECONDS = 25.0


def database_url() -> str:
    """The ``DATABASE_URL`` of the database that the running test uses."""
    settings = connections["default"].settings_dict
    if settings["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{settings['NAME']}"
    return f"mysql://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


class WorkerProcess:
    """``manage.py run_batch_worker`` as a process; use it in a test with ``transaction=True``.

    ``extra_env`` are environment variables, ``args`` command line options. Its log lines are
    JSON objects; it polls fast unless told otherwise.
    """

    def __init__(self, extra_env: dict[str, str] | None = None, args: tuple[str, ...] = ()) -> None:
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "LOG_FORMAT": "json",
            "PYTHONUNBUFFERED": "1",
            "BATCH_POLL_SECONDS": "0.05",
            **(extra_env or {}),
        }
        self.args = args
        descriptor, path = tempfile.mkstemp(prefix="bw-worker-", suffix=".log")
        os.close(descriptor)
        self.log_file = Path(path)
        self.process: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None

    def start(self) -> "WorkerProcess":
        """Start it; returns itself."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "run_batch_worker", *self.args],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._guard = Guard('kill -9 "$1"; rm -f "$2"', str(self.process.pid), str(self.log_file))
        return self

    def wait_ready(self, timeout: float = 30.0) -> "WorkerProcess":
        """Wait until it has registered and polls; returns itself."""
        wait_for(lambda: self.events("worker_started") or self._ended(), self.log, timeout)
        if self._ended():
            raise AssertionError(f"The worker ended at its start:\n{self.log()}")
        return self

    def log(self) -> str:
        """Everything that it has written so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def events(self, action: str) -> list[dict[str, Any]]:
        """Its log lines of one named event, in order."""
        lines = [line for line in self.log().splitlines() if line.startswith("{")]
        # The last line may be half written when it is read.
        parsed = [json.loads(line) for line in lines if line.endswith("}")]
        return [entry for entry in parsed if entry.get("action") == action]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, such as SIGSTOP."""
        if self.process is None:
            raise AssertionError("The worker was not started.")
        self.process.send_signal(number)

    def terminate(self) -> None:
        """Ask it to end (SIGTERM); does not wait."""
        self.signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it as a crash would, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        self.wait(STOP_SECONDS)

    def wait(self, timeout: float = 60.0) -> int:
        """Wait for its end; returns the exit code (negative: the signal that killed it)."""
        if self.process is None:
            raise AssertionError("The worker was not started.")
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"Still runs after {timeout:g} s:\n{self.log()}") from None

    def stop_and_check(self) -> None:
        """End it in the orderly way, and check that it did so in time, with exit code 0."""
        self.terminate()
        code = self.wait(STOP_SECONDS)
        assert code == 0, f"exit code {code}:\n{self.log()}"
        assert "Traceback" not in self.log(), self.log()

    def close(self) -> None:
        """Make sure that nothing is left of it."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._guard is not None:
            self._guard.release()
        self.log_file.unlink(missing_ok=True)

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None
