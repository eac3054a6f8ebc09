"""A small world of its own: server, provider, workers and perhaps a web process.

Nothing in it is shared with other tests, so it may be disturbed at will.
"""

import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.chaos import evidence
from tests.environment import ROOT
from tests.fakes.client import Answer, send
from tests.fakes.galera import Cluster
from tests.fakes.mariadb import MariaDB
from tests.fakes.process import Background
from tests.fakes.provider import FakeProvider
from tests.fakes.web import WebProcess
from tests.fakes.worker import PROGRAM, WorkerProcess
from tests.waiting import wait_for

DATABASE = "chaos"
# The product's own, which administers nothing.
ACCOUNT = "product"
MODEL = "GPT-4o-mini"
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A user, with an access token and a browser's session that outlive any test."""

    id: int
    name: str
    access: str
    session: str


class World:
    """Everything that one chaos test needs, and what it wants to know of it."""

    def __init__(
        self, server: MariaDB | Cluster, fake: FakeProvider, environment: dict[str, str]
    ) -> None:
        """``environment`` is that of every process; its DATABASE_URL is the server's."""
        self.server, self.fake = server, fake
        self.environment = environment
        self.web: WebProcess | None = None
        self.workers: list[WorkerProcess] = []
        self._keywords = itertools.count()

    def start_web(self, workers: int = 1) -> WebProcess:
        """A web process; from now on jobs are made and steered over its API."""
        self.web = WebProcess(self.environment, workers).start()
        return self.web.wait_ready()

    def start_worker(
        self,
        *args: str,
        program: tuple[str, ...] = PROGRAM,
        **environment: str,
    ) -> WorkerProcess:
        """A worker in the background, with ``args`` as options and some variables changed."""
        worker = WorkerProcess({**self.environment, **environment}, args, program)
        self.workers.append(worker)
        return worker.start()

    def forget(self, worker: WorkerProcess) -> None:
        """Clear up after a worker that has ended."""
        self.workers.remove(worker)
        worker.close()

    def worker_id(self, worker: WorkerProcess) -> str:
        """The id of a running worker's newest row; empty where it has none."""
        rows = self.query(
            f"SELECT id FROM batch_workers WHERE pid = {worker.pid} ORDER BY started_at DESC"
        )
        return str(rows[0][0]) if rows else ""

    def close(self) -> None:
        """End every process; server and provider are their owner's."""
        processes: list[Background] = [*self.workers, *([self.web] if self.web else [])]
        for process in processes:
            process.close()

    def run(self, *command: str, stdin: str = "") -> str:
        """Run a Python program in this world to its end; returns what it printed."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT, env=self.environment, input=stdin, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run a command of ``manage.py`` to its end; returns what it printed."""
        return self.run("manage.py", *arguments, stdin=stdin)

    def query(self, statement: str) -> list[Row]:
        """Rows of the product's database, or none while the server is away."""
        return self.server.rows(statement, DATABASE)

    def number(self, statement: str) -> int:
        """The one number that a query gives; 0 while the server is away."""
        rows = self.query(statement)
        return int(rows[0][0] or 0) if rows else 0

    def now(self) -> datetime:
        """The database's time, as its rows have it."""
        moment = self.server.sql("SELECT UTC_TIMESTAMP(6)")[0][0]
        assert isinstance(moment, datetime)
        return moment

    def people(
        self, count: int, *, tokens: int = 10**9, articles: int = 10**6, operators: int = 0
    ) -> list[Person]:
        """Make users who can afford ``articles`` articles; the last ``operators`` are staff."""
        start = self.number("SELECT COUNT(*) FROM users")
        wanted = [
            {
                "name": f"person{start + number}",
                "tokens": tokens,
                "articles": articles,
                "operator": number >= count - operators,
            }
            for number in range(count)
        ]
        made = self.run("-m", "tests.chaos.inside", "people", stdin=json.dumps(wanted))
        return [Person(**one) for one in json.loads(made)]

    def keywords(self, count: int) -> list[str]:
        """Keywords that nobody has used in this world, none a part of another."""
        return [evidence.keyword(next(self._keywords)) for _ in range(count)]

    def submit(self, person: Person, keywords: Iterable[str], **settings: Any) -> int:
        """Make a job; returns its id."""
        body = self.body(keywords, settings)
        if self.web is None:
            return self.submit_all([(person, body["keywords"])], **settings)[0]
        answer = self.call(person, "POST", "/api/batch-jobs", body)
        assert answer.status == 201, answer.text
        return int(answer.json()["jobId"])

    def submit_all(self, jobs: Iterable[tuple[Person, list[str]]], **settings: Any) -> list[int]:
        """Make many jobs in one process, without the API; returns their ids."""
        wanted = [{"user": person.id, **self.body(keywords, settings)} for person, keywords in jobs]
        made = self.run("-m", "tests.chaos.inside", "jobs", stdin=json.dumps(wanted))
        return list(json.loads(made))

    def body(self, keywords: Iterable[str], settings: dict[str, Any]) -> dict[str, Any]:
        """What a client sends to make a job."""
        chosen = {"model": MODEL, "length": "short", **settings}
        return {"keywords": list(keywords), "settings": chosen}

    def call(
        self,
        person: Person,
        method: str,
        path: str,
        body: object = None,
        more_headers: dict[str, str] | None = None,
    ) -> Answer:
        """One call of the API; any answer is fine."""
        assert self.web is not None, "this world has no web process"
        headers = {"Authorization": f"Bearer {person.access}", **(more_headers or {})}
        return send(method, f"{self.web.address}{path}", headers=headers, data=body)

    def act(self, person: Person, job: int, action: str) -> Answer:
        """Pause, resume, cancel or retry a job over the API; the answer may be a 409."""
        answer = self.call(person, "POST", f"/api/batch-jobs/{job}/{action}")
        assert answer.status in (200, 409), answer.text
        return answer

    def written(self) -> int:
        """How many articles there are by now."""
        return self.number("SELECT COUNT(*) FROM articles")

    def finished(self) -> bool:
        """Whether every job has ended: completed, failed or cancelled."""
        rows = self.query(
            "SELECT COUNT(*), SUM(status IN ('completed', 'failed', 'cancelled')) FROM batch_jobs"
        )
        return bool(rows) and rows[0][0] == rows[0][1]

    def wait_until_finished(self, timeout: float = 60.0) -> None:
        """Wait for the end of every job."""
        wait_for(self.finished, self.describe, timeout)

    def describe(self) -> str:
        """Where the jobs and the workers stand, for the reader of a failed test."""
        jobs = self.query(
            "SELECT id, status, pause_reason, error_message, completed_items, failed_items,"
            " total_items, lease_owner FROM batch_jobs"
        )
        logs = [worker.log()[-2000:] for worker in self.workers if worker.log_file.exists()]
        return "\n".join([*map(str, jobs), *logs])

    def audit(self) -> None:
        """Fail unless every invariant holds."""
        assert "All 26 invariants hold." in self.manage("audit")

    def explain_calls(self, *, calls_per_attempt: int = 2) -> evidence.Figures:
        """Fail unless every call that the provider saw belongs to an attempt; returns counts.

        Where calls may meet a fault that is tried again, an attempt makes more than two.
        """
        return evidence.explain_calls(self.fake.calls, self.query, calls_per_attempt)

    def assert_whole(self, total: int) -> int:
        """Fail unless every one of ``total`` keywords has its article, or was lost three times.

        Returns the number of the latter.
        """
        lost = evidence.poisoned(self.query)
        assert self.written() + lost == total, self.describe()
        return lost


def cut_connections(world: World, which: str = f"USER = '{ACCOUNT}'") -> int:
    """Cut the product's connections, or those for which ``which`` is true; returns how many."""
    rows = world.query(f"SELECT ID FROM information_schema.PROCESSLIST WHERE {which}")
    for (number,) in rows:
        world.query(
            "BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR 1094 BEGIN END;"
            f" KILL CONNECTION {number}; END"
        )
    return len(rows)


MakeWorld = Callable[..., World]
