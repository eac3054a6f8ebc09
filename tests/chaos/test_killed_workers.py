"""Workers are killed (kill -9) while they write: nothing is lost, nothing happens twice."""

import time
from datetime import datetime
from statistics import median

import pytest

from tests.chaos import dose
from tests.chaos.load import Ended, Load
from tests.chaos.world import MakeWorld, World
from tests.waiting import wait_for

pytestmark = pytest.mark.mariadb
WORKERS = 3
LEASE_SECONDS = 3
# With a lease of 30 s, 35 s are promised. A live worker looks once a second.
LOOK_SECONDS = 5.0
BOOT_SECONDS = 1.0
OPTIONS = ("--max-jobs", "2", "--items-in-flight", "5")


def recoveries(world: World, killed: list[Ended]) -> list[float]:
    """How long after its end each worker's keywords were taken back, in seconds."""
    rows = dict(
        world.query(
            "SELECT worker, MIN(created_at) FROM batch_events"
            " WHERE kind = 'taken_over' GROUP BY worker"
        )
    )
    return [(rows[one.worker] - one.moment).total_seconds() for one in killed]


def first_claim(world: World, job: int, ended: Ended) -> datetime:
    """When ``job`` was claimed again after a worker's end; waits for it."""

    def claimed() -> datetime | None:
        rows = world.query(
            f"SELECT MIN(created_at) FROM batch_events WHERE job_id = {job}"
            f" AND kind = 'claimed' AND created_at > '{ended.moment}'"
        )
        return rows[0][0] if rows else None

    found = wait_for(claimed, world.describe, timeout=60)
    assert found is not None
    return found


def kill_in_the_middle(world: World) -> tuple[int, Ended]:
    """Make a job, and kill the worker that writes it; returns the job's id too."""
    for worker in world.workers:
        worker.wait_ready()
    load = Load(world, people=1, articles=20)
    worker = load.busy_worker()
    [(job,)] = world.query("SELECT id FROM batch_jobs")
    return job, load.kill(worker)


def finish(world: World) -> None:
    """Wait for the end, and look whether all is well."""
    world.wait_until_finished()
    world.audit()
    world.explain_calls()


def test_it_loses_nothing_when_busy_workers_are_killed(make_world: MakeWorld) -> None:
    kills = dose.count(short=5, long=200)
    world = make_world(latency=0.2, BATCH_LEASE_SECONDS=str(LEASE_SECONDS))
    load = Load(world, people=5, articles=dose.dose(short=15, long=25))
    world.start_web()
    for _ in range(WORKERS):
        world.start_worker(*OPTIONS)
    started, killed = time.monotonic(), list[Ended]()
    while len(killed) < kills:
        ended = load.kill(load.busy_worker())
        if ended.running:
            killed.append(ended)
        world.start_worker(*OPTIONS)
        if len(killed) % 50 == 49:
            world.audit()
    world.wait_until_finished(120)
    seconds = time.monotonic() - started
    world.audit()
    figures = world.explain_calls()
    poisoned = world.assert_whole(load.total)
    for one in killed:
        ends = load.attempts(one.worker)
        assert ends["lost"] == one.running and not ends["calling"], f"{one}: {ends}"
    took = recoveries(world, killed)
    assert max(took) <= LEASE_SECONDS + LOOK_SECONDS
    dose.record(
        "killed_workers",
        kills=len(killed),
        items=load.total,
        poisoned=poisoned,
        recovery_median=round(median(took), 2),
        recovery_most=round(max(took), 2),
        seconds=round(seconds),
        **figures,
    )


@pytest.mark.parametrize("lease", dose.dose(short=[3], long=[3, 3, 3, 30]))
def test_it_is_taken_over_after_the_lease(make_world: MakeWorld, lease: int) -> None:
    world = make_world(latency=0.3, BATCH_LEASE_SECONDS=str(lease))
    for _ in range(2):
        world.start_worker("--items-in-flight", "2")
    job, ended = kill_in_the_middle(world)
    took = (first_claim(world, job, ended) - ended.moment).total_seconds()
    finish(world)
    assert took <= lease + LOOK_SECONDS
    dose.record("taken_over_by_another", lease=lease, seconds=round(took, 2))


@pytest.mark.skipif(not dose.is_long(), reason="another test starts a worker on the same host")
def test_it_goes_on_at_once_when_a_worker_starts_again(make_world: MakeWorld) -> None:
    world = make_world(latency=0.3, BATCH_LEASE_SECONDS="600")
    world.start_worker("--items-in-flight", "2")
    job, ended = kill_in_the_middle(world)
    world.start_worker().wait_ready()
    [(booted,)] = world.query("SELECT started_at FROM batch_workers")
    claimed = first_claim(world, job, ended)
    finish(world)
    assert (claimed - booted).total_seconds() <= BOOT_SECONDS
    dose.record(
        "restarted_worker",
        since_kill=round((claimed - ended.moment).total_seconds(), 2),
        since_boot=round((claimed - booted).total_seconds(), 2),
    )
