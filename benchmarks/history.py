"""Whether a long history makes anything slower: the same calls on a short and on a long one.

A private MariaDB server with two databases, each with the Procfile's web process: one with 20
finished jobs, so that its pages show as much, one with 300,000 and their 1.5 million keywords of
500 users, thousands of them the measured user's. Calls and claims take turns between the two.
Then 100 people follow their jobs on the long one while a worker writes them.
``--jobs N`` takes another number of finished jobs, ``--rounds N`` of calls of each kind.
"""

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import Any

from benchmarks.create_job import ROOT, environment, manage
from tests.chaos.dose import record
from tests.fakes.mariadb import MariaDB, missing
from tests.fakes.provider import FakeProvider
from tests.fakes.web import WebProcess
from tests.fakes.worker import WorkerProcess

SHORT, LONG = "a_short_one", "a_long_one"
USERS, JOBS, ITEMS_OF_A_JOB, SHORT_JOBS = 500, 300_000, 5, 20
# Of 300,000 jobs 6,000 are the measured user's.
SHARE = 50
WARM_UP, ROUNDS, KEYWORDS = 5, 100, 100
MOST_RATIO, POST_P95_MS, POLL_P95_MS = 1.2, 100.0, 100.0
CLIENTS, EVERY_SECONDS, POLL_SECONDS, LATENCY_SECONDS = 100, 2.5, 40.0, 1.0
SETTINGS = {
    "model": "offline", "language": "vi", "tone": "professional", "length": "medium",
    "outlineOption": "no-outline", "customOutline": None, "autoInsertImages": False,
    "maxImages": 5, "websiteId": None, "useGoogleSearch": False,
}  # fmt: skip
Headers = dict[str, str]


