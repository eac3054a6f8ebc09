"""The server's disk is full: nothing is lost, and all goes on once there is room again."""

from pathlib import Path

import pytest

from tests.chaos.visitor import Visitor, check_fine
from tests.chaos.world import MakeWorld, World
from tests.waiting import wait_for

pytestmark = [pytest.mark.mariadb, pytest.mark.usefixtures("static_files")]
MEGABYTES, ARTICLES = 220, 120
CHUNK = 1 << 16
SMALL = (
    "--innodb-log-file-size=8M",
    "--innodb-temp-data-file-path=ibtmp1:2M:autoextend",
    "--innodb-flush-log-at-trx-commit=1",
)


def fill(path: Path) -> None:
    """Take every free byte."""
    with path.open("wb", buffering=0) as file:
        size = CHUNK
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2


def finished(world: World) -> bool:
    """Whether all is done. Starts the server where it has given up, as an init system would."""
    if not world.server.runs():
        world.server.kill9()
        world.server.start()
    return world.finished()


def test_it_goes_on_once_there_is_room_again(make_world: MakeWorld) -> None:
    world = make_world(*SMALL, disk=MEGABYTES, latency=0.02, DATABASE_TIMEOUT_SECONDS="2")
    user, operator = world.people(2, operators=1)
    world.start_web()
    visitor = Visitor(world, user, operator)
    world.submit(user, world.keywords(ARTICLES), targetWords=1500)
    worker = world.start_worker()
    wait_for(lambda: world.written() >= 3, world.describe)
    ballast = world.server.folder / "ballast"
    fill(ballast)
    wait_for(lambda: worker.events("database_away") or not world.server.runs(), world.describe)
    for answer in (visitor.reads() | visitor.writes()).values():
        assert answer.status != 500 and "Traceback" not in answer.text, answer
    assert not world.finished()
    ballast.unlink()
    wait_for(lambda: finished(world), world.describe, timeout=60)
    assert not worker.ended()
    check_fine(visitor.reads())
    assert world.number("SELECT COUNT(*) FROM batch_items WHERE status = 'completed'") >= ARTICLES
    world.audit()
    world.explain_calls()
