"""Runs the chaos tests in their long dose and prints what they measured.

``python -m scripts.chaos [pytest arguments]``; ``CHAOS_SCALE=0.1`` makes it a tenth as long. Each
test has a MariaDB server of its own. The figures stay in ``var/chaos.jsonl``.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence

from tests.chaos.dose import FIGURES
from tests.fakes import mariadb

# A test may take longer than those that run with all others.
HANG_SECONDS = 3600
TESTS = ("tests/chaos", "tests/jobs/test_state_machine.py")


def table() -> str:
    """The figures of every test that has finished, a line each."""
    if not FIGURES.exists():
        return "No figures."
    rows = [json.loads(line) for line in FIGURES.read_text(encoding="utf-8").splitlines()]
    names = [row.pop("test") for row in rows]
    width = max(map(len, names), default=0)
    lines = (
        f"{name:<{width}}  {'  '.join(f'{key} {value}' for key, value in row.items())}"
        for name, row in zip(names, rows, strict=True)
    )
    return "\n".join(lines)


def run(tests: Sequence[str]) -> int:
    """Run ``tests`` in their long dose and print all figures; returns pytest's exit code."""
    with mariadb.MariaDB() as server:
        environment = {**os.environ, "DATABASE_URL": server.url(), "CHAOS": "long"}
        command = [sys.executable, "-m", "pytest", "-v", "--durations=0", *tests]
        options = ["-o", f"faulthandler_timeout={HANG_SECONDS}", *sys.argv[1:]]
        code = subprocess.run([*command, *options], env=environment, check=False).returncode
    print(f"\n{table()}")
    return code


def main() -> int:
    """Run what the command line asks for; returns pytest's exit code."""
    if (absent := mariadb.missing()) is not None:
        sys.exit(f"{absent} is not installed.")
    FIGURES.unlink(missing_ok=True)
    return run(TESTS)


if __name__ == "__main__":
    sys.exit(main())
