"""A program in the background that writes to a log file and is gone when the tests are."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.environment import ROOT
from tests.fakes.guard import Guard

STOP_SECONDS = 25.0


class Background:
    """A process with a log file; ``close`` removes both.

    ``command`` runs in the project's folder, in exactly the ``environment`` that is given.
    """

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self.command = list(command)
        self.environment = environment
        descriptor, path = tempfile.mkstemp(prefix="bw-process-", suffix=".log")
        os.close(descriptor)
        self.log_file = Path(path)
        self.process: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None

    def start(self) -> Self:
        """Start it; returns itself."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        # The whole group: a server may have processes of its own.
        self._guard = Guard('kill -9 -- "-$1"; rm -f "$2"', str(self.pid), str(self.log_file))
        return self

    @property
    def pid(self) -> int:
        """Its process number. Raises AssertionError where it was not started."""
        if self.process is None:
            raise AssertionError("The process was not started.")
        return self.process.pid

    def log(self) -> str:
        """Everything that it has written so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def ended(self) -> bool:
        """Whether it was started and has ended."""
        return self.process is not None and self.process.poll() is not None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, such as SIGSTOP."""
        os.kill(self.pid, number)

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
            raise AssertionError("The process was not started.")
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
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self._guard is not None:
            self._guard.release()
        self.log_file.unlink(missing_ok=True)
