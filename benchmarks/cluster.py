"""What a Galera cluster costs, and whether a job waits that another node has taken in.

Three nodes on loopback, beside a single server on the same disk. The costs: one indexed read, and
one job of ten keywords made and cancelled, by one client. The race: two claimers on two nodes and
a client on the third, one user; after each job is made it must be claimed at once. Without
DATABASE_CLUSTER some jobs are not, and wait for the sweep that mends turns.
"""

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.create_job import ROOT, environment, manage
from tests.chaos.dose import record
from tests.fakes.galera import Cluster, missing
from tests.fakes.mariadb import MariaDB

DATABASE = "batchwriter"
READS, JOBS, RACES, WARM_UP = 2000, 200, 400, 5
STRANDED_SECONDS = 2.0
MOST_POLL_SECONDS = 0.02
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


def claim() -> int:
    """Inside a process of the product: claim and end jobs until our input ends."""
    import select

    from jobs import leases, lifecycle, queue

    worker, claimed = leases.register(), 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        leases.renew(worker)
        if lease := queue.claim(worker):
            lifecycle.cancel(lease.job_id, by=None)
            claimed += 1
        else:
            time.sleep(random.uniform(0, MOST_POLL_SECONDS))
    return claimed


def create() -> int:
    """Inside a process of the product: make jobs, each when the last has ended.

    Returns how many nobody would have claimed.
    """
    from accounts.models import User
    from jobs import lifecycle, submission, turns
    from jobs.models import BatchJob, UserQueue

    user, stranded = User.objects.get(username="bench"), 0
    checked = submission.parse(user, KEYWORDS[:1], {"model": "offline"})
    for _ in range(RACES):
        job, begun = lifecycle.create(user, checked)[0], time.monotonic()
        open_job = BatchJob.objects.filter(pk=job.pk).open()
        while open_job.exists():
            late = time.monotonic() - begun > STRANDED_SECONDS
            if late and not UserQueue.objects.get(pk=user.pk).ready:
                stranded += 1
                turns.mend_turns()
    return stranded


def inside(what: str, url: str, switch: str) -> subprocess.Popen[str]:
    """Run one of the functions above as a process of the product, on ``url``."""
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.cluster", what],
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        # Hundreds of repeated transactions are logged there.
        stderr=subprocess.DEVNULL,
        env={**environment(url, 0), "DATABASE_CLUSTER": switch, "DJANGO_SETTINGS_MODULE":
             "batchwriter.settings", "LOG_FORMAT": "console"},
    )  # fmt: skip


def result(process: subprocess.Popen[str]) -> object:
    """What such a process found; its input ends now."""
    answer, _ = process.communicate()
    if process.returncode:
        sys.exit(f"{' '.join(map(str, process.args))} failed.")
    return json.loads(answer)


def race(cluster: Cluster, switch: str) -> dict[str, object]:
    """Two nodes claim what the third takes in."""
    before, begun = sum(node.conflicts() for node in cluster.nodes), time.monotonic()
    workers = [inside("claim", cluster.url(DATABASE, first=node), switch) for node in (1, 2)]
    stranded = result(inside("create", cluster.url(DATABASE), switch))
    claimed = [result(worker) for worker in workers]
    conflicts = sum(node.conflicts() for node in cluster.nodes) - before
    return {
        "jobs": RACES,
        "stranded": stranded,
        "claimed": claimed,
        "conflicts": conflicts,
        "seconds": round(time.monotonic() - begun, 1),
    }


def prepare(url: str) -> None:
    """Tables, and a user to make jobs for."""
    manage(environment(url, 0), "migrate", "-v", "0")
    user = "from accounts.models import User; User.objects.create_user('bench')"
    manage(environment(url, 0), "shell", "-v", "0", "-c", user)


def tell(name: str, figures: dict[str, object]) -> None:
    """Print figures and keep them with those of the chaos tests."""
    print(f"{name:<34}{figures}", flush=True)
    record(name, **figures)


def main() -> None:
    """Measure everything."""
    if (absent := missing()) is not None:
        sys.exit(f"{absent} is not installed.")
    created = f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4"
    with MariaDB() as server, Cluster() as cluster:
        for one in (server, cluster):
            one.sql(created)
            prepare(one.url(DATABASE))
        single, several = server.url(DATABASE), cluster.url(DATABASE)
        tell("single server", result(inside("costs", single, "0")))
        tell("cluster, waiting for other nodes", result(inside("costs", several, "1")))
        tell("cluster, without waiting", result(inside("costs", several, "0")))
        tell("race, DATABASE_CLUSTER=0", race(cluster, "0"))
        tell("race, DATABASE_CLUSTER=1", race(cluster, "1"))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        import django

        django.setup()
        json.dump({"costs": costs, "claim": claim, "create": create}[sys.argv[1]](), sys.stdout)
    else:
        main()
