"""``python -m scripts.fuzz [--cases N]``: any input to the API and the parsers, on both databases.

Prints how many cases there were; exit code 1 where one of them was answered by a 5xx, by a trace of
our code, or by something that the schema does not say.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.environment import ROOT
from tests.fakes import mariadb

TESTS = "tests/security/test_any_input.py"
# Calls of the API and parsers among which the cases are shared out; new ones get as many.
SHARES = 25


def run(database: str, url: str, cases: int) -> bool:
    """Try ``cases`` on one database and print what came of it; returns whether all is well."""
    with tempfile.TemporaryDirectory(prefix="bw-fuzz-") as folder:
        counted = Path(folder) / "cases"
        counted.touch()
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "FUZZ_CASES": str(-(-cases // SHARES)),
            "FUZZ_COUNT": str(counted),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--create-db", "--tb=short",
                   "--show-capture=no", "-o", "faulthandler_timeout=1500", TESTS]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        number = sum(int(line) for line in counted.read_text(encoding="utf-8").split())
    said = "0 × 5xx, 0 traces, 0 answers beside the schema"
    print(f"{database}: {number:,} cases, {'FAILED' if done.returncode else said}", flush=True)
    return done.returncode == 0 and number >= cases


def main() -> int:
    """Fuzz SQLite, then MariaDB where there is a server; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--only", choices=("SQLite", "MariaDB"))
    arguments = parser.parse_args()
    well = arguments.only == "MariaDB" or run("SQLite", "", arguments.cases)
    if arguments.only == "SQLite":
        return 0 if well else 1
    if missing := mariadb.missing():
        print(f"MariaDB: skipped ({missing})")
        return 0 if well else 1
    with mariadb.MariaDB() as server:
        return 0 if run("MariaDB", server.url(), arguments.cases) and well else 1


if __name__ == "__main__":
    sys.exit(main())
