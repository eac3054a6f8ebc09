"""Workers that freeze in the worst moments, and come back when others have done their work."""

import signal
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.chaos import dose
from tests.chaos.world import MakeWorld, World
from tests.fakes.worker import WorkerProcess
from tests.waiting import wait_for

pytestmark = pytest.mark.mariadb
LEASE_SECONDS = dose.dose(short=3, long=30)
FROZEN_SECONDS = dose.dose(short=6, long=120)
IDLE_SECONDS = dose.dose(short=1, long=15)
TAKEOVER_SECONDS = LEASE_SECONDS + 5
KEYWORDS = 8
# Those of the worker that takes over wait for as long as the test likes.
ENDLESS_SECONDS = 600.0
IN_FLIGHT = 2
PROGRAM = ("-m", "tests.chaos.freezing_worker")
# Where each of them freezes; the provider's call is nowhere in the database.
PLACES = {
    "call": "",
    "start": r"j.status = %s AND j.lease_epoch = %s FOR UPDATE$",
    "hold": "INSERT INTO batch_attempts",
    "between": r"WHERE j.id = %s FOR UPDATE$",
    "settlement": "INSERT INTO token_entries",
}
# Where rows are locked the server has to end the transaction. Elsewhere it must not help: the
# statement that the thawed worker goes on with has to be refused by the rows.
WITH_LOCKS = {"hold", "settlement"}
WRITTEN_TABLES = (
    "articles",
    "batch_attempts",
    "batch_events",
    "batch_items",
    "batch_jobs",
    "token_entries",
    "users",
)


@dataclass(frozen=True, slots=True)
class Zombie:
    """A frozen worker with the job that it holds."""

    worker: WorkerProcess
    job: int
    since: datetime


def is_frozen(worker: WorkerProcess) -> bool:
    """Whether the process is stopped (proc(5))."""
    state = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "T"


def start(world: World, place: str) -> WorkerProcess:
    """A worker that writes one keyword at a time, and freezes at ``place``.

    With several, another thread could lock rows in the moment of the freeze.
    """
    return world.start_worker(
        "--max-jobs", "1", "--items-in-flight", "1",
        program=PROGRAM,
        FREEZE_AT=PLACES[place],
        IDLE_TRANSACTION_SECONDS=str(IDLE_SECONDS if place in WITH_LOCKS else 0),
    )  # fmt: skip


def freeze(world: World, place: str, worker: WorkerProcess) -> Zombie:
    """Wait until the worker is frozen, or freeze it once the provider has its calls."""
    if place == "call":
        name = world.worker_id(worker)
        calling = f"SELECT id FROM batch_attempts WHERE worker = '{name}' AND state = 'calling'"
        wait_for(lambda: world.query(calling), world.describe)
        worker.signal(signal.SIGSTOP)
    wait_for(lambda: is_frozen(worker), world.describe)
    since = world.now()
    name = world.worker_id(worker)
    [(job,)] = world.query(f"SELECT id FROM batch_jobs WHERE lease_owner = '{name}'")
    return Zombie(worker, job, since)


def claimed_again(world: World, zombie: Zombie) -> float | None:
    """How long after the freeze another worker went on with the job; None if none has yet."""
    [(moment,)] = world.query(
        f"SELECT MIN(created_at) FROM batch_events WHERE job_id = {zombie.job}"
        f" AND kind = 'claimed' AND created_at > '{zombie.since}'"
    )
    return None if moment is None else (moment - zombie.since).total_seconds()


def take_over(world: World, zombies: dict[str, Zombie]) -> WorkerProcess:
    """A worker that goes on with all jobs, and whose calls then wait without an end.

    Its own lease is long: a busy machine must not make a zombie of it.
    """
    world.fake.latency = ENDLESS_SECONDS
    worker = world.start_worker(
        "--items-in-flight", str(IN_FLIGHT), BATCH_LEASE_SECONDS="600"
    ).wait_ready()
    name = world.worker_id(worker)
    calling = f"SELECT id FROM batch_attempts WHERE worker = '{name}' AND state = 'calling'"
    wait_for(
        lambda: len(world.query(calling)) == IN_FLIGHT * len(zombies),
        world.describe,
        timeout=LEASE_SECONDS + 60,
    )
    return worker


def thaw(world: World, zombies: dict[str, Zombie]) -> None:
    """Wake them, and wait until each has found out and started anew."""
    workers = [zombie.worker for zombie in zombies.values()]
    starts = {worker.pid: len(worker.events("worker_started")) for worker in workers}
    for worker in workers:
        worker.signal(signal.SIGCONT)
    for worker in workers:
        wait_for(
            lambda one=worker: len(one.events("worker_started")) > starts[one.pid], world.describe
        )


def newest_events(world: World) -> str:
    """What was written last, for the reader of a failed test."""
    rows = world.query("SELECT * FROM batch_events ORDER BY id DESC LIMIT 20")
    return "\n".join(map(str, [*rows, *world.query("SELECT * FROM batch_workers")]))


def everything(world: World) -> dict[str, list[tuple[object, ...]]]:
    """All rows that a worker may write, so that a difference can be seen."""
    return {name: world.query(f"SELECT * FROM {name} ORDER BY id") for name in WRITTEN_TABLES}


def test_it_takes_over_from_zombies_and_they_write_nothing(make_world: MakeWorld) -> None:
    world = make_world(
        latency=0.5,
        BATCH_LEASE_SECONDS=str(LEASE_SECONDS),
        AI_TIMEOUT_SECONDS=str(2 * ENDLESS_SECONDS),
    )
    people = world.people(len(PLACES))
    workers = {place: start(world, place) for place in PLACES}
    for worker in workers.values():
        worker.wait_ready()
    world.submit_all((person, world.keywords(KEYWORDS)) for person in people)
    zombies = {place: freeze(world, place, worker) for place, worker in workers.items()}
    rescuer = take_over(world, zombies)
    took = {place: claimed_again(world, one) or 0.0 for place, one in zombies.items()}
    until = max(one.since for one in zombies.values()) + timedelta(seconds=FROZEN_SECONDS)
    wait_for(lambda: world.now() >= until, timeout=FROZEN_SECONDS + 10)
    # Keywords wait and others are being written: there is something to do wrong.
    before = everything(world)
    thaw(world, zombies)
    assert everything(world) == before, newest_events(world)
    world.fake.latency = 0.1
    rescuer.kill()
    world.start_worker()
    world.wait_until_finished()
    assert world.written() == KEYWORDS * len(PLACES)
    for zombie in zombies.values():
        zombie.worker.stop_and_check()
    world.audit()
    figures = world.explain_calls()
    assert max(took.values()) <= TAKEOVER_SECONDS, took
    dose.record(
        "zombies",
        lease=LEASE_SECONDS,
        frozen=FROZEN_SECONDS,
        **{f"taken_over_{place}": round(seconds, 2) for place, seconds in took.items()},
        **figures,
    )
