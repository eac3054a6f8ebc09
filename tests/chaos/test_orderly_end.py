"""Workers are asked to end (SIGTERM) while they write: exit code 0, and others go on at once.

The lease is so long that no test would see its end: nothing here may depend on it.
"""

import time
from statistics import median

import pytest

from tests.chaos import dose
from tests.chaos.load import Load
from tests.chaos.world import MakeWorld, World
from tests.fakes.worker import WorkerProcess
from tests.waiting import wait_for

pytestmark = pytest.mark.mariadb
LONG_LEASE = "3600"
EXIT_SECONDS = 25.0
OPTIONS = ("--max-jobs", "2", "--items-in-flight", "5")


def end(world: World, load: Load, worker: WorkerProcess) -> float:
    """End a worker and see that it leaves nothing behind; returns how long it took."""
    name, asked = world.worker_id(worker), time.monotonic()
    worker.terminate()
    world.start_worker(*OPTIONS)
    code = worker.wait(EXIT_SECONDS)
    seconds = time.monotonic() - asked
    assert code == 0, worker.log()
    assert "Traceback" not in worker.log(), worker.log()
    assert not load.attempts(name)["calling"]
    assert not world.query(f"SELECT id FROM batch_jobs WHERE lease_owner = '{name}'")
    assert not world.query(f"SELECT id FROM batch_workers WHERE id = '{name}'")
    world.forget(worker)
    return seconds


def test_it_hands_its_work_over_when_it_is_asked_to_end(make_world: MakeWorld) -> None:
    world = make_world(latency=0.3, BATCH_LEASE_SECONDS=LONG_LEASE)
    load = Load(world, people=5, articles=15)
    world.start_web()
    for _ in range(2):
        world.start_worker(*OPTIONS)
    took = [end(world, load, load.busy_worker()) for _ in range(dose.count(short=3, long=100))]
    world.wait_until_finished(120)
    world.audit()
    figures = world.explain_calls()
    # Nothing had to be given up: calls of a third of a second end within the grace.
    assert figures["settled"] == figures["calls"] // 2 == load.total
    dose.record(
        "orderly_end",
        ends=len(took),
        items=load.total,
        exit_median=round(median(took), 2),
        exit_most=round(max(took), 2),
        **figures,
    )


@pytest.mark.skipif(not dose.is_long(), reason="waits for the whole grace of 20 s")
def test_it_gives_calls_up_that_outlast_the_grace(make_world: MakeWorld) -> None:
    world = make_world(latency=0.2, BATCH_LEASE_SECONDS=LONG_LEASE)
    load = Load(world, people=2, articles=10)
    slow = world.keywords(4)
    for keyword in slow:
        world.fake.fail("hang", keyword, seconds=60, times=2)
    [alice] = world.people(1)
    first = world.start_worker(*OPTIONS).wait_ready()
    world.submit_all([(alice, slow)])
    wait_for(lambda: len(world.fake.calls) == 2 * len(slow), world.describe)
    load.add()
    seconds = end(world, load, first)
    world.wait_until_finished()
    world.audit()
    figures = world.explain_calls()
    assert figures["dropped"] == len(slow)
    assert figures["settled"] == load.total + len(slow)
    dose.record("orderly_end_of_hanging_calls", exit_seconds=round(seconds, 1), **figures)
