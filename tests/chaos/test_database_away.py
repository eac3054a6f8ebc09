"""The database goes away under load: workers wait and go on by themselves."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.environment import ROOT
from tests.fakes import mariadb
from tests.fakes.provider import FakeProvider
from tests.waiting import wait_for

MySQLdb = pytest.importorskip("MySQLdb")
pytestmark = [
    pytest.mark.mariadb,
    pytest.mark.skipif(mariadb.missing() is not None, reason="needs a MariaDB server of its own"),
]
ARTICLES = 40


class World:
    """A server, a provider and processes that use them; nothing is shared with other tests."""

    def __init__(self, server: mariadb.MariaDB, fake: FakeProvider) -> None:
        self.server, self.fake = server, fake
        self.environment = {
            **os.environ,
            "DATABASE_URL": server.url("chaos"),
            "OPENAI_API_KEY": "sk-for-the-test",
            "OPENAI_BASE_URL": fake.openai_url,
            "BATCH_POLL_SECONDS": "0.05",
            "BATCH_LEASE_SECONDS": "3",
            "AI_RETRY_BASE_SECONDS": "0.01",
            "SIGNUP_TOKENS": "0",
        }
        self.processes: list[subprocess.Popen[str]] = []

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """Run a command to its end; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, input=stdin, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start_worker(self) -> subprocess.Popen[str]:
        """A worker in the background."""
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_batch_worker"],
            cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows, or none while the server is away."""
        with suppress(MySQLdb.Error):
            return list(self.server.sql(statement))
        return []

    def written(self) -> int:
        """How many articles there are by now."""
        rows = self.query("SELECT COUNT(*) FROM chaos.articles")
        return int(rows[0][0]) if rows else 0

    def submit(self) -> None:
        """A user with a job."""
        code = "from accounts.models import User; User.objects.create_user('alice')"
        self.manage("shell", "-c", code)
        self.manage("grant_tokens", "alice", "9000000", "--articles", "1000")
        keywords = "\n".join(f"từ khóa {number}" for number in range(ARTICLES))
        self.manage("write_batch", "-", "--user", "alice", "--model", "GPT-4o-mini",
                    "--length", "short", "--no-follow", stdin=keywords)  # fmt: skip

    def finished(self) -> bool:
        """Whether the job is completed."""
        return self.query("SELECT status FROM chaos.batch_jobs") == [("completed",)]


@pytest.fixture
def world() -> Iterator[World]:
    """A migrated database on a server of its own, and a provider that takes its time."""
    with mariadb.MariaDB() as server, FakeProvider(latency=0.1) as fake:
        server.sql("CREATE DATABASE chaos CHARACTER SET utf8mb4")
        made = World(server, fake)
        yield made
        for process in made.processes:
            process.kill()
            process.wait()


def kill_connections(world: World) -> None:
    """Cut every connection that a worker has."""
    for (number,) in world.query(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = 'chaos'"
    ):
        world.query(f"KILL CONNECTION {number}")


def kill_server(world: World) -> None:
    """Kill the server as a crash would, and start it again."""
    world.server.kill9()
    world.server.start()


@pytest.mark.parametrize("disturb", [kill_connections, kill_server], ids=lambda one: one.__name__)
def test_it_finishes_by_itself_with_nothing_lost(
    world: World, disturb: Callable[[World], None]
) -> None:
    early = world.start_worker()
    world.manage("migrate", "-v", "0")
    world.submit()
    world.start_worker()
    for share in (1, 2, 3):
        wait_for(lambda share=share: world.written() >= share * ARTICLES // 5, timeout=60)
        disturb(world)
    wait_for(world.finished, lambda: str(world.query("SELECT * FROM chaos.batch_jobs")), timeout=90)
    assert early.poll() is None
    assert world.written() == ARTICLES
    assert "All 24 invariants hold." in world.manage("audit")
    for process in world.processes:
        process.send_signal(signal.SIGTERM)
        assert process.wait(25) == 0
