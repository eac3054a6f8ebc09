"""``python -m tests.mutations``: take out each fence, lock and condition; the tests must fail.

Works on a copy of the tree, on SQLite and then on a private MariaDB server. Prints a table in Markdown, and
exits with 1 where the tests pass all the same. ``--only WORDS`` tries those mutants alone whose
description holds the words, ``--part 1/2`` every second of them. Where ``--near`` is given, the nearest tests alone are
asked.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.environment import ROOT
from tests.fakes import mariadb
from tests.mutations.mutants import MUTANTS, Mutant

JOBS, FENCES, LOCKS = "tests/jobs", "tests/jobs/test_fences.py", "tests/jobs/test_locks.py"
# What is most likely to notice a change in a file; where it does not, all of ALL are run.
NEAR = {
    "jobs/queue.py": ("tests/jobs/test_queue.py", FENCES, LOCKS),
    "jobs/turns.py": ("tests/jobs/test_queue.py",),
    "jobs/handles.py": ("tests/jobs/test_queue.py", FENCES),
    "jobs/leases.py": ("tests/jobs/test_takeover.py", "tests/jobs/test_queue.py", FENCES, LOCKS),
    "jobs/takeover.py": ("tests/jobs/test_takeover.py", FENCES, LOCKS),
    "jobs/settlement.py": ("tests/jobs/test_settlement.py", FENCES, LOCKS),
    "jobs/locked.py": ("tests/jobs/test_queue.py", "tests/jobs/test_settlement.py", FENCES, LOCKS),
    "jobs/counters.py": ("tests/jobs/test_settlement.py", FENCES, LOCKS),
    "jobs/transitions.py": (
        "tests/jobs/test_lifecycle.py",
        "tests/jobs/test_checkpoints.py",
        FENCES,
        LOCKS,
    ),
    "jobs/checkpoints.py": ("tests/jobs/test_checkpoints.py", LOCKS),
    "jobs/retrying.py": ("tests/jobs/test_lifecycle.py", "tests/jobs/test_retrying.py"),
    "jobs/lifecycle.py": ("tests/jobs/test_lifecycle.py", FENCES, LOCKS),
    "accounts/ledger.py": (
        "tests/accounts/test_ledger.py",
        "tests/jobs/test_settlement.py",
        FENCES,
        LOCKS,
    ),
    "batchwriter/database.py": ("tests/batchwriter/test_transactions.py",),
}
ALL = (JOBS, "tests/accounts", "tests/batchwriter")
LIMIT_SECONDS = 900
# A mutant may never end, such as a claim that serves the same user for ever.
HANG_SECONDS = 90
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?)(?: - .*)?$", re.MULTILINE)
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache", "var", "staticfiles")


def copy_of_the_tree(folder: Path) -> Path:
    """A copy to change, with the same virtual environment."""
    tree = folder / "tree"
    shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
    (tree / ".venv").symlink_to((ROOT / ".venv").resolve())
    return tree


def run_tests(tree: Path, url: str, tests: tuple[str, ...]) -> str:
    """Run the tests until one fails; returns its name, or an empty text where all pass."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--create-db", "--tb=no",
               "--show-capture=no", "-p", "no:cacheprovider",
               "-o", f"faulthandler_timeout={HANG_SECONDS}", *tests]  # fmt: skip
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True,
            timeout=LIMIT_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"no end within {LIMIT_SECONDS} s"
    if done.returncode == 0:
        return ""
    failed = FAILED.search(done.stdout)
    return failed.group(1) if failed else f"exit code {done.returncode}: {done.stdout[-300:]}"


def try_out(mutant: Mutant, tree: Path, url: str, *, far: bool) -> str:
    """Run the tests on the mutant; returns the test that noticed, empty where none did."""
    file = tree / mutant.file
    source = file.read_text(encoding="utf-8")
    file.write_text(mutant.applied(source), encoding="utf-8")
    try:
        near = NEAR[mutant.file]
        # On SQLite first, which is quicker; it shows everything but locks.
        noticed = run_tests(tree, "", near) or run_tests(tree, url, near)
        return noticed or (run_tests(tree, url, ALL) if far else "")
    finally:
        file.write_text(source, encoding="utf-8")


def main() -> int:
    """Try what the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--near", action="store_true")
    arguments = parser.parse_args()
    words, (part, parts) = arguments.only, map(int, arguments.part.split("/"))
    matching = [one for one in MUTANTS if words in f"{one.file} {one.place} {one.what}"]
    chosen = matching[part - 1 :: parts]
    survivors = 0
    server = mariadb.MariaDB("--innodb-lock-wait-timeout=5")
    with tempfile.TemporaryDirectory(prefix="bw-mutants-") as folder, server:
        tree = copy_of_the_tree(Path(folder))
        near = tuple(dict.fromkeys(test for tests in NEAR.values() for test in tests))
        if failed := run_tests(tree, server.url(), near):
            print(f"The tests fail without any change: {failed}")
            return 1
        print("| file | what is gone | noticed by |\n|---|---|---|", flush=True)
        for mutant in chosen:
            noticed = try_out(mutant, tree, server.url(), far=not arguments.near)
            survivors += not noticed
            print(f"| {mutant.file} | {mutant.what} | {noticed or '**nobody**'} |", flush=True)
    print(f"\n{len(chosen) - survivors} of {len(chosen)} noticed.")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
