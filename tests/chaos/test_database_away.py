"""The database goes away under load: workers wait and go on by themselves."""

from collections.abc import Callable

import pytest

from tests.chaos.world import MakeWorld, World
from tests.waiting import wait_for

pytestmark = pytest.mark.mariadb
ARTICLES = 40


def kill_connections(world: World) -> None:
    """Cut every connection that a worker has."""
    for (number,) in world.query(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = 'chaos' AND ID <> CONNECTION_ID()"
    ):
        world.query(
            f"BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR 1094 BEGIN END;"
            f" KILL CONNECTION {number}; END"
        )


def kill_server(world: World) -> None:
    """Kill the server as a crash would, and start it again."""
    world.server.kill9()
    world.server.start()


@pytest.mark.parametrize("disturb", [kill_connections, kill_server], ids=lambda one: one.__name__)
def test_it_finishes_by_itself_with_nothing_lost(
    make_world: MakeWorld, disturb: Callable[[World], None]
) -> None:
    world = make_world(empty=True)
    early = world.start_worker()
    world.manage("migrate", "-v", "0")
    [alice] = world.people(1)
    world.submit(alice, world.keywords(ARTICLES))
    world.start_worker()
    for share in (1, 2, 3):
        wait_for(lambda share=share: world.written() >= share * ARTICLES // 5, timeout=60)
        disturb(world)
    world.wait_until_finished(90)
    assert not early.ended(), early.log()
    assert world.written() == ARTICLES
    world.audit()
    world.explain_calls()
    for worker in world.workers:
        worker.terminate()
        assert worker.wait(25) == 0
