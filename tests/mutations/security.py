"""``python -m tests.mutations.security``: take out each guard of docs/security.md; its test must fail.

As ``python -m tests.mutations``, on a copy of the tree: on SQLite, then on MariaDB where that
shows nothing. ``--only WORDS`` takes those alone whose description holds the words.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fakes import mariadb
from tests.mutations.__main__ import copy_of_the_tree, run_tests
from tests.mutations.guards import GUARDS, Guard


def try_out(guard: Guard, tree: Path, url: str) -> str:
    """The test that noticed, empty where none did."""
    file = tree / guard.file
    source = file.read_text(encoding="utf-8")
    file.write_text(guard.applied(source), encoding="utf-8")
    try:
        return run_tests(tree, "", (guard.asked,)) or run_tests(tree, url, (guard.asked,))
    finally:
        file.write_text(source, encoding="utf-8")


def main() -> int:
    """Try what the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    words = parser.parse_args().only
    chosen = [one for one in GUARDS if words in f"{one.file} {one.what} {one.test}"]
    survivors = 0
    print("| threat | what is gone | noticed by |\n|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="bw-guards-") as folder, mariadb.MariaDB() as server:
        tree = copy_of_the_tree(Path(folder))
        for guard in chosen:
            noticed = try_out(guard, tree, server.url()).rpartition("::")[2]
            survivors += not noticed
            print(f"| {guard.threat} | {guard.what} | {noticed or '**nobody**'} |", flush=True)
    print(f"\n{len(chosen) - survivors} of {len(chosen)} noticed.")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
