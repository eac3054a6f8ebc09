"""Runs the product on a Galera cluster of three nodes, kills each of them, prints the figures.

``python -m scripts.cluster [pytest arguments]``; ``CHAOS_SCALE=0.1`` makes it a tenth as long. The
figures are added to those in ``var/chaos.jsonl``.
"""

import sys

from scripts.chaos import run
from tests.fakes import galera

TESTS = ("tests/chaos/test_cluster.py",)


def main() -> int:
    """Returns pytest's exit code."""
    if (absent := galera.missing()) is not None:
        sys.exit(f"{absent} is not installed.")
    return run(TESTS)


if __name__ == "__main__":
    sys.exit(main())
