"""Runs the tests on SQLite and then on a MariaDB server that it starts for them.

``python -m scripts.run_tests [--only SQLite|MariaDB] [pytest arguments]``. Ends with one line a
database, and with exit code 1 where any test failed.
"""

import argparse
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from xml.etree import ElementTree

from tests.fakes import mariadb

LIMIT_SECONDS = 900
END_SECONDS = 5
PROCESSES = "2"


@dataclass
class Outcome:
    """What one database's run gave."""

    database: str
    passed: int = 0
    skipped: int = 0
    failed: int = 0
    exit_code: int = 0
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing failed; a database that could not be had counts as fine."""
        return bool(self.reason) or self.exit_code == 0

    def __str__(self) -> str:
        """``SQLite: 12 passed, 1 skipped``."""
        if self.reason:
            return f"{self.database}: skipped ({self.reason})"
        parts = [f"{self.passed} passed"]
        if self.skipped:
            parts.append(f"{self.skipped} skipped")
        if self.failed:
            parts.append(f"{self.failed} failed")
        elif self.exit_code:
            parts.append(f"pytest ended with exit code {self.exit_code}")
        return f"{self.database}: {', '.join(parts)}"


def read_report(outcome: Outcome, report: Path) -> None:
    """Add up the suites of a JUnit file into ``outcome``; a missing file leaves it as it is."""
    if not report.exists():
        return
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314
        tests, skipped, failures, errors = (
            int(suite.get(name, "0")) for name in ("tests", "skipped", "failures", "errors")
        )
        outcome.skipped += skipped
        outcome.failed += failures + errors
        outcome.passed += max(tests - skipped - failures - errors, 0)


def end(process: subprocess.Popen[bytes]) -> None:
    """End pytest; what its tests have started ends with it."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run(database: str, url: str, arguments: list[str]) -> Outcome:
    """Run pytest with ``DATABASE_URL`` set to ``url``; it is ended after LIMIT_SECONDS."""
    print(f"\n== {database}", flush=True)
    outcome = Outcome(database)
    with tempfile.TemporaryDirectory(prefix="bw-report-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", PROCESSES, f"--junitxml={report}"]
        environment = {**os.environ, "DATABASE_URL": url}
        process = subprocess.Popen([*command, *arguments], env=environment)
        try:
            outcome.exit_code = process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            outcome.exit_code = 124
            print(f"The tests did not end within {LIMIT_SECONDS} s.", flush=True)
        finally:
            end(process)
        read_report(outcome, report)
    return outcome


def run_on_sqlite(arguments: list[str]) -> Outcome:
    """On a file that the tests make."""
    return run("SQLite", "", arguments)


def run_on_mariadb(arguments: list[str]) -> Outcome:
    """On a server of our own; skipped, with the reason, where it cannot be had."""
    if (absent := mariadb.missing()) is not None:
        return Outcome("MariaDB", reason=f"{absent} is not installed")
    if importlib.util.find_spec("MySQLdb") is None:
        return Outcome("MariaDB", reason="mysqlclient is not installed")
    with mariadb.MariaDB() as server:
        return run("MariaDB", server.url(), arguments)


def stop(number: int, frame: FrameType | None) -> None:
    """End as Ctrl-C does, so that the server and pytest are ended too."""
    raise KeyboardInterrupt


def main() -> int:
    """Run what the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["SQLite", "MariaDB"])
    chosen, arguments = parser.parse_known_args()
    signal.signal(signal.SIGTERM, stop)
    runs = {"SQLite": run_on_sqlite, "MariaDB": run_on_mariadb}
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        print("Chromium is not installed: the tests in a browser are skipped.")
    try:
        outcomes = [start(arguments) for name, start in runs.items() if chosen.only in (None, name)]
    except KeyboardInterrupt:
        return 130
    print()
    for outcome in outcomes:
        print(outcome)
    return 0 if all(outcome.ok for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
