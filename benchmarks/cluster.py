"""What a Galera cluster costs one client: a read, and a job of ten keywords made and cancelled.

Three nodes on loopback with and without waiting for what other nodes have committed, beside a
single server on the same disk; all take turns, so that a noisy moment hits each of them.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.create_job import ROOT, environment, manage
from tests.chaos.dose import record
from tests.fakes.galera import Cluster, missing
from tests.fakes.mariadb import MariaDB

DATABASE = "batchwriter"
ROUNDS, READS, JOBS, WARM_UP = 5, 500, 50, 5
KEYWORDS = [f"từ khóa {number}" for number in range(10)]
Milliseconds = dict[str, float]


def timed(act: Callable[[], object], times: int) -> Milliseconds:
    """How long ``act`` takes."""
    took = []
    for _ in range(times + WARM_UP):
        begun = time.perf_counter()
        act()
        took.append((time.perf_counter() - begun) * 1000)
    parts = statistics.quantiles(took[WARM_UP:], n=100)
    return {"p50": round(parts[49], 2), "p99": round(parts[98], 2)}


def costs() -> dict[str, Milliseconds]:
    """Inside a process of the product: what a read and a job take."""
    from accounts.models import User
    from jobs import lifecycle, submission

    user = User.objects.get(username="bench")
    checked = submission.parse(user, KEYWORDS, {"model": "offline"})

    def job() -> None:
        lifecycle.cancel(lifecycle.create(user, checked)[0].pk, by=user)

    return {"read": timed(user.refresh_from_db, READS), "job": timed(job, JOBS)}


def inside(url: str, switch: str) -> dict[str, Milliseconds]:
    """Run ``costs`` in a process of the product, on ``url``."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.cluster", "costs"],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True,
        env={
            **environment(url, 0),
            "DATABASE_CLUSTER": switch,
            "DJANGO_SETTINGS_MODULE": "batchwriter.settings",
        },
    )  # fmt: skip
    found: dict[str, Milliseconds] = json.loads(done.stdout)
    return found


def prepare(url: str) -> None:
    """Tables, and a user to make jobs for."""
    manage(environment(url, 0), "migrate", "-v", "0")
    user = "from accounts.models import User; User.objects.create_user('bench')"
    manage(environment(url, 0), "shell", "-v", "0", "-c", user)


def middle(rounds: list[dict[str, Milliseconds]]) -> dict[str, Any]:
    """The median of each figure."""
    return {
        f"{what}_{part}": statistics.median(one[what][part] for one in rounds)
        for what in ("read", "job")
        for part in ("p50", "p99")
    }


def main() -> None:
    """Measure everything."""
    if (absent := missing()) is not None:
        sys.exit(f"{absent} is not installed.")
    with MariaDB() as server, Cluster() as cluster:
        for one in (server, cluster):
            one.sql(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4")
            prepare(one.url(DATABASE))
        cases = {
            "single server": (server.url(DATABASE), "0"),
            "cluster": (cluster.url(DATABASE), "1"),
            "cluster, without waiting": (cluster.url(DATABASE), "0"),
        }
        found = [{name: inside(*case) for name, case in cases.items()} for _ in range(ROUNDS)]
    for name in cases:
        figures = middle([one[name] for one in found])
        print(f"{name:<26}{figures}")
        record(name, **figures)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        import django

        django.setup()
        json.dump(costs(), sys.stdout)
    else:
        main()
