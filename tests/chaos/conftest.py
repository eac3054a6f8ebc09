"""Worlds for chaos tests, each started from one migrated database."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.world import DATABASE, MakeWorld, World
from tests.environment import ROOT
from tests.fakes.mariadb import MariaDB, missing
from tests.fakes.provider import FakeProvider

ENVIRONMENT = {
    "OPENAI_API_KEY": "sk-for-the-test",
    "GOOGLE_API_KEY": "AIza-for-the-test",
    "BATCH_POLL_SECONDS": "0.05",
    "BATCH_LEASE_SECONDS": "3",
    "AI_RETRY_BASE_SECONDS": "0.01",
    "BATCH_MAX_OPEN_JOBS": "10000",
    "SIGNUP_TOKENS": "0",
    "LOG_FORMAT": "json",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Chaos needs a server of its own; skip it where there are no programs for one."""
    if (absent := missing()) is None:
        return
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=f"{absent} is not installed"))


def migrate_into(folder: Path) -> None:
    """Leave in ``folder`` the data folder of a stopped server with the migrated database."""
    with MariaDB() as server:
        server.sql(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4")
        environment = {**os.environ, **ENVIRONMENT, "DATABASE_URL": server.url(DATABASE)}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v", "0"],
            cwd=ROOT, env=environment, check=True,
        )  # fmt: skip
        server.stop()
        shutil.copytree(server.data, folder)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder to start from, made once by whichever test process comes first."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    folder = base / "migrated"
    with (base / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            migrate_into(folder)
    return folder


@pytest.fixture
def make_world(migrated: Path) -> Iterator[MakeWorld]:
    """``make_world(*options, latency=0.1, empty=False, server=None, **environment)``: a world.

    ``options`` are the server's, and ``server`` is added to its environment; an ``empty`` world
    has a database without tables. ``environment`` is that of every other process.
    """
    with ExitStack() as stack:

        def make(
            *options: str,
            latency: float = 0.1,
            empty: bool = False,
            server: dict[str, str] | None = None,
            **environment: str,
        ) -> World:
            database = MariaDB(*options, data=migrated, environment=server)
            stack.enter_context(database)
            if empty:
                database.sql(f"DROP DATABASE {DATABASE}")
                database.sql(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4")
            fake = stack.enter_context(FakeProvider(latency=latency))
            urls = {
                "DATABASE_URL": database.url(DATABASE),
                "OPENAI_BASE_URL": fake.openai_url,
                "GEMINI_BASE_URL": fake.gemini_url,
            }
            world = World(database, fake, {**os.environ, **ENVIRONMENT, **urls, **environment})
            stack.callback(world.close)
            return world

        yield make


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A running world with the defaults."""
    return make_world()