class Side:
    """One of the two databases, its web process, and the measured user with one open job."""

    def __init__(self, stack: ExitStack, server: MariaDB, name: str, users: int, jobs: int) -> None:
        """Make and fill the database with ``jobs`` finished jobs of each of ``users``."""
        self.server, self.name = server, name
        server.sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        self.environment = environment(server.url(name), 0) | {
            "DJANGO_SETTINGS_MODULE": "batchwriter.settings", "OPENAI_API_KEY": "for-the-benchmark",
        }  # fmt: skip
        manage(self.environment, "migrate", "--noinput", "--skip-checks")
        manage(self.environment, "collectstatic", "--noinput")
        self.inside("fill", [users, jobs, ITEMS_OF_A_JOB])
        (self.user,) = self.make("people", [{"name": "bench", "tokens": 10**12,
                                             "articles": 10**6, "operator": False}])  # fmt: skip
        self._own(max(users * jobs // SHARE, SHORT_JOBS))
        self.web = WebProcess(self.environment, workers=2)
        stack.callback(self.web.close)
        self.web.start().wait_ready()
        self.job = json.loads(self.post(0)[1])["jobId"]
        self.claimer = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.history", "claim"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self.environment,
        )  # fmt: skip
        stack.callback(self.claimer.kill)

    def inside(self, what: str, value: object) -> None:
        """Do something of this file's in a process of the product."""
        subprocess.run([sys.executable, "-m", "benchmarks.history", what, json.dumps(value)],
                       cwd=ROOT, env=self.environment, check=True)  # fmt: skip

    def make(self, what: str, wanted: list[dict[str, Any]]) -> list[Any]:
        """People or jobs, made in one process."""
        done = subprocess.run([sys.executable, "-m", "tests.chaos.inside", what], cwd=ROOT,
                              env=self.environment, input=json.dumps(wanted), text=True,
                              capture_output=True, check=False)  # fmt: skip
        if done.returncode:
            sys.exit(done.stderr)
        found: list[Any] = json.loads(done.stdout)
        return found

    def _own(self, number: int) -> None:
        """Give the measured user the first ``number`` jobs with their articles."""
        user = self.user["id"]
        self.run(f"UPDATE batch_jobs SET user_id = {user}, job_data = "
                 f"'{json.dumps({'settings': SETTINGS})}' WHERE id <= {number}"
                 " AND status = 'completed'")  # fmt: skip
        self.run(f"UPDATE articles SET user_id = {user} WHERE job_id <= {number}")
        # Nobody takes over what the rows say is being written.
        self.run("UPDATE batch_workers SET expires_at = expires_at + INTERVAL 1 YEAR")
        self.run("ANALYZE TABLE batch_jobs, batch_items, articles, user_queue")

    def run(self, statement: str) -> Any:
        """Rows of the database."""
        return self.server.sql(statement, self.name)

    def call(self, method: str, path: str, body: Any = None) -> tuple[float, bytes]:
        """One call as the measured user; returns its milliseconds and what came."""
        headers = {"Authorization": f"Bearer {self.user['access']}",
                   "Content-Type": "application/json"}  # fmt: skip
        if path.startswith(("/account", "/jobs")):
            headers = as_browser(self.user["session"])
        return timed(self.web.port, method, path, body, headers)[:2]

    def post(self, round_: int) -> tuple[float, bytes]:
        """Make a job of 100 keywords."""
        words = [f"từ khóa số {number} của lượt {round_}" for number in range(KEYWORDS)]
        body = json.dumps({"keywords": words, "settings": {"model": "offline"}})
        return self.call("POST", "/api/batch-jobs", body)

    def claim(self) -> float:
        """Claim a job and hand it back; the milliseconds of the claim."""
        assert self.claimer.stdin and self.claimer.stdout
        print(file=self.claimer.stdin, flush=True)
        return float(self.claimer.stdout.readline())


def as_browser(session: str) -> Headers:
    """The headers of somebody who is logged in."""
    return {"Cookie": f"sessionid={session}", "Accept-Language": "vi", "Accept-Encoding": "gzip"}


def timed(
    port: int, method: str, path: str, body: Any, headers: Headers
) -> tuple[float, bytes, str | None]:
    """One call on a connection of its own: milliseconds, what came, and its ETag."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    begun = time.perf_counter()
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    spent = (time.perf_counter() - begun) * 1000
    connection.close()
    if answer.status not in (200, 201, 304):
        sys.exit(f"{answer.status}: {method} {path}: {text.decode(errors='replace')[:500]}")
    return spent, text, answer.headers["ETag"]


CALLS: dict[str, Callable[[Side, int], float]] = {
    "claim": lambda side, _: side.claim(),
    "job list (page)": lambda side, _: side.call("GET", "/account?tab=batch-jobs")[0],
    "job list (API)": lambda side, _: side.call("GET", "/api/batch-jobs")[0],
    "job (page)": lambda side, _: side.call("GET", f"/jobs/{side.job}")[0],
    "job (API)": lambda side, _: side.call("GET", f"/api/batch-jobs/{side.job}")[0],
    "old job (page)": lambda side, _: side.call("GET", "/jobs/7")[0],
    "live fragment": lambda side, _: side.call("GET", f"/jobs/live?live={side.job}")[0],
    "POST, 100 keywords": lambda side, round_: side.post(round_)[0],
}


def compare(sides: dict[str, Side], rounds: int) -> bool:
    """Measure all calls in turns on both sides, print; returns whether the targets are met."""
    times: dict[tuple[str, str], list[float]] = {}
    for round_ in range(WARM_UP + rounds):
        for name, act in CALLS.items():
            order = list(sides) if round_ % 2 else list(reversed(sides))
            for side in order:
                spent = act(sides[side], round_)
                if round_ >= WARM_UP:
                    times.setdefault((name, side), []).append(spent)
    print(
        f"{'ms':<22}{'short p50':>10}{'p95':>8}{'long p50':>10}{'p95':>8}"
        f"{'ratio p50':>11}{'p95':>6}"
    )
    met = True
    for name in CALLS:
        (short50, short95), (long50, long95) = (quantiles(times[name, side]) for side in sides)
        ratio = long50 / short50
        print(f"{name:<22}{short50:>10.1f}{short95:>8.1f}{long50:>10.1f}{long95:>8.1f}"
              f"{ratio:>11.2f}{long95 / short95:>6.2f}")  # fmt: skip
        record(f"history: {name}", short_p50=round(short50, 1), short_p95=round(short95, 1),
               long_p50=round(long50, 1), long_p95=round(long95, 1))  # fmt: skip
        met &= ratio <= MOST_RATIO and (not name.startswith("POST") or long95 < POST_P95_MS)
    print(f"{rounds} calls of each kind on each side. Targets: ratio of p50 {MOST_RATIO:g} at most,"
          f" POST p95 < {POST_P95_MS:g} ms.\n")  # fmt: skip
    return met


def quantiles(spent: list[float]) -> tuple[float, float]:
    """p50 and p95."""
    return statistics.median(spent), statistics.quantiles(spent, n=20)[-1]


class Follower(threading.Thread):
    """Somebody who looks at a job that is being written, as the page's script does."""

    def __init__(self, port: int, session: str, job: int, delay: float, ends: float) -> None:
        super().__init__(daemon=True)
        self.spent: list[float] = []
        self.unchanged = 0
        self._port, self._session, self._ends = port, session, ends
        self._path, self._next = f"/jobs/live?live={job}", time.monotonic() + delay

    def run(self) -> None:
        """Ask every 2.5 s, with the ETag that is known."""
        etag, pause = "", threading.Event()
        while self._next < self._ends:
            pause.wait(max(self._next - time.monotonic(), 0))
            headers = as_browser(self._session) | ({"If-None-Match": etag} if etag else {})
            spent, text, tag = timed(self._port, "GET", self._path, None, headers)
            self.spent.append(spent)
            self.unchanged += not text
            etag, self._next = tag or "", self._next + EVERY_SECONDS


def follow(side: Side) -> bool:
    """100 people follow their jobs while a worker writes; prints, returns whether it was fast."""
    side.run("UPDATE user_queue SET ready = 0")
    side.run("UPDATE batch_jobs SET status = 'paused', pause_reason = 'user'"
             " WHERE status = 'pending'")  # fmt: skip
    wanted = [{"name": f"follower{number}", "tokens": 10**9, "articles": 10**6, "operator": False}
              for number in range(CLIENTS)]  # fmt: skip
    people = side.make("people", wanted)
    chosen = {"model": "GPT-4o-mini", "length": "short"}
    words = [f"từ khóa {number}" for number in range(50)]
    jobs = side.make(
        "jobs", [{"user": one["id"], "settings": chosen, "keywords": words} for one in people]
    )
    with FakeProvider(latency=LATENCY_SECONDS) as fake, ExitStack() as stack:
        worker = WorkerProcess({**side.environment, "OPENAI_BASE_URL": fake.openai_url})
        stack.callback(worker.close)
        worker.start().wait_ready()
        ends = time.monotonic() + POLL_SECONDS
        before = side.run("SELECT COUNT(*) FROM articles")[0][0]
        followers = [
            Follower(side.web.port, one["session"], job, number * EVERY_SECONDS / CLIENTS, ends)
            for number, (one, job) in enumerate(zip(people, jobs, strict=True))
        ]
        for follower in followers:
            follower.start()
        for follower in followers:
            follower.join()
        written = side.run("SELECT COUNT(*) FROM articles")[0][0] - before
    spent = [one for follower in followers for one in follower.spent]
    unchanged = sum(follower.unchanged for follower in followers)
    p50, p95 = quantiles(spent)
    print(f"{CLIENTS} people ask every {EVERY_SECONDS:g} s for {POLL_SECONDS:g} s while one worker"
          f" writes {written} articles:\n{len(spent)} polls, {unchanged} of them 304, p50"
          f" {p50:.1f} ms, p95 {p95:.1f} ms, max {max(spent):.1f} ms. Target: p95 <"
          f" {POLL_P95_MS:g} ms.")  # fmt: skip
    record("history: polls", polls=len(spent), unchanged=unchanged, articles=written,
           p50=round(p50, 1), p95=round(p95, 1))  # fmt: skip
    return p95 < POLL_P95_MS


def inside(what: str, value: str) -> None:
    """What runs in a process of the product: fill its database, or claim whenever a line comes."""
    import django

    django.setup()
    if what == "fill":
        from tests.fakes.many_rows import Size, fill

        fill(Size(*json.loads(value)))
        return
    from jobs import leases, queue

    for _ in sys.stdin:
        worker = leases.register()
        begun = time.perf_counter()
        lease = queue.claim(worker)
        spent = (time.perf_counter() - begun) * 1000
        assert lease is not None, "nothing to claim"
        queue.hand_back(lease)
        leases.retire(worker)
        print(spent, flush=True)


def main() -> None:
    """Fill, measure, print; exit code 1 where a target was missed."""
    if len(sys.argv) > 1 and sys.argv[1] in ("fill", "claim"):
        inside(sys.argv[1], sys.argv[-1])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=JOBS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    jobs = arguments.jobs
    if (absent := missing()) is not None:
        sys.exit(f"{absent} is not installed: run scripts/setup.sh --dev.")
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
    with MariaDB("--innodb-buffer-pool-size=1G") as server, ExitStack() as stack:
        begun = time.monotonic()
        sides = {
            SHORT: Side(stack, server, SHORT, SHORT_JOBS // 5, 5),
            LONG: Side(stack, server, LONG, USERS, jobs // USERS),
        }
        made = f"{jobs:,} jobs of {USERS} users with {jobs * ITEMS_OF_A_JOB:,} keywords"
        print(f"{made} beside {SHORT_JOBS}, made in {time.monotonic() - begun:.0f} s", flush=True)
        met = compare(sides, arguments.rounds)
        met &= follow(sides[LONG])
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
