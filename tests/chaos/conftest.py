"""Worlds for chaos tests, each started from one migrated database; workers for the others."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.dose import dose
from tests.chaos.world import ACCOUNT, DATABASE, MakeWorld, World
from tests.environment import ROOT
from tests.fakes.galera import Cluster
from tests.fakes.mariadb import MariaDB, missing
from tests.fakes.provider import FakeProvider
from tests.fakes.worker import WorkerProcess, calling
from tests.jobs.conftest import submit

__all__ = ["submit"]
ENVIRONMENT = {
    "OPENAI_API_KEY": "sk-for-the-test",
    "GOOGLE_API_KEY": "AIza-for-the-test",
    "BATCH_POLL_SECONDS": "0.05",
    "BATCH_LEASE_SECONDS": "3",
    "AI_RETRY_BASE_SECONDS": "0.01",
    "BATCH_MAX_OPEN_JOBS": "10000",
    "BATCH_MAX_KEYWORDS": "10000",
    "SIGNUP_TOKENS": "0",
    "LOG_FORMAT": "json",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A world needs a server of its own; skip what needs one where there are no programs for it."""
    if (absent := missing()) is None:
        return
    for item in items:
        if "make_world" in getattr(item, "fixturenames", ()):
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


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A path of the whole test run that ``make`` makes in whichever process comes first."""
    base = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    path = base / name
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            make(path)
    return path


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder to start from."""
    return once(tmp_path_factory, "migrated", migrate_into)


@pytest.fixture(scope="session")
def static_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the pages of a web process link to."""

    def collect(done: Path) -> None:
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
        subprocess.run(command, cwd=ROOT, check=True)
        done.touch()

    once(tmp_path_factory, "static", collect)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk in memory at ``folder``; the test is skipped where it may not be made."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "bw-disk", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


@pytest.fixture
def make_world(migrated: Path) -> Iterator[MakeWorld]:
    """``make_world(*options, latency=0.1, empty=False, server=None, disk=0, **environment)``.

    ``options`` are the server's, and ``server`` is added to its environment; an ``empty`` world
    has a database without tables; ``disk`` are the megabytes of a disk of the server's own.
    ``environment`` is that of every other process. The product's account administers nothing.
    """
    with ExitStack() as stack:

        def make(
            *options: str,
            latency: float = 0.1,
            empty: bool = False,
            server: dict[str, str] | None = None,
            disk: int = 0,
            **environment: str,
        ) -> World:
            database = MariaDB(*options, data=migrated, environment=server)
            if disk:
                stack.enter_context(small_disk(database.folder, disk))
            stack.enter_context(database)
            if empty:
                database.sql(f"DROP DATABASE {DATABASE}")
                database.sql(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4")
            return inhabit(stack, database, latency, environment)

        yield make


def inhabit(
    stack: ExitStack, server: MariaDB | Cluster, latency: float, environment: dict[str, str]
) -> World:
    """A world on a running ``server``; its processes end with ``stack``."""
    server.sql(f"CREATE USER {ACCOUNT} IDENTIFIED BY ''")
    server.sql(f"GRANT ALL ON {DATABASE}.* TO {ACCOUNT}")
    fake = stack.enter_context(FakeProvider(latency=latency))
    urls = {
        "DATABASE_URL": server.url(DATABASE, ACCOUNT),
        "OPENAI_BASE_URL": fake.openai_url,
        "GEMINI_BASE_URL": fake.gemini_url,
    }
    world = World(server, fake, {**os.environ, **ENVIRONMENT, **urls, **environment})
    stack.callback(world.close)
    return world


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A running world with the defaults."""
    return make_world()


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeProvider]:
    """The provider; the web side has keys for it."""
    settings.OPENAI_API_KEY = settings.GOOGLE_API_KEY = "for-the-test"
    with FakeProvider(spread=50) as server:
        yield server


@pytest.fixture
def run_worker(
    worker_process: Callable[..., WorkerProcess], fake: FakeProvider
) -> Callable[..., WorkerProcess]:
    """Start a worker that calls the fake provider and repeats calls fast."""

    def start(*args: str, **environment: str) -> WorkerProcess:
        return worker_process(
            {
                **calling(fake),
                "AI_TIMEOUT_SECONDS": dose(short="3", long="6"),
                "BATCH_LEASE_SECONDS": "5",
                **environment,
            },
            args,
        )

    return start
