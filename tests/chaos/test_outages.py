"""Each way in which a database can be away: pages and API ask to come back, workers wait."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import MySQLdb
import pytest

from tests.chaos.dose import is_long
from tests.chaos.visitor import Visitor, check_fine, check_unavailable
from tests.chaos.world import ACCOUNT, DATABASE, MakeWorld, World, cut_connections
from tests.fakes.proxy import CommitBreaker
from tests.waiting import wait_for

pytestmark = [pytest.mark.mariadb, pytest.mark.usefixtures("static_files")]
ARTICLES = 30
ANSWER_SECONDS = 2
CONNECTIONS = 20
# What needs no database to be shown.
PLAIN = {"start page", "log-in page"}
Outage = Callable[[World], Iterator[None]]


@contextmanager
def killed(world: World) -> Iterator[None]:
    """The server was killed, and is not back yet."""
    world.server.kill9()
    yield
    world.server.start()


@contextmanager
def frozen(world: World) -> Iterator[None]:
    """The server takes connections and says nothing."""
    os.kill(world.server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(world.server.pid, signal.SIGCONT)


@contextmanager
def crowded(world: World) -> Iterator[None]:
    """Others have taken all connections."""
    world.server.sql(f"SET GLOBAL max_connections = {CONNECTIONS}")
    taken: list[Any] = []
    wait_for(lambda: take_all_but(world, taken) == 0)
    yield
    for one in taken:
        one.close()
    world.server.sql("SET GLOBAL max_connections = 400")


def take_all_but(world: World, taken: list[Any]) -> int:
    """Take every free connection, and cut others'; returns how many of those there were."""
    with suppress(MySQLdb.OperationalError):
        while True:
            taken.append(MySQLdb.connect(host="127.0.0.1", port=world.server.port, user=ACCOUNT))
    own = ", ".join(str(one.thread_id()) for one in taken)
    return cut_connections(world, f"USER = '{ACCOUNT}' AND ID NOT IN ({own})")


def people(world: World) -> Visitor:
    """A visitor of a world with a web process."""
    user, operator = world.people(2, operators=1)
    world.start_web()
    return Visitor(world, user, operator)


@pytest.mark.parametrize("outage", [killed, frozen, crowded], ids=lambda one: one.__name__)
def test_it_asks_to_come_back_and_goes_on_by_itself(make_world: MakeWorld, outage: Outage) -> None:
    world = make_world(DATABASE_TIMEOUT_SECONDS=str(ANSWER_SECONDS), latency=0.05)
    visitor = people(world)
    world.submit(world.people(1)[0], world.keywords(ARTICLES))
    worker = world.start_worker()
    wait_for(lambda: world.written() >= ARTICLES // 3, world.describe)
    check_fine(visitor.reads())
    with outage(world):
        reads = visitor.reads()
        check_fine({name: answer for name, answer in reads.items() if name in PLAIN})
        check_unavailable({name: answer for name, answer in reads.items() if name not in PLAIN})
        check_unavailable(visitor.writes())
        assert visitor.health() == (200, 503)
        wait_for(lambda: worker.events("database_away"), world.describe)
    check_fine(visitor.reads())
    assert visitor.health() == (200, 200)
    world.wait_until_finished()
    assert not worker.ended()
    assert world.written() == ARTICLES
    world.audit()
    world.explain_calls()
    worker.stop_and_check()


def test_it_reads_on_a_database_that_takes_no_writes(make_world: MakeWorld) -> None:
    world = make_world(API_RATE="600/min", JOB_CREATE_RATE="30/min", latency=0.05)
    visitor = people(world)
    world.submit(world.people(1)[0], world.keywords(ARTICLES))
    worker = world.start_worker()
    wait_for(lambda: world.written() >= ARTICLES // 3, world.describe)
    world.server.sql("SET GLOBAL read_only = 1")
    check_fine(visitor.reads())
    check_unavailable(visitor.writes())
    assert visitor.health() == (200, 200)
    wait_for(lambda: worker.events("database_away"), world.describe)
    world.server.sql("SET GLOBAL read_only = 0")
    world.wait_until_finished()
    assert not worker.ended()
    assert world.written() == ARTICLES
    world.audit()
    world.explain_calls()


def test_it_answers_the_very_next_request_after_its_connections_were_cut(world: World) -> None:
    visitor = people(world)
    check_fine(visitor.reads())
    for _ in range(5):
        cut_connections(world)
        check_fine(visitor.reads())


@pytest.mark.parametrize("heard", ["before", "after"])
def test_it_makes_a_job_once_whatever_became_of_the_commit(
    make_world: MakeWorld, heard: str
) -> None:
    world = make_world()
    with CommitBreaker(world.server.port) as line:
        world.environment["DATABASE_URL"] = f"mysql://{ACCOUNT}@127.0.0.1:{line.port}/{DATABASE}"
        [alice] = world.people(1)
        world.start_web()
        line.breaks = heard
        key, keywords = {"Idempotency-Key": "once"}, world.keywords(3)
        body = {"keywords": keywords, "settings": {"model": "GPT-4o-mini"}}
        lost = world.call(alice, "POST", "/api/batch-jobs", body, key)
        check_unavailable({"lost": lost})
        assert line.breaks == ""
        again = world.call(alice, "POST", "/api/batch-jobs", body, key)
        assert again.status == (201 if heard == "before" else 200), again.text
        assert world.query("SELECT id, total_items FROM batch_jobs") == [(again.json()["jobId"], 3)]
        assert world.number("SELECT COUNT(*) FROM batch_items") == 3
        world.audit()


@pytest.mark.skipif(not is_long(), reason="takes as long as a worker may take: CHAOS=long")
def test_it_leaves_in_time_while_the_server_is_frozen(make_world: MakeWorld) -> None:
    world = make_world(latency=0.05)
    world.submit(world.people(1)[0], world.keywords(200))
    worker = world.start_worker()
    wait_for(lambda: world.written() >= 10, world.describe)
    with frozen(world):
        worker.terminate()
        assert worker.wait(25) == 0, worker.log()
