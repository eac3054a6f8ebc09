"""The database goes away under load: workers wait and go on by themselves."""

import itertools
import time

import pytest

from tests.chaos.dose import count, record
from tests.chaos.world import MakeWorld, World, cut_connections
from tests.waiting import wait_for

pytestmark = pytest.mark.mariadb
WORKERS = 3


def kill_server(world: World) -> int:
    """Kill the server as a crash would, and start it again."""
    world.server.kill9()
    world.server.start()
    return 0


def test_it_starts_before_the_server_and_before_the_tables(make_world: MakeWorld) -> None:
    world = make_world(empty=True)
    world.server.stop()
    early = world.start_worker()
    wait_for(lambda: early.events("database_away"), early.log)
    world.server.start()
    assert not early.events("worker_started")
    world.manage("migrate", "-v", "0")
    [alice] = world.people(1)
    world.submit(alice, world.keywords(5))
    world.wait_until_finished()
    assert world.written() == 5
    early.stop_and_check()


def test_it_finishes_by_itself_with_nothing_lost(make_world: MakeWorld) -> None:
    kills, cuts = count(short=2, long=10), count(short=6, long=100)
    people, articles = count(short=3, long=20), count(short=40, long=100)
    world, begun = make_world(), time.monotonic()
    everybody = world.people(people)
    world.submit_all((person, world.keywords(articles)) for person in everybody)
    for _ in range(WORKERS):
        world.start_worker()
    every = (kills + cuts) // kills
    disturbances = [
        kill_server if number % every == every - 1 else cut_connections
        for number in range(kills + cuts)
    ]
    total, cut = people * articles, 0
    for number, disturb in zip(itertools.count(1), disturbances, strict=False):
        goal = number * total // (len(disturbances) + 2)
        wait_for(lambda goal=goal: world.written() >= goal, world.describe, timeout=90)
        cut += disturb(world)
    world.wait_until_finished(120)
    assert world.written() == total
    world.audit()
    figures = world.explain_calls()
    for worker in world.workers:
        assert not worker.ended()
        worker.stop_and_check()
    record(
        "database away",
        items=total,
        server_kills=disturbances.count(kill_server),
        cuts=disturbances.count(cut_connections),
        connections_cut=cut,
        seconds=round(time.monotonic() - begun),
        violations=0,
        **figures,
    )
