"""Clocks jump by hours, of workers and of the database, while articles are written."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.chaos import dose
from tests.chaos.world import MakeWorld, Person, World
from tests.fakes.clock import FakeClock, library
from tests.fakes.worker import WorkerProcess
from tests.waiting import wait_for

pytestmark = [
    pytest.mark.mariadb,
    pytest.mark.skipif(library() is None, reason="needs libfaketime (package faketime)"),
]
HOUR = 3600
OFFSETS = (HOUR, -HOUR, 0)
OPTIONS = ("--max-jobs", "1", "--items-in-flight", "3")
# What is written at a time of day before it changes; much more may be until the change arrives.
ARTICLES_PER_JUMP = 10
ARTICLES_OF_A_JOB = 60


def hand_in(world: World, people: list[Person]) -> int:
    """Work for two workers; returns how many articles."""
    world.submit_all((person, world.keywords(ARTICLES_OF_A_JOB)) for person in people)
    return ARTICLES_OF_A_JOB * len(people)


def jump(world: World, clock: FakeClock, jumps: int, seen: Callable[[], float]) -> int:
    """Change the time again and again; ``seen`` is by how many seconds it is off where it counts.

    Some articles are written at each time. Returns how many were handed in.
    """
    people, total = world.people(2), 0
    for offset in itertools.islice(itertools.cycle(OFFSETS), jumps):
        while total - world.written() < ARTICLES_OF_A_JOB:
            total += hand_in(world, people)
        goal = world.written() + ARTICLES_PER_JUMP
        wait_for(lambda goal=goal: world.written() >= goal, world.describe, timeout=60)
        clock.set(offset)
        wait_for(lambda offset=offset: abs(seen() - offset) < HOUR / 4, world.describe)
    return total


def off_in_log(worker: WorkerProcess) -> float:
    """By how many seconds the newest line of a worker's log is off."""
    lines = worker.events("article_created")
    if not lines:
        return 0.0
    newest = datetime.fromisoformat(lines[-1]["timestamp"])
    return (newest - datetime.now(UTC)).total_seconds()


def off_in_database(world: World) -> float:
    """By how many seconds the database's clock is off."""
    return (world.now().replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()


def test_it_does_not_care_for_the_clocks_of_workers(make_world: MakeWorld) -> None:
    jumps = dose.count(short=2, long=60)
    world = make_world(latency=0.2, BATCH_LEASE_SECONDS="30")
    with FakeClock() as clock, FakeClock(HOUR) as early:
        jumping = world.start_worker(*OPTIONS, **clock.environment)
        world.start_worker(*OPTIONS, **early.environment)
        for worker in world.workers:
            worker.wait_ready()
        total = jump(world, clock, jumps, lambda: off_in_log(jumping))
        world.wait_until_finished(120)
        for worker in world.workers:
            worker.stop_and_check()
    world.audit()
    figures = world.explain_calls()
    # Not one lease seemed to have ended.
    assert figures["settled"] == figures["calls"] // 2 == total == world.written()
    dose.record("clock_of_workers", jumps=jumps, items=total, **figures)


def test_it_stays_right_when_the_clock_of_the_database_jumps(make_world: MakeWorld) -> None:
    jumps = dose.count(short=2, long=60)
    with FakeClock() as clock:
        world = make_world(latency=0.2, BATCH_LEASE_SECONDS="3", server=clock.environment)
        for _ in range(2):
            world.start_worker(*OPTIONS).wait_ready()
        total = jump(world, clock, jumps, lambda: off_in_database(world))
        world.wait_until_finished(120)
        poisoned = world.assert_whole(total)
        for worker in world.workers:
            worker.stop_and_check()
        world.audit()
        figures = world.explain_calls()
        # All leases seem to have ended when it jumps ahead.
        assert figures["lost"]
        dose.record("clock_of_database", jumps=jumps, items=total, poisoned=poisoned, **figures)
