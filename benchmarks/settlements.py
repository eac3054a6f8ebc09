"""How many articles one MariaDB server settles a second, and where it bends.

``python -m benchmarks.settlements``: a private server, 1 to 16 processes of the product's own
``queue.start_items`` and ``settlement.settle_all``, each with a user and a job of its own, and no
provider between them. With one article a commit, and with as many as a busy worker settles
together.
"""

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks.claims import Bench
from benchmarks.create_job import ROOT
from benchmarks.settling import KEYWORDS, Done
from tests.chaos.dose import record
from tests.fakes.mariadb import MariaDB, missing

PROCESSES, TOGETHER = (1, 2, 4, 8, 16), (1, 10)
CHILD = ("-m", "benchmarks.settling")


def measure(bench: Bench, processes: int, together: int) -> float:
    """Articles a second of so many processes."""
    environment = bench.environment | {
        "BATCH_MAX_KEYWORDS": str(KEYWORDS), "DJANGO_SETTINGS_MODULE": "batchwriter.settings",
    }  # fmt: skip
    children = [
        subprocess.Popen(
            [sys.executable, *CHILD, f"user-{processes}-{together}-{number}", str(together)],
            cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for number in range(processes)
    ]  # fmt: skip
    for one in children:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    for one in children:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    done = [Done(**json.loads(one.communicate()[0])) for one in children]
    return sum(one.articles / one.seconds for one in done)


def main() -> int:
    """Measure all of it; returns the exit code."""
    if (absent := missing()) is not None:
        print(f"{absent} is not installed.")
        return 1
    figures: dict[str, Any] = {}
    with MariaDB() as server:
        bench = Bench(server)
        print("articles/s, processes:   one a commit   ten a commit")
        for processes in PROCESSES:
            rates = [measure(bench, processes, together) for together in TOGETHER]
            print(f"{processes:>22} {rates[0]:>14.0f} {rates[1]:>14.0f}", flush=True)
            for together, rate in zip(TOGETHER, rates, strict=True):
                figures[f"{processes}_x_{together}"] = round(rate)
    print(f"{os.cpu_count()} processors, which server and processes share.")
    record("settlements", **figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
