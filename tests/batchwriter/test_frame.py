"""The ground that the other tests stand on."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from articles.models import WritingModel
from tests.environment import ROOT
from tests.fakes.mariadb import MariaDB, missing
from tests.fakes.worker import WorkerProcess
from tests.waiting import wait_for

User = get_user_model()


@pytest.mark.django_db(transaction=True)
def test_it_shares_its_database_with_other_threads() -> None:
    User.objects.create_user("alice")
    seen: list[int] = []

    def look() -> None:
        seen.append(User.objects.count())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_it_keeps_the_rows_of_migrations(turn: int) -> None:
    assert WritingModel.objects.filter(provider="offline").exists()
    assert not User.objects.exists()
    User.objects.create_user("alice")


def test_it_runs_a_real_worker(worker_process: Callable[..., WorkerProcess]) -> None:
    worker = worker_process().wait_ready()
    worker.stop_and_check()
    assert worker.events("worker_stopped")


@pytest.mark.skipif(missing() is not None, reason="needs the MariaDB server")
def test_it_keeps_committed_rows_when_the_server_is_killed() -> None:
    MySQLdb = pytest.importorskip("MySQLdb")
    with MariaDB() as server:
        server.sql("CREATE DATABASE kept")
        server.kill9()
        with pytest.raises(MySQLdb.OperationalError):
            server.sql("SELECT 1")
        server.start()
        server.sql("DROP DATABASE kept")
        server.restart()
        assert server.sql("SELECT 1") == ((1,),)
    assert not server.folder.exists()


def test_it_clears_up_after_a_process_that_was_killed(tmp_path: Path) -> None:
    guarded = f"""
import os, signal
from tests.fakes.guard import Guard
kept = Guard('touch "$1"', {str(tmp_path / "released")!r})
guard = Guard('touch "$1"', {str(tmp_path / "killed")!r})
kept.release()
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", guarded], cwd=ROOT, check=False).returncode == -9
    wait_for((tmp_path / "killed").exists)
    assert not (tmp_path / "released").exists()
